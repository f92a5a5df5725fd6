"""Sequence flows: given ids where the file has none, joined to their nodes, default flows settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from engine.compile.context import Context
from engine.compile.findings import FLOWS
from engine.compile.xml import child, children, line_of, local, own, reference, text
from engine.graph import ACTIVITIES, Flow, Kind, Node

_DECIDING = frozenset({Kind.EXCLUSIVE, Kind.INCLUSIVE})
_CONDITIONAL = _DECIDING | ACTIVITIES
_NO_INCOMING = frozenset({Kind.START, Kind.BOUNDARY, Kind.EVENT_SUB})
_NO_OUTGOING = frozenset({Kind.END, Kind.EVENT_SUB})


def read_flows(
    elements: Iterable[tuple[etree._Element, str]], nodes: Mapping[str, Node], context: Context
) -> dict[str, Flow]:
    """Return the flows by id in document order and join them to their nodes.

    `elements` pairs each sequence flow with the id of the scope it is written in.
    """
    flows: dict[str, Flow] = {}
    for element, scope in elements:
        flow = _read(element, scope, nodes, flows, context)
        if flow is not None:
            flows[flow.id] = flow
    outgoing: dict[str, list[Flow]] = {}
    incoming: dict[str, list[Flow]] = {}
    for flow in flows.values():
        outgoing.setdefault(flow.source, []).append(flow)
        incoming.setdefault(flow.target, []).append(flow)
    for flow in flows.values():
        if flow.condition is not None and nodes[flow.source].kind not in _CONDITIONAL:
            context.findings.add(
                FLOWS,
                (flow.id, flow.line),
                "这条连线的条件不会被判断，条件只能写在排他、包容网关或任务之后。",
                "A condition is not looked at here; it may follow exclusive and inclusive gateways or tasks.",
            )
    for node in nodes.values():
        node.outgoing = tuple(outgoing.get(node.id, ()))
        node.incoming = tuple(incoming.get(node.id, ()))
        _settle_default(node, context)
    return flows


def _read(
    element: etree._Element,
    scope: str,
    nodes: Mapping[str, Node],
    flows: Mapping[str, Flow],
    context: Context,
) -> Flow | None:
    source, target = element.get("sourceRef", ""), element.get("targetRef", "")
    if not _may_join(element, scope, nodes.get(source), nodes.get(target), context):
        return None
    branch = own(element).get("branch", "").strip()
    flow_id = element.get("id") or _free_id(f"F_{source}_{branch or target}", flows, nodes)
    condition = text(child(element, "conditionExpression"))
    if child(element, "conditionExpression") is not None and not condition:
        context.findings.add(FLOWS, element, "连线的条件是空的，请填写或删除。", "The condition is empty.")
    return Flow(
        id=flow_id,
        source=source,
        target=target,
        name=element.get("name", "").strip(),
        branch=branch,
        condition=context.expression(element, condition) if condition else None,
        line=line_of(element),
    )


def _free_id(wanted: str, flows: Mapping[str, Flow], nodes: Mapping[str, Node]) -> str:
    number, candidate = 1, wanted
    while candidate in flows or candidate in nodes:
        number += 1
        candidate = f"{wanted}_{number}"
    return candidate


def _may_join(
    element: etree._Element, scope: str, source: Node | None, target: Node | None, context: Context
) -> bool:
    if source is None or target is None:
        zh, en = "连线的一端没有接在步骤上", "The flow is not connected at both ends"
    elif source.scope != target.scope or source.scope != scope:
        zh, en = "连线不能穿过子流程或流程的边界", "A flow cannot cross the border of a scope"
    elif source.kind in _NO_OUTGOING:
        zh, en = f"“{source.id}”不能有引出的连线", f"“{source.id}” cannot have an outgoing flow"
    elif target.kind in _NO_INCOMING:
        zh, en = f"“{target.id}”不能有引入的连线", f"“{target.id}” cannot have an incoming flow"
    else:
        return True
    ends = f"（{element.get('sourceRef', '')} → {element.get('targetRef', '')}）"
    context.findings.add(FLOWS, element, f"{zh}{ends}，请重新连接。", f"{en} {ends}; reconnect it.")
    return False


def check_listed(element: etree._Element, flows: Mapping[str, Flow], context: Context) -> None:
    """Note flows that a node lists as coming in or going out while they say otherwise of themselves."""
    for part in children(element, "incoming", "outgoing"):
        flow = flows.get(reference(text(part)))
        end = None if flow is None else flow.target if local(part) == "incoming" else flow.source
        if flow is not None and end != element.get("id", ""):
            context.findings.add(
                FLOWS,
                part,
                f"这里写着连线“{flow.id}”，而该连线接的是“{end}”；以连线为准，请核对。",
                f"The flow “{flow.id}” is listed here, but joins “{end}”, where it is taken to lead.",
                "warning",
            )


def _settle_default(node: Node, context: Context) -> None:
    where = (node.id, node.line)
    if node.default is not None:
        default = next((flow for flow in node.outgoing if flow.id == node.default), None)
        if default is None or node.kind not in _CONDITIONAL:
            context.findings.add(
                FLOWS,
                where,
                f"默认连线“{node.default}”不是从这个网关引出的，请重新指定。",
                f"The default flow “{node.default}” does not leave this gateway.",
            )
            node.default = None
        elif default.condition is not None:
            context.findings.add(
                FLOWS,
                (default.id, default.line),
                "默认连线不能再写条件，请删除条件。",
                "A default flow cannot have a condition; remove it.",
            )
    elif node.kind is Kind.EXCLUSIVE:
        free = [flow for flow in node.outgoing if flow.condition is None]
        node.default = free[0].id if len(free) == 1 else None
