"""Drives one random process three ways with the same choices and says where the ways part.

`run(count, seed)` is the entry for the long set: it prints what it found and saves each difference, with
its seed and diagram, under `var/differential/` for a later look.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.compile import compile_diagram
from engine.graph import Graph
from engine.runtime.sandbox import Sandbox
from engine.spiff.driver import SpiffRun
from engine.spiff.faults import faults_in
from engine.spiff.normalise import normalise
from engine.spiff.parser import Evaluator, parse
from engine.xmlsafe import load
from tests.engine.differential.blocks import KINDS, Block, Generator
from tests.engine.differential.drawing import diagram
from tests.engine.differential.reference import Reference

STEPS = 40
DEPTH = 6
MOST_NAMES = 80
#: Everything together, and without what SpiffWorkflow is not trusted with, so that it is heard often.
_UNHEARD = ("repeating", "handled")
FAMILIES = tuple(
    tuple(kind for kind in KINDS if kind not in left_out)
    for left_out in ((), (*_UNHEARD, "or"), (*_UNHEARD, "loop"), (*_UNHEARD, "or", "loop"))
)
SAVED = Path(__file__).parents[3] / "var" / "differential"

View = tuple[Counter[str], Counter[str], bool]


@dataclass
class Chance:
    """The same answer for the same question in the same step, whoever asks."""

    seed: int
    step: int = 0

    def pick(self, name: str, most: int) -> int:
        """Return a number below `most`."""
        digest = hashlib.blake2b(f"{self.seed}/{name}/{self.step}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % most


@dataclass(frozen=True)
class Difference:
    """Where two interpreters part."""

    seed: int
    step: int
    who: str
    expected: object
    found: object
    path: tuple[str, ...]
    diagram: bytes


@dataclass
class Outcome:
    """What a number of processes showed."""

    processes: int = 0
    steps: int = 0
    with_spiff: int = 0
    finished: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)


class Ours:
    """Our runtime, by element ids. The state is written and read again before every step."""

    def __init__(self, graphs: Mapping[str, Graph], chance: Chance) -> None:
        self.box = Sandbox(graphs, {"pick": chance.pick}, round_trip=True)
        self.box.start("P")

    def view(self) -> View:
        """Return open tasks, waiting events, and whether it is over."""
        tasks = Counter(element for _, _, element in self.box.open_tasks())
        return tasks, Counter(event[2] for event in self.box.waiting()), self.box.finished

    def happen(self, name: str, task: bool) -> None:
        """Complete a task or fire an event."""
        if task:
            run, token, _ = next(open_task for open_task in self.box.open_tasks() if open_task[2] == name)
            self.box.complete(run, token)
        else:
            run, owner, *_ = next(event for event in self.box.waiting() if event[2] == name)
            self.box.fire(run, owner, name)


def build(seed: int, kinds: tuple[str, ...] = (), depth: int = DEPTH) -> Block:
    """Return the random block of a seed, of the given kinds or of the seed's family, not too large to run."""
    while True:
        generator = Generator(random.Random(seed), kinds or FAMILIES[seed % len(FAMILIES)])
        block = generator.block(depth)
        if generator.count <= MOST_NAMES:
            return block
        depth -= 1


def compare(
    seed: int, outcome: Outcome, kinds: tuple[str, ...] = (), depth: int = DEPTH, distrust: bool = True
) -> None:
    """Run one process three ways; SpiffWorkflow only where it is trusted (everywhere without `distrust`)."""
    compare_block(build(seed, kinds, depth), seed, outcome, distrust)


def compare_block(block: Block, seed: int, outcome: Outcome, distrust: bool = True) -> None:
    """Run one block three ways; `seed` decides what is chosen on the way."""
    data = diagram(block)
    graphs = compile_diagram(data).processes
    faults = {fault.name for graph in graphs.values() for fault in faults_in(graph)} if distrust else set()
    outcome.skipped.update(faults)
    outcome.processes += 1
    outcome.with_spiff += not faults
    chance = Chance(seed)
    reference = Reference(block, chance.pick)
    ours = Ours(graphs, chance)
    spiff = None if faults else _spiff(data, chance)
    choose = random.Random(seed)
    path: list[str] = []
    for step in range(STEPS + 1):
        expected = (reference.places(True), reference.places(False), reference.finished)
        views: Mapping[str, View | None] = {"ours": ours.view(), "spiff": _view(spiff)}
        for who, found in views.items():
            if found is not None and found != expected:
                outcome.differences.append(Difference(seed, step, who, expected, found, tuple(path), data))
                return
        if reference.finished or step == STEPS:
            outcome.finished += reference.finished
            return
        outcome.steps += 1
        chance.step = step + 1
        tasks, events, _ = expected
        task = not events or (bool(tasks) and choose.random() < 0.7)
        name = choose.choice(sorted((tasks if task else events).elements()))
        path.append(name)
        reference.happen(name)
        for who, act in (("ours", ours.happen), ("spiff", spiff.happen if spiff else _nothing)):
            try:
                act(name, task)
            except Exception as error:  # a crash is a difference like any other, and the night goes on
                outcome.differences.append(Difference(seed, step, who, name, repr(error), tuple(path), data))
                return


def _spiff(data: bytes, chance: Chance) -> SpiffRun:
    parsed = parse([normalise(load(data), {})], "P")
    return SpiffRun(parsed, Evaluator({"pick": chance.pick}))


def _nothing(name: str, task: bool) -> None:
    """Stand in for an interpreter that is not asked."""


def _view(spiff: SpiffRun | None) -> View | None:
    return None if spiff is None else (spiff.tasks(), spiff.events(), spiff.finished)


def save(difference: Difference) -> Path:
    """Write a difference to a file that names its seed, step and path; return where."""
    SAVED.mkdir(parents=True, exist_ok=True)
    place = SAVED / f"{difference.who}-{difference.seed}.bpmn"
    note = (
        f"<!-- seed {difference.seed}, step {difference.step}, {difference.who}: "
        f"expected {difference.expected}, found {difference.found}, path {difference.path} -->"
    ).replace("--path", "- -path")
    place.write_bytes(difference.diagram + note.encode())
    return place


def run(n: int, seed: int) -> Outcome:
    """Compare n processes from a seed on; print the figures, save the differences, return both."""
    outcome = Outcome()
    for number in range(seed, seed + n):
        compare(number, outcome)
    print(  # noqa: T201
        f"seed {seed}: {outcome.processes} processes, {outcome.steps} steps, {outcome.finished} finished, "
        f"{outcome.with_spiff} with SpiffWorkflow, skipped {dict(outcome.skipped)}, "
        f"{len(outcome.differences)} differences"
    )
    for difference in outcome.differences:
        print(difference.who, difference.seed, difference.path, save(difference))  # noqa: T201
    return outcome
