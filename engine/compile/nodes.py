"""One flow node of the file to one node of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lxml import etree

from engine.compile import events, loops
from engine.compile.context import Context
from engine.compile.elements import is_event_sub
from engine.compile.findings import EVENTS, REFERENCES
from engine.compile.xml import children, line_of, local, own, reference, text
from engine.graph import ACTIVITIES, EventDef, Kind, Node, Trigger

_EVENTS = frozenset({Kind.START, Kind.END, Kind.CATCH, Kind.THROW, Kind.BOUNDARY})
_MESSAGING = frozenset({Kind.SEND, Kind.RECEIVE})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a node is read with: its scope and the names of its process."""

    scope: str
    scope_kind: Kind | None  #: None for the process itself
    lanes: Mapping[str, str]
    data_names: dict[str, str]


def read_node(element: etree._Element, around: Surroundings, context: Context) -> Node:
    """Return the node of a flow node element; flows and boundary events are joined to it later."""
    kind = Kind.EVENT_SUB if is_event_sub(element) else Kind(local(element))
    node_id = element.get("id", "")
    node = Node(
        id=node_id,
        kind=kind,
        name=element.get("name", "").strip(),
        scope=around.scope,
        line=line_of(element),
        default=element.get("default") or None,
        lane=around.lanes.get(node_id, ""),
        documentation="\n".join(filter(None, map(text, children(element, "documentation")))),
        attrs=MappingProxyType(own(element)),
    )
    if kind in _EVENTS:
        place = events.place_of(kind, around.scope_kind)
        node.events = events.read(element, place, context)
        node.interrupting = events.interrupting(element, place, node.events, context)
    if kind is Kind.BOUNDARY:
        node.attached_to = reference(element.get("attachedToRef"))
    if kind in _MESSAGING:
        node.events = (EventDef(Trigger.MESSAGE, context.resolve(element, "message", required=True)),)
    if kind is Kind.CALL:
        node.called = _called(element, context)
    if kind is Kind.EVENT_SUB:
        loops.refuse_loop(element, context)
    if kind in ACTIVITIES:
        node.multi = loops.multi_instance(element, around.data_names, context)
        node.loop = loops.standard_loop(element, context)
    return node


def _called(element: etree._Element, context: Context) -> str:
    called = reference(element.get("calledElement"))
    if not called:
        context.findings.add(
            REFERENCES,
            element,
            "调用活动没有写明要调用的流程，请选择一个流程。",
            "The call activity names no process to call.",
        )
    return called


def attach_boundaries(nodes: Mapping[str, Node], context: Context) -> None:
    """Hang each boundary event on its activity; it must lie in the same scope."""
    hanging: dict[str, list[Node]] = {}
    for node in nodes.values():
        if node.kind is not Kind.BOUNDARY:
            continue
        host = nodes.get(node.attached_to or "")
        if host is None or host.scope != node.scope or host.kind not in ACTIVITIES:
            context.findings.add(
                EVENTS,
                (node.id, node.line),
                f"边界事件没有贴在同一层的任务或子流程上（attachedToRef=“{node.attached_to}”）。",
                f"The boundary event is not attached to an activity of its scope (“{node.attached_to}”).",
            )
            continue
        hanging.setdefault(host.id, []).append(node)
    for host_id, events_there in hanging.items():
        nodes[host_id].boundary = tuple(events_there)
