"""Connections and transactions on SQLite and PostgreSQL. The only commit of the program is in here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from engine.store.metadata import metadata

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16384",
)
#: SQLSTATE of unique_violation; of serialization_failure, deadlock_detected, lock_not_available.
_UNIQUE = "23505"
_OTHER_WRITER = ("40001", "40P01", "55P03")
#: Where two commands may meet: the key of a command, the head of a chain, the id of a message.
_CONTENDED = ("command_key", "pk_event", "pk_message", "message.id")


class Database:
    """One database, reached by URL (`sqlite:///file` or `postgresql://…`)."""

    def __init__(self, url: str, pool_size: int = 5) -> None:
        self.url = url
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            self.engine = sa.create_engine(parsed, connect_args={"timeout": 30})
            event.listen(self.engine, "connect", _tune_sqlite)
            event.listen(self.engine, "begin", _begin_immediate)
        else:
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            self.engine = sa.create_engine(
                parsed,
                pool_size=pool_size,
                max_overflow=pool_size,
                pool_pre_ping=True,
                isolation_level="READ COMMITTED",
            )

    @property
    def is_postgres(self) -> bool:
        """Tell whether several writers may be at work at the same time."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Yield a connection in a write transaction; commit at the end, roll back on any exception.

        SQLite takes the write lock at once (`BEGIN IMMEDIATE`): a deferred begin loses updates.
        """
        with self.engine.connect() as conn:
            conn.begin()
            try:
                yield conn
            except BaseException:
                conn.rollback()
                raise
            conn.commit()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Yield a connection for reading; nothing is locked and nothing is kept."""
        with self.engine.connect() as conn:
            try:
                yield conn.execution_options(aid_read=True)
            finally:
                conn.rollback()

    def create_schema(self) -> None:
        """Create every table that is missing (tests and first start; upgrades go through migrations)."""
        with self.transaction() as conn:
            metadata.create_all(conn)

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def _tune_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_immediate(conn: sa.Connection) -> None:
    reading = conn.get_execution_options().get("aid_read")
    driver: Any = conn.connection.dbapi_connection
    driver.execute("BEGIN" if reading else "BEGIN IMMEDIATE")


def is_conflict(error: BaseException) -> bool:
    """Tell whether an exception comes from another writer: worth trying again from the start."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    state = getattr(cause, "sqlstate", None)
    if state == _UNIQUE or isinstance(cause, sqlite3.IntegrityError):
        return any(name in str(cause) for name in _CONTENDED)
    return state in _OTHER_WRITER
