"""Names of the BPMN file format and small helpers to walk it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
AID = "urn:aid595:bpmn:1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def namespace(element: etree._Element) -> str:
    """Return the namespace of an element, "" for none."""
    tag = str(element.tag)
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the BPMN child elements with one of the names (all BPMN children without names)."""
    for child in element:
        if isinstance(child.tag, str) and namespace(child) == BPMN and (not names or local(child) in names):
            yield child


def child(element: etree._Element, name: str) -> etree._Element | None:
    """Return the first BPMN child of that name."""
    return next(children(element, name), None)


def text(element: etree._Element | None) -> str:
    """Return the trimmed text of an element without comments inside it, "" for none."""
    if element is None:
        return ""
    return "".join([element.text or "", *(inner.tail or "" for inner in element)]).strip()


def line_of(element: etree._Element) -> int:
    """Return the line an element begins at, counted from 1; 0 when it was not read from a file."""
    return int(getattr(element, "sourceline", 0) or 0)


def reference(value: str | None) -> str:
    """Return the local part of a QName reference (`tns:Msg_05` names `Msg_05`)."""
    return (value or "").strip().rpartition(":")[2]


def own(element: etree._Element) -> dict[str, str]:
    """Return the element's own extension attributes by local name."""
    head = f"{{{AID}}}"
    pairs = ((str(key), str(value)) for key, value in element.attrib.items())
    return {key.removeprefix(head): value for key, value in pairs if key.startswith(head)}


def flag(element: etree._Element, name: str, default: bool) -> bool:
    """Read an XML boolean attribute."""
    value = element.get(name)
    return default if value is None else value.strip() in ("true", "1")
