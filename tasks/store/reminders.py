"""Queries over open tasks that are near their due day, due, or overdue, and over what was said of them."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from engine.store.tables import instance, user_task
from tasks.store.conn import Connection
from tasks.store.tables_clock import duty, reminder

_t, _r = user_task.c, reminder.c
_RUNNING = user_task.join(instance, sa.and_(instance.c.id == _t.instance_id, instance.c.status == "running"))


class Near(NamedTuple):
    """One open task that somebody holds."""

    id: int
    instance_id: int
    definition_id: int
    element: str
    assignee_id: int
    due_at: int


class Waiting(NamedTuple):
    """How many tasks of a role wait in a pool unclaimed."""

    role: str
    pool: str
    number: int


def held(conn: Connection, kind: str, after: int, until: int, most: int) -> list[Near]:
    """Return held tasks due after one instant and until another of which a reminder was not given yet."""
    told = sa.select(_r.task_id).where(_r.task_id == _t.id, _r.kind == kind, _r.due_at == _t.due_at)
    query = (
        sa.select(_t.id, _t.instance_id, instance.c.definition_id, _t.element, _t.assignee_id, _t.due_at)
        .select_from(_RUNNING)
        .where(_t.state == "claimed", _t.due_at > after, _t.due_at <= until, ~told.exists())
        .order_by(_t.due_at, _t.id)
        .limit(most)
    )
    return [Near(*row) for row in conn.execute(query)]


def unclaimed(conn: Connection, after: int, until: int) -> list[Waiting]:
    """Return how many tasks wait unclaimed in each pool, due after one instant and until another."""
    query = (
        sa.select(_t.role, _t.pool, sa.func.count())
        .select_from(_RUNNING)
        .where(_t.state == "created", _t.due_at > after, _t.due_at <= until)
        .group_by(_t.role, _t.pool)
    )
    return [Waiting(*row) for row in conn.execute(query)]


def weekly(conn: Connection) -> list[tuple[str, str, int]]:
    """Return (kind, area, number) of the weekly duties that go on."""
    query = (
        sa.select(duty.c.kind, duty.c.area, sa.func.count())
        .where(duty.c.state == "open", duty.c.frequency == "WEEKLY")
        .group_by(duty.c.kind, duty.c.area)
        .order_by(duty.c.kind, duty.c.area)
    )
    return [(row[0], row[1], int(row[2])) for row in conn.execute(query)]


def was_told(conn: Connection, task_id: int, kind: str, due_at: int) -> bool:
    """Tell whether a reminder was given."""
    query = sa.select(_r.task_id).where(_r.task_id == task_id, _r.kind == kind, _r.due_at == due_at)
    return conn.execute(query).first() is not None


def note(conn: Connection, task_id: int, kind: str, due_at: int) -> None:
    """Note that a reminder was given."""
    conn.execute(reminder.insert().values(task_id=task_id, kind=kind, due_at=due_at))
