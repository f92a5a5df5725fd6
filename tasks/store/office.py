"""Queries over settings and calendar years."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables import setting
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables import calendar_year


def settings_in(conn: Connection) -> list[tuple[str, str]]:
    """Return (name, JSON) of every changed setting."""
    return [(row[0], row[1]) for row in conn.execute(sa.select(setting.c.name, setting.c.value))]


def years_in(conn: Connection) -> list[RowMapping]:
    """Return the loaded calendar years."""
    query = sa.select(calendar_year).where(calendar_year.c.official).order_by(calendar_year.c.year)
    return list(conn.execute(query).mappings())


def put_setting(conn: Connection, name: str, value: str, now_us: int, by: int | None = None) -> None:
    """Store a setting's JSON, replacing the one before."""
    row = {"value": value, "changed_at": now_us, "changed_by": by}
    if not conn.execute(setting.update().where(setting.c.name == name).values(**row)).rowcount:
        conn.execute(setting.insert().values(name=name, **row))
