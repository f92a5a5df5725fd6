"""A service task runs a function that the program registers by name; nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from engine.compile import Finding
from engine.gate.subject import Subject, at, label
from engine.graph import Kind


def check(subject: Subject) -> Iterator[Finding]:
    """Find service tasks without a registered service."""
    for node in subject.nodes(Kind.SERVICE):
        service = node.attrs.get("service", "").strip()
        if service not in subject.known.services:
            said = f"“{service}”没有登记" if service else "没有写明"
            yield at(
                "services",
                node,
                f"服务任务“{label(node)}”的服务{said}，请选用已登记的服务（aid595:service）。",
                f"The service task names no registered service (“{service}”).",
            )
