"""Gateways: exclusive, parallel, inclusive, event-based."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.errors import EngineFault
from engine.graph import Flow, Kind, Node
from engine.runtime import events
from engine.runtime.state import Token

if TYPE_CHECKING:
    from engine.runtime.machine import Machine

#: Incoming flow -> ids of the nodes from which it can be reached.
Reach = Mapping[str, frozenset[str]]


def _default(node: Node) -> Flow | None:
    return next((flow for flow in node.outgoing if flow.id == node.default), None)


def true_flows(machine: Machine, token: Token, node: Node) -> list[Flow]:
    """Return the outgoing flows whose condition holds (none counts as true), or the default flow.

    Raises EngineFault when there is neither.
    """
    chosen = [
        flow
        for flow in node.outgoing
        if flow.id != node.default and (flow.condition is None or machine.holds(flow.condition, token, node))
    ]
    if not chosen:
        default = _default(node)
        if default is None:
            raise EngineFault(element=node.name or node.id, element_id=node.id, detail="没有符合条件的分支")
        chosen = [default]
    return chosen


def _log_branches(machine: Machine, node: Node, flows: list[Flow]) -> None:
    for flow in flows:
        if flow.branch:
            machine.log.branch(node, flow.branch)


def enter_exclusive(machine: Machine, token: Token, node: Node) -> None:
    """Take the first flow whose condition holds, in document order."""
    out = node.outgoing
    if len(out) == 1:
        chosen = out[0]
    else:
        found: Flow | None = None
        for flow in out:
            if flow.id == node.default or flow.condition is None:
                continue
            if machine.holds(flow.condition, token, node):
                found = flow
                break
        default = _default(node)
        if found is None and default is None:
            raise EngineFault(element=node.name or node.id, element_id=node.id, detail="没有符合条件的分支")
        chosen = found or default  # type: ignore[assignment]
    _log_branches(machine, node, [chosen])
    machine.take(token, chosen)


def enter_parallel(machine: Machine, token: Token, node: Node) -> None:
    """Wait until a token stands on every incoming flow, take one of each, and go on everywhere."""
    if len(node.incoming) > 1:
        arrived = {token.via: token}
        for other in machine.state.tokens.values():
            if other.node == node.id and other.scope == token.scope and other.via:
                arrived.setdefault(other.via, other)
        if len(arrived) < len(node.incoming):
            return
        for other in arrived.values():
            if other is not token:
                del machine.state.tokens[other.id]
        token.via = ""
    if not node.outgoing:
        machine.leave(token, node)
        return
    machine.split(token, node, list(node.outgoing))


def enter_inclusive(machine: Machine, token: Token, node: Node) -> None:
    """Split at once; a join waits until no other token can still arrive (`fire_inclusive`)."""
    if len(node.incoming) > 1:
        return
    _inclusive_out(machine, token, node)


def _inclusive_out(machine: Machine, token: Token, node: Node) -> None:
    if len(node.outgoing) <= 1:
        machine.leave(token, node)
        return
    chosen = true_flows(machine, token, node)
    _log_branches(machine, node, chosen)
    machine.split(token, node, chosen)


def fire_inclusive(machine: Machine) -> bool:
    """Fire one inclusive join that need not wait any longer; tell whether there was one.

    After BPMN 2.0.2, 13.4.3: it waits for a token elsewhere in its scope that can reach an empty incoming
    flow without visiting the gateway, unless that token can reach a flow that already holds one. Paths are of
    sequence flows; where only a boundary event leads to an empty flow, it is waited for too.
    """
    tokens = machine.state.tokens
    waiting: dict[tuple[int, str], dict[str, Token]] = {}
    for token in tokens.values():
        node = machine.graph.nodes[token.node]
        if node.kind is Kind.INCLUSIVE and len(node.incoming) > 1 and token.via:
            waiting.setdefault((token.scope, node.id), {}).setdefault(token.via, token)
    for (scope, gateway), arrived in waiting.items():
        graph = machine.graph
        others = {t.node for t in tokens.values() if t.scope == scope and t.node != gateway}
        if not _must_wait(graph.flow_reach[gateway], graph.reach[gateway], set(arrived), others):
            node = machine.graph.nodes[gateway]
            keep, *rest = arrived.values()
            for token in rest:
                del tokens[token.id]
            keep.via = ""
            _inclusive_out(machine, keep, node)
            return True
    return False


def _must_wait(by_flows: Reach, by_borders: Reach, full: set[str], others: set[str]) -> bool:
    for node in others:
        reach = by_flows if _leads(by_flows, node, full, to_full=False) else by_borders
        if _leads(reach, node, full, to_full=False) and not _leads(reach, node, full, to_full=True):
            return True
    return False


def _leads(reach: Reach, node: str, full: set[str], to_full: bool) -> bool:
    return any(node in sources for flow, sources in reach.items() if (flow in full) == to_full)


def enter_event_based(machine: Machine, token: Token, node: Node) -> None:
    """Wait for the first of the events that follow."""
    for flow in node.outgoing:
        target = machine.graph.nodes[flow.target]
        events.arm(machine, token, target)


def chosen(machine: Machine, token: Token, gateway: Node, target: Node) -> None:
    """Go on at the event of an event-based gateway that happened first."""
    flow = next(flow for flow in gateway.outgoing if flow.target == target.id)
    machine.log.took(flow.id)
    if flow.branch:
        machine.log.branch(gateway, flow.branch)
    token.node = target.id
    token.via = flow.id
    machine.leave(token, target)
