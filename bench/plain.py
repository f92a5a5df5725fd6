"""The raw floor: the rows a step writes, written by the plain driver, prepared, with one durable commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import psycopg
import sqlalchemy as sa

from engine.store.db import Database

_WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class Sent:
    """One statement as it went to the driver."""

    text: str
    values: Any
    many: bool

    @property
    def writes(self) -> bool:
        """Tell whether it changes rows."""
        return self.text.lstrip().upper().startswith(_WRITES)


class Recorder:
    """Hears every statement of a database."""

    def __init__(self, database: Database) -> None:
        self._heard: list[Sent] = []
        self._commits: list[int] = []
        self._engine = database.engine
        sa.event.listen(self._engine, "before_cursor_execute", self._hear)
        sa.event.listen(self._engine, "commit", self._mark)

    def _hear(
        self, _conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool
    ) -> None:
        if not statement.upper().startswith(("BEGIN", "PRAGMA")):
            self._heard.append(Sent(statement, parameters, executemany))

    def _mark(self, _conn: Any) -> None:
        self._commits.append(len(self._heard))

    def take(self) -> list[Sent]:
        """Return what was sent since the last call."""
        heard, self._heard = self._heard, []
        self._commits.clear()
        return heard

    def take_by_commit(self) -> list[list[Sent]]:
        """Return what was committed since the last call, a list for each transaction that wrote something."""
        ends = [0, *self._commits]
        heard = self.take()
        units = [heard[begin:end] for begin, end in pairwise(ends)]
        return [unit for unit in units if any(one.writes for one in unit)]

    def stop(self) -> list[Sent]:
        """Hear no more and return what was sent since the last call."""
        sa.event.remove(self._engine, "before_cursor_execute", self._hear)
        sa.event.remove(self._engine, "commit", self._mark)
        return self.take()


class Plain:
    """A connection of the plain driver with the settings of the product."""

    def __init__(self, url: str) -> None:
        self._sqlite: sqlite3.Connection | None = None
        self._postgres: psycopg.Connection[Any] | None = None
        if url.startswith("sqlite:///"):
            self._sqlite = sqlite3.connect(
                url.removeprefix("sqlite:///"), isolation_level=None, cached_statements=512
            )
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16384"):
                self._sqlite.execute(f"PRAGMA {pragma}")
        else:
            self._postgres = psycopg.connect(url, prepare_threshold=0)

    def write(self, sent: Sequence[Sent]) -> None:
        """Send the writing statements in one transaction."""
        if self._sqlite is not None:
            cursor: Any = self._sqlite.cursor()
            cursor.execute("BEGIN IMMEDIATE")
        else:
            assert self._postgres is not None
            cursor = self._postgres.cursor()
        for one in sent:
            if one.writes:
                (cursor.executemany if one.many else cursor.execute)(one.text, one.values)
        if self._sqlite is not None:
            cursor.execute("COMMIT")
        else:
            assert self._postgres is not None
            self._postgres.commit()

    def read(self, sent: Sequence[Sent]) -> int:
        """Send the reading statements and fetch their rows; return how many came."""
        connection: Any = self._sqlite or self._postgres
        cursor = connection.cursor()
        count = 0
        for one in sent:
            if not one.writes:
                cursor.execute(one.text, one.values)
                count += len(cursor.fetchall())
        if self._postgres is not None:
            self._postgres.rollback()
        return count

    def run(self, text: str) -> list[Any]:
        """Send one statement without values outside any transaction of ours and return its rows."""
        if self._sqlite is not None:
            return self._sqlite.execute(text).fetchall()
        assert self._postgres is not None
        rows = self._postgres.execute(text.encode())
        found = rows.fetchall() if rows.description else []
        self._postgres.commit()
        return list(found)

    @property
    def bytes_literal(self) -> str:
        """Return one byte as this database writes it."""
        return "x'00'" if self._sqlite is not None else "'\\x00'::bytea"

    def bulk(self, text: str) -> None:
        """Run a statement that fills tables: foreign keys are not checked while it runs."""
        if self._sqlite is not None:
            self._sqlite.execute("PRAGMA foreign_keys=OFF")
            self._sqlite.execute(text)
            self._sqlite.execute("PRAGMA foreign_keys=ON")
        else:
            assert self._postgres is not None
            self._postgres.execute("SET session_replication_role = replica")
            self._postgres.execute(text.encode())
            self._postgres.execute("SET session_replication_role = DEFAULT")
            self._postgres.commit()

    def vacuum(self) -> None:
        """Let PostgreSQL use again what updates left behind."""
        assert self._postgres is not None
        self._postgres.autocommit = True
        self._postgres.execute("VACUUM")
        self._postgres.autocommit = False

    def close(self) -> None:
        """Close the connection."""
        (self._sqlite or self._postgres).close()  # type: ignore[union-attr]
