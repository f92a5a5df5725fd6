"""Runs diagrams in memory: for the deploy gate, differential tests and what-if. Same machine, no tables."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from engine.graph import EventDef, Graph, Node, TimerDef, Trigger
from engine.runtime.host import Values
from engine.runtime.machine import Machine
from engine.runtime.state import State, Token, dump, load

Function = Callable[..., Any]
Effect = Callable[[Node, Mapping[str, Any]], Values | None]


@dataclass(slots=True)
class Run:
    """One instance of the sandbox."""

    id: int
    graph: Graph
    state: State = field(default_factory=State)
    parent: tuple[int, int] | None = None  #: (run, token) of the call activity
    done: bool = False
    failed: bool = False
    waits: dict[tuple[int, str], list[EventDef]] = field(default_factory=dict)
    tasks: set[int] = field(default_factory=set)
    held: Machine | None = None  #: stands still until its caller has heard an escalation
    escalations: list[EventDef] = field(default_factory=list)


class Sandbox:
    """Instances in memory, with services and decisions as plain callables."""

    def __init__(
        self,
        graphs: Mapping[str, Graph],
        functions: Mapping[str, Function] | None = None,
        effect: Effect | None = None,
        round_trip: bool = False,
    ) -> None:
        self.graphs = graphs
        self.functions = functions or {}
        self.effect = effect
        self.round_trip = round_trip
        self.runs: dict[int, Run] = {}
        self.path: list[str] = []
        self.thrown: list[tuple[str, str]] = []
        self._queue: deque[Callable[[], None]] = deque()

    def start(self, process_id: str, start: str | None = None, variables: Values | None = None) -> int:
        """Start a process; return its number."""
        run = Run(len(self.runs) + 1, self.graphs[process_id])
        self.runs[run.id] = run
        self._step(run, lambda machine: machine.start(start, variables))
        return run.id

    def open_tasks(self) -> list[tuple[int, int, str]]:
        """Return (run, token, element) of every open user task."""
        return [
            (run.id, token, run.state.tokens[token].node)
            for run in self.runs.values()
            for token in sorted(run.tasks)
        ]

    def complete(self, run_id: int, token: int, values: Values | None = None) -> None:
        """Complete a user task."""
        self._step(self.runs[run_id], lambda machine: machine.complete(token, values))

    def waiting(self) -> list[tuple[int, int, str, Trigger, str]]:
        """Return (run, owner, element, trigger, name) of every waiting event."""
        return [
            (run.id, owner, element, event.trigger, event.name)
            for run in self.runs.values()
            for (owner, element), events in run.waits.items()
            for event in events
        ]

    def fire(self, run_id: int, owner: int, element: str, values: Values | None = None) -> None:
        """Let a waiting event happen."""
        self._step(self.runs[run_id], lambda machine: machine.trigger(owner, element, values))

    @property
    def finished(self) -> bool:
        """Tell whether every instance is over."""
        return all(run.done for run in self.runs.values())

    def host(self, run: Run) -> BoxHost:
        """Return the world of an instance."""
        return BoxHost(self, run)

    def machine(self, run: Run) -> Machine:
        """Return what takes the next step of an instance."""
        return Machine(run.graph, run.state, self.host(run), BoxLog(self, run))

    def _step(self, run: Run, act: Callable[[Machine], object]) -> None:
        if self.round_trip and run.state.last and run.held is None:
            run.state = load(dump(run.state))
        act(run.held or self.machine(run))
        while self._queue:
            self._queue.popleft()()


class BoxHost:
    """The world of one instance in memory."""

    def __init__(self, box: Sandbox, run: Run) -> None:
        self.box = box
        self.run = run

    def functions(self, machine: Machine, node: Node) -> Mapping[str, Function]:
        """Offer the functions that were given."""
        return self.box.functions

    def service(self, machine: Machine, token: Token, node: Node) -> Values | None:
        """Call the one effect that was given."""
        return self.box.effect(node, machine.names(token.scope)) if self.box.effect else None

    decide = service

    def throw(self, machine: Machine, token: Token, node: Node, event: EventDef, heard: bool) -> None:
        """Keep what was thrown; let the others hear a signal."""
        box = self.box
        box.thrown.append((event.trigger.value, event.name))
        if event.trigger is Trigger.SIGNAL:
            box._queue.append(lambda: _broadcast(box, event, self.run.id if heard else 0))

    def call(self, machine: Machine, token: Token, node: Node) -> int:
        """Start the called process after this step."""
        box = self.box
        child = Run(len(box.runs) + 1, box.graphs[node.called or ""], parent=(self.run.id, token.id))
        box.runs[child.id] = child
        values = self.given(child.graph, machine.names(token.scope))
        box._queue.append(lambda: None if child.done else box._step(child, lambda m: m.start(None, values)))
        return child.id

    def given(self, called: Graph, values: Values) -> Values:
        """Return what a called process is given: all that the caller knows."""
        return values

    def answer(self) -> Values:
        """Return what a called process gives back: all that it knows."""
        return dict(self.run.state.vars)

    def uncall(self, machine: Machine, token: Token) -> None:
        """Cancel the called process."""
        child = self.box.runs[token.called]
        if not child.done:
            child.done = True
            if child.state.last:
                self.box._step(child, lambda m: m.cancel())

    def due(self, machine: Machine, node: Node, timer: TimerDef) -> datetime | None:
        """Let every timer wait until it is fired."""
        return datetime(2100, 1, 1, tzinfo=UTC)

    def uncaught(self, machine: Machine, event: EventDef) -> bool:
        """Offer it to the caller."""
        run, queue = self.run, self.box._queue
        if run.parent is None:
            return False
        if event.trigger is Trigger.ERROR:
            queue.append(lambda: _raise_all(self.box, run, [event]))
            return True
        if run.held is None:
            run.held, machine.held = machine, True
            raised = partial(_raise_all, self.box, run, run.escalations)
            queue.extendleft((partial(_resume, self.box, run), raised))
        run.escalations.append(event)
        return True


def _in_caller(box: Sandbox, child: Run, act: Callable[[Machine, int], object]) -> None:
    """Do something around the call activity, if it still waits for the called one."""
    number, token_id = child.parent or (0, 0)
    parent = box.runs[number]
    token = parent.state.tokens.get(token_id)
    if token is not None and token.called == child.id and not parent.done:
        box._step(parent, lambda machine: act(machine, token_id))


def _raise_all(box: Sandbox, child: Run, events: list[EventDef]) -> None:
    while events:
        event = events.pop(0)
        _in_caller(box, child, partial(_raised, event))


def _raised(event: EventDef, machine: Machine, token: int) -> None:
    machine.raised(token, event)


def _returned(values: Values, machine: Machine, token: int) -> None:
    machine.returned(token, values)


def _resume(box: Sandbox, run: Run) -> None:
    held, run.held = run.held, None
    if held is not None and not run.done:
        box._step(run, lambda _fresh: held.resume())


def _broadcast(box: Sandbox, event: EventDef, heard: int) -> None:
    for run_id, owner, element, trigger, name in box.waiting():
        if (
            run_id != heard
            and trigger is Trigger.SIGNAL
            and name == event.name
            and (owner, element) in box.runs[run_id].waits
        ):
            box.fire(run_id, owner, element)


class BoxLog:
    """Keeps what waits in one instance, and the way all of them took."""

    def __init__(self, box: Sandbox, run: Run) -> None:
        self.box = box
        self.run = run

    def took(self, flow_id: str) -> None:
        """Keep the flow."""
        self.box.path.append(flow_id)

    def branch(self, node: Node, key: str) -> None:
        """Say nothing."""

    def task_opened(self, token: Token, node: Node) -> None:
        """Keep the open task."""
        self.run.tasks.add(token.id)

    def task_closed(self, token: Token, node: Node, completed: bool) -> None:
        """Forget the open task."""
        self.run.tasks.discard(token.id)

    def armed(self, owner: int, node: Node, event: EventDef, due: datetime | None) -> None:
        """Keep what waits."""
        self.run.waits.setdefault((owner, node.id), []).append(event)

    def disarmed(self, owner: int, node: Node, fired: bool) -> None:
        """Forget what waited."""
        self.run.waits.pop((owner, node.id), None)

    def ended(self, node: Node) -> None:
        """Say nothing."""

    def finished(self, failed: EventDef | None) -> None:
        """Give the values to the caller, if there is one."""
        run = self.run
        run.done = True
        run.failed = failed is not None
        if run.parent is not None and failed is None:
            values = self.box.host(run).answer()
            self.box._queue.append(partial(_in_caller, self.box, run, partial(_returned, values)))
