"""No step stands idle, and from every step an end can be reached."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import Subject, at, label
from engine.gate.walk import OUTSIDE, backward, forward, reached
from engine.graph import Graph, Kind, Node, ScopeDef


def check(subject: Subject) -> Iterator[Finding]:
    """Find nodes that no start leads to, and nodes from which no end can be reached."""
    for graph in subject.graphs():
        for scope in graph.scopes.values():
            yield from _scope(graph, scope)


def _scope(graph: Graph, scope: ScopeDef) -> Iterator[Finding]:
    inside = [node for node in scope.nodes if node.kind is not Kind.EVENT_SUB]
    ends = [node for node in inside if node.kind is Kind.END]
    began = reached(scope.starts, forward(graph))
    ending = reached(ends, backward(graph))
    if not ends and inside and not _left_from_outside(graph, scope):
        line = min(node.line for node in inside)
        yield at(
            "reachable",
            (scope.id, line),
            "没有结束事件，流程永远不会办结，请画一个结束事件。",
            "There is no end event, so this never finishes.",
        )
    for node in inside:
        if node.id not in began:
            yield at(
                "reachable",
                node,
                f"没有任何路径能走到“{label(node)}”，请连上或删除。",
                "No way leads here from a start event; connect or remove it.",
            )
        elif not node.outgoing and node.kind is not Kind.END:
            yield at(
                "reachable",
                node,
                f"“{label(node)}”之后没有连线，请接到下一步或结束事件。",
                "Nothing follows this node; connect it to a step or an end event.",
            )
        elif ends and node.id not in ending and not _left_from_outside(graph, scope):
            yield at(
                "reachable",
                node,
                f"从“{label(node)}”出发走不到结束事件，请补上出口。",
                "No end event can be reached from here.",
            )


def _left_from_outside(graph: Graph, scope: ScopeDef) -> bool:
    """Tell whether a scope can be left by an interrupting event that comes from outside."""
    owner = graph.nodes.get(scope.id)
    while owner is not None:
        if any(_interrupts(event) for event in owner.boundary):
            return True
        owner = graph.nodes.get(owner.scope)
    return any(_interrupts(start) for sub in scope.event_subs for start in graph.scopes[sub.id].starts)


def _interrupts(node: Node) -> bool:
    return node.interrupting and any(event.trigger in OUTSIDE for event in node.events)
