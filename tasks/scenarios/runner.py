"""Running scenarios one after another, each in a fresh database, on a virtual clock. Nothing sleeps."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from engine.calendar import WorkCalendar
from engine.clock import SHANGHAI, VirtualClock, stopwatch
from engine.definitions import Definitions
from engine.errors import AidError
from engine.store.db import Database
from tasks.actor import SYSTEM
from tasks.app import App
from tasks.commands import Deploy
from tasks.crypto import Keys, new_keys
from tasks.library import Library
from tasks.phrases import labelled
from tasks.scenarios.acts import act
from tasks.scenarios.clockwork import advance, incidents
from tasks.scenarios.coverage import Coverage
from tasks.scenarios.expect import hold
from tasks.scenarios.faults import BadScenario, Difference, ScenarioFault
from tasks.scenarios.load import load
from tasks.scenarios.model import Scenario, Step
from tasks.scenarios.report import Result
from tasks.scenarios.telling import differs, say
from tasks.scenarios.world import World, build, refusal
from tasks.store.scratch import Scratch, fingerprint, make_scratch

log = logging.getLogger(__name__)

Diagrams = Sequence[tuple[str, bytes]]
#: When the diagrams were published: before every story.
_EARLY = datetime(2000, 1, 1, tzinfo=SHANGHAI)


@dataclass
class Runner:
    """One release, prepared once; `diagrams` replaces the shipped ones (a draft of the studio).

    `annexes` are what some of these files bring besides their drawing, by the name of the file.
    """

    url: str | None = None
    library: Library = field(default_factory=Library)
    diagrams: Diagrams | None = None
    coverage: Coverage | None = None
    annexes: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        self.keys: Keys = new_keys()
        self.definitions = Definitions()
        self._known = self.library.with_rules(tuple(text for _name, text in self.annexes))
        for _name, text in self.annexes:
            self._known = self._known.with_forms(text)
        self._line = 1  #: of the step being played
        self._calendars: dict[tuple[int, ...] | None, WorkCalendar] = {None: self.library.calendar}
        self.scratch: Scratch = make_scratch(self.url, self._deploy)

    def _deploy(self, database: Database) -> None:
        files = self.diagrams
        if files is None:
            files = [(path.name, path.read_bytes()) for path in self.library.diagrams()]
        start = VirtualClock(_EARLY)
        app = App(database, start, self.keys, self.library, self.definitions)
        app.do(Deploy(tuple(files), "scenario", heard=True, annexes=self.annexes), SYSTEM)
        if self.coverage is not None:
            self.coverage.learn(app)

    def close(self) -> None:
        """Remove the scratch databases."""
        self.scratch.close()

    def file(self, path: Path) -> list[Result]:
        """Run every scenario of a file."""
        try:
            found = self.read(path)
        except BadScenario as fault:
            return [Result(path, path.stem, "", False, 0.0, fault.line, fault.zh, fault.en)]
        return [self.one(scenario) for scenario in found]

    def read(self, path: Path) -> list[Scenario]:
        """Return the scenarios of a file; raise BadScenario."""
        return load(path, self._known)

    def one(self, scenario: Scenario) -> Result:
        """Run one scenario."""
        began = stopwatch()
        fault: ScenarioFault | None = None
        try:
            self._play(scenario)
        except ScenarioFault as found:
            fault = found
        except Exception as error:
            log.exception("A scenario met a fault of the program.", extra={"action": "scenario"})
            said = f"{type(error).__name__}: {error}"
            fault = Difference(self._line, f"程序出错：{said}", f"The program failed: {said}")
        seconds = stopwatch() - began
        head = (scenario.path, scenario.id, scenario.title)
        if fault is None:
            return Result(*head, True, seconds)
        return Result(*head, False, seconds, fault.line, fault.zh, fault.en, fault.about)

    def _play(self, scenario: Scenario) -> None:
        clock = VirtualClock(scenario.begins)
        app = App(
            self.scratch.fresh(), clock, self.keys, self.library, self.definitions,
            overrides=scenario.settings, calendar=self._calendar(scenario.calendars),
        )  # fmt: skip
        try:
            world = build(app, clock, scenario)
            for step in scenario.steps:
                self._line = step.line
                play_step(world, step)
        finally:
            if self.coverage is not None:
                self.coverage.add(app)

    def _calendar(self, years: tuple[int, ...] | None) -> WorkCalendar:
        if years not in self._calendars:
            self._calendars[years] = WorkCalendar.load(self.library.folder / "calendars", only=years)
        return self._calendars[years]


def play_step(world: World, step: Step) -> None:
    """Move the clock to a step, do it, and hold what it expects; raise Difference."""
    advance(world, step.at, step.line)
    if step.refused is not None:
        _refused(world, step)
    else:
        try:
            act(world, step)
        except AidError as fault:
            raise differs(step.line, refusal(fault)) from fault
        incidents(world, step.line)
    if step.expect is not None:
        hold(world, step)


def _refused(world: World, step: Step) -> None:
    with world.app.read() as conn:
        before = fingerprint(conn)
    try:
        act(world, step)
    except AidError as fault:
        if fault.code != step.refused:
            wanted = labelled("error", step.refused or "")
            raise differs(step.line, say("other_refusal", wanted=wanted, found=refusal(fault))) from fault
    else:
        raise differs(step.line, say("not_refused", wanted=labelled("error", step.refused or "")))
    with world.app.read() as conn:
        after = fingerprint(conn)
    changed = sorted(name for name, mark in after.items() if mark != before[name])
    if changed:
        names = "、".join(changed)
        en = f"The refusal changed {', '.join(changed)}."
        raise Difference(step.line, f"拒绝后数据有变动：{names}。", en)


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """Return the scenario files of files and folders, in order of name within a folder."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(child for child in path.rglob("*") if child.suffix in (".yaml", ".yml"))
        else:
            found.append(path)
    return found


def run_paths(
    paths: Iterable[Path | str], database_url: str | None = None, *, library: Library | None = None,
    diagrams: Diagrams | None = None, coverage: Coverage | None = None,
) -> list[Result]:  # fmt: skip
    """Run every scenario of some files and folders; a database URL picks the kind of database."""
    runner = Runner(database_url, library or Library(), diagrams, coverage)
    try:
        return [result for path in scenario_files(map(Path, paths)) for result in runner.file(path)]
    finally:
        runner.close()
