"""A walk taken from its start: where it stands, what may be done now, and what happened so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.errors import AidError, EngineFault, FormInvalid, NotFound
from engine.graph import HUMAN, Graph, Kind, Node, Trigger
from engine.runtime.sandbox import Run
from tasks.forms.spec import FormSpec
from tasks.forms.validate import Validated, validate
from tasks.forms.values import FormContext
from tasks.library import Library
from tasks.phrases import Words, labelled, listed
from tasks.walk.ask import Needed, Question, routing_of
from tasks.walk.box import Box
from tasks.walk.moves import Move, refused
from tasks.walk.naming import Naming, say, step_called


@dataclass
class Ground:
    """What a walk goes over: the drawing and those it calls, each with the forms of its version."""

    key: str
    graphs: Mapping[str, Graph]
    library: Library  #: of the drawing itself
    now: datetime
    today: date
    settings: Mapping[str, Any]
    called: Mapping[str, Library] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)  #: of the called ones, by process
    _namings: dict[str, Naming] = field(default_factory=dict)
    _forms: dict[tuple[str, str], FormSpec | None] = field(default_factory=dict)

    def library_of(self, graph: Graph) -> Library:
        """Return the forms and rules of one of the drawings."""
        return self.called.get(graph.process_id, self.library)

    def naming(self, graph: Graph) -> Naming:
        """Return what one of the drawings calls its variables."""
        found = self._namings.get(graph.process_id)
        if found is None:
            found = self._namings[graph.process_id] = Naming.of(graph, self.library_of(graph))
        return found

    def form(self, graph: Graph, node: Node) -> FormSpec | None:
        """Return what decides the way in a step's form; None where it has no form."""
        where = graph.process_id, node.id
        if where not in self._forms:
            try:
                self._forms[where] = routing_of(self.library_of(graph).form_of(node))
            except NotFound:
                self._forms[where] = None
        return self._forms[where]

    @property
    def context(self) -> FormContext:
        """Return what forms are held against."""
        return FormContext(self.today, self.now)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: a task for its form, or an event to happen."""

    run: int
    owner: int  #: the token; of an event sub-process below zero
    graph: Graph
    node: Node
    triggers: tuple[Trigger, ...] = ()  #: of an event; none for a task
    names: tuple[str, ...] = ()
    spec: FormSpec | None = None

    @property
    def move(self) -> Move:
        """Return the move that does it, without answers."""
        if not self.triggers:
            return ["do", self.run, self.owner, self.node.id, {}]
        return ["hit", self.run, self.owner, self.node.id]


@dataclass(slots=True)
class Step:
    """One act of a walk and what it led to; `moves` are so many as lead to where it was over."""

    told: list[Words]
    moves: int = 0


class Walk:
    """A walk as far as its moves lead; `misfit` says why a move could not be taken."""

    def __init__(self, ground: Ground, moves: Sequence[Move]) -> None:
        self.ground = ground
        self.given = moves
        self.taken = 0
        self.box = Box(ground, self._answer)
        self.steps: list[Step] = []
        self.question: Question | None = None
        self.fault: Words | None = None
        self.misfit: FormInvalid | None = None
        self.graph = ground.graphs[ground.key]
        self._go()

    @property
    def moves(self) -> list[Move]:
        """Return the moves that were taken."""
        return list(self.given[: self.taken])

    @property
    def starts(self) -> tuple[Node, ...]:
        """Return the starts to choose from while none has been chosen."""
        return () if self.steps else self.graph.root.starts

    @property
    def over(self) -> bool:
        """Tell whether the process has come to its end."""
        root = self.box.runs.get(1)
        return root is not None and root.done

    @property
    def stuck(self) -> bool:
        """Tell whether nothing can happen any more though it has not ended."""
        halted = self.question is not None or self.fault is not None
        return bool(self.steps) and not halted and not self.over and not self.waiting()

    def waiting(self) -> list[Waiting]:
        """Return what waits now; nothing while a question is open."""
        if self.question is not None or self.fault is not None:
            return []
        return [*self._tasks(), *self._events()]

    def active(self, number: int = 1) -> list[str]:
        """Return the elements of a drawing where tokens stand, people's tasks first; 1 is the one walked."""
        run = self.box.runs.get(number)
        if run is None or run.done:
            return []
        nodes = {token.node for token in run.state.tokens.values()}
        found = [run.graph.nodes[one] for one in sorted(nodes)]
        return [
            one.id
            for one in sorted(found, key=lambda node: node.kind not in HUMAN)
            if one.kind not in (Kind.SUB, Kind.EVENT_SUB)
        ]

    def inside(self) -> list[Run]:
        """Return the called processes that are under way."""
        return [run for run in self.box.runs.values() if run.parent is not None and not run.done]

    def _tasks(self) -> Iterable[Waiting]:
        for number, token, element in self.box.open_tasks():
            graph = self.box.runs[number].graph
            node = graph.nodes[element]
            yield Waiting(number, token, graph, node, spec=self.ground.form(graph, node))

    def _events(self) -> Iterable[Waiting]:
        for run in self.box.runs.values():
            for (owner, element), events in run.waits.items():
                triggers = tuple(dict.fromkeys(one.trigger for one in events))
                names = tuple(dict.fromkeys(one.name for one in events if one.name))
                yield Waiting(run.id, owner, run.graph, run.graph.nodes[element], triggers, names)

    # taking it

    def _go(self) -> None:
        starts = self.graph.root.starts
        try:
            if len(starts) == 1:
                self._begin(starts[0])
            while self.taken < len(self.given) and self.question is None and self.fault is None:
                self._move(self.given[self.taken])
            if self.taken < len(self.given):
                raise refused()
        except FormInvalid as misfit:
            self.misfit = misfit

    def _begin(self, start: Node) -> None:
        self._act(say("start", step=step_called(start)), lambda: self.box.start(self.ground.key, start.id))

    def _move(self, move: Move) -> None:
        match move:
            case ["start", element] if not self.steps:
                start = next((one for one in self.graph.root.starts if one.id == element), None)
                if start is None:
                    raise refused()
                self.taken += 1
                self._begin(start)
            case ["do", int(number), int(token), str(element), dict(answers)]:
                self._complete(number, token, element, answers)
            case ["hit", int(number), int(owner), str(element)]:
                self._happen(number, owner, element)
            case _:
                raise refused()

    def _run(self, number: int) -> Run:
        run = self.box.runs.get(number)
        if run is None:
            raise refused()
        return run

    def _complete(self, number: int, token: int, element: str, answers: Mapping[str, Any]) -> None:
        run = self._run(number)
        if token not in run.tasks or run.state.tokens[token].node != element:
            raise refused()
        node = run.graph.nodes[element]
        spec = self.ground.form(run.graph, node)
        accepted = Validated({}, {}, {}) if spec is None else self._read(spec, answers)
        self.taken += 1
        facts = self.ground.naming(run.graph).facts(
            {name: value for name, value in accepted.routing.items() if value is not None}
        )
        told = say("done_with", step=step_called(node), facts=facts) if facts.zh else None
        self.box.filled_in(number, accepted.routing)
        values = {name: _plain(value) for name, value in accepted.routing.items()}
        self._act(told or say("done", step=step_called(node)),
                  lambda: self.box.complete(number, token, values))  # fmt: skip

    def _happen(self, number: int, owner: int, element: str) -> None:
        events = self._run(number).waits.get((owner, element))
        if not events:
            raise refused()
        self.taken += 1
        step = step_called(self._run(number).graph.nodes[element])
        names = listed(labelled("message", one.name) for one in events if one.name)
        timed = all(one.trigger is Trigger.TIMER for one in events)
        told = say("timer", step=step) if timed else say("event", step=step, names=names)
        self._act(told, lambda: self.box.fire(number, owner, element))

    def _act(self, told: Words, act: Callable[[], object]) -> None:
        """Take one act; keep what it led to, up to where it needs an answer or cannot go on."""
        self.box.act += 1
        self.box.said = [told]
        step = Step(self.box.said)
        self.steps.append(step)
        try:
            act()
        except Needed as needed:
            self.question = needed.question
        except FormInvalid:
            raise
        except AidError as fault:
            self.fault = _told(fault)
        step.moves = self.taken

    def _answer(self, question: Question) -> dict[str, Any]:
        """Return the answers the next move gives to a question; raise Needed where it gives none."""
        match self.given[self.taken] if self.taken < len(self.given) else None:
            case ["say", dict(answers)]:
                accepted = self._read(question.spec, answers)
                self.taken += 1
                return {name: _plain(value) for name, value in accepted.values.items()}
        raise Needed(question)

    def _read(self, spec: FormSpec, answers: Mapping[str, Any]) -> Validated:
        return validate(spec, answers, self.ground.context)


def _plain(value: Any) -> Any:
    """Return a value as a process holds it: days as text."""
    return value.isoformat() if isinstance(value, date) else value


def _told(fault: AidError) -> Words:
    if isinstance(fault, EngineFault):
        detail = str(fault.data.get("detail", ""))
        words = Words(detail, str(fault.data.get("detail_en", detail)))
        return say("fault", step=str(fault.data.get("element", "")), detail=words)
    return Words(fault.sentence("zh"), fault.sentence("en"))
