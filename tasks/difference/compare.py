"""Puts the parts of a comparison together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from lxml import etree

from engine.codec import loads
from engine.compile import GateError, read_file
from engine.graph import Graph
from engine.xmlsafe import load
from tasks.difference import annex
from tasks.difference.drawing import moved, written_alike
from tasks.difference.model import Difference, Sentence, Source, phrase
from tasks.difference.steps import steps, variables
from tasks.difference.ways import flows
from tasks.library import Library

#: What a reader wants to know first.
_ORDER = ("process", "rule", "step", "flow", "form", "drawing")


def compare(old: Source, new: Source, library: Library) -> Difference:
    """Return what differs between two versions of one process.

    A draft may still be wrong: what of it can be read is compared. Raises XmlRefused for text that is no
    safe XML, GateError for a file in which no process can be read.
    """
    (old_root, before), (new_root, after) = _read(old), _read(new)
    found = list(_sentences(before, after, old, new, library))
    moves = moved(old_root, new_root)
    before_ids, after_ids = {*before.nodes, *before.flows}, {*after.nodes, *after.flows}
    changed = frozenset(sentence.element for sentence in found) & before_ids & after_ids
    only_moved = moves - changed
    if only_moved:
        words = phrase("drawing_moved", count=len(only_moved))
        found.append(Sentence.make("moved", "drawing", "", words))
    found.sort(key=lambda sentence: _ORDER.index(sentence.subject))
    return Difference(
        tuple(found),
        frozenset(after_ids - before_ids),
        frozenset(before_ids - after_ids),
        changed,
        only_moved,
    )


def alike(old: Source, new: Source) -> bool:
    """Tell whether nothing at all differs; raises XmlRefused for text that is no safe XML."""
    if loads(old.annex) != loads(new.annex):
        return False
    return written_alike(load(old.xml.encode()), load(new.xml.encode()))


def _read(source: Source) -> tuple[etree._Element, Graph]:
    data = source.xml.encode()
    diagram, findings = read_file(data)
    graph = next(iter(diagram.processes.values()), None)
    if graph is None:
        raise GateError(list(findings))
    return load(data), graph


def _sentences(before: Graph, after: Graph, old: Source, new: Source, library: Library) -> Iterator[Sentence]:
    yield from variables(before, after)
    yield from steps(before, after)
    yield from flows(before, after)
    base = annex.shipped(library.folder)
    shown_at = {node.attrs["form"]: node.id for node in after.nodes.values() if node.attrs.get("form")}
    for part, read in (("forms", partial(annex.forms, shown_at=shown_at)), ("rules", annex.rules)):
        shipped = getattr(base, part)
        yield from read(annex.laid_over(shipped, old.annex, part), annex.laid_over(shipped, new.annex, part))
