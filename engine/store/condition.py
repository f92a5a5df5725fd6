"""What a database is and says of itself, before anybody works with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from engine.errors import AidError
from engine.store.db import Database
from engine.store.tables import setting

_MAGIC = b"SQLite format 3\x00"
_POSTGRES_ASKED = ("synchronous_commit", "fsync", "full_page_writes", "server_encoding")


class NoDatabase(AidError):
    """A file is no sound SQLite database."""

    code = "no_database"
    zh = "“{file}”{problem}。"
    en = "“{file}” is no sound database: {reason}."


def file_of(db: Database) -> Path | None:
    """Return the file of a SQLite database; None on PostgreSQL."""
    name = None if db.is_postgres else db.engine.url.database
    return Path(name) if name else None


def require_database_file(file: Path, name: str = "") -> None:
    """Raise NoDatabase for a file that SQLite did not write; an empty one may become a database."""
    with file.open("rb") as stream:
        begin = stream.read(len(_MAGIC))
    if begin not in (b"", _MAGIC):
        raise NoDatabase(file=name or file, problem="不是SQLite数据库文件", reason="not written by SQLite")


def require_sound(file: Path, name: str) -> None:
    """Read a whole SQLite file, known as `name`; raise NoDatabase where it is damaged or empty."""
    require_database_file(file, name)
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as conn:
            said = conn.execute("PRAGMA integrity_check").fetchone()[0]
            tables = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise NoDatabase(file=name, problem=f"已损坏（{error}）", reason=str(error)) from error
    if said != "ok":
        raise NoDatabase(file=name, problem=f"已损坏（{said.splitlines()[0]}）", reason=said)
    if not tables:
        raise NoDatabase(file=name, problem="是空的", reason="it is empty")


def durability(db: Database) -> Mapping[str, str]:
    """Return the settings that decide whether what was committed outlives a power cut."""
    with db.read() as conn:
        if db.is_postgres:
            asked = {name: f"SHOW {name}" for name in _POSTGRES_ASKED}
        else:
            asked = {name: f"PRAGMA {name}" for name in ("journal_mode", "synchronous")}
        return {name: str(conn.exec_driver_sql(text).scalar_one()) for name, text in asked.items()}


def stored_setting(db: Database, name: str) -> str | None:
    """Return a setting's JSON, None where there is none or no table yet."""
    with db.read() as conn:
        if not sa.inspect(conn).has_table(setting.name):
            return None
        found: str | None = conn.execute(sa.select(setting.c.value).where(setting.c.name == name)).scalar()
        return found
