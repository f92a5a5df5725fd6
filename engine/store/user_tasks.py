"""Queries about what an instance has been through: from its trail, as finished tasks have no index."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from engine.store.tables import event


class Past(NamedTuple):
    """One event of an instance."""

    seq: int
    kind: str
    rev: int | None
    element: str | None
    data: str


def completed_elements(conn: sa.Connection, trail_id: int, instance_id: int) -> list[str]:
    """Return the elements whose task an instance has completed, the latest first."""
    query = (
        sa.select(event.c.element)
        .where(
            event.c.trail_id == trail_id, event.c.instance_id == instance_id, event.c.kind == "TaskCompleted"
        )
        .group_by(event.c.element)
        .order_by(sa.func.max(event.c.seq).desc())
    )
    return [element for element in conn.execute(query).scalars() if element is not None]


def latest_events(conn: sa.Connection, trail_id: int, instance_id: int, most: int) -> list[Past]:
    """Return the latest events of an instance, the last one first."""
    query = (
        sa.select(event.c.seq, event.c.kind, event.c.rev, event.c.element, event.c.data)
        .where(event.c.trail_id == trail_id, event.c.instance_id == instance_id)
        .order_by(event.c.seq.desc())
        .limit(most)
    )
    return [Past(*row) for row in conn.execute(query)]
