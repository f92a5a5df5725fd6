"""What steps, ways and values of a drawing are called, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import NotFound
from engine.graph import HUMAN, Flow, Graph, Node
from tasks import contract_names, labels
from tasks.forms.spec import Field
from tasks.library import Library
from tasks.phrases import LANGUAGES, Words, labelled, listed, sentence


def say(code: str, /, **parts: Words | str | int) -> Words:
    """Return a sentence of walking, its places filled."""
    return sentence("walk", code, **parts)


def step_called(node: Node) -> Words:
    """Return what a step is called: Chinese as it is drawn, English as far as the contract names it."""
    name = node.name or node.id
    return Words(name, contract_names.english().get(node.id, name))


def process_called(graph: Graph) -> Words:
    """Return what a process is called."""
    name = graph.name or graph.process_id
    return Words(name, contract_names.english().get(graph.process_id, name))


def way_called(graph: Graph, flow: Flow) -> Words:
    """Return what a way is called: by itself, else by where it leads."""
    return Words(flow.name, flow.name) if flow.name else step_called(graph.nodes[flow.target])


def table_called(table_id: str) -> Words:
    """Return a decision table with its number."""
    known = labelled("decision", table_id)
    return Words(f"决策表{table_id}“{known.zh}”", f"{table_id} “{known.en}”")


@dataclass(frozen=True)
class Naming:
    """The questions that the forms of one drawing ask, by the variable they fill in."""

    graph: Graph
    asked: Mapping[str, Field] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: Graph, library: Library) -> Naming:
        """Read the forms of a drawing's steps; a step without a form asks nothing."""
        found: dict[str, Field] = {}
        for node in graph.nodes.values():
            if node.kind not in HUMAN:
                continue
            try:
                spec = library.form_of(node)
            except NotFound:
                continue
            for one in spec:
                if one.routing:
                    found.setdefault(one.name, one)
        return cls(graph, found)

    def variable(self, name: str) -> Words:
        """Return what a variable is called: as a form asks for it."""
        asked = self.asked.get(name)
        return labelled("variable", name) if asked is None else Words(asked.zh, asked.en)

    def value(self, name: str, value: Any) -> Words:
        """Return a value in words."""
        if value is None or value == []:
            return say("nothing")
        if isinstance(value, bool):
            return labelled("yes_no", "yes" if value else "no")
        if isinstance(value, list):
            return listed(self.value(name, one) for one in value)
        return Words(*(self._code(name, str(value), lang) for lang in LANGUAGES))

    def _code(self, name: str, code: str, lang: str) -> str:
        asked = self.asked.get(name)
        if asked is not None:
            return asked.option(code, lang)
        catalogue = labels.catalogue()
        return catalogue.find(name, code, lang) or catalogue.label("code", code, lang, name)

    def facts(self, values: Mapping[str, Any], called: Mapping[Any, Words] = {}) -> Words:
        """Return variables with their values, one after another: those that have one, else all.

        `called` are other names of some values: what only names a branch is called as the branch is.
        """
        told = {name: value for name, value in sorted(values.items()) if value not in (None, [])} or values
        return listed(
            (
                say("fact", name=self.variable(name), value=self._called(name, value, called))
                for name, value in told.items()
            ),
            "，", ", ",
        )  # fmt: skip

    def _called(self, name: str, value: Any, called: Mapping[Any, Words]) -> Words:
        return called[value] if isinstance(value, str) and value in called else self.value(name, value)
