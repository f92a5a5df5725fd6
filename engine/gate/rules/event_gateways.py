"""After an event-based gateway come only events that wait, each reached by that gateway alone."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import Subject, at, label
from engine.graph import Graph, Kind, Node


def check(subject: Subject) -> Iterator[Finding]:
    """Find event-based gateways whose ways do not lead to waiting events."""
    for graph in subject.graphs():
        for gateway in graph.nodes.values():
            if gateway.kind is Kind.EVENT:
                yield from _gateway(graph, gateway)


def _gateway(graph: Graph, gateway: Node) -> Iterator[Finding]:
    if len(gateway.outgoing) < 2:
        yield at(
            "event_gateways",
            gateway,
            f"事件网关“{label(gateway)}”应当至少有两条出路。",
            "An event-based gateway needs at least two ways out.",
        )
    targets = [graph.nodes[flow.target] for flow in gateway.outgoing]
    names = [(event.trigger, event.name) for target in targets for event in target.events if event.name]
    for target in targets:
        if target.kind not in (Kind.CATCH, Kind.RECEIVE) or not target.events:
            zh, en = "不是等待事件或接收任务", "is not a catch event or receive task"
        elif len(target.incoming) > 1:
            zh, en = "还能从别处走到", "can also be reached from elsewhere"
        elif target.boundary or target.multi or target.loop:
            zh, en = "带有边界事件或循环", "carries boundary events or a loop"
        elif any(names.count((event.trigger, event.name)) > 1 for event in target.events):
            zh, en = "与另一条出路等待同一消息或信号", "waits for the same message or signal as another way"
        else:
            continue
        yield at(
            "event_gateways",
            target,
            f"事件网关“{label(gateway)}”之后的“{label(target)}”{zh}，请修改。",
            f"After the event-based gateway, “{label(target)}” {en}.",
        )
