"""The one way in for a diagram: safe XML, what the compiler refuses, then every rule."""

from __future__ import annotations

from engine.compile import Diagram, Finding, GateError, read_file
from engine.gate.known import Known
from engine.gate.rules import RULES
from engine.gate.subject import Subject
from engine.xmlsafe import XmlRefused, load

#: A page of findings is enough to work on; a hostile file could bring thousands.
MOST_FINDINGS = 500


def check(data: bytes, known: Known) -> list[Finding]:
    """Return everything that is wrong with a BPMN file, errors first, in the order of its lines."""
    return examine(data, known)[1]


def admit(data: bytes, known: Known) -> Diagram:
    """Return the compiled diagram of a file that may run; raise GateError with all findings."""
    diagram, findings = examine(data, known)
    if diagram is None or any(finding.severity == "error" for finding in findings):
        raise GateError(findings)
    return diagram


def examine(data: bytes, known: Known) -> tuple[Diagram | None, list[Finding]]:
    """Return a file as far as it could be compiled (None: it is no safe XML), and what is wrong with it."""
    try:
        root = load(data)
    except XmlRefused as refusal:
        return None, [Finding("xml", "", refusal.line, refusal.sentence("zh"), refusal.sentence("en"))]
    diagram, findings = read_file(data)
    subject = Subject(root, diagram, known)
    found = list(findings)
    for rule in RULES:
        for finding in rule(subject):
            found.append(finding)
            if len(found) > MOST_FINDINGS:
                break
    unique = dict.fromkeys(found)
    return diagram, sorted(unique, key=lambda item: (item.severity, item.line, item.element))
