"""No way goes round without ever waiting (THR-24): a person, a message or a time stands on every cycle."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import Subject, at, label
from engine.gate.walk import forward, waiting
from engine.graph import Graph, Kind, Node


def check(subject: Subject) -> Iterator[Finding]:
    """Find cycles, and repeated activities, that could run on without a wait."""
    for graph in subject.graphs():
        always, bodies = waiting(graph)
        for group in _cycles(graph, always):
            names = "、".join(label(node) for node in group[:5])
            yield at(
                "waits",
                group[0],
                f"“{names}”可以循环往复而不等待任何人或时间，会变成死循环，请加入人工、消息或定时环节。",
                "These nodes can go round without waiting; put a person, a message or a time on the way.",
            )
        for node in graph.nodes.values():
            if node.loop is not None and node.loop.maximum is None and node.id not in bodies:
                yield at(
                    "waits",
                    node,
                    f"“{label(node)}”重复执行时没有人工或等待环节，请写明最多次数。",
                    "This loop never waits; give it a maximum.",
                )


def _cycles(graph: Graph, always: set[str]) -> list[list[Node]]:
    """Return the groups of nodes that can go round without a wait, each in document order.

    A parallel join that also needs a token from outside the group holds the group up, so it counts as a wait.
    """
    holding = set(always)
    while True:
        groups = [group for group in _components(graph, holding) if _goes_round(graph, group)]
        joins = {node.id for group in groups for node in group if _held_up(node, group)}
        if not joins:
            return [sorted(group, key=lambda node: node.line) for group in groups]
        holding |= joins


def _goes_round(graph: Graph, group: list[Node]) -> bool:
    return len(group) > 1 or any(flow.target == group[0].id for flow in group[0].outgoing)


def _held_up(node: Node, group: list[Node]) -> bool:
    inside = {member.id for member in group}
    return node.kind is Kind.PARALLEL and any(flow.source not in inside for flow in node.incoming)


def _components(graph: Graph, waiting: set[str]) -> Iterator[list[Node]]:
    """Yield the strongly connected groups of the nodes that do not wait (two passes, no recursion)."""
    following = forward(graph)
    free = {node.id: node for node in graph.nodes.values() if node.id not in waiting}
    onward = {key: [n.id for n in following(node) if n.id in free] for key, node in free.items()}
    back: dict[str, list[str]] = {key: [] for key in free}
    for key, targets in onward.items():
        for target in targets:
            back[target].append(key)
    left = set(free)
    for key in reversed(_finish_order(onward)):
        if key not in left:
            continue
        group, ahead = [], [key]
        left.discard(key)
        while ahead:
            here = ahead.pop()
            group.append(free[here])
            for source in back[here]:
                if source in left:
                    left.discard(source)
                    ahead.append(source)
        yield group


def _finish_order(onward: dict[str, list[str]]) -> list[str]:
    order: list[str] = []
    seen: set[str] = set()
    for root, first in onward.items():
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(first))]
        while stack:
            key, targets = stack[-1]
            unseen = next((target for target in targets if target not in seen), None)
            if unseen is None:
                order.append(key)
                stack.pop()
            else:
                seen.add(unseen)
                stack.append((unseen, iter(onward[unseen])))
    return order
