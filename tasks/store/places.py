"""Queries of the scenario runner about an area: its matters, their deadlines, its offices' duties."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables import instance, user_task
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables import deadline, duty, process_context, trail_owner


def tasks_in(
    conn: Connection, path: str, element: str | None = None, opened: bool = True
) -> list[RowMapping]:
    """Return the tasks about matters of an area (about no person), the one due first first."""
    query = (
        sa.select(user_task, instance.c.process_id)
        .join(instance, instance.c.id == user_task.c.instance_id)
        .join(process_context, process_context.c.instance_id == user_task.c.instance_id)
        .where(process_context.c.matter.is_not(None), process_context.c.area.startswith(path))
        .order_by(user_task.c.due_at, user_task.c.id)
    )
    if element is not None:
        query = query.where(user_task.c.element == element)
    if opened:
        query = query.where(user_task.c.state.in_(("created", "claimed")))
    return list(conn.execute(query).mappings())


def trails_in(conn: Connection, path: str) -> list[int]:
    """Return the trails of the matters of an area."""
    query = (
        sa.select(trail_owner.c.trail_id)
        .join(process_context, process_context.c.matter == trail_owner.c.matter)
        .where(process_context.c.area.startswith(path))
        .distinct()
    )
    return sorted(conn.execute(query).scalars())


def deadlines_on(conn: Connection, trail_ids: list[int]) -> list[RowMapping]:
    """Return the deadlines of some trails in the order they were opened."""
    query = sa.select(deadline).where(deadline.c.trail_id.in_(trail_ids))
    return list(conn.execute(query.order_by(deadline.c.created_at, deadline.c.id)).mappings())


def office_duties_in(conn: Connection, path: str) -> list[RowMapping]:
    """Return the open duties of the offices of an area."""
    query = sa.select(duty).where(
        duty.c.unit_id.is_not(None), duty.c.state == "open", duty.c.area.startswith(path)
    )
    return list(conn.execute(query.order_by(duty.c.kind)).mappings())
