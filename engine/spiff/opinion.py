"""The second opinion: SpiffWorkflow and our runtime take the same ways through a diagram and must agree.

Before every step the variables get random values of their declared kinds, the same for both; then a random
open task is completed or a random waiting event happens in both, and what waits next is compared.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from engine.clock import stopwatch
from engine.compile import Finding, compile_diagram
from engine.errors import EngineFault
from engine.graph import Graph, Kind
from engine.runtime.sandbox import Sandbox
from engine.spiff.driver import SpiffRun
from engine.spiff.faults import Fault, faults_in
from engine.spiff.normalise import normalise
from engine.spiff.parser import Evaluator, parse
from engine.spiff.values import Supply
from engine.xmlsafe import load

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Budget:
    """How far to look: paths for each start event, steps on one path, seconds for the whole diagram."""

    paths: int = 40
    steps: int = 60
    seconds: float = 10.0
    seed: int = 595


@dataclass(slots=True)
class Opinion:
    """What the trial showed. `skipped` names the faults for which our runtime walked alone.

    A process that calls one whose file was not given is not walked at all.
    """

    findings: list[Finding] = field(default_factory=list)
    skipped: dict[str, tuple[Fault, ...]] = field(default_factory=dict)  #: process id -> faults
    paths: int = 0
    steps: int = 0
    taken: set[str] = field(default_factory=set)  #: ids of sequence flows that were taken
    broken: int = 0  #: paths left because an expression could not be evaluated with random values
    seconds: float = 0.0


def second_opinion(
    source: etree._Element | bytes,
    budget: Budget = Budget(),
    others: Sequence[etree._Element | bytes] = (),
    progress: Progress | None = None,
) -> Opinion:
    """Compare both interpreters on a diagram; `others` are the files of called processes.

    Raises GateError when a file does not compile. A disagreement is a finding of rule `second_opinion`.
    """
    began = stopwatch()
    roots = [load(text) if isinstance(text, bytes) else text for text in (source, *others)]
    graphs: dict[str, Graph] = {}
    for root in roots:
        graphs.update(compile_diagram(root).processes)
    opinion = Opinion()
    mine = list(compile_diagram(roots[0]).processes)
    ways = [(name, start.id) for name in mine for start in graphs[name].root.starts]
    for number, (process_id, start_id) in enumerate(ways):
        if progress is not None:
            progress(number, len(ways))
        faults = _faults(graphs, process_id)
        if faults:
            opinion.skipped[process_id] = faults
        if MISSING in faults:
            continue
        until = began + budget.seconds * (number + 1) / len(ways)
        trusted = [] if faults else roots
        _compare(trusted, graphs, process_id, start_id, budget, until, opinion)
    opinion.seconds = stopwatch() - began
    return opinion


def _faults(graphs: Mapping[str, Graph], process_id: str) -> tuple[Fault, ...]:
    """Return the known faults of a process and of those it calls; an unknown called process is one too."""
    found: dict[str, Fault] = {}
    ahead, seen = [process_id], set()
    while ahead:
        here = ahead.pop()
        if here in seen:
            continue
        seen.add(here)
        graph = graphs.get(here)
        if graph is None:
            found[MISSING.name] = MISSING
            continue
        found.update((fault.name, fault) for fault in faults_in(graph))
        ahead += [node.called for node in graph.nodes.values() if node.kind is Kind.CALL and node.called]
    return tuple(found.values())


MISSING = Fault("called_process", "the file of a called process was not given", lambda graph: False)


def _compare(
    roots: list[etree._Element],
    graphs: Mapping[str, Graph],
    process_id: str,
    start_id: str,
    budget: Budget,
    until: float,
    opinion: Opinion,
) -> None:
    """Walk a budget of ways from one start event, with SpiffWorkflow where files are given to it."""
    where = (process_id, graphs[process_id].nodes[start_id].line)
    supply = Supply(graphs.values())
    parsed = None
    try:
        if roots:
            parsed = parse([normalise(root, {process_id: start_id}) for root in roots], process_id)
    except Exception as fault:
        opinion.findings.append(
            _finding(where, f"SpiffWorkflow 读不了这个流程：{fault}", f"it cannot read it: {fault}")
        )
        return
    for path in range(budget.paths):
        if stopwatch() > until:
            return
        opinion.paths += 1
        walk = _Walk(graphs, parsed, process_id, supply, random.Random(f"{budget.seed}/{start_id}/{path}"))
        difference = walk.go(start_id, budget.steps, until)
        opinion.steps += len(walk.taken)
        opinion.broken += walk.broken
        opinion.taken.update(walk.box.path)
        if difference:
            steps = " → ".join(walk.taken[-8:]) or "—"
            opinion.findings.append(
                _finding(where, f"走过 {steps} 之后，{difference[0]}", f"after {steps}: {difference[1]}")
            )
            return


def _finding(where: tuple[str, int], zh: str, en: str) -> Finding:
    return Finding("second_opinion", *where, f"试走流程时发现问题：{zh}。", f"Found on a trial run: {en}.")


def _broke(fault: Exception) -> tuple[str, str]:
    return f"SpiffWorkflow 出错：{fault}", f"SpiffWorkflow failed: {fault}"


class _Walk:
    """One way through a process, taken by both, or by our runtime alone when nothing was parsed."""

    def __init__(
        self,
        graphs: Mapping[str, Graph],
        parsed: tuple[Any, dict[str, Any]] | None,
        process_id: str,
        supply: Supply,
        chance: random.Random,
    ) -> None:
        self.chance = chance
        self.supply = supply
        self.process_id = process_id
        self.parsed = parsed
        self.values = supply.values(chance)
        self.functions = supply.functions(chance)
        self.box = Sandbox(graphs, self.functions)
        self.taken: list[str] = []
        self.broken = False

    def go(self, start_id: str, steps: int, until: float) -> tuple[str, str] | None:
        """Walk until the end, a difference, or the budget; return the difference."""
        try:
            self.box.start(self.process_id, start_id, self.values)
        except EngineFault:
            self.broken = True
            return None
        spiff = None
        try:
            if self.parsed is not None:
                spiff = SpiffRun(self.parsed, Evaluator(self.functions), self.values)
        except Exception as fault:  # whatever it raises, it is an answer: our runtime went through
            return _broke(fault)
        difference = self._differ(spiff)
        while difference is None and not self.box.finished and len(self.taken) < steps:
            if not self.box.open_tasks() and not self.box.waiting():
                return (
                    "流程停住了：没有办结，也没有任何环节在等待",
                    "it is stuck: not finished, nothing waits",
                )
            if stopwatch() > until or not (step := self._step()):
                return None
            try:
                if spiff is not None:
                    spiff.evaluator.values.update(self.values)
                    spiff.happen(*step)
            except Exception as fault:  # as above
                return _broke(fault)
            difference = self._differ(spiff)
        return difference

    def _step(self) -> tuple[str, bool] | None:
        """Take a step in our runtime; return element and whether it is a task, None when it failed."""
        tasks, events = self.box.open_tasks(), self.box.waiting()
        self.values = self.supply.values(self.chance)
        for run in self.box.runs.values():
            run.state.vars.update(self.values)
        task = bool(tasks) and (not events or self.chance.random() < 0.9)
        name = self.chance.choice([item[2] for item in (tasks if task else events)])
        self.taken.append(name)
        try:
            if task:
                run_id, token, _ = next(item for item in tasks if item[2] == name)
                self.box.complete(run_id, token)
            else:
                run_id, owner, *_ = next(item for item in events if item[2] == name)
                self.box.fire(run_id, owner, name)
        except EngineFault:
            self.broken = True
            return None
        return name, task

    def _differ(self, spiff: SpiffRun | None) -> tuple[str, str] | None:
        if spiff is None:
            return None
        ours = Counter([task[2] for task in self.box.open_tasks()])
        # an event that takes one of several messages waits once
        ours.update(element for _run, _owner, element in {event[:3] for event in self.box.waiting()})
        theirs = spiff.tasks() + spiff.events()
        if ours != theirs:
            shown = f"{sorted((ours - theirs).elements())} / {sorted((theirs - ours).elements())}"
            return (
                f"两个引擎等待的环节不同（仅本引擎 / 仅 SpiffWorkflow）：{shown}",
                f"only ours / only theirs wait: {shown}",
            )
        if self.box.finished != spiff.finished:
            return "一个引擎认为已办结，另一个认为没有", "one is finished, the other is not"
        return None
