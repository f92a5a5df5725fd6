"""Statements of drafts and of the way of a version."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine.store.tables import definition
from tasks.store.conn import Connection, RowMapping
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
