"""Hot statements: built with SQLAlchemy Core, compiled once a dialect, sent straight to the driver.

SQLAlchemy's execution of a statement costs ten times what SQLite needs to run it, and a step sends up to
eight. Values go in and come out as the tables store them (integers, text, bytes). Whoever listens to the
statements of an engine (tests that count them, or kill between them) sees these too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from weakref import WeakKeyDictionary

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


class _Line:
    """What a transaction's statements need of their connection, looked up once: SQLAlchemy's way is long."""

    __slots__ = ("dialect", "driver", "heard", "postgres")

    def __init__(self, conn: sa.Connection) -> None:
        listeners = conn.engine.dispatch
        self.dialect = conn.dialect
        self.driver: Any = conn.connection.dbapi_connection
        self.heard = bool(listeners.before_cursor_execute or listeners.after_cursor_execute)
        self.postgres = conn.dialect.name == "postgresql"


_LINES: WeakKeyDictionary[sa.Connection, _Line] = WeakKeyDictionary()


def _line(conn: sa.Connection) -> _Line:
    found = _LINES.get(conn)
    if found is None:
        found = _LINES[conn] = _Line(conn)
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
        line = _line(conn)
        sql, order = self._for(line.dialect)
        values = params if order is None else [params[name] for name in order]
        if line.heard:
            heard = dict(params) if order is None else tuple(values)
            return Rows(conn.exec_driver_sql(sql, heard))
        return Rows(line.driver.execute(sql, values))

    def many(self, conn: sa.Connection, rows: Sequence[Params]) -> None:
        """Execute for many rows, as one call to the driver."""
        if len(rows) == 1:
            self.run(conn, rows[0])
            return
        line = _line(conn)
        sql, order = self._for(line.dialect)
        if order is None:
            made: list[Any] = [dict(row) for row in rows]
        else:
            made = [tuple([row[name] for name in order]) for row in rows]
        if line.heard:
            conn.exec_driver_sql(sql, made)
        else:
            line.driver.cursor().executemany(sql, made)


_AT_ONCE: AbstractContextManager[object] = nullcontext()


def together(conn: sa.Connection) -> AbstractContextManager[object]:
    """Send the statements run inside in one go on PostgreSQL; what they give back is there afterwards.

    Only statements of this module may run inside. The first one that fails raises at the end.
    """
    line = _line(conn)
    if not line.postgres or line.heard:
        return _AT_ONCE
    pipeline: AbstractContextManager[object] = line.driver.pipeline()
    return pipeline


def insert(table: sa.Table, *columns: str) -> Statement:
    """Return an insert of the named columns (all by default)."""
    keys = columns or tuple(column.name for column in table.columns)
    return Statement(table.insert(), keys)
