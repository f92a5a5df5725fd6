"""Messages in a diagram are messages of the catalogue, so that what one process sends another can hear."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import Subject, at
from engine.graph import Trigger


def check(subject: Subject) -> Iterator[Finding]:
    """Find messages that no catalogue names."""
    for node in subject.nodes():
        for event in node.events:
            if event.trigger is Trigger.MESSAGE and event.name and event.name not in subject.known.messages:
                yield at(
                    "messages",
                    node,
                    f"消息“{event.name}”不在消息目录里，请选用已有的消息。",
                    f"The message “{event.name}” is not in the catalogue.",
                )
