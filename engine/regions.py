"""Parallel regions: which user tasks one token can be moved between without leaving its siblings behind.

A token that is put back across a fork would split a second time, one that is put back across a join would
wait there for ever. Two nodes lie in the same region when the same branches of the same forks enclose them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.graph import Graph, Kind, Node

#: The forks around a node, the outermost first, each with the flow (or boundary event) that leads in.
Region = tuple[tuple[str, str], ...]

_FORKS = frozenset({Kind.PARALLEL, Kind.INCLUSIVE})


def regions(graph: Graph) -> Mapping[str, Region]:
    """Return the region of every node that can be reached, within its scope."""
    found: dict[str, Region] = {}
    for _round in graph.nodes:
        changed = False
        for node in graph.nodes.values():
            ways = list(_entries(graph, node, found))
            if not node.incoming and node.attached_to is None:
                ways = [()]
            region = _common(ways) if ways else None
            if region is not None and found.get(node.id) != region:
                found[node.id] = region
                changed = True
        if not changed:
            break
    return found


def same_region(graph: Graph, one: str, other: str) -> bool:
    """Tell whether a token may be put from one node of a scope to another."""
    known = regions(graph)
    return one in known and known.get(one) == known.get(other)


def _entries(graph: Graph, node: Node, found: Mapping[str, Region]) -> Iterable[Region]:
    for flow in node.incoming:
        before = graph.nodes[flow.source]
        if before.id not in found:
            continue
        forks = before.kind in _FORKS and len(before.outgoing) > 1
        yield found[before.id] + (((before.id, flow.id),) if forks else ())
    if node.attached_to is not None and node.attached_to in found:
        beside = () if node.interrupting else ((node.id, node.id),)
        yield found[node.attached_to] + beside


def _common(ways: list[Region]) -> Region:
    """Return the forks all ways have in common: a join closes what its branches opened."""
    first = ways[0]
    for length in range(len(first), -1, -1):
        if all(way[:length] == first[:length] for way in ways):
            return first[:length]
    return ()
