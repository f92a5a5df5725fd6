"""From where a flow into an inclusive gateway can still get a token: computed once, used at every join."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.graph import Flow, Kind, Node

Reach = Mapping[str, Mapping[str, frozenset[str]]]


def inclusive_reach(nodes: Mapping[str, Node], borders: bool = True) -> Reach:
    """Return, per inclusive gateway with several incoming flows, flow id -> ids of nodes that lead to it.

    Paths do not pass the gateway itself. A boundary event is reached from the activity it hangs on, or,
    without `borders`, from nowhere.
    """
    reach: dict[str, Mapping[str, frozenset[str]]] = {}
    for node in nodes.values():
        if node.kind is Kind.INCLUSIVE and len(node.incoming) > 1:
            found = {flow.id: behind(flow, node, nodes, borders) for flow in node.incoming}
            reach[node.id] = MappingProxyType(found)
    return MappingProxyType(reach)


def behind(flow: Flow, gateway: Node, nodes: Mapping[str, Node], borders: bool = True) -> frozenset[str]:
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
        host = nodes.get(node.attached_to or "")  # none where a border hangs on what was refused
        if host is not None and borders:
            ahead.append(host.id)
    return frozenset(found)
