"""Hot statements: built with SQLAlchemy Core, compiled once a dialect, sent straight to the driver.

SQLAlchemy's execution of a statement costs ten times what SQLite needs to run it, and a step sends up to
eight. Values go in and come out as the tables store them (integers, text, bytes). Whoever listens to the
statements of an engine (tests that count them, or kill between them) sees these too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import ClauseElement

Params = Mapping[str, Any]
Values = tuple[Any, ...]


class Rows:
    """What a statement gave back."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    @property
    def rowcount(self) -> int:
        """Return how many rows were changed."""
        count: int = self._cursor.rowcount
        return count

    def first(self) -> Values | None:
        """Return the first row, or None."""
        row: Values | None = self._cursor.fetchone()
        return row

    def one(self) -> Values:
        """Return the first row; raise LookupError when there is none."""
        row = self.first()
        if row is None:
            raise LookupError("the statement gave no row")
        return row

    def all(self) -> list[Values]:
        """Return every row."""
        found: list[Values] = self._cursor.fetchall()
        return found


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

    def run(self, conn: sa.Connection, params: Params) -> Rows:
        """Execute once."""
        sql, order = self._for(conn.dialect)
        values = params if order is None else [params[name] for name in order]
        if _is_heard(conn):
            heard = dict(params) if order is None else tuple(values)
            return Rows(conn.exec_driver_sql(sql, heard))
        return Rows(_driver(conn).execute(sql, values))

    def many(self, conn: sa.Connection, rows: Sequence[Params]) -> None:
        """Execute for many rows, as one call to the driver."""
        if len(rows) == 1:
            self.run(conn, rows[0])
            return
        sql, order = self._for(conn.dialect)
        if order is None:
            made: list[Any] = [dict(row) for row in rows]
        else:
            made = [tuple([row[name] for name in order]) for row in rows]
        if _is_heard(conn):
            conn.exec_driver_sql(sql, made)
        else:
            _driver(conn).cursor().executemany(sql, made)


_AT_ONCE: AbstractContextManager[object] = nullcontext()


def together(conn: sa.Connection) -> AbstractContextManager[object]:
    """Send the statements run inside in one go on PostgreSQL; what they give back is there afterwards.

    Only statements of this module may run inside. The first one that fails raises at the end.
    """
    if conn.dialect.name != "postgresql" or _is_heard(conn):
        return _AT_ONCE
    pipeline: AbstractContextManager[object] = _driver(conn).pipeline()
    return pipeline


def _driver(conn: sa.Connection) -> Any:
    return conn.connection.dbapi_connection


def _is_heard(conn: sa.Connection) -> bool:
    heard = conn.engine.dispatch
    return bool(heard.before_cursor_execute or heard.after_cursor_execute)


def insert(table: sa.Table, *columns: str) -> Statement:
    """Return an insert of the named columns (all by default)."""
    keys = columns or tuple(column.name for column in table.columns)
    return Statement(table.insert(), keys)
