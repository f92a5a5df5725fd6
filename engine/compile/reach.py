"""From where a flow into an inclusive gateway can still get a token: computed once, used at every join."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.graph import Flow, Kind, Node


def inclusive_reach(nodes: Mapping[str, Node]) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Return, per inclusive gateway with several incoming flows, flow id -> ids of nodes that lead to it.

    Paths do not pass the gateway itself. A boundary event is reached from the activity it hangs on.
    """
    reach: dict[str, Mapping[str, frozenset[str]]] = {}
    for node in nodes.values():
        if node.kind is Kind.INCLUSIVE and len(node.incoming) > 1:
            reach[node.id] = MappingProxyType({flow.id: behind(flow, node, nodes) for flow in node.incoming})
    return MappingProxyType(reach)


def behind(flow: Flow, gateway: Node, nodes: Mapping[str, Node]) -> frozenset[str]:
    """Return the nodes from which a flow can be reached without passing the gateway it leads into."""
    found: set[str] = set()
    ahead = [flow.source]
    while ahead:
        node_id = ahead.pop()
        if node_id in found or node_id == gateway.id:
            continue
        found.add(node_id)
        node = nodes[node_id]
        ahead.extend(incoming.source for incoming in node.incoming)
        if node.attached_to:
            ahead.append(node.attached_to)
    return frozenset(found)
