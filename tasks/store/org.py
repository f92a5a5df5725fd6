"""Named queries over units."""

from __future__ import annotations

from functools import lru_cache

import sqlalchemy as sa

from tasks.store.conn import Connection, RowMapping
from tasks.store.rows import Named, numbered, several
from tasks.store.tables_clock import duty
from tasks.store.tables_org import role_grant, unit, user_account
from tasks.store.tables_people import person


def unit_by_id(conn: Connection, unit_id: int) -> RowMapping | None:
    """Return one unit."""
    return conn.execute(sa.select(unit).where(unit.c.id == unit_id)).mappings().first()


def unit_by_path(conn: Connection, path: str) -> RowMapping | None:
    """Return the unit that has exactly this path."""
    return _at(1).first(conn, path0=path)


def units_at(conn: Connection, paths: list[str]) -> list[RowMapping]:
    """Return the units of some paths, topmost first."""
    return _at(len(paths)).all(conn, **numbered("path", paths)) if paths else []


@lru_cache(maxsize=32)
def _at(count: int) -> Named:
    return Named(
        sa.select(unit).where(unit.c.path.in_(several("path", count))).order_by(sa.func.length(unit.c.path))
    )


def child_named(conn: Connection, parent_id: int | None, name: str) -> RowMapping | None:
    """Return the child of a unit by its exact name (no parent: a city)."""
    of_parent = unit.c.parent_id.is_(None) if parent_id is None else unit.c.parent_id == parent_id
    return conn.execute(sa.select(unit).where(of_parent, unit.c.name == name)).mappings().first()


def units_named(conn: Connection, name: str, level: str | None = None) -> list[RowMapping]:
    """Return all units of a name, at a level where one is given."""
    query = sa.select(unit).where(unit.c.name == name).order_by(unit.c.path)
    if level is not None:
        query = query.where(unit.c.level == level)
    return list(conn.execute(query).mappings())


def children_of(conn: Connection, parent_id: int) -> list[RowMapping]:
    """Return the direct children of a unit in use, by id."""
    query = sa.select(unit).where(unit.c.parent_id == parent_id, unit.c.active).order_by(unit.c.id)
    return list(conn.execute(query).mappings())


def units_below(conn: Connection, path: str, level: str | None = None) -> list[RowMapping]:
    """Return the units in use under a path, itself included, top down."""
    query = (
        sa.select(unit)
        .where(unit.c.path.startswith(path, autoescape=True), unit.c.active)
        .order_by(sa.func.length(unit.c.path), unit.c.id)
    )
    if level is not None:
        query = query.where(unit.c.level == level)
    return list(conn.execute(query).mappings())


def without_duty(conn: Connection, level: str, kind: str) -> list[RowMapping]:
    """Return the units in use of a level that have no open duty of a kind, by id."""
    has = sa.select(duty.c.id).where(duty.c.unit_id == unit.c.id, duty.c.kind == kind, duty.c.state == "open")
    query = sa.select(unit).where(unit.c.level == level, unit.c.active, ~has.exists()).order_by(unit.c.id)
    return list(conn.execute(query).mappings())


def next_unit_id(conn: Connection) -> int:
    """Return the next free small number; two makers at once are stopped by the primary key."""
    return int(conn.execute(sa.select(sa.func.coalesce(sa.func.max(unit.c.id), 0))).scalar_one()) + 1


def insert_unit(
    conn: Connection, unit_id: int, parent_id: int | None, level: str, name: str, path: str
) -> None:
    """Add a unit."""
    conn.execute(
        unit.insert().values(id=unit_id, parent_id=parent_id, level=level, name=name, path=path, active=True)
    )


def set_active(conn: Connection, unit_id: int, active: bool) -> None:
    """Take a unit out of use, or back into it."""
    conn.execute(unit.update().where(unit.c.id == unit_id).values(active=active))


def set_name(conn: Connection, unit_id: int, name: str) -> None:
    """Give a unit another name."""
    conn.execute(unit.update().where(unit.c.id == unit_id).values(name=name))


def held_by(conn: Connection, unit_id: int) -> dict[str, bool]:
    """Tell what keeps a unit in use: units below it, files of persons, accounts, roles over it."""
    used = user_account.c.disabled_at.is_(None)
    reasons = {
        "units": sa.select(unit.c.id).where(unit.c.parent_id == unit_id, unit.c.active),
        "persons": sa.select(person.c.id).where(person.c.community_id == unit_id),
        "accounts": sa.select(user_account.c.id).where(user_account.c.unit_id == unit_id, used),
        "roles": sa.select(role_grant.c.id)
        .join(user_account, user_account.c.id == role_grant.c.user_id)
        .where(role_grant.c.unit_id == unit_id, used),
    }
    return {name: conn.execute(query.limit(1)).first() is not None for name, query in reasons.items()}
