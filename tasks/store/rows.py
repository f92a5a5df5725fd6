"""The three things nearly every room does with its own table. Anything cleverer is a named query."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tasks.store.conn import Connection, RowMapping

Table = sa.Table


def _where(table: sa.Table, equal: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value if value is not None else table.c[name].is_(None)
            for name, value in equal.items()]  # fmt: skip


def add(conn: Connection, table: sa.Table, **values: Any) -> None:
    """Insert one row."""
    conn.execute(table.insert(), values)


def change(conn: Connection, table: sa.Table, row_id: int, **values: Any) -> None:
    """Update one row by id."""
    conn.execute(table.update().where(table.c.id == row_id).values(**values))


def first(conn: Connection, table: sa.Table, order: str = "", **equal: Any) -> RowMapping | None:
    """Return the first row whose columns equal the given values (None: is null); `-name` orders down."""
    found = rows(conn, table, order, **equal)
    return found[0] if found else None


def rows(conn: Connection, table: sa.Table, order: str = "", **equal: Any) -> list[RowMapping]:
    """Return the rows whose columns equal the given values (None: is null); `-name` orders down."""
    query = sa.select(table).where(*_where(table, equal))
    if order:
        column = table.c[order.lstrip("-")]
        query = query.order_by(column.desc() if order.startswith("-") else column)
    return list(conn.execute(query).mappings())


def count(conn: Connection, table_name: str) -> int:
    """Return how many rows a table has."""
    return int(conn.execute(sa.select(sa.func.count()).select_from(sa.table(table_name))).scalar_one())
