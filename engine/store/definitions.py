"""Queries over the versions of diagrams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from engine.store.statements import Statement
from engine.store.tables import definition

_is_active = definition.c.status == sa.literal_column("'active'")

_ACTIVE = Statement(sa.select(definition.c.id).where(definition.c.key == p("key"), _is_active))
_READ = Statement(
    sa.select(
        definition.c.key, definition.c.version, definition.c.xml, definition.c.digest, definition.c.annex
    ).where(definition.c.id == p("id"))
)
_ALL_ACTIVE = Statement(sa.select(definition.c.id).where(_is_active).order_by(definition.c.id))


class Stored(NamedTuple):
    """One version as stored."""

    key: str
    version: int
    xml: str
    digest: str
    annex: str


class Current(NamedTuple):
    """The active version of a process."""

    id: int
    version: int
    digest: str


def active_id(conn: sa.Connection, key: str) -> int | None:
    """Return the id of the active version of a process."""
    row = _ACTIVE.run(conn, {"key": key}).first()
    return None if row is None else row[0]


def active_ids(conn: sa.Connection) -> list[int]:
    """Return the ids of all active versions, in order."""
    return [row[0] for row in _ALL_ACTIVE.run(conn, {}).all()]


def read(conn: sa.Connection, definition_id: int) -> Stored | None:
    """Return one version."""
    row = _READ.run(conn, {"id": definition_id}).first()
    return None if row is None else Stored(*row)


def lock_current(conn: sa.Connection, key: str) -> Current | None:
    """Lock the active version of a process and return it."""
    found = conn.execute(
        sa.select(definition.c.id, definition.c.version, definition.c.digest)
        .where(definition.c.key == key, _is_active)
        .with_for_update()
    ).first()
    return None if found is None else Current(*found)


def last_version(conn: sa.Connection, key: str) -> int:
    """Return the highest version of a process, 0 when there is none."""
    query = sa.select(sa.func.max(definition.c.version)).where(definition.c.key == key)
    return conn.execute(query).scalar() or 0


def set_status(conn: sa.Connection, definition_id: int, before: tuple[str, ...], **values: Any) -> bool:
    """Change a version that stands where it is thought to stand; tell whether it did."""
    query = sa.update(definition).where(definition.c.id == definition_id, definition.c.status.in_(before))
    return conn.execute(query.values(**values)).rowcount == 1


def version_before(conn: sa.Connection, key: str, version: int) -> int | None:
    """Return the id of the latest version below this one that was at work, None when there is none."""
    query = (
        sa.select(definition.c.id)
        .where(
            definition.c.key == key, definition.c.version < version, definition.c.activated_at.is_not(None)
        )
        .order_by(definition.c.version.desc())
        .limit(1)
    )
    return conn.execute(query).scalar()


def annexes(conn: sa.Connection) -> list[str]:
    """Return every annex that says something, of the newest version first."""
    query = sa.select(definition.c.annex).where(definition.c.annex != "{}")
    return list(conn.execute(query.order_by(definition.c.id.desc())).scalars())


def add(conn: sa.Connection, row: Mapping[str, Any]) -> None:
    """Store a version."""
    conn.execute(definition.insert().values(**row))
