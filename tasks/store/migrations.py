"""Queries of batches that migrate instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.statements import Statement
from engine.store.tables import definition, instance
from tasks.queries.areas import under
from tasks.store.conn import Connection
from tasks.store.tables import form_data, process_context
from tasks.store.tables_migration import migration, migration_item

_OPEN = ("running", "suspended")
_m, _i = migration.c, migration_item.c

#: The worker's look at whether there is anything to do: a partial index that is nearly always empty.
_RUNNING = Statement(
    sa.select(_m.id).where(_m.state == sa.literal_column("'running'")).order_by(_m.id)
)


class Batch(NamedTuple):
    """One batch as stored."""

    id: int
    key: str
    from_id: int
    to_id: int
    mapping: str
    recompute: bool
    dry: bool
    reason: str
    state: str
    made_by: int | None
    made_at: int
    ended_at: int | None


class Item(NamedTuple):
    """The next instance of a batch, with what it runs now."""

    n: int
    instance_id: int
    definition_id: int | None
    status: str | None


def version_id(conn: Connection, key: str, version: int) -> int | None:
    """Return the id of a version."""
    query = sa.select(definition.c.id).where(definition.c.key == key, definition.c.version == version)
    return conn.execute(query).scalar()


def running(conn: Connection) -> list[int]:
    """Return the batches that are at work, the oldest first."""
    return [row[0] for row in _RUNNING.run(conn, {}).all()]


def batch(conn: Connection, migration_id: int, lock: bool = False) -> Batch | None:
    """Return a batch, locked if wished."""
    query = sa.select(*(_m[name] for name in Batch._fields)).where(_m.id == migration_id)
    row = conn.execute(query.with_for_update() if lock else query).first()
    return None if row is None else Batch(*row)


def same_running(conn: Connection, from_id: int, dry: bool) -> int | None:
    """Return the batch at work that leaves a version."""
    query = sa.select(_m.id).where(
        _m.state == sa.literal_column("'running'"), _m.from_id == from_id, _m.dry == sa.literal(dry)
    )
    return conn.execute(query).scalar()


def open_of(conn: Connection, definition_id: int, areas: Sequence[str] | None) -> list[int]:
    """Return the open instances of a version in some areas (None: all), by id."""
    query = (
        sa.select(instance.c.id)
        .join(process_context, process_context.c.instance_id == instance.c.id)
        .where(instance.c.definition_id == definition_id, instance.c.status.in_(_OPEN))
        .order_by(instance.c.id)
    )
    if areas is not None:
        query = query.where(under(process_context.c.area, areas))
    return list(conn.execute(query).scalars())


def add(conn: Connection, row: Mapping[str, Any], instances: Sequence[int]) -> None:
    """Store a batch over some instances."""
    conn.execute(migration.insert().values(**row, state="running"))
    items = [
        {"migration_id": row["id"], "n": n, "instance_id": one, "state": "waiting", "said": "[]"}
        for n, one in enumerate(instances, 1)
    ]
    if items:
        conn.execute(migration_item.insert(), items)


def next_item(conn: Connection, migration_id: int) -> Item | None:
    """Return the first instance of a batch that waits."""
    query = (
        sa.select(_i.n, _i.instance_id, instance.c.definition_id, instance.c.status)
        .select_from(migration_item.outerjoin(instance, instance.c.id == _i.instance_id))
        .where(_i.migration_id == migration_id, _i.state == sa.literal_column("'waiting'"))
        .order_by(_i.n)
        .limit(1)
    )
    row = conn.execute(query).first()
    return None if row is None else Item(*row)


def item_now(conn: Connection, item: Item) -> Item:
    """Return an instance of a batch with what it runs by now."""
    query = sa.select(instance.c.definition_id, instance.c.status).where(instance.c.id == item.instance_id)
    row = conn.execute(query).first()
    return Item(item.n, item.instance_id, *((None, None) if row is None else row))


def settle(conn: Connection, migration_id: int, n: int, state: str, said: str, now_us: int) -> bool:
    """Record what became of a waiting instance; False: somebody else has recorded it."""
    done = conn.execute(
        sa.update(migration_item)
        .where(_i.migration_id == migration_id, _i.n == n, _i.state == sa.literal_column("'waiting'"))
        .values(state=state, said=said, at=now_us)
    )
    return done.rowcount == 1


def end(conn: Connection, migration_id: int, state: str, now_us: int) -> bool:
    """Close a batch that is at work; tell whether it was."""
    done = conn.execute(
        sa.update(migration)
        .where(_m.id == migration_id, _m.state == sa.literal_column("'running'"))
        .values(state=state, ended_at=now_us)
    )
    return done.rowcount == 1


def counts(conn: Connection, migration_id: int, areas: Sequence[str] | None = None) -> dict[str, int]:
    """Return how many instances of a batch are in each state, in some areas (None: all)."""
    query = sa.select(_i.state, sa.func.count()).where(_i.migration_id == migration_id).group_by(_i.state)
    if areas is not None:
        query = query.join(process_context, process_context.c.instance_id == _i.instance_id)
        query = query.where(under(process_context.c.area, areas))
    return {row[0]: row[1] for row in conn.execute(query)}


def drafts(conn: Connection, task_ids: Sequence[int]) -> dict[int, str]:
    """Return the drafts of some tasks."""
    f = form_data.c
    query = sa.select(f.task_id, f["values"]).where(f.task_id.in_(task_ids), f.draft.is_(sa.true()))
    return {row[0]: row[1] for row in conn.execute(query)}


def rename_draft(conn: Connection, task_id: int, element: str) -> None:
    """Let the draft of a task belong to its element's new name."""
    f = form_data.c
    conn.execute(
        sa.update(form_data).where(f.task_id == task_id, f.draft.is_(sa.true())).values(element=element)
    )
