"""The way an instance went, computed from its events alone: where it stood after any of them.

The runtime itself walks the diagram again; where it would ask a condition, a table or the clock, the stored
path answers. So a path that does not fit the diagram, or leads elsewhere than the trail says, is noticed.
A way belongs to one version of a diagram: with a migration another one begins, where the event says it stood.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import AidError
from engine.graph import Graph
from engine.runtime import events as happenings
from engine.runtime.state import ROOT, load
from engine.walker import Log, Lost, Walker

#: Kinds of events that moved something, beside those that began or ended the instance.
STEPS = frozenset(
    {"TaskCompleted", "TaskSentBack", "TaskWithdrawn", "TimerFired", "MessageReceived", "TokenMoved",
     "ProcessMigrated"}
)  # fmt: skip

_RESTS = {"ProcessSuspended": "suspended", "ProcessResumed": "running"}


@dataclass(frozen=True, slots=True)
class Told:
    """One event of an instance, as far as the way is told by it."""

    seq: int
    kind: str
    element: str | None
    data: Mapping[str, Any]

    @property
    def path(self) -> tuple[str, ...]:
        """Return the flows the event took, in order."""
        path = self.data.get("path")
        return tuple(map(str, path)) if isinstance(path, list) else ()


@dataclass(frozen=True, slots=True)
class Passed:
    """A sequence flow taken, and the event that took it."""

    seq: int
    flow: str


@dataclass(slots=True)
class Trace:
    """Where an instance stands after its events, and how it came there on the version it runs."""

    passed: list[Passed] = field(default_factory=list)
    tokens: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)  #: completed tasks by element
    cancelled: list[tuple[int, str]] = field(default_factory=list)  #: (event, element) of tasks given up
    returns: list[tuple[int, str, str]] = field(default_factory=list)  #: (event, from, to) without a flow
    jumps: list[tuple[int, str]] = field(default_factory=list)  #: (event, what happened) where one fired
    status: str = ""
    fault: int | None = None  #: the event from which on path and diagram do not fit


class Retracer:
    """Reads the events of one instance in order, on the versions it ran one after the other."""

    def __init__(self, graphs: Sequence[Graph]) -> None:
        self.graph, *self._later = graphs
        self.trace = Trace()
        self._log = Log()
        self._walker = Walker(self.graph, self._log)
        self._tasks: dict[str, int] = {}
        self._latest = ""  #: element of the task opened last

    def read(self, event: Told, ahead: Counter[str] | None = None) -> None:
        """Follow one event; `ahead` counts the tasks its step opened."""
        if event.kind == "TaskCreated":
            self._name(event)
            return
        if event.kind == "ProcessMigrated":
            self.graph, *self._later = self._later
            self.trace = Trace(status=self.trace.status)
        if self.trace.fault is not None:
            self._blind(event)
            return
        act = self._act(event)
        if act is None:
            self.trace.status = _RESTS.get(event.kind, self.trace.status)
            return
        try:
            if event.kind == "ProcessMigrated":
                self._change(event)
            walker = self._walker
            walker.path, walker.place, walker.steps = event.path, 0, 0
            walker.ahead = ahead or Counter()
            act()
            if walker.place < len(walker.path):
                raise Lost
        except (Lost, AidError, LookupError, AttributeError, TypeError, ValueError):
            self.trace.fault = event.seq
            self._blind(event)
            return
        self._note(event)

    def _name(self, event: Told) -> None:
        for n, (element, token) in enumerate(self._log.opened):
            if element == event.element:
                self._tasks[str(event.data.get("task"))] = token
                del self._log.opened[n]
                break
        self._latest = event.element or ""

    def _act(self, event: Told) -> Callable[[], object] | None:
        walker, element = self._walker, event.element or ""
        match event.kind:
            case "ProcessStarted":
                start = event.data.get("start")
                return lambda: walker.start(start)
            case "TaskCompleted":
                return lambda: walker.complete(self._token_of(event))
            case "TaskSentBack":
                return lambda: walker.move(self._token_of(event), str(event.data["to"]))
            case "TaskWithdrawn":
                return lambda: walker.move(self._standing_at(self._latest), element)
            case "TimerFired" | "MessageReceived":
                return lambda: walker.trigger(self._waiting_for(element), element)
            case "TokenMoved" if "to" in event.data:
                return lambda: walker.move(self._standing_at(element), str(event.data["to"]))
            case "TokenMoved":
                return self._answered
            case "ProcessMigrated":
                return lambda: self._enter(event)
            case "ProcessCancelled":
                return walker.cancel
        return None

    def _change(self, event: Told) -> None:
        """Stand on the new version where the event says; tokens and what waits on them keep their numbers."""
        self._log.given_up.clear()
        self._walker = Walker(self.graph, self._log, load(event.data["state"]))

    def _enter(self, event: Told) -> None:
        walker = self._walker
        walker.agenda.extend(walker.state.tokens[token] for token in event.data["entering"])
        if walker.agenda:
            walker.run()

    def _token_of(self, event: Told) -> int:
        token = self._walker.state.tokens.get(self._tasks.get(str(event.data.get("task")), 0))
        if token is not None and token.node == event.element:
            return token.id
        return self._standing_at(event.element or "")

    def _standing_at(self, element: str) -> int:
        tokens = self._walker.state.tokens.values()
        for token in tokens:
            if token.node == element and token.many is None:
                return token.id
        raise Lost

    def _waiting_for(self, element: str) -> int:
        state = self._walker.state
        for token in state.tokens.values():
            if element in token.armed:
                return token.id
        for scope in state.scopes.values():
            if element in scope.armed:
                return happenings.owner_of_scope(scope)
        raise Lost

    def _answered(self) -> None:
        """Go on behind a call: by its flow, or by the event that caught what the called process raised."""
        walker = self._walker
        source = walker.source_ahead()
        waiting = [token for token in walker.state.tokens.values() if token.called]
        for token in waiting:
            node = self.graph.nodes[token.node]
            caught = next((one for one in node.boundary if one.id == source), None)
            if caught is not None:
                happenings.at_boundary(walker, token, caught)
                walker.run()
                return
        found = next((token for token in waiting if token.node == source), waiting[0] if waiting else None)
        if found is None:
            raise Lost
        walker.returned(found.id)

    def _note(self, event: Told) -> None:
        trace, state = self.trace, self._walker.state
        trace.passed += [Passed(event.seq, flow) for flow in self._walker.path]
        trace.cancelled += [(event.seq, element) for element in self._log.given_up]
        self._log.given_up.clear()
        trace.tokens = Counter(token.node for token in state.tokens.values())
        self._count(event)
        if event.kind == "ProcessCancelled":
            trace.status = "cancelled"
        elif ROOT not in state.scopes:
            trace.status = "failed" if self._log.failed else "completed"
        elif event.kind != "ProcessMigrated":
            trace.status = "running"

    def _blind(self, event: Told) -> None:
        """Keep the stored path of an event that cannot be followed."""
        self.trace.passed += [Passed(event.seq, flow) for flow in event.path]
        self._count(event)

    def _count(self, event: Told) -> None:
        trace, element = self.trace, event.element or ""
        if event.kind == "TaskCompleted":
            trace.done[element] += 1
        elif event.kind == "TaskWithdrawn":
            trace.returns.append((event.seq, self._latest, element))
            trace.done[element] -= 1
        elif event.kind in ("TaskSentBack", "TokenMoved") and "to" in event.data:
            trace.returns.append((event.seq, element, str(event.data["to"])))
        elif event.kind in ("TimerFired", "MessageReceived"):
            trace.jumps.append((event.seq, element))


def retrace(graph: Graph, events: Iterable[Told], former: Callable[[int], Graph]) -> Trace:
    """Return where an instance stands after its events, which are all of them up to some moment.

    `graph` is that of the version it runs then; `former` gives those of the versions it left.
    """
    every = list(events)
    left = (former_version(event.data) for event in every if event.kind == "ProcessMigrated")
    reader = Retracer([*(graph if one is None else former(one) for one in left), graph])
    for n, event in enumerate(every):
        reader.read(event, _opened_by(every, n))
    return reader.trace


def former_version(data: Mapping[str, Any]) -> int | None:
    """Return the id of the version a migration left, None where its event does not say."""
    told = str(data.get("from_definition"))
    return int(told) if re.fullmatch("[0-9]{1,18}", told) else None


def _opened_by(events: Sequence[Told], n: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for event in events[n + 1 :]:
        if event.kind in STEPS:
            break
        if event.kind == "TaskCreated":
            found[event.element or ""] += 1
    return found
