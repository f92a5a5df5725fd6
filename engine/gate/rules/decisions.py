"""A business-rule task names deployed decision tables."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import Subject, at, label
from engine.graph import Kind


def check(subject: Subject) -> Iterator[Finding]:
    """Find business-rule tasks without a known decision table."""
    for node in subject.nodes(Kind.RULE):
        tables = node.attr_list("decision")
        missing = [table for table in tables if table not in subject.known.decisions]
        if not tables or missing:
            said = f"的决策表 {'、'.join(missing)} 不存在" if missing else "没有写明决策表"
            yield at(
                "decisions",
                node,
                f"规则任务“{label(node)}”{said}，请选用已发布的决策表（aid595:decision）。",
                f"The business-rule task needs deployed decision tables; unknown: {missing or 'none given'}.",
            )
