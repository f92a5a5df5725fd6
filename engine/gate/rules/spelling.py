"""Attributes of our own are known ones: a misspelt one would be overlooked, and with it what it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from engine.compile import Finding
from engine.compile.findings import place
from engine.compile.xml import own
from engine.gate.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """Find attributes of ours that nothing reads."""
    known = subject.known.attributes
    if not known:
        return
    for element in subject.root.iter("*"):
        for name in sorted(own(element).keys() - known):
            near = next(iter(get_close_matches(name, known, 1)), "")
            zh = f"是不是 aid595:{near}？" if near else "请删除。"
            en = f"is it aid595:{near}?" if near else "remove it."
            yield Finding(
                "spelling",
                *place(element),
                f"没有属性 aid595:{name[:64]}，写了也不起作用；{zh}",
                f"There is no attribute aid595:{name[:64]}, so it would be overlooked; {en}",
            )
