"""Hot statements: built with SQLAlchemy Core, compiled once a dialect, sent straight to the driver.

SQLAlchemy's execution of a cached Core statement costs several times what SQLite needs to run it; a step
sends up to eight of them. Values go in and come out as the tables store them (integers, text, bytes).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import ClauseElement

Params = Mapping[str, Any]


class Statement:
    """One named statement with named parameters."""

    __slots__ = ("_clause", "_compiled", "_keys")

    def __init__(self, clause: ClauseElement, keys: Sequence[str] | None = None) -> None:
        self._clause = clause
        self._keys = keys
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None]] = {}

    def _for(self, dialect: sa.Dialect) -> tuple[str, tuple[str, ...] | None]:
        found = self._compiled.get(dialect.name)
        if found is None:
            compiled = self._clause.compile(dialect=dialect, column_keys=self._keys)
            order = getattr(compiled, "positiontup", None)
            found = (str(compiled), tuple(order) if order is not None else None)
            self._compiled[dialect.name] = found
        return found

    def run(self, conn: sa.Connection, params: Params) -> sa.CursorResult[Any]:
        """Execute once."""
        sql, order = self._for(conn.dialect)
        if order is None:
            return conn.exec_driver_sql(sql, dict(params))
        return conn.exec_driver_sql(sql, tuple([params[name] for name in order]))

    def many(self, conn: sa.Connection, rows: Sequence[Params]) -> None:
        """Execute for many rows, as one call to the driver."""
        if len(rows) == 1:
            self.run(conn, rows[0])
            return
        sql, order = self._for(conn.dialect)
        if order is None:
            conn.exec_driver_sql(sql, [dict(row) for row in rows])
        else:
            conn.exec_driver_sql(sql, [tuple([row[name] for name in order]) for row in rows])


def insert(table: sa.Table, *columns: str) -> Statement:
    """Return an insert of the named columns (all by default)."""
    keys = columns or tuple(column.name for column in table.columns)
    return Statement(table.insert(), keys)
