"""Connections and transactions on SQLite and PostgreSQL. The only commit of the program is in here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from engine.errors import Unavailable
from engine.store import append_only
from engine.store.metadata import metadata

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16384",
)
#: The planner's default is that of turning disks: with it a page of 50 reads whole tables of 10,000 rows.
_POSTGRES_OPTIONS = "-c random_page_cost=1.1"
#: SQLSTATE of unique_violation; of serialization_failure, deadlock_detected, lock_not_available.
_UNIQUE = "23505"
_OTHER_WRITER = ("40001", "40P01", "55P03")
#: Where two commands may meet that both looked first: a command's key, the head of a chain, the id of a
#: message, the open case of a person, a person's identity number, his own trail, one open warning, what was
#: reminded of, a closed month.
_CONTENDED = (
    "command_key", "pk_event", "pk_message", "message.id", "uq_case_active_person", "person_id_index",
    "trail_owner", "uq_warning_open", "reminder", "register_month",
)  # fmt: skip
#: SQLite's primary result codes and PostgreSQL's SQLSTATE (or class of it) of a database that cannot serve.
_SQLITE_OUTAGE = {5: "busy", 6: "busy", 8: "full", 10: "full", 13: "full", 14: "lost"}
_POSTGRES_OUTAGE = {"53": "full", "08": "lost", "57P": "lost", "58": "full"}


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
                connect_args={} if "options" in parsed.query else {"options": _POSTGRES_OPTIONS},
            )

    @property
    def is_postgres(self) -> bool:
        """Tell whether several writers may be at work at the same time."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Yield a connection in a write transaction; commit at the end, roll back on any exception.

        SQLite takes the write lock at once (`BEGIN IMMEDIATE`): a deferred begin loses updates. Raises
        Unavailable when the database is gone, full or busy for too long.
        """
        try:
            with self.engine.connect() as conn:
                conn.begin()
                try:
                    yield conn
                except BaseException:
                    conn.rollback()
                    raise
                conn.commit()
        except Exception as error:
            _refuse_outage(error)
            raise

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Let commits on SQLite not wait for the disk: to fill a database that is thrown away if that fails.

        At the end everything is on the disk, and commits wait again.
        """
        if self.is_postgres:
            yield
            return
        event.listen(self.engine, "checkout", _hurry)
        try:
            yield
        finally:
            event.remove(self.engine, "checkout", _hurry)
            self.engine.dispose()
            with closing(self.engine.raw_connection()) as raw, closing(raw.cursor()) as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def rebuilding(self) -> Iterator[sa.Connection]:
        """Yield a connection in a write transaction that may replace tables others refer to.

        SQLite changes a rule of a table by making it anew; meanwhile references are not held, and at the end
        all of them are. Raises ValueError when one of them leads nowhere.
        """
        try:
            with self.engine.connect() as conn, _unreferenced(conn), conn.begin():
                yield conn
                if not self.is_postgres:
                    lost = conn.exec_driver_sql("PRAGMA foreign_key_check").first()
                    if lost is not None:
                        raise ValueError(f"a row of {lost[0]} refers to a row of {lost[2]} that is not there")
        except Exception as error:
            _refuse_outage(error)
            raise

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Yield a connection for reading; nothing is locked and nothing is kept. Raises Unavailable."""
        try:
            with self.engine.connect() as conn:
                try:
                    yield conn.execution_options(aid_read=True)
                finally:
                    conn.rollback()
        except Exception as error:
            _refuse_outage(error)
            raise

    def create_schema(self) -> None:
        """Create every table that is missing (tests and first start; upgrades go through migrations)."""
        append_only.guard()
        with self.transaction() as conn:
            metadata.create_all(conn)

    def copy_to(self, file: str) -> None:
        """Copy a SQLite database to a file with its own backup interface, also while it is written to."""
        with self.engine.connect() as conn:
            source: Any = conn.connection.driver_connection
            with closing(sqlite3.connect(file)) as copy:
                source.backup(copy)

    def copy_from(self, file: str) -> None:
        """Replace what a SQLite database holds by what a file holds, in one transaction."""
        with self.engine.connect() as conn:
            target: Any = conn.connection.driver_connection
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
                source.backup(target)

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


@contextmanager
def _unreferenced(conn: sa.Connection) -> Iterator[None]:
    """Let SQLite hold no reference for a while; it can be told outside a transaction only."""
    driver: Any = conn.connection.dbapi_connection
    if conn.dialect.name == "postgresql":
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _hurry(connection: Any, _record: Any, _proxy: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


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


def _refuse_outage(error: Exception) -> None:
    """Raise Unavailable when a driver's error says that the database cannot serve anybody now."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    kind: str | None = None
    if isinstance(cause, sqlite3.OperationalError):
        kind = _SQLITE_OUTAGE.get((getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF)
    elif type(cause).__module__.startswith("psycopg"):
        state = getattr(cause, "sqlstate", None)
        if state is None and type(cause).__name__ in ("OperationalError", "InterfaceError"):
            kind = "lost"
        codes = (found for prefix, found in _POSTGRES_OUTAGE.items() if (state or "").startswith(prefix))
        kind = kind or next(codes, None)
    if kind is not None:
        raise Unavailable(kind) from error
