"""What a rule is given, and how it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from engine.compile import Diagram, Finding
from engine.compile.findings import Severity
from engine.gate.known import Known
from engine.graph import Flow, Graph, Kind, Node


@dataclass(frozen=True, slots=True)
class Subject:
    """One file under examination."""

    root: etree._Element
    diagram: Diagram  #: as far as it could be compiled
    known: Known

    def graphs(self) -> Iterator[Graph]:
        """Yield the executable processes."""
        yield from self.diagram.processes.values()

    def nodes(self, *kinds: Kind) -> Iterator[Node]:
        """Yield the nodes of the given kinds (all without kinds)."""
        for graph in self.graphs():
            for node in graph.nodes.values():
                if not kinds or node.kind in kinds:
                    yield node


#: A rule looks at the subject and yields what is wrong.
Rule = Callable[[Subject], Iterator[Finding]]


def at(
    rule: str, where: Node | Flow | tuple[str, int], zh: str, en: str, severity: Severity = "error"
) -> Finding:
    """Make a finding at a node, a flow or an (id, line) pair."""
    element, line = where if isinstance(where, tuple) else (where.id, where.line)
    return Finding(rule, element, line, zh, en, severity)


def label(node: Node) -> str:
    """Return how a node is called in a sentence."""
    return node.name or node.id
