"""Queries over settings and calendar years."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.tables import definition, setting
from tasks.store.conn import Connection, RowMapping
from tasks.store.rows import Named
from tasks.store.tables import calendar_year

#: The office's own trails: what its administrators did; who came in or was refused.
ADMINISTRATION, ACCESS = 1, 2
_SETTINGS = Named(sa.select(setting.c.name, setting.c.value))
_DECIDED = Named(
    sa.union_all(
        sa.select(setting.c.name, setting.c.value, sa.literal_column("0").label("annexed")),
        sa.select(
            sa.literal_column("''").label("name"), sa.literal_column("''").label("value"), definition.c.id
        ).where(
            definition.c.status == sa.literal_column("'active'"),
            definition.c.annex != sa.literal_column("'{}'"),
        ),
    )
)  # fmt: skip
_YEARS = Named(sa.select(calendar_year).where(calendar_year.c.official).order_by(calendar_year.c.year))


def settings_in(conn: Connection) -> list[tuple[str, str]]:
    """Return (name, JSON) of every changed setting."""
    return [(row["name"], row["value"]) for row in _SETTINGS.all(conn)]


def decided_in(conn: Connection) -> tuple[list[tuple[str, str]], list[int]]:
    """Return (name, JSON) of every changed setting, and which versions at work bring an annex, in one go."""
    found = _DECIDED.all(conn)
    changed = [(row["name"], row["value"]) for row in found if not row["annexed"]]
    return changed, sorted(row["annexed"] for row in found if row["annexed"])


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


def open_trail(conn: Connection, trail_id: int, kind: str, now_us: int) -> None:
    """Make one of the office's own trails, unless somebody else just did."""
    made = {"id": trail_id, "kind": kind, "at": now_us}
    conn.execute(
        sa.text("INSERT INTO trail (id, created_at) VALUES (:id, :at) ON CONFLICT (id) DO NOTHING"), made
    )
    conn.execute(
        sa.text(
            "INSERT INTO trail_owner (trail_id, kind) VALUES (:id, :kind) ON CONFLICT (trail_id) DO NOTHING"
        ),
        made,
    )
