"""kill -9 at any statement or commit loses nothing that was acknowledged and does nothing twice (FLT-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.conftest import Judge
from tests.reliability.kills import OFFICE, PLAIN, Work, run_kills
from tests.reliability.mutations import KILL_BUGS, OFFICE_BUGS
from tests.reliability.site import Site

#: Kills of a sample and of a night, by kind of work: 50 and 1,000 for each database.
SAMPLE = {"office": 15, "plain": 35}
LONG = {"office": 500, "plain": 500}
#: A seeded bug that outlives so many kills would show an oracle that sleeps.
MOST_KILLS_FOR_A_BUG = 300


@pytest.mark.slow
@pytest.mark.parametrize("work", [OFFICE, PLAIN], ids=["office", "kernel"])
def test_a_killed_process_loses_nothing(
    site: Site, work: Work, tmp_path: Path, seed: int, nightly: bool, judge: Judge
) -> None:
    kills = (LONG if nightly else SAMPLE)[work.name]
    report = run_kills(site, tmp_path, kills, seed, work, check_every=50)
    judge(report)
    assert report.kills == kills
    assert report.replayed > kills / 4
    assert sum(report.acked.values()) > kills
    covered = report.coverage
    if work is PLAIN and nightly:
        assert not covered.left, "the kernel dies at every boundary there is"
    else:
        assert len(covered.seen) > kills
        assert not covered.again, "no boundary a second time while others wait for their first"


#: Seen by every run; the others take kills at the right moment and wait for the night.
QUICK = ("history in a second transaction", "timer not cancelled", "idempotency key not stored")


@pytest.mark.slow
@pytest.mark.parametrize(
    "bug", [bug if bug in QUICK else pytest.param(bug, marks=pytest.mark.nightly) for bug in KILL_BUGS]
)
def test_the_kill_lab_finds_a_seeded_bug(site: Site, bug: str, tmp_path: Path, seed: int) -> None:
    report = run_kills(site, tmp_path, MOST_KILLS_FOR_A_BUG, seed, PLAIN, _id(bug), 5, KILL_BUGS[bug])
    assert report.violations


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("bug", OFFICE_BUGS)
def test_the_kill_lab_finds_a_seeded_bug_of_the_office(
    site: Site, bug: str, tmp_path: Path, seed: int
) -> None:
    report = run_kills(site, tmp_path, MOST_KILLS_FOR_A_BUG, seed, OFFICE, _id(bug), 10, OFFICE_BUGS[bug])
    assert report.violations


def _id(bug: str) -> str:
    return bug.replace(" ", "_")
