"""How large a file may be. A reader, the runtime's tables and every check here count on it."""

from __future__ import annotations

from lxml import etree

from engine.compile.elements import NODES
from engine.compile.findings import SIZE, Findings
from engine.compile.xml import BPMN, children, local

MAX_NODES = 300
MAX_FLOWS = 1_000


def executable(process: etree._Element) -> bool:
    """Tell whether a process is meant to run; only isExecutable="false" says it is not."""
    return process.get("isExecutable", "true").strip() in ("true", "1")


def check_size(root: etree._Element, findings: Findings) -> bool:
    """Note and return False when the executable processes of a file hold too many nodes or flows."""
    nodes = flows = 0
    for process in children(root, "process"):
        if not executable(process):
            continue
        for element in process.iter(f"{{{BPMN}}}*"):
            name = local(element)
            nodes += name in NODES
            flows += name == "sequenceFlow"
    if nodes <= MAX_NODES and flows <= MAX_FLOWS:
        return True
    findings.add(
        SIZE,
        root,
        f"图中有{nodes}个步骤、{flows}条连线，最多{MAX_NODES}个和{MAX_FLOWS}条，请拆成几个流程，用调用活动相连。",
        f"{nodes} nodes and {flows} flows; at most {MAX_NODES} and {MAX_FLOWS}: split it up.",
    )
    return False
