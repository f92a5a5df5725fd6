"""The tree of units as the system administrator keeps it."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables_org import unit, user_account


class Place(NamedTuple):
    """One unit with how many accounts work in it."""

    id: int
    parent_id: int | None
    level: str
    name: str
    path: str
    active: bool
    accounts: int


def places(conn: Connection) -> list[Place]:
    """Return every unit, closed ones too, in the order they were made."""
    working = (
        sa.select(sa.func.count())
        .select_from(user_account)
        .where(user_account.c.unit_id == unit.c.id, user_account.c.disabled_at.is_(None))
        .correlate(unit)
        .scalar_subquery()
    )
    u = unit.c
    query = sa.select(u.id, u.parent_id, u.level, u.name, u.path, u.active, working).order_by(u.id)
    return each(conn, query, Place)


def in_order(found: list[Place]) -> list[Place]:
    """Return units as a tree is read: each followed by those below it."""
    below: dict[int | None, list[Place]] = {}
    for place in found:
        below.setdefault(place.parent_id, []).append(place)

    def walk(parent: int | None) -> list[Place]:
        return [one for place in below.get(parent, ()) for one in (place, *walk(place.id))]

    return walk(None)
