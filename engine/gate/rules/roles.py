"""Every task of a person says whose work it is."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import Subject, at, label
from engine.graph import HUMAN

_ATTRIBUTES = ("role", "roleUntil")


def check(subject: Subject) -> Iterator[Finding]:
    """Find user tasks without a known role."""
    for node in subject.nodes(*HUMAN):
        if not node.attrs.get("role", "").strip():
            yield at(
                "roles",
                node,
                f"任务“{label(node)}”没有写明岗位（aid595:role），请选择办理岗位。",
                "The task names no role (aid595:role).",
            )
        for name in _ATTRIBUTES:
            role = node.attrs.get(name, "").strip()
            if role and role not in subject.known.roles:
                yield at(
                    "roles",
                    node,
                    f"任务“{label(node)}”的岗位“{role}”不存在，请改选。",
                    f"The role “{role}” is not known.",
                )
