"""Every task of a person has a form that exists."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import Subject, at, label
from engine.graph import HUMAN


def check(subject: Subject) -> Iterator[Finding]:
    """Find user tasks without a known form."""
    for node in subject.nodes(*HUMAN):
        form = node.attrs.get("form", "").strip()
        if form not in subject.known.forms:
            said = f"的表单“{form}”不存在" if form else "没有表单"
            yield at(
                "forms",
                node,
                f"任务“{label(node)}”{said}，请选用已有的表单（aid595:form）。",
                f"The task has no known form (“{form}”).",
            )
