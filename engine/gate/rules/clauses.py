"""Behind every task of a person stands a clause of the policy, or a local reason that is written down."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import Subject, at, label
from engine.graph import HUMAN

LOCAL = "LOCAL"


def check(subject: Subject) -> Iterator[Finding]:
    """Find user tasks without a clause, with an unknown one, or LOCAL without a reason."""
    for node in subject.nodes():
        clauses = node.attr_list("clauses")
        if not clauses and node.kind in HUMAN:
            yield at(
                "clauses",
                node,
                f"任务“{label(node)}”没有写明依据条款（aid595:clauses）；本地做法请写 LOCAL 并说明理由。",
                "The task names no clause; a local practice says LOCAL and gives a reason.",
            )
        if LOCAL in clauses and not node.attrs.get("reason", "").strip():
            yield at(
                "clauses",
                node,
                f"“{label(node)}”的依据是 LOCAL，请在 aid595:reason 写明理由。",
                "LOCAL needs a reason (aid595:reason).",
            )
        for clause in clauses:
            if clause != LOCAL and clause not in subject.known.clauses:
                yield at(
                    "clauses",
                    node,
                    f"“{label(node)}”的依据条款“{clause}”不在条款目录里，请核对。",
                    f"The clause “{clause}” is not in the catalogue.",
                )
