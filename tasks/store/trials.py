"""Queries over trials."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tasks.store.conn import Connection, RowMapping
from tasks.store.tables_trial import trial


def add(conn: Connection, **values: Any) -> None:
    """Add a trial that begins."""
    conn.execute(trial.insert().values(**values))


def read(conn: Connection, trial_id: int) -> RowMapping | None:
    """Return a trial."""
    return conn.execute(sa.select(trial).where(trial.c.id == trial_id)).mappings().first()


def latest_of(conn: Connection, draft_id: int) -> RowMapping | None:
    """Return the latest trial of a draft (`ix_trial_draft`)."""
    query = sa.select(trial).where(trial.c.draft_id == draft_id).order_by(trial.c.id.desc()).limit(1)
    return conn.execute(query).mappings().first()


def write(conn: Connection, trial_id: int, **values: Any) -> bool:
    """Change a trial that still runs; tell whether it did."""
    query = sa.update(trial).where(trial.c.id == trial_id, trial.c.state == "running").values(**values)
    return conn.execute(query).rowcount == 1
