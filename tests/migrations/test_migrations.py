"""The steps make the schema the program uses, whole or not at all, however many processes upgrade."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from engine.errors import IllegalState
from engine.store import migrate
from engine.store.db import Database


def _plain(found: Any) -> Any:
    """Turn what the inspector found into something that compares."""
    if isinstance(found, dict):
        return tuple(sorted((key, _plain(value)) for key, value in found.items()))
    if isinstance(found, list | tuple):
        return tuple(sorted((_plain(item) for item in found), key=repr))
    return str(found)


def _schema(url: str) -> dict[str, Any]:
    """Return everything the database knows of its tables."""
    database = Database(url)
    with database.read() as conn:
        inspector = sa.inspect(conn)
        tables = {
            name: {
                "columns": _plain(inspector.get_columns(name)),
                "key": _plain(inspector.get_pk_constraint(name)),
                "foreign": _plain(inspector.get_foreign_keys(name)),
                "indexes": _plain(inspector.get_indexes(name)),
                "unique": _plain(inspector.get_unique_constraints(name)),
                "checks": _plain(inspector.get_check_constraints(name)),
                "options": _plain(inspector.get_table_options(name)),
            }
            for name in inspector.get_table_names()
            if name != "alembic_version"
        }
    database.dispose()
    return tables


@pytest.fixture
def empty(new_database_url: Callable[..., str]) -> str:
    return new_database_url(schema=False)


def test_the_steps_make_the_schema_of_the_program(empty: str, database_url: str) -> None:
    database = Database(empty)
    migrate.upgrade(database)
    database.dispose()
    made, wanted = _schema(empty), _schema(database_url)
    assert sorted(made) == sorted(wanted)
    for name in wanted:
        assert made[name] == wanted[name], name
    assert len(wanted) > 30


def test_an_upgrade_is_done_once_and_tells_what_it_did(empty: str) -> None:
    database = Database(empty)
    assert migrate.current(database) is None
    missing = migrate.pending(database)
    assert migrate.upgrade(database) == missing
    assert migrate.current(database) == missing[-1]
    assert migrate.pending(database) == []
    assert migrate.upgrade(database) == []
    database.dispose()


def test_processes_that_upgrade_at_once_do_it_once(empty: str) -> None:
    databases = [Database(empty) for _ in range(3)]
    done: list[list[str]] = []
    threads = [threading.Thread(target=lambda db=db: done.append(migrate.upgrade(db))) for db in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, done)) == [False, False, True]
    for database in databases:
        database.dispose()


def test_a_step_that_fails_leaves_nothing_behind(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(empty)
    seen: list[str] = []

    def cut_the_power(*_: Any) -> None:
        seen.append("x")
        if len(seen) == 30:
            raise RuntimeError("power cut")

    sa.event.listen(database.engine, "after_cursor_execute", cut_the_power)
    with pytest.raises(RuntimeError, match="power cut"):
        migrate.upgrade(database)
    sa.event.remove(database.engine, "after_cursor_execute", cut_the_power)
    with database.read() as conn:
        assert sa.inspect(conn).get_table_names() == []
    database.dispose()


def test_every_step_can_be_taken_back(empty: str) -> None:
    from alembic import command

    database = Database(empty)
    migrate.upgrade(database)
    with database.transaction() as conn:
        config = migrate._config()
        config.attributes["connection"] = conn
        command.downgrade(config, "base")
    with database.read() as conn:
        assert sa.inspect(conn).get_table_names() == ["alembic_version"]
    database.dispose()


def test_versions_with_their_instances_outlive_the_step_that_widens_their_table(empty: str) -> None:
    from alembic import command

    database = Database(empty)
    with database.transaction() as conn:
        config = migrate._config()
        config.attributes["connection"] = conn
        command.upgrade(config, "0004")
        for statement in (
            "INSERT INTO trail (id, created_at) VALUES (1, 0)",
            "INSERT INTO definition (id, key, version, name, status, xml, digest, created_at)"
            " VALUES (2, 'P', 1, 'P', 'active', '<a/>', 'd', 0)",
            "INSERT INTO instance (id, definition_id, process_id, trail_id, key, run, status, rev, state,"
            " mac, started_at) VALUES (3, 2, 'P', 1, 'k', 1, 'running', 1, '{}', '', 0)",
        ):
            conn.exec_driver_sql(statement)
    assert migrate.upgrade(database) == migrate._steps()[4:]
    with database.read() as conn:
        kept = conn.exec_driver_sql("SELECT key, status, annex FROM definition").all()
        assert kept == [("P", "active", "{}")]
        assert conn.exec_driver_sql("SELECT definition_id FROM instance").all() == [(2,)]
    with pytest.raises(sa.exc.IntegrityError), database.transaction() as conn:  # references are held again
        conn.exec_driver_sql("DELETE FROM definition")
    database.dispose()


def test_a_newer_database_is_refused(empty: str) -> None:
    database = Database(empty)
    migrate.upgrade(database)
    with database.transaction() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(IllegalState, match="9999"):
        migrate.pending(database)
    with pytest.raises(IllegalState, match="9999"):
        migrate.upgrade(database)
    database.dispose()


def test_tables_of_unknown_origin_are_left_alone(database: Database) -> None:
    with pytest.raises(IllegalState):
        migrate.upgrade(database)


def test_a_step_is_found_wherever_the_program_is_installed(
    empty: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    database = Database(empty)
    assert migrate.upgrade(database)
    database.dispose()
