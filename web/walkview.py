"""What the page of a walk shows: a card for everything that can be done now, marks, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.codec import dumps
from engine.errors import FormInvalid
from engine.graph import Graph, Kind, Node, Trigger
from tasks import labels
from tasks.forms.spec import FormSpec
from tasks.gate.deadlines import asked_by
from tasks.walk import Move, Waiting, Walk
from tasks.walk.naming import process_called, step_called
from web import words
from web.context import Ctx
from web.formview import FormView, draw

#: What a card is: it names its button and its sign.
KINDS = ("task", "timer", "message", "question", "start")
#: Cards that a page shows at once; a long list has more of the same.
MOST_CARDS = 24


@dataclass(slots=True)
class Card:
    """One thing to do: the move its button makes, in words, and the questions it asks."""

    element: str
    act: str
    kind: str  #: one of `KINDS`
    title: str
    lead: str = ""
    within: str = ""  #: the step it stands at, or the called process it stands in
    role: str = ""
    told: list[str] = field(default_factory=list)  #: messages and deadlines, in words
    form: FormView | None = None
    aside: bool = False  #: may happen beside what waits: at the edge of an activity, or anywhere inside


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a card and what is wrong with it."""

    act: Move
    values: dict[str, Any]
    problems: FormInvalid


def cards(context: Ctx, walk: Walk, typed: Typed | None) -> list[Card]:
    """Return everything that can be done now, in the order of the page."""
    asked = walk.question
    if asked is not None:
        move: Move = ["say", {}]
        graph = walk.box.runs[asked.run].graph
        one = Card(asked.node.id, dumps(move), "question", _title(context, asked.node))
        one.lead = asked.lead.of(context.lang)
        one.within = _process(context, walk, graph)
        one.form = _form(context, asked.spec, move, 0, typed)
        return [one]
    if walk.starts:
        return [_start(context, node) for node in walk.starts]
    return [_waiting(context, walk, one, n, typed) for n, one in enumerate(walk.waiting()[:MOST_CARDS])]


def more(walk: Walk) -> int:
    """Return how many things wait beyond those that have a card."""
    return max(0, len(walk.waiting()) - MOST_CARDS)


def _title(context: Ctx, node: Node) -> str:
    return step_called(node).of(context.lang)


def _process(context: Ctx, walk: Walk, graph: Graph) -> str:
    """Return the name of a called process; empty for the one that is walked."""
    return process_called(graph).of(context.lang) if graph is not walk.graph else ""


def _start(context: Ctx, node: Node) -> Card:
    one = Card(node.id, dumps(["start", node.id]), "start", _title(context, node))
    one.told = [labels.label("message", event.name, context.lang) for event in node.events if event.name]
    return one


def _waiting(context: Ctx, walk: Walk, waiting: Waiting, n: int, typed: Typed | None) -> Card:
    node, lang = waiting.node, context.lang
    kind = "task"
    if waiting.triggers:
        kind = "timer" if set(waiting.triggers) == {Trigger.TIMER} else "message"
    one = Card(node.id, dumps(waiting.move), kind, _title(context, node))
    one.within = _process(context, walk, waiting.graph)
    if node.kind is Kind.BOUNDARY and node.attached_to:
        at = _title(context, waiting.graph.nodes[node.attached_to])
        key = "walk.breaks_off" if node.interrupting else "walk.beside"
        one.lead = context.t(key, step=at)
    one.role = labels.label("role", node.attrs.get("role", ""), lang) if node.attrs.get("role") else ""
    one.told = [labels.label("message", name, lang) for name in waiting.names]
    rules = dict.fromkeys((*node.attr_list("deadline"), *asked_by(node)))
    one.told += [_due(context, walk, rule) for rule in rules]
    one.aside = bool(waiting.triggers) and node.kind in (Kind.BOUNDARY, Kind.START)
    if waiting.spec is not None and waiting.spec.fields:
        one.form = _form(context, waiting.spec, waiting.move, n, typed)
    return one


def _due(context: Ctx, walk: Walk, rule_id: str) -> str:
    """Return a deadline rule in words: what it asks for, and how long."""
    known = walk.ground.library.policy.rules.get(rule_id)
    title = words.rule_title(rule_id, "" if known is None else known.title, context.lang)
    rule = None if known is None else known.rule_for(walk.ground.settings)
    if rule is None:
        return title
    unit = context.t(f"editor.u_{rule.unit}")
    between = "" if context.lang == "zh" else " "
    counted = f"{abs(rule.value)}{between}{unit}" if rule.value else unit
    return title if counted in title else context.t("walk.due", rule=title, counted=counted)


def _form(context: Ctx, spec: FormSpec, move: Move, n: int, typed: Typed | None) -> FormView:
    """Draw the questions of a card; days nobody typed yet are today."""
    mine = typed is not None and _same(typed.act, move)
    values: dict[str, Any] = {one.name: context.today for one in spec if one.type == "date" and one.required}
    problems = None
    if mine and typed is not None:
        values, problems = typed.values, typed.problems
    view = draw(spec, values, context.lang, context.today, problems=problems)
    for group in view.groups:
        for one in group.fields:
            one.id = f"f-{n}-{one.name}"
    view.problems = [(f"{n}-{name}" if name else "", text) for name, text in view.problems]
    return view


def _same(one: Move, other: Move) -> bool:
    """Tell whether two moves are the same act, whatever they answer."""
    return [part for part in one if not isinstance(part, dict)] == [
        part for part in other if not isinstance(part, dict)
    ]


def spec_of(walk: Walk, act: Move) -> FormSpec | None:
    """Return what an act is asked; None where it is asked nothing."""
    if act[0] == "say":
        return walk.question.spec if walk.question is not None else None
    return next((one.spec for one in walk.waiting() if _same(one.move, act)), None)


def marks(walk: Walk, number: int = 1) -> dict[str, Any]:
    """Return where tokens stand and the way so far, as the viewer reads it; 1 is the process walked."""
    active = walk.active(number)
    taken = list(dict.fromkeys(walk.box.flows.get(number, ())))
    passed = [walk.box.runs[number].graph.flows[one] for one in taken]
    touched = {flow.source for flow in passed} | {flow.target for flow in passed}
    return {
        "active": active,
        "done": sorted(touched - set(active)),
        "taken": taken,
        "counts": dict(walk.box.visits.get(number, {})),
    }


@dataclass(frozen=True, slots=True)
class Inside:
    """A called process under way, with its own drawing."""

    key: str
    definition_id: int
    name: str
    marks: str


def inside(walk: Walk, lang: str) -> list[Inside]:
    """Return the called processes under way, each once."""
    found: dict[str, Inside] = {}
    for run in walk.inside():
        key = run.graph.process_id
        if key in walk.ground.versions:
            name = process_called(run.graph).of(lang)
            found[key] = Inside(key, walk.ground.versions[key], name, dumps(marks(walk, run.id)))
    return list(found.values())


def happened(walk: Walk, lang: str) -> Sequence[tuple[str, list[str], int]]:
    """Return each act with what it led to, and how many moves lead to it."""
    return [
        (step.told[0].of(lang), [one.of(lang) for one in step.told[1:]], step.moves) for step in walk.steps
    ]
