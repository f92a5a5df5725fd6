"""The child that runs a trial: `python -m tasks.trial_run TRIAL FILE…`, started by `tasks.trials` only.

It has limits of its own, so that a draft which eats memory or time harms nobody.
"""

from __future__ import annotations

import os
import resource
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.clock import SystemClock, to_us
from engine.codec import canonical
from engine.definitions import NO_ANNEX
from engine.errors import AidError
from engine.graph import Graph
from engine.store.db import Database
from tasks.app import App
from tasks.library import Library
from tasks.scenarios.coverage import Coverage
from tasks.scenarios.faults import BadScenario
from tasks.scenarios.model import Scenario
from tasks.scenarios.report import Result
from tasks.scenarios.runner import Runner
from tasks.store import stories
from tasks.store import trials as store
from tasks.trials import DATABASE

#: Bytes of memory and seconds of CPU the child may use.
MEMORY = 2 << 30
SECONDS = 900
_CLOCK = SystemClock()


@dataclass
class Footprint(Coverage):
    """Coverage of one process down to its sequence flows."""

    key: str = ""
    flows: Counter[str] = field(default_factory=Counter)

    def add(self, app: App) -> None:
        """Note what one scenario has touched."""
        super().add(app)
        with app.read() as conn:
            self.flows.update(stories.paths(conn, self.key))

    def of(self, graph: Graph) -> dict[str, Any]:
        """Return what was touched of a diagram and what was not, as JSON data."""
        ends = {flow_id: (flow.source, flow.target) for flow_id, flow in graph.flows.items()}
        seen = {end for flow_id in self.flows for end in ends.get(flow_id, ())}
        return {
            "flows": dict(self.flows),
            "elements": sorted(seen),
            "missing": sorted({*graph.nodes, *graph.flows} - seen - set(self.flows)),
        }


class TrialRun:
    """One trial at work."""

    def __init__(self, db: Database, trial_id: int) -> None:
        self.db = db
        self.id = trial_id
        self.results: list[dict[str, Any]] = []
        with db.read() as conn:
            row = store.read(conn, trial_id)
        if row is None:
            raise LookupError(f"no trial {trial_id}")
        self.key, xml, annex = str(row["key"]), str(row["xml"]), str(row["annex"])
        self.footprint = Footprint(key=self.key)
        shipped = Library()
        diagrams = [
            (path.name, xml.encode() if path.stem == self.key else path.read_bytes())
            for path in shipped.diagrams()
        ]
        annexes = () if annex == NO_ANNEX else ((f"{self.key}.bpmn", annex),)
        self.runner = Runner(None, shipped, diagrams, self.footprint, annexes)
        app = App(self.runner.scratch.fresh(), _CLOCK, self.runner.keys, self.runner.library)
        with app.read() as conn:
            self.graph = app.definitions.active(conn, self.key).graph

    def run(self, files: list[Path]) -> None:
        """Run every file and say after each how it went."""
        for path in files:
            try:
                scenarios = self.runner.read(path)
            except BadScenario as fault:
                unread = Result(path, path.stem, "", False, 0.0, fault.line, fault.zh, fault.en)
                self._tell(unread, None)
                continue
            for scenario in scenarios:
                self._tell(self.runner.one(scenario), scenario)
        self._write(state="done")

    def _tell(self, result: Result, scenario: Scenario | None) -> None:
        elements = [] if result.passed else self._elements(result, scenario)
        names = {element: self.graph.nodes[element].name or element for element in elements}
        self.results.append(
            {
                "id": result.id, "title": result.title, "file": result.path.name, "passed": result.passed,
                "line": result.line, "zh": result.zh, "en": result.en, "elements": elements, "names": names,
            }
        )  # fmt: skip
        self._write()

    def _elements(self, result: Result, scenario: Scenario | None) -> list[str]:
        """Return the elements of the diagram a failure is about.

        Those it speaks of and those that bear a deadline rule it speaks of, else the step's own.
        """
        steps = scenario.steps if scenario is not None else ()
        at = [str(step.target) for step in steps if step.line == result.line]
        ruled = [element for rule_id in result.about for element in self._ruled(rule_id)]
        told = [element for element in dict.fromkeys([*result.about, *ruled]) if element in self.graph.nodes]
        return told or [element for element in at if element in self.graph.nodes]

    def _ruled(self, rule_id: str) -> list[str]:
        """Return the steps that bear a deadline rule."""
        steps = [node for node in self.graph.nodes.values() if node.attrs.get("form")]
        return [node.id for node in steps if rule_id in node.attr_list("deadline")]

    def _write(self, **values: Any) -> None:
        with self.db.transaction() as conn:
            store.write(
                conn, self.id, results=canonical(self.results), beat_at=to_us(_CLOCK.now()),
                coverage=canonical(self.footprint.of(self.graph)), **values,
            )  # fmt: skip

    def close(self) -> None:
        """Remove the scratch database."""
        self.runner.close()


def main(trial_id: int, files: list[Path]) -> None:
    """Run a trial; what cannot be run at all is said in the trial."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    os.nice(10)
    db = Database(os.environ.pop(DATABASE))
    try:
        trial = TrialRun(db, trial_id)
    except AidError as fault:
        with db.transaction() as conn:
            store.write(conn, trial_id, state="failed", problem=fault.sentence("zh"))
        return
    try:
        trial.run(files)
    finally:
        trial.close()
        db.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
