"""Databases that live for one run of scenarios: copies of a prepared file, or a schema of their own.

What the caller's database holds is never touched: on SQLite the work goes on in a temporary folder, on
PostgreSQL in a schema that is dropped at the end. A power cut may cost them; nobody would miss them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import event

from engine.ids import new_id
from engine.store import append_only
from engine.store.db import Database
from tasks.store.all_tables import metadata
from tasks.store.conn import Connection
from tasks.store.office import ACCESS

#: What a prepared database keeps between scenarios.
_KEPT = frozenset({"definition"})
#: By which column a row belongs to a trail.
_TRAILS = {"trail": "id", "event": "trail_id", "trail_owner": "trail_id"}


class Scratch(Protocol):
    """Gives fresh databases with the schema and what was prepared."""

    def fresh(self) -> Database:
        """Return a database without a case or person."""

    def close(self) -> None:
        """Remove everything."""


class ScratchFiles:
    """One SQLite file, put back to what was prepared before each story."""

    def __init__(self, prepare: Callable[[Database], None]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="aid595-scenarios-"))
        self._prepared = self._folder / "prepared.db"
        self._work = self._folder / "work.db"
        # one engine for all stories: a new one would compile every statement again
        self._database = _fast(Database(f"sqlite:///{self._work}"))
        self._database.create_schema()
        prepare(self._database)
        self._database.dispose()
        shutil.copyfile(self._work, self._prepared)

    def fresh(self) -> Database:
        """Return the file as it was prepared."""
        self._database.dispose()
        shutil.copyfile(self._prepared, self._work)
        return self._database

    def close(self) -> None:
        """Remove the folder."""
        self._database.dispose()
        shutil.rmtree(self._folder, ignore_errors=True)


def _fast(made: Database) -> Database:
    def tune(connection: Any, _record: Any) -> None:
        for pragma in ("PRAGMA journal_mode=MEMORY", "PRAGMA synchronous=OFF"):
            connection.execute(pragma).close()

    event.listen(made.engine, "connect", tune)
    return made


class ScratchSchema:
    """A schema of its own in a PostgreSQL database, emptied between scenarios."""

    def __init__(self, url: str, prepare: Callable[[Database], None]) -> None:
        self._name = f"aid595_scenario_{new_id()}"
        self._owner = Database(url)
        with self._owner.transaction() as conn:
            conn.exec_driver_sql(f'CREATE SCHEMA "{self._name}"')
        options = f"-csearch_path={self._name} -csynchronous_commit=off"
        target = sa.make_url(url).update_query_dict({"options": options})
        self._database = Database(target.render_as_string(hide_password=False))
        self._database.create_schema()
        with self._database.transaction() as conn:
            append_only.remove(conn)  # nothing here is history
        prepare(self._database)
        self._emptied = ", ".join(
            f'"{table.name}"' for table in metadata.sorted_tables if table.name not in _KEPT
        )

    def fresh(self) -> Database:
        """Return the schema, emptied but for the definitions."""
        with self._database.transaction() as conn:
            conn.exec_driver_sql(f"TRUNCATE {self._emptied}")
        return self._database

    def close(self) -> None:
        """Drop the schema."""
        self._database.dispose()
        with self._owner.transaction() as conn:
            conn.exec_driver_sql(f'DROP SCHEMA "{self._name}" CASCADE')
        self._owner.dispose()


def make_scratch(url: str | None, prepare: Callable[[Database], None]) -> Scratch:
    """Return scratch databases: PostgreSQL where the URL says so, else SQLite in a temporary folder."""
    if url and sa.make_url(url).get_backend_name() == "postgresql":
        return ScratchSchema(url, prepare)
    return ScratchFiles(prepare)


def fingerprint(conn: Connection) -> dict[str, str]:
    """Return a digest of the content of every table, to tell that nothing was changed.

    That somebody was refused is on record, and is no change.
    """
    found: dict[str, str] = {}
    for table in metadata.sorted_tables:
        if table.name in _KEPT:
            continue
        query = sa.select(table)
        if table.name in _TRAILS:
            query = query.where(table.c[_TRAILS[table.name]] != ACCESS)
        rows = sorted(repr(tuple(row)) for row in conn.execute(query))
        found[table.name] = sha256("\n".join(rows).encode()).hexdigest()
    return found
