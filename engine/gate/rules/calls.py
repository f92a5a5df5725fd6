"""A called process exists and can begin by a call; none calls itself, directly or through others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.compile import Finding
from engine.gate.subject import Subject, at
from engine.graph import Kind


def check(subject: Subject) -> Iterator[Finding]:
    """Find calls of unknown processes and calls that come back to the caller."""
    calls = {process: set(called) for process, called in subject.known.calls.items()}
    for graph in subject.graphs():
        nodes = graph.nodes.values()
        calls[graph.process_id] = {node.called for node in nodes if node.kind is Kind.CALL and node.called}
    by_message = subject.known.by_message - set(subject.diagram.processes)
    by_message |= {graph.process_id for graph in subject.graphs() if graph.root.none_start() is None}
    for graph in subject.graphs():
        for node in graph.nodes.values():
            if node.kind is not Kind.CALL or not node.called:
                continue
            if node.called not in calls:
                yield at(
                    "calls",
                    node,
                    f"要调用的流程“{node.called}”不存在，请先发布它或改选别的流程。",
                    f"The process “{node.called}” is not known; deploy it first or choose another.",
                )
            elif node.called in by_message:
                yield at(
                    "calls",
                    node,
                    f"要调用的流程“{node.called}”没有普通开始事件，无法被调用，请给它画一个或改选别的流程。",
                    f"“{node.called}” has no start event without a trigger, so it cannot be called.",
                )
            elif graph.process_id in _called_by(node.called, calls):
                yield at(
                    "calls",
                    node,
                    f"流程“{graph.process_id}”经“{node.called}”又调用了自己，会无休止地进行，请取消这个调用。",
                    f"“{graph.process_id}” calls itself through “{node.called}”.",
                )


def _called_by(process: str, calls: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [process]
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            ahead.extend(calls.get(here, ()))
    return found
