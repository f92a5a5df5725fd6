"""Queries of the scenario runner over matters: of an area, or of one key."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables import instance, user_task
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables import deadline, duty, duty_window, process_context, trail_owner, warning
from tasks.store.tables_people import person


def _about(area: str | None, matter: str | None) -> sa.ColumnElement[bool]:
    x = process_context.c
    if matter is not None:
        return x.matter == matter
    return sa.and_(x.matter.is_not(None), x.area == area)


def tasks_of_matter(
    conn: Connection, area: str | None = None, matter: str | None = None, opened: bool = True
) -> list[RowMapping]:
    """Return the tasks of the matters of an area, or of one matter, the one due first first."""
    states = ("created", "claimed") if opened else ("completed", "cancelled")
    query = (
        sa.select(user_task, instance.c.process_id)
        .join(process_context, process_context.c.instance_id == user_task.c.instance_id)
        .join(instance, instance.c.id == user_task.c.instance_id)
        .where(_about(area, matter), user_task.c.state.in_(states))
        .order_by(user_task.c.due_at, user_task.c.id)
    )
    return list(conn.execute(query).mappings())


def instances_of_matter(
    conn: Connection, area: str | None = None, matter: str | None = None
) -> list[RowMapping]:
    """Return the instances of the matters of an area, or of one matter, not over, the latest first."""
    query = (
        sa.select(instance.c.id, instance.c.process_id, instance.c.status)
        .join(process_context, process_context.c.instance_id == instance.c.id)
        .where(_about(area, matter), instance.c.status.in_(("running", "suspended")))
        .order_by(instance.c.id.desc())
    )
    return list(conn.execute(query).mappings())


def trails_of_matter(conn: Connection, area: str | None, matter: str | None) -> list[int]:
    """Return the trails of the matters of an area, or of one matter."""
    query = (
        sa.select(trail_owner.c.trail_id)
        .join(process_context, process_context.c.matter == trail_owner.c.matter)
        .where(_about(area, matter))
        .distinct()
    )
    return list(conn.execute(query).scalars())


def deadlines_of_trails(conn: Connection, trails: list[int]) -> list[RowMapping]:
    """Return the deadlines of some trails in the order they were opened."""
    query = sa.select(deadline).where(deadline.c.trail_id.in_(trails))
    return list(conn.execute(query.order_by(deadline.c.created_at, deadline.c.id)).mappings())


def duties_of_unit(conn: Connection, area: str | None) -> list[RowMapping]:
    """Return the open duties of an office."""
    d = duty.c
    query = sa.select(duty).where(d.unit_id.is_not(None), d.area == area, d.state == "open")
    return list(conn.execute(query.order_by(d.kind)).mappings())


def windows_of_unit(conn: Connection, area: str | None) -> dict[str, int]:
    """Return how many windows of an office's duties are in each state, by process and state."""
    query = (
        sa.select(duty.c.kind, duty_window.c.state, sa.func.count())
        .join(duty, duty.c.id == duty_window.c.duty_id)
        .where(duty.c.unit_id.is_not(None), duty.c.area == area)
        .group_by(duty.c.kind, duty_window.c.state)
    )
    return {f"{kind.partition('_')[0]} {state}": count for kind, state, count in conn.execute(query)}


def warnings_in(conn: Connection, area: str) -> list[str]:
    """Return the rules of the open warnings of an area."""
    query = sa.select(warning.c.rule).where(warning.c.area.startswith(area), warning.c.closed_at.is_(None))
    return list(conn.execute(query).scalars())


def household_of(conn: Connection, person_id: int) -> int | None:
    """Return the household of a person."""
    return conn.execute(sa.select(person.c.household_id).where(person.c.id == person_id)).scalar()


def missed_window(conn: Connection, area: str, kind: str) -> int | None:
    """Return the oldest missed window of a duty of an office."""
    query = (
        sa.select(duty_window.c.id)
        .join(duty, duty.c.id == duty_window.c.duty_id)
        .where(duty.c.unit_id.is_not(None), duty.c.area == area, duty.c.kind == kind)
        .where(duty_window.c.state == "missed")
        .order_by(duty_window.c.starts_on)
        .limit(1)
    )
    return conn.execute(query).scalar()
