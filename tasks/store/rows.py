"""The three things nearly every room does with its own table. Anything cleverer is a named query.

Statements are built once for a table and a set of columns and go straight to the driver: a command sends a
dozen of them, and assembling one costs more than running it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from engine.store.statements import Statement, insert
from tasks.store.conn import Connection, RowMapping

Table = sa.Table


class Named:
    """A query that is built once and sent straight to the driver; its rows are read by column name."""

    __slots__ = ("_flags", "_names", "_statement")

    def __init__(self, query: sa.Select[Any] | sa.CompoundSelect[Any]) -> None:
        columns = query.selected_columns
        self._statement = Statement(query)
        self._names = tuple(column.key for column in columns)
        # SQLite gives 0 and 1 for what is yes or no
        self._flags = tuple(column.key for column in columns if isinstance(column.type, sa.Boolean))

    def all(self, conn: Connection, **values: Any) -> list[RowMapping]:
        """Return every row; `values` are the query's parameters."""
        found = [
            dict(zip(self._names, row, strict=True)) for row in self._statement.run(conn, values).all()
        ]
        for row in found if self._flags else ():
            for name in self._flags:
                if row[name] is not None:
                    row[name] = bool(row[name])
        return [*found]

    def first(self, conn: Connection, **values: Any) -> RowMapping | None:
        """Return the first row, or None."""
        found = self.all(conn, **values)
        return found[0] if found else None


def several(name: str, count: int) -> list[sa.BindParameter[Any]]:
    """Return parameters for a list of values: `name0`, `name1`, …"""
    return [sa.bindparam(f"{name}{n}") for n in range(count)]


def numbered(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Return values under the names that `several` gives."""
    return {f"{name}{n}": value for n, value in enumerate(values)}


def first_of(query: sa.Select[Any]) -> Named:
    """Return a query that gives its first rows only: as many as its parameter `most` says."""
    nought: sa.ColumnElement[Any] = sa.literal_column("0")  # SQLite's dialect would bind one of its own
    return Named(query.limit(sa.bindparam("most", type_=sa.Integer)).offset(nought))


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
    return _select(table, order, asked).all(conn, **equal)


def count(conn: Connection, table_name: str) -> int:
    """Return how many rows a table has."""
    return int(conn.execute(sa.select(sa.func.count()).select_from(sa.table(table_name))).scalar_one())


@lru_cache(maxsize=512)
def _select(table: sa.Table, order: str, asked: tuple[tuple[str, bool], ...]) -> Named:
    terms = [
        table.c[name].is_(None) if is_null else table.c[name] == sa.bindparam(name, type_=table.c[name].type)
        for name, is_null in asked
    ]
    query = sa.select(table).where(*terms)
    if order:
        column = table.c[order.lstrip("-")]
        query = query.order_by(column.desc() if order.startswith("-") else column)
    return Named(query)


@lru_cache(maxsize=512)
def _insert(table: sa.Table, names: tuple[str, ...]) -> Statement:
    return insert(table, *names)


@lru_cache(maxsize=512)
def _update(table: sa.Table, names: tuple[str, ...]) -> Statement:
    return Statement(table.update().where(table.c.id == sa.bindparam("b_id")), (*names, "b_id"))
