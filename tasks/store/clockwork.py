"""Queries of the worker: what is due, and when the next thing will be."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from engine.store.tables import timer
from tasks.store.conn import Connection, RowMapping
from tasks.store.rows import Named, first_of
from tasks.store.tables import deadline, duty, duty_window, trail_owner

_DUE_TIMERS = first_of(
    sa.select(timer.c.id, timer.c.trail_id, timer.c.instance_id, timer.c.due_at)
    .where(timer.c.state == sa.literal_column("'scheduled'"), timer.c.due_at <= sa.bindparam("now"))
    .order_by(timer.c.due_at, timer.c.id)
)


def due_timers(conn: Connection, now_us: int, most: int) -> list[RowMapping]:
    """Return timers that are due, the earliest first."""
    return _DUE_TIMERS.all(conn, now=now_us, most=most)


_OVERDUE = first_of(
    sa.select(deadline.c.id, deadline.c.trail_id, deadline.c.due_at)
    .where(
        deadline.c.completed_at.is_(None),
        deadline.c.closed_reason.is_(None),
        deadline.c.missed_at.is_(None),
        deadline.c.due_at <= sa.bindparam("now"),
    )
    .order_by(deadline.c.due_at, deadline.c.id)
)


def overdue_deadlines(conn: Connection, now_us: int, most: int) -> list[RowMapping]:
    """Return deadlines whose end has passed unmarked, in due order: the worker's sweep."""
    return _OVERDUE.all(conn, now=now_us, most=most)


_DUE_DUTIES = first_of(
    sa.select(duty)
    .where(duty.c.state == sa.literal_column("'open'"), duty.c.next_at <= sa.bindparam("now"))
    .order_by(duty.c.next_at, duty.c.id)
)


def due_duties(conn: Connection, now_us: int, most: int) -> list[RowMapping]:
    """Return open duties whose next window begins, in order."""
    return _DUE_DUTIES.all(conn, now=now_us, most=most)


_ENDED_WINDOWS = first_of(
    sa.select(duty_window.c.id, duty_window.c.duty_id, duty_window.c.due_at)
    .where(duty_window.c.state == sa.literal_column("'open'"), duty_window.c.due_at <= sa.bindparam("now"))
    .order_by(duty_window.c.due_at, duty_window.c.id)
)


def ended_windows(conn: Connection, now_us: int, most: int) -> list[RowMapping]:
    """Return windows that ended undone and are not marked missed yet, in order."""
    return _ENDED_WINDOWS.all(conn, now=now_us, most=most)


_NEXT_MOMENTS = Named(
    sa.select(
        sa.select(sa.func.min(timer.c.due_at))
        .where(timer.c.state == sa.literal_column("'scheduled'"))
        .scalar_subquery()
        .label("timer"),
        sa.select(sa.func.min(deadline.c.due_at))
        .where(
            deadline.c.completed_at.is_(None),
            deadline.c.closed_reason.is_(None),
            deadline.c.missed_at.is_(None),
        )
        .scalar_subquery()
        .label("deadline"),
        sa.select(sa.func.min(duty.c.next_at))
        .where(duty.c.state == sa.literal_column("'open'"))
        .scalar_subquery()
        .label("duty"),
        sa.select(sa.func.min(duty_window.c.due_at))
        .where(duty_window.c.state == sa.literal_column("'open'"))
        .scalar_subquery()
        .label("window"),
    )
)


def next_moments(conn: Connection) -> list[int | None]:
    """Return the first instant of each kind of due work."""
    found = _NEXT_MOMENTS.first(conn)
    return [] if found is None else list(found.values())


def trail_of_deadline(conn: Connection, row_id: int) -> int | None:
    """Return the trail a deadline is written to."""
    return conn.execute(sa.select(deadline.c.trail_id).where(deadline.c.id == row_id)).scalar()


def trail_of_duty(conn: Connection, duty_id: int) -> int | None:
    """Return the trail a duty is written to: its case's, its person's own, its office's, or a matter's."""
    query = (
        sa.select(sa.func.coalesce(duty.c.case_id, trail_owner.c.trail_id))
        .join(
            trail_owner,
            sa.or_(
                sa.and_(
                    duty.c.matter.is_(None),
                    trail_owner.c.kind == "person",
                    trail_owner.c.person_id == duty.c.person_id,
                ),
                trail_owner.c.matter == sa.literal("unit:") + sa.cast(duty.c.unit_id, sa.Text),
                trail_owner.c.matter == duty.c.matter,
            ),
            isouter=True,
        )
        .where(duty.c.id == duty_id)
    )
    return conn.execute(query).scalar()


def trail_of_window(conn: Connection, window_id: int) -> int | None:
    """Return the trail the duty of a window is written to."""
    duty_id = conn.execute(sa.select(duty_window.c.duty_id).where(duty_window.c.id == window_id)).scalar()
    return None if duty_id is None else trail_of_duty(conn, duty_id)


def element_of_timer(conn: Connection, timer_id: int) -> str | None:
    """Return the element a timer waits at."""
    return conn.execute(sa.select(timer.c.element).where(timer.c.id == timer_id)).scalar()


def database_time(conn: Connection) -> datetime:
    """Return what the database server's clock says (PostgreSQL)."""
    found: datetime = conn.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return found
