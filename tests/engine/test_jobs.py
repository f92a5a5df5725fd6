"""Jobs: asked for with a change, done at least once, fenced by the attempt, dead after four."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine import jobs
from engine.clock import VirtualClock
from engine.errors import IllegalState
from engine.store import tables
from engine.store.db import Database
from tests.engine.desk import Desk


@pytest.fixture
def desk(database: Database, clock: VirtualClock) -> Desk:
    return Desk(database, clock)


def ask(desk: Desk, **given: object) -> int:
    with desk.unit() as unit:
        return jobs.enqueue(unit, "mail", {"to": "x"}, **given)  # type: ignore[arg-type]


def claim(desk: Desk, most: int = 10) -> list[jobs.Job]:
    with desk.unit() as unit:
        return jobs.claim(unit, "mail", most)


def done(desk: Desk, job: jobs.Job) -> bool:
    with desk.unit() as unit:
        return jobs.done(unit.conn, job, unit.now)


def failed(desk: Desk, job: jobs.Job) -> bool:
    with desk.unit() as unit:
        return jobs.failed(unit, job, "通道不通")


def state(desk: Desk) -> list[str]:
    return [row[0] for row in desk.rows(sa.select(tables.job.c.state).order_by(tables.job.c.id))]


def test_a_job_is_claimed_once_and_done(desk: Desk) -> None:
    made = ask(desk)
    (job,) = claim(desk)
    assert (job.id, job.kind, dict(job.payload), job.attempt) == (made, "mail", {"to": "x"}, 1)
    assert claim(desk) == []
    assert done(desk, job)
    assert state(desk) == ["done"]
    assert not done(desk, job)


def test_a_job_of_a_command_that_failed_was_never_asked_for(desk: Desk) -> None:
    def refuse() -> None:
        with desk.unit() as unit:
            jobs.enqueue(unit, "mail", {})
            raise IllegalState(detail="x")

    with pytest.raises(IllegalState):
        refuse()
    assert claim(desk) == []


def test_jobs_wait_for_their_time_and_come_in_order(desk: Desk, clock: VirtualClock) -> None:
    late = ask(desk, run_at=clock.now() + timedelta(hours=2))
    soon = ask(desk, run_at=clock.now() + timedelta(hours=1))
    assert claim(desk) == []
    clock.advance(timedelta(hours=3))
    assert [job.id for job in claim(desk, 1)] == [soon]
    assert [job.id for job in claim(desk)] == [late]


def test_a_failed_job_is_tried_after_1_5_and_30_minutes_and_is_then_an_incident(
    desk: Desk, clock: VirtualClock
) -> None:
    ask(desk)
    for minutes in (1, 5, 30):
        (job,) = claim(desk)
        assert failed(desk, job)
        assert state(desk) == ["retry"]
        clock.advance(timedelta(minutes=minutes, seconds=-1))
        assert claim(desk) == []
        clock.advance(timedelta(seconds=1))
    (job,) = claim(desk)
    assert failed(desk, job)
    assert state(desk) == ["dead"]
    assert desk.rows(sa.select(tables.incident.c.kind, tables.incident.c.detail)) == [("job", "通道不通")]


def test_a_worker_that_lost_its_lease_closes_nothing(desk: Desk, clock: VirtualClock) -> None:
    ask(desk)
    (old,) = claim(desk)
    clock.advance(jobs.LEASE)
    (new,) = claim(desk)
    assert (new.id, new.attempt) == (old.id, 2)
    assert not done(desk, old)
    assert not failed(desk, old)
    assert done(desk, new)


def test_a_job_that_kills_every_worker_dies_too(desk: Desk, clock: VirtualClock) -> None:
    ask(desk)
    for _ in range(4):
        assert len(claim(desk)) == 1
        clock.advance(jobs.LEASE)
    assert claim(desk) == []
    assert state(desk) == ["dead"]


def test_workers_that_claim_at_once_share_the_jobs(desk: Desk) -> None:
    made = [ask(desk) for _ in range(12)]
    taken: list[int] = []

    def work() -> None:
        for _ in range(6):
            taken.extend(job.id for job in claim(desk, 2))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(made)
