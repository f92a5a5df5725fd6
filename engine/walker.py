"""The runtime with a guide: it walks a diagram again along the stored path, and does nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.expressions import Expr
from engine.graph import HUMAN, EventDef, Graph, Kind, MultiInstance, Node, TimerDef, Trigger
from engine.runtime.activities import MOST_ITEMS
from engine.runtime.host import BusinessError, Values
from engine.runtime.machine import Machine
from engine.runtime.state import State, Token

_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


class Lost(Exception):
    """The stored path does not fit the diagram."""


class Walker(Machine):
    """A machine whose conditions are answered by the way that was taken."""

    __slots__ = ("ahead", "path", "place")

    def __init__(self, graph: Graph, log: Log, state: State | None = None) -> None:
        super().__init__(graph, state or State(), _Silent(self), log)
        log.walker = self
        self.path: Sequence[str] = ()
        self.place = 0
        self.ahead: Counter[str] = Counter()  #: tasks that this step opened, by element

    def upcoming(self) -> str | None:
        """Return the flow that is taken next in this step."""
        return self.path[self.place] if self.place < len(self.path) else None

    def source_ahead(self) -> str | None:
        """Return the node from which the next flow is taken."""
        flow = self.graph.flows.get(self.upcoming() or "")
        return None if flow is None else flow.source

    def evaluate(self, expr: Expr, token: Token, node: Node, extra: Values | None = None) -> Any:
        """Answer a condition by what was taken."""
        flow = next((one for one in node.outgoing if one.condition is expr), None)
        if flow is not None:
            return flow.id == self.upcoming() if node.kind is Kind.EXCLUSIVE else flow.id in self._fork(node)
        multi = node.multi
        if multi is not None and expr in (multi.collection, multi.cardinality):
            count = self._rounds(node, multi)
            return list(range(count)) if expr is multi.collection else count
        return not self._left(node)  # a loop goes round until its activity is left

    def rounds_over(self, token: Token, node: Node, many: Mapping[str, Any], counters: Values) -> bool:
        """Tell by the way whether a multi-instance activity is left: how many there were is not stored."""
        in_turn = node.multi is not None and node.multi.sequential
        return self._left(node) or (not in_turn and many["done"] == many["total"])

    def _rounds(self, node: Node, multi: MultiInstance) -> int:
        """Return how many iterations begin; one in turn has as many as are followed until it is left."""
        begun = self._begun(node)
        if self._left(node) and not begun:
            return 0
        if multi.sequential:
            return MOST_ITEMS
        if not begun:
            raise Lost
        return begun

    def _left(self, node: Node) -> bool:
        """Tell whether an activity is left now: by its flow; without one, where nothing of it follows."""
        if node.outgoing:
            return self.source_ahead() == node.id
        follows = self.ahead[node.id] if node.kind in HUMAN else self.ahead.total()
        return self.upcoming() is None and not follows

    def _begun(self, node: Node) -> int:
        """Return how many iterations this step begins: by their tasks, or by the first flows inside."""
        if node.kind is not Kind.SUB:
            return self.ahead[node.id]
        ahead = Counter(self.path[self.place :])
        starts = self.graph.scopes[node.id].starts
        return max((ahead[flow.id] for start in starts for flow in start.outgoing), default=0)

    def _fork(self, node: Node) -> set[str]:
        found: set[str] = set()
        for flow_id in self.path[self.place :]:
            flow = self.graph.flows.get(flow_id)
            if flow is None or flow.source != node.id or flow_id in found:
                break
            found.add(flow_id)
        return found


class _Silent:
    """A world in which nothing happens a second time."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._called = 0

    def functions(self, machine: Machine, node: Node) -> Mapping[str, Callable[..., Any]]:
        """Offer nothing."""
        return {}

    def service(self, machine: Machine, token: Token, node: Node) -> Values | None:
        """Fail as the service did, where the way went on at the event for its error."""
        ahead = self._walker.source_ahead()
        for boundary in node.boundary:
            if boundary.id == ahead and boundary.events and boundary.events[0].trigger is Trigger.ERROR:
                raise BusinessError(boundary.events[0].name)
        return None

    def decide(self, machine: Machine, token: Token, node: Node) -> Values | None:
        """Decide nothing again."""
        return None

    def throw(self, machine: Machine, token: Token, node: Node, event: EventDef, heard: bool) -> None:
        """Send nothing again."""

    def call(self, machine: Machine, token: Token, node: Node) -> int:
        """Stand for the called process."""
        self._called += 1
        return self._called

    def uncall(self, machine: Machine, token: Token) -> None:
        """Cancel nothing again."""

    def due(self, machine: Machine, node: Node, timer: TimerDef) -> datetime | None:
        """Let every timer wait; those that fired have an event."""
        return _ANY_DAY

    def uncaught(self, machine: Machine, event: EventDef) -> bool:
        """Leave it to the caller's own events."""
        return False


class Log:
    """Compares each flow with the stored path, and keeps what was given up."""

    walker: Walker

    def __init__(self) -> None:
        self.opened: list[tuple[str, int]] = []  #: (element, token) of tasks whose event is still to come
        self.given_up: list[str] = []
        self.failed = False

    def took(self, flow_id: str) -> None:
        """Follow the path."""
        if self.walker.upcoming() != flow_id:
            raise Lost
        self.walker.place += 1

    def branch(self, node: Node, key: str) -> None:
        """Say nothing: the path is what counts."""

    def task_opened(self, token: Token, node: Node) -> None:
        """Keep the token until the task's event names it."""
        self.opened.append((node.id, token.id))

    def task_closed(self, token: Token, node: Node, completed: bool) -> None:
        """Keep what was given up."""
        if not completed:
            self.given_up.append(node.id)

    def armed(self, owner: int, node: Node, event: EventDef, due: datetime | None) -> None:
        """Say nothing."""

    def disarmed(self, owner: int, node: Node, fired: bool) -> None:
        """Say nothing."""

    def ended(self, node: Node) -> None:
        """Say nothing."""

    def finished(self, failed: EventDef | None) -> None:
        """Keep whether an error ended it."""
        self.failed = failed is not None
