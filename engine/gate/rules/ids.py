"""Ids are public names: links, forms and scenarios use them, so they are plain and used once (SEC-X4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.compile import Finding
from engine.compile.findings import place
from engine.compile.xml import BPMN, namespace
from engine.gate.subject import Subject, at

PATTERN = re.compile(r"[A-Za-z_][\w.-]{0,63}", re.ASCII)


def check(subject: Subject) -> Iterator[Finding]:
    """Find ids that do not fit the pattern or are used twice in the file."""
    seen: set[str] = set()
    for element in subject.root.iter():
        value = element.get("id") if isinstance(element.tag, str) else None
        if value is None:
            continue
        where = (value, place(element)[1])
        if namespace(element) == BPMN and not PATTERN.fullmatch(value):
            yield at(
                "ids",
                (value[:80], where[1]),
                f"编号“{value[:80]}”不合规，应以字母开头，只用字母、数字、下划线、点和连字符，最多64个字符。",
                f"The id “{value[:80]}” must match [A-Za-z_][A-Za-z0-9_.-]{{0,63}}.",
            )
        if value in seen:
            yield at(
                "ids",
                where,
                f"编号“{value}”用了不止一次，请改名。",
                f"The id “{value}” is used more than once.",
            )
        seen.add(value)
