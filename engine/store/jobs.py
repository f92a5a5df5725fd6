"""Queries over background work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.tables import job


class Stored(NamedTuple):
    """A job as stored."""

    id: int
    kind: str
    trail_id: int | None
    payload: str
    attempts: int


_WAITING: list[sa.ColumnElement[Any]] = [sa.literal_column("'ready'"), sa.literal_column("'retry'")]
_COLUMNS = (job.c.id, job.c.kind, job.c.trail_id, job.c.payload, job.c.attempts)


def add(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """Store a job that is ready."""
    conn.execute(job.insert().values(**row, state="ready", attempts=0))


def is_due(conn: sa.Connection, kind: str, now_us: int) -> bool:
    """Tell whether a job of a kind can be taken."""
    states = job.c.state.in_(_WAITING), job.c.state == sa.literal_column("'running'")  # an index each
    found = (sa.select(job.c.id).where(one, job.c.run_at <= now_us, job.c.kind == kind) for one in states)
    return any(conn.execute(query.limit(1)).first() is not None for query in found)


def lock_ready(conn: sa.Connection, kind: str, now_us: int, most: int) -> list[Stored]:
    """Lock jobs of a kind whose time has come, the earliest first; passed over is what another holds."""
    query = (
        sa.select(*_COLUMNS)
        .where(job.c.state.in_(_WAITING))
        .where(job.c.run_at <= now_us, job.c.kind == kind)
        .order_by(job.c.run_at, job.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return [Stored(*row) for row in conn.execute(query)]


def lock_expired(conn: sa.Connection, now_us: int) -> list[Stored]:
    """Lock running jobs whose lease has ended."""
    query = (
        sa.select(*_COLUMNS)
        .where(job.c.state == sa.literal_column("'running'"), job.c.run_at <= now_us)
        .with_for_update(skip_locked=True)
    )
    return [Stored(*row) for row in conn.execute(query)]


def lease(conn: sa.Connection, job_id: int, until_us: int) -> None:
    """Let a locked job run until its lease ends; the attempt is counted."""
    conn.execute(
        sa.update(job)
        .where(job.c.id == job_id)
        .values(state="running", run_at=until_us, attempts=job.c.attempts + 1)
    )


def unfinished(conn: sa.Connection, trail_id: int, kind: str) -> list[str]:
    """Return the payloads of the jobs of a kind on a trail that are not done, the oldest first."""
    query = sa.select(job.c.payload).where(
        job.c.trail_id == trail_id, job.c.kind == kind, job.c.state != sa.literal_column("'done'")
    )
    return list(conn.execute(query.order_by(job.c.id)).scalars())


def revive(conn: sa.Connection, trail_id: int, kind: str, now_us: int) -> int:
    """Make the dead jobs of a kind on a trail ready, with all their tries; return how many."""
    query = sa.update(job).where(job.c.trail_id == trail_id, job.c.kind == kind, job.c.state == "dead")
    values = {"state": "ready", "attempts": 0, "run_at": now_us, "ended_at": None}
    return conn.execute(query.values(**values)).rowcount


def close(conn: sa.Connection, job_id: int, attempt: int, values: Mapping[str, Any]) -> bool:
    """Change a running job that is still in its attempt; tell whether it was."""
    changed = conn.execute(
        sa.update(job)
        .where(job.c.id == job_id, job.c.attempts == attempt, job.c.state == "running")
        .values(**values)
    )
    return changed.rowcount == 1
