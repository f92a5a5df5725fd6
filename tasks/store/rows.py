"""The three things nearly every room does with its own table. Anything cleverer is a named query.

Statements are built once for a table and a set of columns and go straight to the driver: a command sends a
dozen of them, and assembling one costs more than running it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from engine.store.statements import Statement, insert
from tasks.store.conn import Connection, RowMapping

Table = sa.Table


def add(conn: Connection, table: sa.Table, **values: Any) -> None:
    """Insert one row."""
    _insert(table, tuple(values)).run(conn, values)


def change(conn: Connection, table: sa.Table, row_id: int, **values: Any) -> None:
    """Update one row by id."""
    _update(table, tuple(values)).run(conn, {"b_id": row_id, **values})


def first(conn: Connection, table: sa.Table, order: str = "", **equal: Any) -> RowMapping | None:
    """Return the first row whose columns equal the given values (None: is null); `-name` orders down."""
    found = rows(conn, table, order, **equal)
    return found[0] if found else None


def rows(conn: Connection, table: sa.Table, order: str = "", **equal: Any) -> list[RowMapping]:
    """Return the rows whose columns equal the given values (None: is null); `-name` orders down."""
    asked = tuple((name, value is None) for name, value in equal.items())
    names, flags = _columns(table)
    query = _select(table, order, asked)
    found = [dict(zip(names, row, strict=True)) for row in query.run(conn, equal).all()]
    for row in found:
        for name in flags:
            if row[name] is not None:
                row[name] = bool(row[name])
    return [*found]


def count(conn: Connection, table_name: str) -> int:
    """Return how many rows a table has."""
    return int(conn.execute(sa.select(sa.func.count()).select_from(sa.table(table_name))).scalar_one())


@lru_cache(maxsize=256)
def _columns(table: sa.Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns of a table, and those that hold yes or no (SQLite gives 0 and 1)."""
    flags = tuple(column.name for column in table.columns if isinstance(column.type, sa.Boolean))
    return tuple(column.name for column in table.columns), flags


@lru_cache(maxsize=512)
def _select(table: sa.Table, order: str, asked: tuple[tuple[str, bool], ...]) -> Statement:
    terms = [
        table.c[name].is_(None) if is_null else table.c[name] == sa.bindparam(name, type_=table.c[name].type)
        for name, is_null in asked
    ]
    query = sa.select(table).where(*terms)
    if order:
        column = table.c[order.lstrip("-")]
        query = query.order_by(column.desc() if order.startswith("-") else column)
    return Statement(query)


@lru_cache(maxsize=512)
def _insert(table: sa.Table, names: tuple[str, ...]) -> Statement:
    return insert(table, *names)


@lru_cache(maxsize=512)
def _update(table: sa.Table, names: tuple[str, ...]) -> Statement:
    return Statement(table.update().where(table.c.id == sa.bindparam("b_id")), (*names, "b_id"))
