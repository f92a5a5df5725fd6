"""What is wrong with a diagram: by rule, element and line, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from lxml import etree

from engine.compile.xml import line_of
from engine.errors import AidError

Severity = Literal["error", "warning"]

#: Rules the compiler itself holds; the others live in `engine.gate`.
ELEMENTS = "elements"
EVENTS = "events"
EXPRESSIONS = "expressions"
FLOWS = "flows"
LOOPS = "loops"
REFERENCES = "references"
SIZE = "size"
TIMERS = "timers"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. `element` is the id of the element, or "" for the whole diagram; `line` is 1-based."""

    rule: str
    element: str
    line: int
    zh: str
    en: str
    severity: Severity = "error"


class Findings:
    """Collects findings, so that an author sees everything at once."""

    def __init__(self) -> None:
        self.items: list[Finding] = []

    def add(
        self,
        rule: str,
        where: etree._Element | tuple[str, int],
        zh: str,
        en: str,
        severity: Severity = "error",
    ) -> None:
        """Note a finding at an XML element or at an (id, line) pair."""
        element, line = where if isinstance(where, tuple) else place(where)
        self.items.append(Finding(rule, element, line, zh, en, severity))

    def refused(self) -> bool:
        """Tell whether any finding is an error."""
        return any(item.severity == "error" for item in self.items)


def place(element: etree._Element) -> tuple[str, int]:
    """Return the id of the nearest element that has one, and the line of the element itself."""
    line = line_of(element)
    at: etree._Element | None = element
    while at is not None:
        name = at.get("id")
        if name:
            return name, line
        at = at.getparent()
    return "", line


class GateError(AidError):
    """A diagram is refused; `findings` says everything that is wrong with it."""

    code: ClassVar[str] = "gate_refused"
    zh: ClassVar[str] = "流程图有{count}处问题，未能发布。第{line}行“{element}”：{first}"
    en: ClassVar[str] = "The diagram has {count} faults and was refused. Line {line}, “{element}”: {first_en}"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(findings, key=lambda item: (item.severity, item.line, item.element))
        errors = [item for item in self.findings if item.severity == "error"]
        first = errors[0]
        super().__init__(
            count=len(errors),
            line=first.line,
            element=first.element or "—",
            first=first.zh,
            first_en=first.en,
        )
