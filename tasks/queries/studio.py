"""Versions of processes with who made and signed them and how many instances each has; and drafts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa

from engine.store.tables import definition, instance
from tasks.queries.names import user_names
from tasks.queries.rows import each, one
from tasks.store.conn import Connection
from tasks.store.tables_studio import draft as drafts_table


@dataclass(frozen=True, slots=True)
class Version:
    """One version: submitted, approved, rejected, active or retired."""

    id: int
    key: str
    version: int
    name: str
    status: str
    reason: str
    digest: str
    created_at: int
    activated_at: int | None
    author_id: int | None
    approver_id: int | None
    running: int
    ended: int
    author: str = ""
    approver: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as lists show it; `definition_id` is the version it was submitted as."""

    id: int
    key: str
    name: str
    base_id: int | None
    base_version: int | None
    rev: int
    made_by: int | None
    made_at: int
    saved_by: int | None
    saved_at: int
    definition_id: int | None
    maker: str = ""
    saver: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What a version or draft consists of."""

    key: str
    xml: str
    annex: str


def versions(conn: Connection, key: str | None = None) -> list[Version]:
    """Return versions, newest first within a key, with counts (from `ix_instance_definition` alone)."""
    d, i = definition.c, instance.c
    running = sa.func.sum(sa.case((i.status.in_(["running", "suspended"]), 1), else_=0))
    tallies = (
        sa.select(i.definition_id, running.label("running"), sa.func.count().label("all"))
        .group_by(i.definition_id)
        .subquery()
    )
    query = sa.select(
        d.id, d.key, d.version, d.name, d.status, d.reason, d.digest, d.created_at, d.activated_at,
        d.author_id, d.approver_id, sa.func.coalesce(tallies.c.running, 0),
        sa.func.coalesce(tallies.c["all"] - tallies.c.running, 0),
    ).select_from(definition.outerjoin(tallies, tallies.c.definition_id == d.id))  # fmt: skip
    if key is not None:
        query = query.where(d.key == key)
    found = each(conn, query.order_by(d.key, d.version.desc()), Version)
    names = user_names(conn, (person for row in found for person in (row.author_id, row.approver_id)))
    return [
        replace(row, author=names.get(row.author_id or 0, ""), approver=names.get(row.approver_id or 0, ""))
        for row in found
    ]


def elsewhere(found: Iterable[Version]) -> int:
    """Return how many instances of a process run on other versions than the one at work; 0 without one."""
    known = list(found)
    at_work = any(one.status == "active" for one in known)
    return sum(one.running for one in known if one.status != "active") if at_work else 0


def diagram(conn: Connection, definition_id: int) -> str | None:
    """Return the diagram's text (primary key)."""
    return conn.execute(sa.select(definition.c.xml).where(definition.c.id == definition_id)).scalar()


def definition_source(conn: Connection, definition_id: int) -> Source | None:
    """Return drawing and annex of a version (primary key)."""
    d = definition.c
    return one(conn, sa.select(d.key, d.xml, d.annex).where(d.id == definition_id), Source)


def drafts(conn: Connection, key: str | None = None) -> list[Draft]:
    """Return all drafts, of one process or of all, the latest saved first."""
    query = _drafts().order_by(drafts_table.c.saved_at.desc(), drafts_table.c.id)
    return _named(conn, each(conn, query if key is None else query.where(drafts_table.c.key == key), Draft))


def draft(conn: Connection, draft_id: int) -> Draft | None:
    """Return one draft (primary key)."""
    found = _named(conn, each(conn, _drafts().where(drafts_table.c.id == draft_id), Draft))
    return found[0] if found else None


def draft_source(conn: Connection, draft_id: int) -> Source | None:
    """Return drawing and annex of a draft (primary key)."""
    d = drafts_table.c
    return one(conn, sa.select(d.key, d.xml, d.annex).where(d.id == draft_id), Source)


def _drafts() -> sa.Select[tuple[object, ...]]:
    d = drafts_table.c
    return sa.select(
        d.id, d.key, d.name, d.base_id, definition.c.version, d.rev, d.made_by, d.made_at, d.saved_by,
        d.saved_at, d.definition_id,
    ).select_from(drafts_table.outerjoin(definition, definition.c.id == d.base_id))  # fmt: skip


def _named(conn: Connection, found: list[Draft]) -> list[Draft]:
    names = user_names(conn, (person for row in found for person in (row.made_by, row.saved_by)))
    return [
        replace(row, maker=names.get(row.made_by or 0, ""), saver=names.get(row.saved_by or 0, ""))
        for row in found
    ]
