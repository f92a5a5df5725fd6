"""Where the tokens of an instance stand on a graph, and which joins could wait for ever because of it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile.reach import behind
from engine.graph import Flow, Graph, Kind, Node
from engine.migration.place import is_join


class Standing:
    """Tokens by the scope they run in and the element that scope is."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._nodes: dict[tuple[int, str], set[str]] = {}
        self._arrived: dict[tuple[int, str], dict[str, set[str]]] = {}

    def add(self, scope: int, element: str, via: str) -> None:
        """Let a token stand on an element; `via` is the flow by which it waits there at a join."""
        node = self._graph.nodes[element]
        spot = (scope, node.scope)
        nodes = self._nodes.setdefault(spot, set())
        if via and is_join(node):
            self._arrived.setdefault(spot, {}).setdefault(element, set()).add(via)
        else:
            nodes.add(element)

    def starving(self) -> Iterator[tuple[Node, Flow]]:
        """Yield (join, flow) where a parallel join gets some of its tokens but never one by that flow."""
        for spot, nodes in self._nodes.items():
            arrived = self._arrived.get(spot, {})
            for join in self._graph.scopes[spot[1]].nodes:
                if join.kind is Kind.PARALLEL and is_join(join):
                    yield from self._unfed(join, arrived.get(join.id, set()), nodes)

    def _unfed(self, join: Node, arrived: set[str], nodes: set[str]) -> Iterator[tuple[Node, Flow]]:
        unfed = [
            flow
            for flow in join.incoming
            if flow.id not in arrived and not nodes & behind(flow, join, self._graph.nodes)
        ]
        if len(unfed) < len(join.incoming):
            yield from ((join, flow) for flow in unfed)
