"""Differences of steps: their names, who does them, by when, with which form, table, message or timer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.graph import EventDef, Graph, Node
from tasks.difference.model import Sentence, phrase
from tasks.phrases import Words, labelled, same

#: Said where something has no value.
NOTHING = "nothing"
#: Attributes with a name of their own in the catalogue; any other is named by its id.
_ATTRIBUTES = (
    "form", "deadline", "clauses", "decision", "service", "papers", "registers", "sets", "guard",
    "otherPersonThan", "duty", "message", "tier", "step", "reason", "autofill",
)  # fmt: skip
_SPOKEN = {"tier": "tier"}  #: attribute -> kind of label its values have


@dataclass(frozen=True, slots=True)
class Aspect:
    """One property of a step as people read it; `read` gives an empty text for none."""

    code: str
    read: Callable[[Node], str]
    label: str = ""  #: kind of the labels its values have

    def words(self, node: Node) -> Words:
        """Return the value for reading."""
        value = self.read(node)
        if not value:
            return phrase(NOTHING)
        return labelled(self.label, value) if self.label else same(value)


def event_text(event: EventDef) -> str:
    """Return an event definition as text that is equal where it does the same."""
    timer = f"{event.timer.kind} {event.timer.text}" if event.timer is not None else ""
    return " ".join(part for part in (event.trigger.value, event.name, timer) if part)


def _loop(node: Node) -> str:
    if node.multi is not None:
        parts = (node.multi.cardinality, node.multi.collection, node.multi.completion)
        texts = [part.text if part is not None else "" for part in parts]
        return " · ".join(["sequential" if node.multi.sequential else "parallel", node.multi.item, *texts])
    if node.loop is not None:
        condition = node.loop.condition.text if node.loop.condition is not None else ""
        return f"{condition} · {node.loop.maximum} · {node.loop.test_before}"
    return ""


ASPECTS = (
    Aspect("kind", lambda node: node.kind.value, "element"),
    Aspect("role", lambda node: node.attrs.get("role", ""), "role"),
    Aspect("lane", lambda node: node.lane),
    Aspect("event", lambda node: " + ".join(event_text(event) for event in node.events)),
    Aspect("interrupting", lambda node: "yes" if node.interrupting else "no", "yes_no"),
    Aspect("attached_to", lambda node: node.attached_to or ""),
    Aspect("scope", lambda node: node.scope),
    Aspect("called", lambda node: node.called or ""),
    Aspect("loop", _loop),
    Aspect("documentation", lambda node: node.documentation),
    *(
        Aspect(name, lambda node, name=name: node.attrs.get(name, ""), _SPOKEN.get(name, ""))  # type: ignore[misc]
        for name in _ATTRIBUTES
    ),
)


def called(node: Node) -> Words:
    """Return how a step is called in a sentence: its kind, and its name or id."""
    return phrase("step", kind=labelled("element", node.kind.value), name=node.name or node.id)


def _others(old: Node, new: Node) -> Iterator[str]:
    spoken = {"role", *_ATTRIBUTES}
    for name in sorted({*old.attrs, *new.attrs} - spoken):
        if old.attrs.get(name) != new.attrs.get(name):
            yield name


def _changes(old: Node, new: Node) -> Iterator[Words]:
    if old.name != new.name:
        yield phrase("renamed", step=called(old), name=new.name or new.id)
    for aspect in ASPECTS:
        if aspect.read(old) != aspect.read(new):
            yield phrase(
                "changed", step=called(new), aspect=labelled("aspect", aspect.code),
                old=aspect.words(old), new=aspect.words(new),
            )  # fmt: skip
    for name in _others(old, new):
        values = (same(node.attrs[name]) if name in node.attrs else phrase(NOTHING) for node in (old, new))
        before, after = values
        yield phrase("changed", step=called(new), aspect=same(name), old=before, new=after)


def _whole(node: Node) -> Words:
    """Return a step that is only on one side, with who does it and by when."""
    words = called(node)
    for aspect in ASPECTS:
        if aspect.code in ("role", "deadline", "form", "clauses") and aspect.read(node):
            value = aspect.words(node)
            words = phrase("with", step=words, aspect=labelled("aspect", aspect.code), value=value)
    return words


def steps(old: Graph, new: Graph) -> Iterator[Sentence]:
    """Yield the differences of two graphs' nodes, in the order of the new diagram."""
    for node_id, node in old.nodes.items():
        if node_id not in new.nodes:
            yield Sentence.make("removed", "step", node_id, phrase("step_removed", step=_whole(node)))
    for node_id, node in new.nodes.items():
        before = old.nodes.get(node_id)
        if before is None:
            yield Sentence.make("added", "step", node_id, phrase("step_added", step=_whole(node)))
            continue
        for words in _changes(before, node):
            yield Sentence.make("changed", "step", node_id, words)


def variables(old: Graph, new: Graph) -> Iterator[Sentence]:
    """Yield the differences of the declared routing variables and of the process itself."""
    if old.name != new.name:
        words = phrase("process_renamed", old=same(old.name), new=same(new.name))
        yield Sentence.make("changed", "process", "", words)
    for name in sorted({*old.variables, *new.variables}):
        before, after = _typed(old.variables, name), _typed(new.variables, name)
        if before == after:
            continue
        kind = "added" if not before else "removed" if not after else "changed"
        words = phrase(f"variable_{kind}", name=name, old=same(before), new=same(after))
        yield Sentence.make(kind, "process", "", words)


def _typed(found: Mapping[str, object], name: str) -> str:
    variable = found.get(name)
    if variable is None:
        return ""
    options = ", ".join(getattr(variable, "options", ()))
    return f"{getattr(variable, 'type', '') or 'any'}{f' ({options})' if options else ''}"
