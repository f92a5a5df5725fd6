"""What a walk asks: the routing fields of a step's form, and values that no step has filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.decisions import DecisionTable
from engine.expressions import Expr
from engine.graph import Node, Variable
from tasks import labels
from tasks.forms.spec import Field, FormSpec, Group, load_sets
from tasks.phrases import LANGUAGES, Words
from tasks.release import outputs_of
from tasks.walk.naming import Naming, say

#: Items a list may have here: enough to see what one, several and none of them do.
MOST_ITEMS = 10
_KINDS = frozenset({"bool", "enum", "multi", "int", "date", "text"})


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be known before the machine can go on."""

    run: int
    node: Node
    lead: Words
    spec: FormSpec


class Needed(Exception):
    """The machine stands until a question is answered."""

    def __init__(self, question: Question) -> None:
        self.question = question
        super().__init__(question.node.id)


def routing_of(spec: FormSpec) -> FormSpec:
    """Return the part of a step's form that decides the way, with what its own conditions read."""
    kept = {field.name for field in spec if field.routing}
    while True:
        more = kept | {name for one in kept for name in _read_by(spec.fields[one])}
        if more == kept:
            break
        kept = more
    checks = tuple(one for one in spec.checks if one.refuse_if.names <= kept and not one.refuse_if.calls)
    return _form(spec.id, [_walked(field) for field in spec if field.name in kept], checks=checks)


def _read_by(field: Field) -> Iterable[str]:
    for condition in (field.show_if, field.required):
        if isinstance(condition, Expr) and not condition.calls:
            yield from condition.names


def _walked(field: Field) -> Field:
    """Return a field without what only the records can tell."""
    known = [None if isinstance(one, Expr) and one.calls else one for one in (field.show_if, field.required)]
    show_if, required = known
    return replace(field, show_if=show_if if isinstance(show_if, Expr) else None, required=required or False)


def _form(name: str, fields: Sequence[Field], **more: Any) -> FormSpec:
    group = Group("", "", tuple(field.name for field in fields))
    return FormSpec(name, "", "", "", (group,), {field.name: field for field in fields}, **more)


def of_variables(node: Node, names: Iterable[str], naming: Naming) -> FormSpec:
    """Return a form that asks for variables, as a step of the drawing would ask for them."""
    return _form(node.id, [_variable(name, naming) for name in names])


def _variable(name: str, naming: Naming) -> Field:
    asked = naming.asked.get(name)
    if asked is not None:
        return replace(asked, required=False, show_if=None, future=True, prefill="", routing=True)
    declared = naming.graph.variables.get(name, Variable(name))
    called = naming.variable(name)
    sets = load_sets()
    options = tuple(code for one in declared.options for code in sets.get(one, [one]))
    kind = declared.type if declared.type in _KINDS else "text"
    if kind in ("enum", "multi") and not options:
        kind = "text"
    return Field(name, called.zh, called.en, kind, options=options, routing=True, future=True)


def of_results(node: Node, table: DecisionTable, naming: Naming) -> FormSpec:
    """Return a form that asks for a table's result, by what its rows can give."""
    known = outputs_of(table)
    fields = [
        _result(table, output.name, known[output.name], naming)
        for output in table.outputs
        if output.name in naming.graph.variables
    ]
    return _form(node.id, fields)


def _result(table: DecisionTable, name: str, values: Sequence[object], naming: Naming) -> Field:
    if not values or any(isinstance(one, bool) or one is None for one in values):
        return replace(_variable(name, naming), required=True)
    options = tuple(str(one) for one in values)
    words = {code: result_called(table, name, code) for code in options}
    told = tuple((code, said.zh, said.en) for code, said in words.items())
    called = naming.variable(name)
    return Field(name, called.zh, called.en, "enum", True, options=options, labels=told, routing=True)


def result_called(table: DecisionTable, name: str, code: str) -> Words:
    """Return what an output of a table is called, as the table itself calls it."""
    find = labels.catalogue().result
    return Words(*(find(table.id, name, code, lang) or code for lang in LANGUAGES))


def results(table: DecisionTable, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return chosen results as the table itself gives them: numbers are numbers."""
    known = outputs_of(table)
    return {
        name: next((one for one in known.get(name, ()) if str(one) == value), value)
        for name, value in answers.items()
    }


def of_count(node: Node) -> FormSpec:
    """Return a form that asks how many items a list has."""
    words = say("count")
    return _form(node.id, [Field("count", words.zh, words.en, "int", True, max=MOST_ITEMS, routing=True)])


def of_condition(node: Node) -> FormSpec:
    """Return a form that asks whether a condition holds."""
    words = say("holds")
    return _form(node.id, [Field("holds", words.zh, words.en, "bool", True, routing=True)])
