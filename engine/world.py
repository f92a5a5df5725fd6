"""What the kernel asks of the program around it. The 595 domain is one such world; tests bring their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from engine.clock import NO_DUE
from engine.graph import EventDef, Node, TimerDef, TimerKind

if TYPE_CHECKING:
    from engine.live import Live
    from engine.runtime.state import Token
    from engine.unit import Unit

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TaskAttributes:
    """To whom a new user task belongs and when it is due (microseconds UTC)."""

    role: str = ""
    pool: str = ""
    area: str = ""
    subject_id: int | None = None
    assignee_id: int | None = None
    due_at: int = NO_DUE
    priority: int = 0
    data: Values = field(default_factory=dict)


class World(Protocol):
    """Services, decisions, people and messages of the program that uses the kernel."""

    def functions(self, unit: Unit, live: Live, node: Node) -> Mapping[str, Callable[..., Any]]:
        """Return the functions expressions may call."""

    def service(self, unit: Unit, live: Live, token: Token, node: Node) -> Values | None:
        """Run the service a service task names; return routing variables."""

    def decide(self, unit: Unit, live: Live, token: Token, node: Node) -> Values | None:
        """Run the decision tables of a business-rule task; return routing variables."""

    def task(self, unit: Unit, live: Live, token: Token, node: Node) -> TaskAttributes:
        """Say to whom a new user task belongs."""

    def task_closed(self, unit: Unit, live: Live, node: Node, completed: bool) -> None:
        """Hear that a user task waits no more."""

    def thrown(self, unit: Unit, live: Live, token: Token, node: Node, name: str) -> None:
        """Send the message a node throws (`engine.messages.send`)."""

    def key(self, unit: Unit, live: Live, node: Node, event: EventDef) -> str:
        """Return the correlation key under which a node waits for a message."""

    def due(self, unit: Unit, live: Live, node: Node, timer: TimerDef) -> datetime | None:
        """Return when a timer fires (UTC); None: never."""

    def begun(self, unit: Unit, live: Live) -> None:
        """Hear that an instance was started, before its first step."""

    def over(self, unit: Unit, live: Live, status: str) -> None:
        """Hear that an instance ended (completed, cancelled, failed)."""

    def ended(self, unit: Unit, live: Live, node: Node) -> None:
        """Hear that a token reached an end event."""

    def called(self, unit: Unit, parent: Live, child: Live) -> None:
        """Hear that a call activity is about to start an instance."""

    def answer(self, unit: Unit, child: Live) -> Values:
        """Return the variables a finished called instance gives back."""

    def start_by_message(self, unit: Unit, name: str, key: str, run: int | None, values: Values) -> bool:
        """Start what a message starts when nobody waits for it; tell whether something was started."""


class PlainWorld:
    """A world with nothing in it: timers by their own text, no services. A base for small uses and tests."""

    def functions(self, unit: Unit, live: Live, node: Node) -> Mapping[str, Callable[..., Any]]:
        """Return no functions."""
        return {}

    def service(self, unit: Unit, live: Live, token: Token, node: Node) -> Values | None:
        """Do nothing."""
        return None

    def decide(self, unit: Unit, live: Live, token: Token, node: Node) -> Values | None:
        """Decide nothing."""
        return None

    def task(self, unit: Unit, live: Live, token: Token, node: Node) -> TaskAttributes:
        """Give the task to the role the diagram names."""
        return TaskAttributes(role=node.attrs.get("role", ""))

    def task_closed(self, unit: Unit, live: Live, node: Node, completed: bool) -> None:
        """Ignore it."""

    def thrown(self, unit: Unit, live: Live, token: Token, node: Node, name: str) -> None:
        """Send the message under the instance's own key."""
        from engine.messages import send

        send(unit, name, live.key, {})

    def key(self, unit: Unit, live: Live, node: Node, event: EventDef) -> str:
        """Return the instance's own key."""
        return live.key

    def due(self, unit: Unit, live: Live, node: Node, timer: TimerDef) -> datetime | None:
        """Read ISO 8601 text, or the instant an expression gives."""
        from engine.iso import after, parse_instant

        if timer.expr is not None:
            value = timer.expr(live.names(), self.functions(unit, live, node))
            if value is None or isinstance(value, datetime):
                return value
            return parse_instant(str(value))
        if timer.kind is TimerKind.DATE:
            return parse_instant(timer.text)
        return after(unit.now, timer.text)

    def begun(self, unit: Unit, live: Live) -> None:
        """Ignore it."""

    def over(self, unit: Unit, live: Live, status: str) -> None:
        """Ignore it."""

    def ended(self, unit: Unit, live: Live, node: Node) -> None:
        """Ignore it."""

    def called(self, unit: Unit, parent: Live, child: Live) -> None:
        """Ignore it."""

    def answer(self, unit: Unit, child: Live) -> Values:
        """Give back every variable."""
        return child.state.vars

    def start_by_message(self, unit: Unit, name: str, key: str, run: int | None, values: Values) -> bool:
        """Start the first process the message starts, on a new trail."""
        for definition in unit.kernel.definitions.started_by(unit.conn, name):
            start = definition.graph.messages_started_by()[name]
            unit.start(definition.key, unit.new_trail(), key, run or 1, start.id, values)
            return True
        return False
