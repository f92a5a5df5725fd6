"""Statements over entries of registers and closed months."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from engine.ids import new_id
from tasks.store import rows
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables_org import unit
from tasks.store.tables_registers import register_month, register_row


def strike(
    conn: Connection, now_us: int, instance_id: int, since_us: int = 0, task_id: int | None = None,
    registers: Iterable[str] | None = None,
) -> None:  # fmt: skip
    """Strike out entries of an instance (`ix_register_row_instance`): since an instant, or some only."""
    r = register_row.c
    query = register_row.update().where(
        r.instance_id == instance_id, r.at >= since_us, r.struck_at.is_(None)
    )
    if task_id is not None:
        query = query.where(r.task_id == task_id)
    if registers is not None:
        query = query.where(r.register.in_(list(registers)))
    conn.execute(query.values(struck_at=now_us))


def of_person(conn: Connection, person_id: int, kept: Collection[str]) -> list[RowMapping]:
    """Return the entries of a person that stand; in the registers `kept`, those struck out as well."""
    r = register_row.c
    stands = sa.or_(r.struck_at.is_(None), r.register.in_(kept))
    query = sa.select(r.id, r.register, r.trail_id).where(r.person_id == person_id, stands)
    return list(conn.execute(query).mappings())


def keep_month(conn: Connection, **values: Any) -> int:
    """Keep a closed month; return its id."""
    made = new_id()
    rows.add(conn, register_month, id=made, **values)
    return made


def month(conn: Connection, unit_id: int, register: str, month_of: str) -> RowMapping | None:
    """Return a closed month of an office's register."""
    return rows.first(conn, register_month, unit_id=unit_id, register=register, month=month_of)


def month_by_id(conn: Connection, month_id: int) -> RowMapping | None:
    """Return a closed month."""
    return rows.first(conn, register_month, id=month_id)


def months_of(conn: Connection, unit_id: int, register: str) -> list[RowMapping]:
    """Return the closed months of an office's register without their content, the latest first."""
    m = register_month.c
    query = sa.select(
        m.id, m.month, m.rows, m.corrections, m.hash, m.made_at, m.made_by
    ).where(m.unit_id == unit_id, m.register == register)
    return list(conn.execute(query.order_by(m.month.desc())).mappings())


def earlier_months(conn: Connection, unit_id: int, register: str, before: str, most: int) -> list[RowMapping]:
    """Return closed months before one, the latest first."""
    m = register_month.c
    query = sa.select(register_month).where(m.unit_id == unit_id, m.register == register, m.month < before)
    return list(conn.execute(query.order_by(m.month.desc()).limit(most)).mappings())


def last_months(conn: Connection) -> dict[int, str]:
    """Return the latest closed month of each office that closed one."""
    m = register_month.c
    query = sa.select(m.unit_id, sa.func.max(m.month)).where(m.register == "SUM").group_by(m.unit_id)
    return {row[0]: row[1] for row in conn.execute(query)}


def last_month(conn: Connection, unit_id: int) -> str | None:
    """Return the latest closed month of an office."""
    query = sa.select(sa.func.max(register_month.c.month)).where(register_month.c.unit_id == unit_id)
    return conn.execute(query).scalar()


def offices(conn: Connection) -> list[RowMapping]:
    """Return the offices that close months: streets and the district."""
    u = unit.c
    query = sa.select(u.id, u.level, u.path, u.name).where(
        u.level.in_(["street", "district"]), u.active.is_(sa.true())
    )
    return list(conn.execute(query.order_by(u.path)).mappings())


def first_entry(conn: Connection) -> int | None:
    """Return the instant (microseconds UTC) of the first service entry (`ix_register_row_at`), or None."""
    query = sa.select(sa.func.min(register_row.c.at)).where(register_row.c.register == "E50")
    return conn.execute(query).scalar()
