"""What completing a user task means for the case: one function an element, found by its id.

A handler runs after the form was accepted and before the process goes on. It may refuse with `GuardUnmet`
or `FormInvalid`, records what the form says, and may add routing variables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.user_tasks import OpenTask
from tasks.desk import Context, Desk


@dataclass(slots=True)
class Completion:
    """A task being completed: accepted values, and the routing variables that go into the process."""

    desk: Desk
    task: OpenTask
    context: Context
    values: Mapping[str, Any]
    routing: dict[str, Any]

    @property
    def case_id(self) -> int:
        """Return the case; every task but some duties has one."""
        assert self.context.case_id is not None
        return self.context.case_id

    @property
    def person_id(self) -> int:
        """Return the person."""
        assert self.context.person_id is not None
        return self.context.person_id

    def emit(self, kind: str, **data: Any) -> None:
        """Add a fact to the trail, naming this element."""
        self.desk.emit(self.task.live.trail_id, kind, self.task.live, self.task.node.id, **data)


Handler = Callable[[Completion], None]
_HANDLERS: dict[str, Handler] = {}


def on(*elements: str) -> Callable[[Handler], Handler]:
    """Register a handler for one or more elements."""

    def keep(handler: Handler) -> Handler:
        for element in elements:
            if element in _HANDLERS:
                raise ValueError(f"two handlers for {element}")
            _HANDLERS[element] = handler
        return handler

    return keep


def handle(completion: Completion) -> None:
    """Run the handler of an element, if it has one."""
    handler = _HANDLERS.get(completion.task.node.id)
    if handler is not None:
        handler(completion)


def elements() -> frozenset[str]:
    """Return the elements that have a handler (a test holds them against the diagrams)."""
    return frozenset(_HANDLERS)


from tasks.handlers import (  # noqa: E402
    assistance,  # noqa: F401
    continued_training,  # noqa: F401
    duty,  # noqa: F401
    follow_up,  # noqa: F401
    ledger,  # noqa: F401
    recognition,  # noqa: F401
    registration,  # noqa: F401
    stabilisation,  # noqa: F401
    survey,  # noqa: F401
    training,  # noqa: F401
    welfare,  # noqa: F401
)
