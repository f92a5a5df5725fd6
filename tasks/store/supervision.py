"""Queries of the supervisor's commands on instances."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from engine.store.tables import incident, timer
from tasks.store.conn import Connection

__all__ = ["incident", "release_timers"]


def release_timers(
    conn: Connection, instance_id: int, element: str, now_us: int,
    release: Callable[[Connection, int, int], None],
) -> None:  # fmt: skip
    """Let the held timers of an element fire at once."""
    found = conn.execute(
        sa.select(timer.c.id).where(
            timer.c.instance_id == instance_id, timer.c.element == element, timer.c.state == "held"
        )
    ).scalars()
    for timer_id in list(found):
        release(conn, timer_id, now_us)
