"""Every step is drawn, so that people can read the diagram and see where a case stands."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.compile.xml import BPMNDI
from engine.gate.subject import Subject, at, label


def check(subject: Subject) -> Iterator[Finding]:
    """Warn of nodes and flows without a shape or edge in the drawing."""
    drawn = {
        element.get("bpmnElement", "")
        for element in subject.root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")
    }
    for graph in subject.graphs():
        for node in graph.nodes.values():
            if node.id not in drawn:
                yield at(
                    "drawing",
                    node,
                    f"“{label(node)}”没有画在图上，请在绘图工具里补上。",
                    "This node is not drawn.",
                    "warning",
                )
        for flow in graph.flows.values():
            if flow.id not in drawn:
                yield at("drawing", flow, "这条连线没有画在图上。", "This flow is not drawn.", "warning")
