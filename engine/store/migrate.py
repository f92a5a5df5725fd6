"""Brings a database to the schema of this program, step by step, whole or not at all.

`upgrade` may be called by several processes at once: the first one works, the others wait and find it done.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.errors import IllegalState
from engine.store.db import Database

_HERE = Path(__file__).parent / "migrations"
#: Any number, the same in every process: who holds it upgrades.
_LOCK = 595_001


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    return config


def _steps() -> list[str]:
    """Return the revisions of this program, the oldest first."""
    return [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def _at(conn: sa.Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


def current(db: Database) -> str | None:
    """Return the revision a database stands at; None: it has no tables of ours yet."""
    with db.read() as conn:
        return _at(conn)


def pending(db: Database) -> list[str]:
    """Return the revisions a database lacks, the oldest first; raise IllegalState for an unknown schema."""
    steps, at = _steps(), current(db)
    if at is None:
        return steps
    _require_known(at, steps)
    return steps[steps.index(at) + 1 :]


def upgrade(db: Database) -> list[str]:
    """Bring a database up to date; return the revisions that were missing.

    Raises IllegalState when a newer program, or none of ours, made the tables.
    """
    steps = _steps()
    with db.rebuilding() as conn:
        if db.is_postgres:
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        at = _at(conn)
        if at is not None:
            _require_known(at, steps)
        elif sa.inspect(conn).has_table("trail"):
            raise IllegalState(detail="数据库中已有同名的表，但不是由升级步骤建立的，请换一个空数据库")
        missing = steps if at is None else steps[steps.index(at) + 1 :]
        if missing:
            config = _config()
            config.attributes["connection"] = conn
            command.upgrade(config, "head")
    return missing


def _require_known(at: str, steps: list[str]) -> None:
    if at not in steps:
        raise IllegalState(detail=f"数据库由更新的版本建立（{at}），请使用相应版本的程序")
