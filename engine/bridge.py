"""Between the pure machine and the world: what the one asks for, the other answers, in one unit of work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.graph import EventDef, Node, TimerDef, Trigger
from engine.runtime.host import Values
from engine.runtime.machine import Machine
from engine.runtime.state import Token

if TYPE_CHECKING:
    from engine.live import Live
    from engine.unit import Unit


class Bridge:
    """The `Host` of a machine whose instance lives in the database."""

    __slots__ = ("live", "unit")

    def __init__(self, unit: Unit, live: Live) -> None:
        self.unit = unit
        self.live = live

    def functions(self, machine: Machine, node: Node) -> Mapping[str, Callable[..., Any]]:
        """Return what expressions may call."""
        return self.unit.kernel.world.functions(self.unit, self.live, node)

    def service(self, machine: Machine, token: Token, node: Node) -> Values | None:
        """Run a registered service."""
        return self.unit.kernel.world.service(self.unit, self.live, token, node)

    def decide(self, machine: Machine, token: Token, node: Node) -> Values | None:
        """Run decision tables."""
        return self.unit.kernel.world.decide(self.unit, self.live, token, node)

    def throw(self, machine: Machine, token: Token, node: Node, event: EventDef, heard: bool) -> None:
        """Send a message, or broadcast a signal after the step."""
        if event.trigger is Trigger.SIGNAL:
            from engine.messages import broadcast

            self.unit.later(lambda: broadcast(self.unit, event.name, self.live.id if heard else 0))
        else:
            self.unit.kernel.world.thrown(self.unit, self.live, token, node, event.name)

    def call(self, machine: Machine, token: Token, node: Node) -> int:
        """Start the called process after this step."""
        return self.unit.start_call(self.live, token.id, node, machine.names(token.scope))

    def uncall(self, machine: Machine, token: Token) -> None:
        """Cancel the called process."""
        self.unit.cancel(token.called, "caller")

    def due(self, machine: Machine, node: Node, timer: TimerDef) -> datetime | None:
        """Ask the world when a timer fires."""
        return self.unit.kernel.world.due(self.unit, self.live, node, timer)

    def uncaught(self, machine: Machine, event: EventDef) -> bool:
        """Hand an error or escalation to the caller."""
        if self.live.parent is None:
            return False
        if event.trigger is Trigger.ERROR:
            self.unit.raise_in_caller(self.live, event)
        else:
            self.unit.escalate(self.live, machine, event)
        return True
