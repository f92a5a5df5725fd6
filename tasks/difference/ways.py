"""Differences of sequence flows: where they lead, under which condition, and which is the default."""

from __future__ import annotations

from collections.abc import Iterator

from engine.graph import Flow, Graph
from tasks.difference.model import Sentence, phrase
from tasks.difference.steps import NOTHING, called
from tasks.phrases import Words, same


def _end(graph: Graph, node_id: str) -> Words:
    """Return an end of a flow; a draft's flow may still hang in the air."""
    node = graph.nodes.get(node_id)
    return same(node_id or "?") if node is None else called(node)


def way(graph: Graph, flow: Flow) -> Words:
    """Return a flow as people read it: from where, to where, by which branch."""
    words = phrase("way", source=_end(graph, flow.source), target=_end(graph, flow.target))
    branch = flow.name or flow.branch
    return phrase("way_named", way=words, branch=branch) if branch else words


def _condition(flow: Flow) -> str:
    return flow.condition.text if flow.condition is not None else ""


def _pairs(old: Graph, new: Graph) -> dict[str, str]:
    """Return old flow id -> new flow id: the same id, or else the same ends and branch."""
    pairs = {flow_id: flow_id for flow_id in old.flows if flow_id in new.flows}
    free = {
        (flow.source, flow.target, flow.branch): flow_id
        for flow_id, flow in new.flows.items()
        if flow_id not in pairs
    }
    for flow_id, flow in old.flows.items():
        if flow_id not in pairs:
            other = free.pop((flow.source, flow.target, flow.branch), None)
            if other is not None:
                pairs[flow_id] = other
    return pairs


def _texts(before: str, after: str) -> dict[str, Words]:
    return {
        "old": same(before) if before else phrase(NOTHING),
        "new": same(after) if after else phrase(NOTHING),
    }


def _changes(old: Graph, new: Graph, before: Flow, after: Flow) -> Iterator[Words]:
    now = way(new, after)
    if (before.source, before.target) != (after.source, after.target):
        yield phrase("way_rerouted", old=way(old, before), new=now)
    if _condition(before) != _condition(after):
        yield phrase("way_condition", way=now, **_texts(_condition(before), _condition(after)))
    if before.branch != after.branch:
        yield phrase("way_branch", way=now, **_texts(before.branch, after.branch))
    if before.name != after.name:
        yield phrase("way_renamed", way=now, **_texts(before.name, after.name))


def flows(old: Graph, new: Graph) -> Iterator[Sentence]:
    """Yield the differences of two graphs' flows."""
    pairs = _pairs(old, new)
    for flow_id, flow in old.flows.items():
        if flow_id not in pairs:
            yield Sentence.make("removed", "flow", flow_id, phrase("way_removed", way=way(old, flow)))
    taken = set(pairs.values())
    for flow_id, flow in new.flows.items():
        if flow_id not in taken:
            words = way(new, flow)
            if flow.condition is not None:
                words = phrase("way_when", way=words, condition=same(flow.condition.text))
            yield Sentence.make("added", "flow", flow_id, phrase("way_added", way=words))
    for before_id, after_id in pairs.items():
        for words in _changes(old, new, old.flows[before_id], new.flows[after_id]):
            yield Sentence.make("changed", "flow", after_id, words)
    yield from _defaults(old, new, pairs)


def _defaults(old: Graph, new: Graph, pairs: dict[str, str]) -> Iterator[Sentence]:
    for node_id, node in new.nodes.items():
        before = old.nodes.get(node_id)
        if before is None:
            continue
        was = pairs.get(before.default or "", before.default)
        if was == node.default:
            continue
        flow = new.flows.get(node.default or "")
        told = phrase(NOTHING) if flow is None else way(new, flow)
        words = phrase("way_default", step=called(node), way=told)
        yield Sentence.make("changed", "step", node_id, words)
