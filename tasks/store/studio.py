"""Statements of drafts and of the way of a version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from engine.store.tables import definition, instance
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables import case
from tasks.store.tables_clock import deadline
from tasks.store.tables_studio import draft


def save(conn: Connection, draft_id: int, seen: int, **values: Any) -> bool:
    """Change an open draft that still stands at a revision; tell whether it did."""
    query = sa.update(draft).where(
        draft.c.id == draft_id, draft.c.rev == seen, draft.c.definition_id.is_(None)
    )
    return conn.execute(query.values(**values)).rowcount == 1


def drop(conn: Connection, draft_id: int) -> None:
    """Remove a draft."""
    conn.execute(sa.delete(draft).where(draft.c.id == draft_id))


def version(conn: Connection, definition_id: int) -> RowMapping | None:
    """Return one version."""
    found = conn.execute(sa.select(definition).where(definition.c.id == definition_id)).mappings().first()
    return None if found is None else dict(found)


def at_work(conn: Connection, keys: frozenset[str]) -> dict[str, str]:
    """Return the diagram at work of each process of these."""
    d = definition.c
    query = sa.select(d.key, d.xml).where(d.status == "active", d.key.in_(sorted(keys)))
    return {row[0]: row[1] for row in conn.execute(query)}


def versions_of(conn: Connection, key: str) -> list[RowMapping]:
    """Return id, version and status of every version of a process."""
    d = definition.c
    found = conn.execute(sa.select(d.id, d.version, d.status).where(d.key == key)).mappings()
    return [dict(row) for row in found]


def annexes_at_work(conn: Connection) -> list[tuple[str, str]]:
    """Return (process, annex) of every version at work that brings one (`ix_definition_annexed`)."""
    d = definition.c
    query = sa.select(d.key, d.annex).where(
        d.status == sa.literal_column("'active'"), d.annex != sa.literal_column("'{}'")
    )
    return [(row[0], row[1]) for row in conn.execute(query.order_by(d.id))]


def open_states(conn: Connection, key: str) -> Iterator[tuple[int, str]]:
    """Yield (version, state) of every open instance of a process (`ix_instance_definition`)."""
    query = (
        sa.select(instance.c.definition_id, instance.c.state)
        .select_from(instance.join(definition, definition.c.id == instance.c.definition_id))
        .where(definition.c.key == key, instance.c.status.in_(("running", "suspended")))
    )
    for row in conn.execute(query, execution_options={"yield_per": 1_000}):
        yield row[0], row[1]


def running_dates(conn: Connection, rule_ids: list[str]) -> Iterator[RowMapping]:
    """Yield the running rows of some rules that were counted from a day and not extended, with the case."""
    d = deadline.c
    query = (
        sa.select(d.id, d.rule_id, d.case_id, case.c.case_no, d.trigger_on, d.due_effective)
        .select_from(deadline.outerjoin(case, case.c.id == d.case_id))
        .where(
            d.rule_id.in_(rule_ids), d.completed_at.is_(None), d.closed_reason.is_(None),
            d.trigger_on.is_not(None), d.extension.is_(None),
        )
        .order_by(d.due_at, d.id)
    )  # fmt: skip
    for row in conn.execute(query, execution_options={"yield_per": 1_000}).mappings():
        yield dict(row)
