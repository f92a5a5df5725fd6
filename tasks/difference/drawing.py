"""What of a drawing stands elsewhere: bounds of shapes and bends of edges, by the element they show."""

from __future__ import annotations

from collections import Counter
from typing import Any

from lxml import etree

from engine.compile.xml import BPMNDI

Places = dict[str, tuple[tuple[str, ...], ...]]


def places(root: etree._Element) -> Places:
    """Return element id -> the numbers of its shape or edge."""
    found: Places = {}
    for shown in root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge"):
        element = shown.get("bpmnElement", "").rpartition(":")[2]
        label = f"{{{BPMNDI}}}BPMNLabel"
        found[element] = tuple(
            tuple(_number(value) for _name, value in sorted(point.attrib.items()))
            for point in shown
            if isinstance(point.tag, str) and point.tag != label
        )
    return found


def _number(value: str | bytes) -> str:
    """Return a coordinate as every tool may write it: 10, 10.0 and 10.00 are one place."""
    try:
        return f"{float(value):.1f}"
    except ValueError:
        return str(value)


def _told(root: etree._Element) -> Counter[tuple[Any, ...]]:
    """Return every element with what it says, whatever order, indentation and prefixes it is written in."""
    return Counter(
        (one.tag, tuple(sorted((name, _number(value)) for name, value in one.attrib.items())),
         (one.text or "").strip())
        for one in root.iter() if isinstance(one.tag, str)
    )  # fmt: skip


def written_alike(old: etree._Element, new: etree._Element) -> bool:
    """Tell whether two files hold the same, labels and colours too."""
    return _told(old) == _told(new)


def moved(old: etree._Element, new: etree._Element) -> frozenset[str]:
    """Return the ids drawn in both that stand elsewhere now."""
    before, after = places(old), places(new)
    return frozenset(element for element in before.keys() & after.keys() if before[element] != after[element])
