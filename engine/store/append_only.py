"""Events and seals can only be added: the database itself refuses to change or remove one (THR-12).

This holds back the program, and hands with the program's rights. Whoever owns the tables can take it away:
that is what the chain, and the seals kept elsewhere, are for. Payloads may be erased, never rewritten.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine.store.tables import event, event_payload, seal

#: What each table refuses; `add` stands for a row in the place of another (SQLite's REPLACE).
REFUSED = {
    "event": ("update", "delete", "add"), "event_payload": ("update",), "seal": ("update", "delete", "add"),
}  # fmt: skip
_KEYS = {"event": ("trail_id", "seq"), "seal": ("n",)}
_SAID = "history is append-only"
_FUNCTION = "append_only"


def sqlite_guards() -> dict[str, str]:
    """Return the statement that makes each guard on SQLite, by name."""
    made: dict[str, str] = {}
    for table, refused in REFUSED.items():
        for what in refused:
            name, act = f"{table}_no_{what}", "INSERT" if what == "add" else what.upper()
            same = " AND ".join(f"{key} = new.{key}" for key in _KEYS.get(table, ()))
            taken = f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
            when = taken if what == "add" else ""
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {act} ON {table}{when}"
                f" BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
            )
    return made


def postgres_guards() -> dict[str, str]:
    """Return the statement that makes each guard on PostgreSQL, by name; they call `postgres_function`."""
    made: dict[str, str] = {}
    for table, refused in REFUSED.items():
        acts = [what for what in ("update", "delete") if what in refused]
        for name, act, each in (
            (f"{table}_append_only", " OR ".join(acts).upper(), "ROW"),
            *([(f"{table}_no_truncate", "TRUNCATE", "STATEMENT")] if "delete" in refused else []),
        ):
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH {each}"
                f" EXECUTE FUNCTION {_FUNCTION}()"
            )
    return made


def postgres_function() -> str:
    """Return the statement that makes what the guards call on PostgreSQL."""
    return (
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )


def missing(conn: sa.Connection) -> list[str]:
    """Return the guards a database should have and has not."""
    if conn.dialect.name == "sqlite":
        wanted, query = sqlite_guards(), "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        wanted = postgres_guards()
        query = (
            "SELECT g.tgname FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid"
            " WHERE t.relnamespace = current_schema()::regnamespace AND g.tgenabled IN ('O', 'A')"
        )
    found = {row[0] for row in conn.exec_driver_sql(query)}
    return sorted(set(wanted) - found)


def remove(conn: sa.Connection) -> None:
    """Take the guards away, as only the owner of the tables can: for a scratch copy that is emptied."""
    sqlite = conn.dialect.name == "sqlite"
    for table in REFUSED:
        for name in sqlite_guards() if sqlite else postgres_guards():
            if name.startswith((f"{table}_no_", f"{table}_append_")):
                conn.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}" + ("" if sqlite else f" ON {table}"))


def guard() -> None:
    """Have the guards made with their tables."""
    for table in (event, event_payload, seal):
        if not sa.event.contains(table, "after_create", _add):
            sa.event.listen(table, "after_create", _add)


def _add(table: sa.Table, conn: sa.Connection, **_: Any) -> None:
    """Guard a table that was just made."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(postgres_function())
    guards = sqlite_guards() if conn.dialect.name == "sqlite" else postgres_guards()
    for name, statement in guards.items():
        if name.startswith((f"{table.name}_no_", f"{table.name}_append_")):
            conn.exec_driver_sql(statement)
