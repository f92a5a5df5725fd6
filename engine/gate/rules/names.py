"""Expressions use declared routing variables and registered functions only (SEC-E2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.compile import Finding
from engine.expressions import Expr
from engine.gate.subject import Subject, at
from engine.graph import Flow, Graph, Node

_MANY = frozenset({"loopCounter"})
_COMPLETION = frozenset(
    {
        "numberOfInstances", "numberOfCompletedInstances", "numberOfActiveInstances",
        "numberOfTerminatedInstances", "loopCounter",
    }
)  # fmt: skip


def check(subject: Subject) -> Iterator[Finding]:
    """Find names in expressions that nothing declares."""
    for graph in subject.graphs():
        for where, expr, local in _expressions(graph):
            for name in sorted(expr.names - local):
                yield at(
                    "names",
                    where,
                    f"表达式“{expr.text}”用了没有声明的变量 {name}，请在图中声明它。",
                    f"The expression “{expr.text}” uses the undeclared variable {name}.",
                )
            for name in sorted(expr.calls - subject.known.functions):
                yield at(
                    "names",
                    where,
                    f"表达式“{expr.text}”用了没有登记的函数 {name}。",
                    f"The expression “{expr.text}” calls the unregistered function {name}.",
                )


def _expressions(graph: Graph) -> Iterator[tuple[Node | Flow, Expr, frozenset[str]]]:
    local = {scope: frozenset(_visible(graph, scope)) for scope in graph.scopes}
    for flow in graph.flows.values():
        if flow.condition is not None:
            yield flow, flow.condition, local[graph.nodes[flow.source].scope]
    for node in graph.nodes.values():
        around = local[node.scope]
        for event in node.events:
            if event.timer is not None and event.timer.expr is not None:
                yield node, event.timer.expr, around
        if node.multi is not None:
            item = frozenset({node.multi.item} if node.multi.item else ())
            for expr in filter(None, (node.multi.cardinality, node.multi.collection)):
                yield node, expr, around
            if node.multi.completion is not None:
                yield node, node.multi.completion, around | item | _COMPLETION
        if node.loop is not None and node.loop.condition is not None:
            yield node, node.loop.condition, around | _MANY


def _visible(graph: Graph, scope: str) -> Iterable[str]:
    """Yield the data objects of a scope and those around it, and the items of the activities it lies in."""
    yield from graph.scopes[scope].variables
    owner = graph.nodes.get(scope)
    while owner is not None:
        yield from graph.scopes[owner.scope].variables
        if owner.multi is not None:
            yield "loopCounter"
            if owner.multi.item:
                yield owner.multi.item
        owner = graph.nodes.get(owner.scope)
