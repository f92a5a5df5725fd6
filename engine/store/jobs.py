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


_COLUMNS = (job.c.id, job.c.kind, job.c.trail_id, job.c.payload, job.c.attempts)


def add(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """Store a job that is ready."""
    conn.execute(job.insert().values(**row, state="ready", attempts=0))


def lock_ready(conn: sa.Connection, now_us: int, most: int) -> list[Stored]:
    """Lock jobs whose time has come, the earliest first; those another worker holds are passed over."""
    query = (
        sa.select(*_COLUMNS)
        .where(job.c.state.in_([sa.literal_column("'ready'"), sa.literal_column("'retry'")]))
        .where(job.c.run_at <= now_us)
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


def close(conn: sa.Connection, job_id: int, attempt: int, values: Mapping[str, Any]) -> bool:
    """Change a running job that is still in its attempt; tell whether it was."""
    changed = conn.execute(
        sa.update(job)
        .where(job.c.id == job_id, job.c.attempts == attempt, job.c.state == "running")
        .values(**values)
    )
    return changed.rowcount == 1
