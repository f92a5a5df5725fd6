"""Open cases at every step of the three tiers go to new versions, and nothing they hold is lost."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from bench.office import Office
from bench.road import Road
from engine.store import tables as kernel
from engine.store.db import Database
from tasks.migration_runs import run
from tasks.store.tables_migration import migration_item
from tests.engine.ways import wrong_ways
from tests.tasks.migration import holding
from tests.tasks.migration.crowd import BY_HAND, Crowd, crowd_in
from tests.tasks.migration.versions import CHANGES, KEYS

SEED = 595
#: Open cases of a sample for each kind of change, and of a night; kills on the way.
SAMPLE, NIGHT = (20, 2), (1_000, 12)
#: Statements a child may send before it is killed.
MOST_STATEMENTS = {SAMPLE: 400, NIGHT: 8_000}


@pytest.fixture
def crowd(database: Database) -> Crowd:
    """An office with a case at every step, ready to be copied."""
    return crowd_in(database)


def _steps(crowd: Crowd) -> set[str]:
    """Return the steps on which an open case of the tiers stands."""
    t = kernel.user_task
    query = sa.select(t.c.element).distinct().where(t.c.state.in_(("created", "claimed")))
    with crowd.office.app.read() as conn:
        return {one for one in conn.execute(query).scalars() if one.startswith(("P04", "P05", "P06"))}


@pytest.mark.slow
@pytest.mark.parametrize(
    "size", [SAMPLE, pytest.param(NIGHT, marks=pytest.mark.nightly)], ids=["sample", "whole"]
)
def test_cases_at_every_step_lose_nothing_also_when_the_batch_is_killed(
    crowd: Crowd, size: tuple[int, int]
) -> None:
    office, rng = crowd.office, random.Random(SEED)
    count, kills = size
    first = 0
    for make in CHANGES.values():
        change = make(office.app.library)
        cases = crowd.spread(count, first)
        first += count
        before, told = holding.held(office), holding.migrated(office)
        batches = holding.begin(office, change, holding.publish(office, change))
        died = [
            holding.run_and_die(office, batches, rng.randrange(40, MOST_STATEMENTS[size]))
            for _ in range(kills)
        ]
        ended = holding.finish(office, batches)
        assert all(one.state == "done" and one.waiting == one.refused == one.gone == 0 for one in ended)
        assert sum(one.done for one in ended) >= count
        moved = holding.migrated(office) - told
        gone = holding.lost(before, holding.held(office), change, moved)
        assert not gone, "\n".join(gone)
        assert set(moved.values()) == {1}
        assert any(died)
        _go_on(office, cases[: min(count, 40)])
    assert holding.faults(office) == []
    assert _wrong_ways(office) == []
    assert size == SAMPLE or len(_steps(crowd)) > 45


def _wrong_ways(office: Office) -> list[str]:
    with office.app.read() as conn:
        return wrong_ways(conn, office.app.definitions)


def test_a_case_migrated_at_any_step_is_walked_again_to_where_it_stands(
    sqlite_database: Database, nightly: bool
) -> None:
    crowd = crowd_in(sqlite_database)
    office = crowd.office
    for make in CHANGES.values():
        cases = crowd.spread(50 if nightly else 16)
        change = make(office.app.library)
        batches = holding.begin(office, change, holding.publish(office, change))
        assert sum(one.done for one in holding.finish(office, batches)) >= len(cases)
        assert _wrong_ways(office) == []
        _go_on(office, cases)
    assert _wrong_ways(office) == []


def _go_on(office: Office, cases: list[int]) -> None:
    """Do the next step of some cases, which has to lead on."""
    done = 0
    for case_id in cases:
        step = Road(office, case_id).next_step()
        if step is not None and not any(task.element in _BY_HAND for task in office.open_tasks(case_id)):
            office.app.do(step.command, step.actor)
            done += 1
    assert done > len(cases) / 4


#: Where a case was put by hand the step before is missing, which its form may ask for.
_BY_HAND = frozenset(
    name for steps in BY_HAND.values() for step in steps.split() for name in (step, f"{step}_2")
)


def test_a_dry_batch_says_what_would_become_of_each_case_and_changes_nothing(
    sqlite_database: Database,
) -> None:
    crowd = crowd_in(sqlite_database)
    office = crowd.office
    crowd.spread(60)
    change = CHANGES["redrawn"](office.app.library)
    versions = holding.publish(office, change)
    before = holding.held(office)
    unmapped = {key: {} for key in KEYS}
    dry = holding.begin(office, type(change)("bare", change.files, unmapped), versions, dry=True)
    ended = holding.finish(office, dry)
    assert [one.refused > 0 for one in ended] == [True, True, True]
    assert holding.held(office) == before
    assert not holding.migrated(office)
    with office.app.read() as conn:
        query = sa.select(migration_item.c.said).where(migration_item.c.state == "refused")
        said = set(conn.execute(query).scalars())
    assert any("P04_Interview" in one for one in said)
    again = holding.begin(office, change, versions)
    assert sum(one.done for one in holding.finish(office, again)) == sum(
        one.done + one.refused for one in ended
    )


def test_several_workers_and_people_at_work_meet_no_harm(crowd: Crowd) -> None:
    office = crowd.office
    cases = crowd.spread(40)
    change = CHANGES["renamed"](office.app.library)
    batches = holding.begin(office, change, holding.publish(office, change))
    office.db.dispose()
    children = [_fork(lambda: [run(office.app, batch) for batch in batches]) for _ in range(2)]
    _go_on(office, cases)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    ended = holding.finish(office, batches)
    assert all(one.state == "done" and one.waiting == one.refused == 0 for one in ended)
    assert set(holding.migrated(office).values()) == {1}
    assert holding.faults(office) == []


def _fork(act: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        code = 3
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    return pid
