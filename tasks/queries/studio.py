"""Process versions with how many instances each has, and one version's diagram."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from engine.store.tables import definition, instance
from tasks.queries.rows import each
from tasks.store.conn import Connection


@dataclass(frozen=True, slots=True)
class Version:
    """One deployed version."""

    id: int
    key: str
    version: int
    name: str
    status: str
    reason: str
    digest: str
    created_at: int
    activated_at: int | None
    running: int
    ended: int


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
        sa.func.coalesce(tallies.c.running, 0),
        sa.func.coalesce(tallies.c["all"] - tallies.c.running, 0),
    ).select_from(definition.outerjoin(tallies, tallies.c.definition_id == d.id))
    if key is not None:
        query = query.where(d.key == key)
    return each(conn, query.order_by(d.key, d.version.desc()), Version)


def diagram(conn: Connection, definition_id: int) -> str | None:
    """Return the diagram's text (primary key)."""
    return conn.execute(sa.select(definition.c.xml).where(definition.c.id == definition_id)).scalar()
