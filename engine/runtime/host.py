"""What the runtime asks of the world around it, and what it reports. Both are given, never looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from engine.graph import EventDef, Node, TimerDef

if TYPE_CHECKING:
    from engine.runtime.machine import Machine
    from engine.runtime.state import Token

Values = Mapping[str, Any]


class BusinessError(Exception):
    """Raised by a service to throw a BPMN error: an error boundary event may catch its code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Host(Protocol):
    """The world: services, decisions, functions of expressions, messages, called processes, time."""

    def functions(self, machine: Machine, node: Node) -> Mapping[str, Callable[..., Any]]:
        """Return the functions that expressions of the node may call."""

    def service(self, machine: Machine, token: Token, node: Node) -> Values | None:
        """Run a registered service; return routing variables to set. May raise BusinessError."""

    def decide(self, machine: Machine, token: Token, node: Node) -> Values | None:
        """Run the decision tables of a business-rule task; return routing variables to set."""

    def throw(self, machine: Machine, token: Token, node: Node, event: EventDef, heard: bool) -> None:
        """Send a message or broadcast a signal; delivered after the step, in the same transaction.

        `heard`: this instance has heard the signal and does not hear it again.
        """

    def call(self, machine: Machine, token: Token, node: Node) -> int:
        """Start the called process after this step; return the number by which it will answer."""

    def uncall(self, machine: Machine, token: Token) -> None:
        """Cancel the called process of a token."""

    def due(self, machine: Machine, node: Node, timer: TimerDef) -> datetime | None:
        """Return the instant (UTC) a timer fires; None: it never does (its deadline is met or absent)."""

    def uncaught(self, machine: Machine, event: EventDef) -> bool:
        """Offer an error or escalation nobody here catches to the caller; tell whether it was taken."""


class Log(Protocol):
    """What a step did, in order."""

    def took(self, flow_id: str) -> None:
        """Record a sequence flow taken."""

    def branch(self, node: Node, key: str) -> None:
        """Record which branch a gateway took."""

    def task_opened(self, token: Token, node: Node) -> None:
        """Record that a user task waits for a person."""

    def task_closed(self, token: Token, node: Node, completed: bool) -> None:
        """Record that a user task waits no more."""

    def armed(self, owner: int, node: Node, event: EventDef, due: datetime | None) -> None:
        """Record that an event waits; `owner` is a token, or minus a scope for event sub-processes."""

    def disarmed(self, owner: int, node: Node, fired: bool) -> None:
        """Record that an event waits no more."""

    def ended(self, node: Node) -> None:
        """Record that a token reached an end event."""

    def finished(self, failed: EventDef | None) -> None:
        """Record that the instance is over, by its end or by an error nobody caught."""
