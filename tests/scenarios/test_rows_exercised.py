"""A row of the table of deadlines that a scenario names is opened there, its act done or its hint read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.library import Library
from tasks.scenarios import Runner
from tasks.scenarios.coverage import Coverage
from tasks.traceability import Deadline, trace
from tasks.traceability.trace import EXERCISED

LIBRARY = Library()
FOLDER = LIBRARY.folder / "scenarios"
NAMED = [one for one in trace(LIBRARY).deadlines if one.state == EXERCISED]
#: Rows without a day, a duty and a step of their own: what an expectation has to look at.
LOOKED_AT = {"DL-050": "papers:", "DL-101": "no_hints:", "DL-107": "no_hints:", "DL-124": "national:"}
#: Told to hold that the row does not begin: guidance that ended before its first week, work of one's own.
HELD_BACK = {("D02_lost_before_the_weekly_watch", "DL-046"), ("M29_registered_as_self_employed", "DL-039")}
#: Every third by day, all by night.
BY_DAY = [row if n % 3 == 0 else pytest.param(row, marks=pytest.mark.nightly) for n, row in enumerate(NAMED)]


class Teller:
    """Plays files, each once, and says what each of them touched."""

    def __init__(self) -> None:
        self.runner = Runner(coverage=Coverage())
        self.told: dict[Path, Coverage] = {}

    def touched(self, path: Path) -> Coverage:
        """Return what the scenarios of a file touch."""
        if path not in self.told:
            self.told[path] = self.runner.coverage = Coverage()
            for result in self.runner.file(path):
                assert result.passed, result.text()
        return self.told[path]


@pytest.fixture(scope="module")
def teller() -> Iterator[Teller]:
    made = Teller()
    yield made
    made.runner.close()


def _really(row: Deadline, seen: Coverage, path: Path) -> bool:
    """Tell whether a scenario did with a row what can be done with it."""
    policy = LIBRARY.policy[row.id]
    if policy.opens or policy.lead_setting or policy.recurrence is not None:
        return row.id in seen.deadlines
    if row.id in LOOKED_AT:
        return LOOKED_AT[row.id] in path.read_text("utf-8")
    return any(place.name in seen.tasks for place in row.places if place.kind == "element")


@pytest.mark.parametrize("row", BY_DAY, ids=lambda row: row.id)
def test_a_scenario_that_names_a_row_exercises_it(teller: Teller, row: Deadline) -> None:
    paths = sorted((FOLDER / f"{name}.yaml" for name in row.scenarios), key=lambda path: path.stat().st_size)
    assert any(_really(row, teller.touched(path), path) for path in paths)


@pytest.mark.nightly
def test_no_scenario_names_a_row_that_it_does_not_exercise(teller: Teller) -> None:
    idle = []
    for name in sorted({name for row in NAMED for name in row.scenarios}):
        path = FOLDER / f"{name}.yaml"
        seen = teller.touched(path)
        named = [row for row in NAMED if name in row.scenarios and (name, row.id) not in HELD_BACK]
        idle += [f"{name} {row.id}" for row in named if not _really(row, seen, path)]
    assert not idle, idle
