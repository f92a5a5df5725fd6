"""Many at the same task at the same moment: one does it, the others are told so (FLT-2, FLT-3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.conftest import Judge
from tests.reliability.mutations import RACE_BUGS
from tests.reliability.places import people_in_posts, race_for_places
from tests.reliability.races import run_races
from tests.reliability.site import Site

PROCESSES = {"postgres": 8, "sqlite": 4}


@pytest.mark.slow
@pytest.mark.parametrize("plain", [False, True], ids=["office", "kernel"])
def test_of_many_at_one_task_one_does_it(
    site: Site, backend: str, plain: bool, tmp_path: Path, seed: int, nightly: bool, judge: Judge
) -> None:
    operations = 2_400 if nightly else 240
    report = run_races(site, tmp_path, operations, seed, PROCESSES[backend], plain)
    report.violations += [f"error: {text}" for text in report.errors]
    judge(report)
    assert report.acked["CompleteTask"] > 10
    assert report.refused["stale_task"] > 5 or backend == "sqlite"


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize(
    "bug",
    [
        "locked too late",
        pytest.param("no check when firing", marks=pytest.mark.nightly),
        pytest.param("no lock on the case", marks=pytest.mark.nightly),
        pytest.param("no lock and no fence", marks=pytest.mark.nightly),
    ],
)
def test_the_race_lab_finds_a_seeded_bug(
    postgres_site: Site, bug: str, tmp_path: Path, seed: int, nightly: bool
) -> None:
    operations, name = 800 if nightly else 240, bug.replace(" ", "_")
    report = run_races(postgres_site, tmp_path, operations, seed, 8, True, name, RACE_BUGS[bug])
    assert report.violations or report.errors


@pytest.mark.slow
def test_the_race_lab_finds_a_deferred_begin_on_sqlite(sqlite_site: Site, tmp_path: Path, seed: int) -> None:
    bug = RACE_BUGS["deferred begin"]
    report = run_races(sqlite_site, tmp_path, 200, seed, 4, True, "deferred_begin", bug)
    assert "error" in report.figures()["violations"]


@pytest.mark.slow
def test_the_last_place_of_a_post_goes_to_one_person(site: Site) -> None:
    refused = race_for_places(site, people=12, places=3)
    assert people_in_posts(site) == 3
    assert refused == 9
