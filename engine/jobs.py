"""Background work: stored with the change that asks for it, done at least once, by any number of workers.

A worker claims jobs under a lease in one transaction, does each, and closes it in another. The number of the
attempt fences: a worker that lost its lease closes nothing. Whatever a job sends outside carries the job's
id, by which the receiver knows a repetition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine import incidents
from engine.clock import to_us
from engine.codec import dumps, loads
from engine.ids import new_id
from engine.store import jobs as store
from engine.store.conn import Connection
from engine.unit import Unit

#: Waits before the second, third and fourth try (SEC-T6); after them the job is dead and an incident tells.
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job; `attempt` counts from 1."""

    id: int
    kind: str
    trail_id: int | None
    payload: Mapping[str, Any]
    attempt: int


def enqueue(
    unit: Unit, kind: str, payload: Mapping[str, Any], run_at: datetime | None = None,
    trail_id: int | None = None,
) -> int:  # fmt: skip
    """Ask for work after this unit's commit, at once or at an instant (aware); return the job's id."""
    made = new_id()
    row = {
        "id": made, "kind": kind, "trail_id": trail_id, "payload": dumps(dict(payload)),
        "run_at": to_us(run_at or unit.now), "created_at": to_us(unit.now),
    }  # fmt: skip
    store.add(unit.conn, row)
    return made


def is_due(conn: Connection, kind: str, now: datetime) -> bool:
    """Tell whether work of a kind waits whose time has come, or whose worker vanished."""
    return store.is_due(conn, kind, to_us(now))


def claim(unit: Unit, kind: str, most: int = 10, lease: timedelta = LEASE) -> list[Job]:
    """Take jobs of a kind whose time has come, the earliest first; this worker's until the lease ends.

    A job whose worker vanished is taken again, or is dead when it has had all its tries.
    """
    now_us = to_us(unit.now)
    for lost in store.lock_expired(unit.conn, now_us):
        _put_off(unit, _job(lost), "任务执行者未在期限内完成", at_once=True)
    found = []
    for row in store.lock_ready(unit.conn, kind, now_us, most):
        store.lease(unit.conn, row.id, to_us(unit.now + lease))
        found.append(_job(row._replace(attempts=row.attempts + 1)))
    return found


def done(conn: Connection, job: Job, now: datetime) -> bool:
    """Close a job that was done; False: the lease was lost and somebody else has it."""
    return store.close(
        conn, job.id, job.attempt, {"state": "done", "ended_at": to_us(now), "last_error": None}
    )


def failed(unit: Unit, job: Job, error: str) -> bool:
    """Put a failed job off by 1, 5, then 30 minutes; then it is dead. False: the lease was lost."""
    return _put_off(unit, job, error)


def release(conn: Connection, trail_id: int, kind: str, now: datetime) -> int:
    """Let the dead jobs of a kind on a trail begin anew; return how many."""
    return store.revive(conn, trail_id, kind, to_us(now))


def unfinished(conn: Connection, trail_id: int, kind: str) -> list[Mapping[str, Any]]:
    """Return what is still to be done on a trail for a kind of job, also what is dead, the oldest first."""
    return [loads(text) for text in store.unfinished(conn, trail_id, kind)]


def _put_off(unit: Unit, job: Job, error: str, at_once: bool = False) -> bool:
    dead = job.attempt > len(BACK_OFF)
    values: dict[str, Any] = {"state": "dead" if dead else "retry", "last_error": error}
    if dead:
        values["ended_at"] = to_us(unit.now)
    else:
        values["run_at"] = to_us(unit.now if at_once else unit.now + BACK_OFF[job.attempt - 1])
    held = store.close(unit.conn, job.id, job.attempt, values)
    if held and dead:
        data = {"job": str(job.id), "kind": job.kind}
        incidents.open_incident(unit, "job", error, trail_id=job.trail_id, element=job.kind, data=data)
    return held


def _job(row: store.Stored) -> Job:
    return Job(row.id, row.kind, row.trail_id, loads(row.payload), row.attempts)
