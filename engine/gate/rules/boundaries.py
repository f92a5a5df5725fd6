"""A boundary event stands where it can happen: something waits there, or something there can throw."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import Subject, at, label
from engine.gate.walk import OUTSIDE
from engine.graph import EventDef, Kind, Node, Trigger

_LASTING = frozenset({Kind.USER, Kind.MANUAL, Kind.RECEIVE, Kind.SUB, Kind.CALL})
_THROWING = {
    Trigger.ERROR: frozenset({Kind.SERVICE, Kind.RULE, Kind.SUB, Kind.CALL}),
    Trigger.ESCALATION: frozenset({Kind.SUB, Kind.CALL}),
}


def check(subject: Subject) -> Iterator[Finding]:
    """Find boundary events that can never happen, and two that want the same thing."""
    for host in subject.nodes():
        seen: set[tuple[Trigger, str]] = set()
        for boundary in host.boundary:
            for event in boundary.events:
                if host.kind not in (_LASTING if event.trigger in OUTSIDE else _THROWING[event.trigger]):
                    yield _never(boundary, host)
                elif event.trigger is not Trigger.TIMER and _key(event) in seen:
                    yield at(
                        "boundaries",
                        boundary,
                        f"“{label(host)}”上有两个边界事件等待同一件事（{event.name}），请合并。",
                        f"Two boundary events of one activity wait for the same {event.trigger}.",
                    )
                seen.add(_key(event))


def _key(event: EventDef) -> tuple[Trigger, str]:
    return event.trigger, event.name


def _never(boundary: Node, host: Node) -> Finding:
    return at(
        "boundaries",
        boundary,
        f"边界事件贴在“{label(host)}”上永远不会发生，请移到会等待或会出错的环节上。",
        f"A boundary event on a {host.kind} can never happen in this way; put it elsewhere.",
    )
