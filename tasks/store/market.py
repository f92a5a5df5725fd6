"""What is on the market: vacancies and public-welfare posts, read from lists and written to them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine.ids import new_id
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables import case, post, vacancy
from tasks.store.tables_org import unit

#: What makes a row of a list the one that is there already.
_SAME = {"vacancy": ("employer", "name", "area"), "welfare_post": ("name", "level", "area")}


def put(conn: Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Write a vacancy or post, over the same one where it is there; tell whether it is new."""
    same = [table.c[name] == row[name] for name in _SAME[table.name]]
    open_ones = [table.c.closed_at.is_(None)] if "closed_at" in table.c else []
    if conn.execute(sa.update(table).where(*same, *open_ones).values(**row)).rowcount:
        return False
    conn.execute(table.insert().values(id=new_id(), **row))
    return True


def vacancies(conn: Connection) -> list[RowMapping]:
    """Return the open vacancies as they are imported, by employer."""
    v = vacancy.c
    query = (
        sa.select(
            v.employer, v.name, unit.c.name.label("area"), v.number, v.wage, v.tags, v.source, v.promised_on,
            v.checked_on,
        )
        .select_from(vacancy.join(unit, unit.c.path == v.area))
        .where(v.closed_at.is_(None))
        .order_by(v.employer, v.name, v.id)
    )
    return list(conn.execute(query).mappings())


def posts(conn: Connection) -> list[RowMapping]:
    """Return the public-welfare posts as they are imported, by name."""
    p = post.c
    query = (
        sa.select(p.name, p.level, unit.c.name.label("area"), p.number)
        .select_from(post.join(unit, unit.c.path == p.area))
        .order_by(p.name, p.id)
    )
    return list(conn.execute(query).mappings())


def cases(conn: Connection) -> list[RowMapping]:
    """Return every case without its person, by number."""
    c = case.c
    query = (
        sa.select(
            c.case_no, unit.c.name.label("area"), c.status, c.tier, c.run_no, c.opened_at, c.closed_at
        )
        .select_from(case.join(unit, unit.c.path == c.area))
        .order_by(c.case_no)
    )
    return list(conn.execute(query).mappings())


def case_of(conn: Connection, named: str) -> RowMapping | None:
    """Return the case of a number or id."""
    known = case.c.case_no == named
    if named.isascii() and named.isdigit() and len(named) < 19:
        known = sa.or_(known, case.c.id == int(named))
    return conn.execute(sa.select(case).where(known)).mappings().first()
