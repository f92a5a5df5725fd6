"""Every scope can begin in one clear way: a process by a none or message start, the others by one start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.compile import Finding
from engine.compile.xml import children, line_of
from engine.gate.subject import Subject, at, label
from engine.graph import Graph, Kind, Node, ScopeDef, Trigger


def check(subject: Subject) -> Iterator[Finding]:
    """Find scopes without a usable start event, or with too many."""
    lines = {element.get("id", ""): line_of(element) for element in children(subject.root, "process")}
    for graph in subject.graphs():
        yield from _process(graph, lines.get(graph.process_id, 0))
        for node in graph.nodes.values():
            if node.kind is Kind.SUB:
                scope = graph.scopes.get(node.id)
                if scope and (len(scope.starts) != 1 or scope.none_start() is None):
                    yield at(
                        "starts",
                        node,
                        f"子流程“{label(node)}”应当有且只有一个普通开始事件。",
                        "A sub-process needs exactly one start event, without a trigger.",
                    )
            elif node.kind is Kind.EVENT_SUB:
                yield from _event_sub(graph.scopes.get(node.id), node)


def _process(graph: Graph, line: int) -> Iterator[Finding]:
    starts = graph.root.starts
    where = (graph.process_id, min((start.line for start in starts), default=line))
    if not starts:
        yield at("starts", where, "流程没有开始事件，请画一个。", "The process has no start event.")
    if sum(not start.events for start in starts) > 1:
        yield at(
            "starts",
            where,
            "流程有几个普通开始事件，请只留一个，其余改为消息开始。",
            "The process has several start events without a trigger; keep one.",
        )
    names = Counter(
        event.name for start in starts for event in start.events if event.trigger is Trigger.MESSAGE
    )
    for name, count in names.items():
        if name and count > 1:
            yield at(
                "starts",
                where,
                f"有{count}个开始事件等待同一消息“{name}”，请合并。",
                f"{count} start events wait for the message “{name}”.",
            )


def _event_sub(scope: ScopeDef | None, sub: Node) -> Iterator[Finding]:
    if scope is not None and len(scope.starts) != 1:
        yield at(
            "starts",
            sub,
            "事件子流程应当有且只有一个带触发条件的开始事件。",
            "An event sub-process needs exactly one start event, with a trigger.",
        )
