"""Walks for tests: over shipped drawings or some of our own, with the first choice where nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from engine.clock import SHANGHAI
from engine.compile import compile_diagram
from engine.graph import Graph
from tasks import settings
from tasks.forms.spec import Field, FormSpec
from tasks.forms.validate import visible_fields
from tasks.library import Library
from tasks.walk import Ground, Move, Walk

LIBRARY = Library()
MONDAY = datetime(2026, 3, 9, 9, tzinfo=SHANGHAI)
TODAY = MONDAY.date()


@cache
def shipped() -> Mapping[str, Graph]:
    """Return every shipped drawing by its process."""
    found: dict[str, Graph] = {}
    for path in LIBRARY.diagrams():
        found |= compile_diagram(path.read_bytes()).processes
    return found


def ground(key: str, graphs: Mapping[str, Graph] | None = None) -> Ground:
    """Return the ground of a drawing."""
    known = settings.defaults(LIBRARY.settings)
    return Ground(key, shipped() if graphs is None else graphs, LIBRARY, MONDAY, TODAY, known)


def _first(field: Field) -> Any:
    chosen = {"bool": "true", "int": "1", "date": TODAY.isoformat(), "text": "一"}
    return chosen.get(field.type) or (field.options[0] if field.type == "enum" else [field.options[0]])


def answers(walk: Walk, spec: FormSpec | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers to a form: those given, and the first choice for what else is to be seen."""
    found: dict[str, Any] = {}
    for _round in spec or ():
        assert spec is not None
        seen = visible_fields(spec, found, walk.ground.context)
        found = {
            field.name: given.get(field.name, _first(field)) for field in spec if field.name in seen
        }
    return {name: value for name, value in found.items() if value is not None}


class Walker:
    """Somebody who walks."""

    def __init__(self, key: str, graphs: Mapping[str, Graph] | None = None, start: str = "") -> None:
        self.ground = ground(key, graphs)
        self.moves: list[Move] = [["start", start]] if start else []

    @property
    def walk(self) -> Walk:
        """Return the walk as it stands; every move fits."""
        walk = Walk(self.ground, self.moves)
        assert walk.misfit is None, walk.misfit.problems
        return walk

    def waits(self) -> list[str]:
        """Return the elements that wait, in order."""
        return [one.node.id for one in self.walk.waiting()]

    def do(self, element: str, **given: Any) -> Walker:
        """Complete a task or let an event happen; answer with the first choice what is not given."""
        walk = self.walk
        waiting = next(one for one in walk.waiting() if one.node.id == element)
        filled = answers(walk, waiting.spec, given)
        self.moves.append([filled if isinstance(part, dict) else part for part in waiting.move])
        return self

    def say(self, **given: Any) -> Walker:
        """Answer the question the walk asks."""
        walk = self.walk
        assert walk.question is not None
        self.moves.append(["say", answers(walk, walk.question.spec, given)])
        return self

    def asks(self) -> list[str]:
        """Return what the walk asks for."""
        question = self.walk.question
        return [] if question is None else list(question.spec.fields)

    def on(self) -> bool:
        """Take the first choice there is; tell whether there was one."""
        walk = self.walk
        if walk.starts:
            self.moves.append(["start", walk.starts[0].id])
        elif walk.question is not None:
            self.say()
        elif walk.waiting():
            self.do(walk.waiting()[0].node.id)
        else:
            return False
        return True

    def told(self) -> list[str]:
        """Return everything that happened, in Chinese."""
        return [one.zh for step in self.walk.steps for one in step.told]
