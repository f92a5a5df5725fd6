"""Results as lines for people and as JUnit XML for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """How one scenario ended: passed, or the first difference with its line, in Chinese and English."""

    path: Path
    id: str
    title: str
    passed: bool
    seconds: float
    line: int = 0
    zh: str = ""
    en: str = ""
    about: tuple[str, ...] = ()  #: ids of steps, gateways and deadline rules the difference is about

    def text(self) -> str:
        """Return the one line a person reads."""
        name = f"{self.id} {self.title}".strip()
        if self.passed:
            return f"通过 passed  {name}"
        return f"未通过 FAILED  {name}  {self.path}:{self.line}  {self.zh} | {self.en}"


def as_list(results: Sequence[Result]) -> str:
    """Return a JSON list."""
    plain = [{**asdict(one), "path": str(one.path)} for one in results]
    return json.dumps(plain, ensure_ascii=False, indent=1)


def junit(results: Sequence[Result]) -> str:
    """Return JUnit XML."""
    failed = sum(1 for result in results if not result.passed)
    seconds = sum(result.seconds for result in results)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="scenarios" tests="{len(results)}" failures="{failed}" time="{seconds:.3f}">',
    ]
    for result in results:
        name = _quoted(f"{result.id} {result.title}".strip())
        place = _quoted(str(result.path))
        head = f'  <testcase classname={place} name={name} time="{result.seconds:.3f}"'
        if result.passed:
            lines.append(f"{head}/>")
            continue
        message = _quoted(f"{result.path}:{result.line} {result.zh} | {result.en}")
        lines += [f"{head}>", f"    <failure message={message}/>", "  </testcase>"]
    return "\n".join([*lines, "</testsuite>", ""])


def _quoted(text: str) -> str:
    """Return a quoted attribute without what XML cannot hold."""
    held = "".join(char if " " <= char <= "\ud7ff" or char >= "\ue000" else " " for char in text)
    return f'"{escape(held)}"'
