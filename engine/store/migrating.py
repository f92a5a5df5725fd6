"""Rows of an instance that changes its version: what waits is rewritten in place and keeps its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.codec import loads
from engine.store.tables import event, incident, instance, subscription, timer, user_task

_OPEN: list[Any] = [sa.literal_column("'created'"), sa.literal_column("'claimed'")]
_WAITING: list[Any] = [sa.literal_column("'scheduled'"), sa.literal_column("'held'")]


class TaskRow(NamedTuple):
    """An open user task."""

    id: int
    token: int
    element: str
    role: str
    pool: str
    assignee_id: int | None
    due_at: int
    created_at: int


class TimerRow(NamedTuple):
    """A waiting timer."""

    id: int
    token: int
    element: str
    due_at: int


class WaitRow(NamedTuple):
    """A wait for a message or signal."""

    token: int
    element: str
    name: str
    trigger: str
    key: str
    run: int


class Rows(NamedTuple):
    """Everything by which an instance waits."""

    tasks: dict[int, TaskRow]  #: by token
    timers: dict[tuple[int, str], TimerRow]  #: by token and element
    waits: dict[tuple[int, str], list[WaitRow]]


def read(conn: sa.Connection, instance_id: int) -> Rows:
    """Return the waiting rows of an instance."""
    return Rows(_tasks(conn, instance_id), _timers(conn, instance_id), _waits(conn, instance_id))


def _tasks(conn: sa.Connection, instance_id: int) -> dict[int, TaskRow]:
    columns = [user_task.c[name] for name in TaskRow._fields]
    query = sa.select(*columns).where(user_task.c.instance_id == instance_id, user_task.c.state.in_(_OPEN))
    return {row[1]: TaskRow(*row) for row in conn.execute(query)}


def _timers(conn: sa.Connection, instance_id: int) -> dict[tuple[int, str], TimerRow]:
    columns = [timer.c[name] for name in TimerRow._fields]
    query = sa.select(*columns).where(timer.c.instance_id == instance_id, timer.c.state.in_(_WAITING))
    return {(row[1], row[2]): TimerRow(*row) for row in conn.execute(query)}


def _waits(conn: sa.Connection, instance_id: int) -> dict[tuple[int, str], list[WaitRow]]:
    columns = [subscription.c[name] for name in WaitRow._fields]
    found: dict[tuple[int, str], list[WaitRow]] = {}
    for row in conn.execute(sa.select(*columns).where(subscription.c.instance_id == instance_id)):
        found.setdefault((row[0], row[1]), []).append(WaitRow(*row))
    return found


def rebind(conn: sa.Connection, instance_id: int, definition_id: int) -> None:
    """Let an instance run another version; its state and seal are written with the rest of the step."""
    conn.execute(sa.update(instance).where(instance.c.id == instance_id).values(definition_id=definition_id))


def change_task(conn: sa.Connection, task_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of a task."""
    conn.execute(sa.update(user_task).where(user_task.c.id == task_id).values(**values))


def change_timer(conn: sa.Connection, timer_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of a timer."""
    conn.execute(sa.update(timer).where(timer.c.id == timer_id).values(**values))


def drop_waits(conn: sa.Connection, instance_id: int, gone: Sequence[WaitRow]) -> None:
    """Remove waits."""
    s = subscription.c
    query = subscription.delete().where(
        s.instance_id == instance_id, s.token == sa.bindparam("b_token"),
        s.element == sa.bindparam("b_element"), s.name == sa.bindparam("b_name"),
    )  # fmt: skip
    if gone:
        rows = [{"b_token": row.token, "b_element": row.element, "b_name": row.name} for row in gone]
        conn.execute(query, rows)


def add_waits(conn: sa.Connection, instance_id: int, trail_id: int, rows: Sequence[WaitRow]) -> None:
    """Store waits."""
    if rows:
        both = {"instance_id": instance_id, "trail_id": trail_id}
        conn.execute(subscription.insert(), [{**row._asdict(), **both} for row in rows])


def rename_incidents(conn: sa.Connection, instance_id: int, renamed: Mapping[str, str]) -> None:
    """Let the open incidents of an instance stand at the new names of their elements."""
    for old, new in renamed.items():
        conn.execute(
            sa.update(incident)
            .where(
                incident.c.state == sa.literal_column("'open'"),
                incident.c.instance_id == instance_id,
                incident.c.element == old,
            )
            .values(element=new)
        )


def told(conn: sa.Connection, trail_id: int, instance_id: int) -> Iterator[tuple[str, str | None, int, Any]]:
    """Yield (kind, element, at, data) of the events of an instance, the latest first."""
    query = (
        sa.select(event.c.kind, event.c.element, event.c.at, event.c.data)
        .where(event.c.trail_id == trail_id, event.c.instance_id == instance_id)
        .order_by(event.c.seq.desc())
    )
    for kind, element, at, data in conn.execute(query):
        yield kind, element, at, loads(data)


def former_names(conn: sa.Connection, trail_id: int, instance_id: int) -> dict[str, str]:
    """Return old id -> present id of the elements that migrations of an instance renamed."""
    query = (
        sa.select(event.c.data)
        .where(
            event.c.trail_id == trail_id,
            event.c.instance_id == instance_id,
            event.c.kind == "ProcessMigrated",
        )
        .order_by(event.c.seq)
    )
    found: dict[str, str] = {}
    for data in conn.execute(query).scalars():
        renamed = loads(data).get("renamed", {})
        found = {old: renamed.get(new, new) for old, new in found.items()}
        found |= {old: new for old, new in renamed.items() if old not in found}
    return found
