"""One BPMN file to its executable processes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from lxml import etree

from engine.compile.attributes import check_attributes
from engine.compile.context import Context
from engine.compile.elements import check_elements
from engine.compile.findings import REFERENCES, Finding, Findings, GateError
from engine.compile.process import read_process
from engine.compile.size import check_size, executable
from engine.compile.structure import check_structure
from engine.compile.xml import children
from engine.graph import Graph
from engine.xmlsafe import load

#: Files kept as they were compiled: an editor has the same one checked, compared, tried and released.
KEPT = 64
#: Bytes above which a file is compiled again each time, so that large ones do not stay in memory.
LARGEST_KEPT = 300_000


@dataclass(frozen=True, slots=True)
class Diagram:
    """The executable processes of one file; shared by every instance and thread."""

    processes: Mapping[str, Graph]
    messages: Mapping[str, str]  #: id of a declared message -> its name
    digest: str  #: SHA-256 of the canonical XML, hexadecimal


def compile_diagram(source: etree._Element | bytes) -> Diagram:
    """Compile a BPMN file; raise GateError naming everything in it that cannot run as written.

    Bytes go through `engine.xmlsafe.load` first, which raises its own refusal for unsafe XML.
    """
    root = load(source) if isinstance(source, bytes) else source
    diagram, findings = read_diagram(root)
    if any(finding.severity == "error" for finding in findings):
        raise GateError(findings)
    return diagram


def read_file(data: bytes) -> tuple[Diagram, tuple[Finding, ...]]:
    """Return what could be read of a file, and everything that could not; the same file is read once.

    Raises the refusal of `engine.xmlsafe.load` for unsafe XML.
    """
    return (_read if len(data) > LARGEST_KEPT else _read_once)(data)


def _read(data: bytes) -> tuple[Diagram, tuple[Finding, ...]]:
    diagram, findings = read_diagram(load(data))
    return diagram, tuple(findings)


_read_once = lru_cache(KEPT)(_read)


def read_diagram(root: etree._Element) -> tuple[Diagram, list[Finding]]:
    """Return what could be read of a file, and everything that could not."""
    findings = Findings()
    check_elements(root, findings)
    check_structure(root, findings)
    check_attributes(root, findings)
    context = Context(root, findings)
    fits = check_size(root, findings)
    processes: dict[str, Graph] = {}
    for element in children(root, "process"):
        process_id = element.get("id", "")
        if not process_id or process_id in processes:
            findings.add(
                REFERENCES, element, "流程没有唯一的编号（id），请补上。", "The process has no id of its own."
            )
        elif executable(element) and fits:
            processes[process_id] = read_process(element, context)
    if not processes and fits:
        findings.add(
            REFERENCES,
            root,
            "文件里没有可执行的流程（isExecutable=“true”）。",
            "The file holds no executable process (isExecutable=“true”).",
        )
    return (
        Diagram(
            processes=MappingProxyType(processes),
            messages=MappingProxyType(context.declared["message"]),
            digest=hashlib.sha256(etree.tostring(root, method="c14n2")).hexdigest(),
        ),
        findings.items,
    )
