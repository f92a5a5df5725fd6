"""Ways through the scopes of a graph, for rules that ask what can be reached from where."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.graph import Graph, Kind, Node, Trigger

Next = Callable[[Node], Iterable[Node]]

#: Triggers somebody else pulls; an error or escalation comes from the activity itself.
OUTSIDE = frozenset({Trigger.MESSAGE, Trigger.TIMER, Trigger.SIGNAL})


def forward(graph: Graph) -> Next:
    """Return what follows a node in its scope: targets of its flows, and the events on its border."""

    def following(node: Node) -> list[Node]:
        return [graph.nodes[flow.target] for flow in node.outgoing] + list(node.boundary)

    return following


def backward(graph: Graph) -> Next:
    """Return what comes before a node in its scope."""

    def before(node: Node) -> list[Node]:
        found = [graph.nodes[flow.source] for flow in node.incoming]
        host = graph.nodes.get(node.attached_to or "")
        return [*found, host] if host is not None else found

    return before


def reached(origins: Iterable[Node], step: Next, stop: Callable[[Node], bool] | None = None) -> set[str]:
    """Return the ids of the origins and of all nodes reached from them; go no further than a stop."""
    found: set[str] = set()
    ahead = list(origins)
    while ahead:
        node = ahead.pop()
        if node.id in found:
            continue
        found.add(node.id)
        if stop is None or not stop(node):
            ahead.extend(step(node))
    return found


def waiting(graph: Graph) -> tuple[set[str], set[str]]:
    """Return ids of nodes at which a token always waits for the outside world, and whose body waits.

    The second set also holds activities that may run zero times, such as a loop tested before.
    """
    always: set[str] = set()
    bodies: set[str] = set()
    for scope in reversed(list(graph.scopes.values())):  # inner scopes come after outer ones
        for node in scope.nodes:
            if _waits(node) or (node.kind is Kind.SUB and _scope_waits(graph, node, always)):
                bodies.add(node.id)
                if node.multi is None and not (node.loop is not None and node.loop.test_before):
                    always.add(node.id)
    return always, bodies


def _waits(node: Node) -> bool:
    if node.kind is Kind.CATCH:
        return bool(node.events)
    if node.kind is Kind.BOUNDARY:
        return bool(node.events) and all(event.trigger in OUTSIDE for event in node.events)
    return node.kind in (Kind.USER, Kind.MANUAL, Kind.RECEIVE, Kind.EVENT)


def _scope_waits(graph: Graph, sub: Node, always: set[str]) -> bool:
    """Tell whether no way through a sub-process avoids waiting."""
    scope = graph.scopes[sub.id]
    found = reached(scope.starts, forward(graph), stop=lambda inner: inner.id in always) - always
    return not any(node.id in found and not node.outgoing for node in scope.nodes)
