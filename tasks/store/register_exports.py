"""Statements over what somebody asked to take along of the registers."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from tasks.store.conn import Connection, RowMapping
from tasks.store.tables_registers import register_export as table

_LISTED = 50


def waiting(conn: Connection, user_id: int, **asked: object) -> RowMapping | None:
    """Return the latest request of somebody for the same that nobody has decided or that was granted."""
    terms = [table.c[name] == value for name, value in asked.items()]
    query = sa.select(table).where(
        table.c.asked_by == user_id, table.c.state.in_(("asked", "granted")), *terms
    )
    return conn.execute(query.order_by(table.c.id.desc()).limit(1)).mappings().first()


def by_id(conn: Connection, export_id: int, lock: bool = False) -> RowMapping | None:
    """Return a request."""
    query = sa.select(table).where(table.c.id == export_id)
    return conn.execute(query.with_for_update() if lock else query).mappings().first()


def change(conn: Connection, export_id: int, was: str, **values: object) -> bool:
    """Change a request that is still in a state; tell whether it was."""
    done = conn.execute(table.update().where(table.c.id == export_id, table.c.state == was).values(**values))
    return done.rowcount == 1


def listed(conn: Connection, areas: Iterable[str], user_id: int | None) -> list[RowMapping]:
    """Return somebody's own requests and those of some areas, the newest first."""
    over = (table.c.area.startswith(area, autoescape=True) for area in areas)
    query = sa.select(table).where(sa.or_(table.c.asked_by == user_id, *over))
    return list(conn.execute(query.order_by(table.c.id.desc()).limit(_LISTED)).mappings())
