"""Queries over settings and calendar years."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables import setting
from tasks.store.conn import Connection, RowMapping
from tasks.store.rows import Named
from tasks.store.tables import calendar_year

_SETTINGS = Named(sa.select(setting.c.name, setting.c.value))
_YEARS = Named(sa.select(calendar_year).where(calendar_year.c.official).order_by(calendar_year.c.year))


def settings_in(conn: Connection) -> list[tuple[str, str]]:
    """Return (name, JSON) of every changed setting."""
    return [(row["name"], row["value"]) for row in _SETTINGS.all(conn)]


def setting_in(conn: Connection, name: str) -> str | None:
    """Return the JSON of one changed setting, None where there is none."""
    found: str | None = conn.execute(sa.select(setting.c.value).where(setting.c.name == name)).scalar()
    return found


def years_in(conn: Connection) -> list[RowMapping]:
    """Return the loaded calendar years."""
    return _YEARS.all(conn)


def put_setting(conn: Connection, name: str, value: str, now_us: int, by: int | None = None) -> None:
    """Store a setting's JSON, replacing the one before."""
    row = {"value": value, "changed_at": now_us, "changed_by": by}
    if not conn.execute(setting.update().where(setting.c.name == name).values(**row)).rowcount:
        conn.execute(setting.insert().values(name=name, **row))
