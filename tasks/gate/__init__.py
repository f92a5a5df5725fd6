"""What a diagram of the 595 and the forms and rules it brings must keep, beyond the gate of the engine.

`docs/gate/` has a page for each of these rules too: annex, attributes, deadlines, minima, release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.codec import canonical
from engine.compile import Diagram, Finding
from engine.graph import Graph
from tasks import annex
from tasks.gate import attributes, deadlines, forms, minima, rules
from tasks.gate.problem import Problem
from tasks.library import Library


def check_annex(library: Library, text: str) -> tuple[Library, str, list[Problem]]:
    """Read an annex; return the library with what is sound of it, that part, and what is wrong."""
    found = annex.read(text)
    problems: list[Problem] = []
    sound: dict[str, dict[str, Any]] = {"forms": {}, "rules": {}}
    for name, entry in found["forms"].items():
        wrong = list(forms.check(library, name, entry))
        problems += wrong
        if not any(problem.severity == "error" for problem in wrong):
            sound["forms"][name] = entry
    for name, entry in found["rules"].items():
        wrong = list(rules.check(library, name, entry))
        problems += wrong
        if not any(problem.severity == "error" for problem in wrong):
            sound["rules"][name] = entry
    kept = canonical({part: entries for part, entries in sound.items() if entries})
    return library.with_forms(kept).with_rules((kept,) if sound["rules"] else ()), kept, problems


def check_together(
    library: Library, laid: Library, kept: str, diagram: Diagram
) -> Iterator[Problem | Finding]:
    """Hold a drawing and what is sound of its annex against each other.

    `library` is the one below, `laid` the one with the annex over it.
    """
    found = annex.read(kept)
    for graph in diagram.processes.values():
        yield from attributes.check(graph)
        yield from deadlines.check(laid, graph)
        yield from minima.check(laid, graph)
        yield from forms.check_used(library, laid, found["forms"], graph)
        yield from rules.check_home(library, laid, found["rules"], graph)


def told_already(finding: Finding, text: str, kept: str, graphs: Mapping[str, Graph]) -> bool:
    """Tell whether a form is missing only because what the annex says of it is wrong."""
    if finding.rule != "forms":
        return False
    broken = annex.read(text)["forms"].keys() - annex.read(kept)["forms"].keys()
    nodes = (graph.nodes.get(finding.element) for graph in graphs.values())
    return any(node is not None and node.attrs.get("form") in broken for node in nodes)


def place_of(problem: Problem, graphs: Mapping[str, Graph], laid: Library) -> tuple[str, int]:
    """Return the element, and its line, that a form or rule belongs to; the whole diagram where none does."""
    part, name = problem.place.split(".")[:2]
    for graph in graphs.values():
        for node in graph.nodes.values():
            rule = laid.policy.rules.get(name) if part == "rules" else None
            if (part == "forms" and node.attrs.get("form") == name) or (rule and rule.met_by == node.id):
                return node.id, node.line
    return "", 1
