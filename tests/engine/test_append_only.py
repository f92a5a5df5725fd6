"""The database itself keeps history: what is written of it is neither changed nor removed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine import seals
from engine.clock import VirtualClock
from engine.store import append_only, migrate
from engine.store.db import Database
from engine.store.metadata import metadata
from tests.engine.compile.diagrams import END, START, process, user
from tests.engine.desk import Desk

FORBIDDEN = [
    "UPDATE event SET role = 'x'",
    "UPDATE event SET seq = seq + 100 WHERE seq = 2",
    "DELETE FROM event WHERE seq = 2",
    "UPDATE event_payload SET payload = 'x'",
    "UPDATE seal SET events = 1",
    "DELETE FROM seal",
]
#: Ways round the first ones that only one of the databases knows.
ROUND = {
    "sqlite": ["INSERT OR REPLACE INTO event SELECT * FROM event", "REPLACE INTO seal SELECT * FROM seal"],
    "postgresql": [
        "INSERT INTO seal SELECT * FROM seal ON CONFLICT (n) DO UPDATE SET events = 1",
        "TRUNCATE seal", "TRUNCATE event CASCADE",
    ],
}  # fmt: skip


def work(database: Database, clock: VirtualClock, tmp_path: Path) -> None:
    """Write events, a payload and a seal as the product does."""
    desk = Desk(database, clock)
    desk.publish(process(START + user("A") + END, "s>A", "A>e"))
    desk.start()
    with desk.unit() as unit:
        trail = desk.rows(sa.text("SELECT min(trail_id) FROM event"))[0][0]
        unit.emit(trail, "FactChanged", payload={"phone": "1"})
    clock.advance(timedelta(hours=2))
    seals.seal(database, bytes(32), clock.now(), tmp_path / "checkpoints")


def content(database: Database) -> list[str]:
    with database.read() as conn:
        tables = ("event", "event_payload", "seal")
        return [repr(row) for name in tables for row in conn.execute(sa.select(metadata.tables[name]))]


def test_history_is_neither_changed_nor_removed_by_a_statement(
    database: Database, clock: VirtualClock, tmp_path: Path
) -> None:
    work(database, clock, tmp_path)
    before = content(database)
    assert any("138" in row or "phone" in row for row in before)
    for statement in (*FORBIDDEN, *ROUND[database.engine.dialect.name]):
        with pytest.raises(sa.exc.IntegrityError, match="append-only"), database.transaction() as conn:
            conn.exec_driver_sql(statement)
        assert content(database) == before, statement


def test_a_payload_may_be_erased(database: Database, clock: VirtualClock, tmp_path: Path) -> None:
    work(database, clock, tmp_path)
    with database.transaction() as conn:
        assert conn.exec_driver_sql("DELETE FROM event_payload").rowcount == 1


def test_the_steps_and_the_program_make_the_same_guards(
    database: Database, new_database_url: Callable[..., str]
) -> None:
    stepped = Database(new_database_url(schema=False))
    migrate.upgrade(stepped)
    made = []
    for one in (stepped, database):
        with one.read() as conn:
            assert append_only.missing(conn) == []
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
            if one.is_postgres:
                query = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
            made.append([tuple(row) for row in conn.exec_driver_sql(query)])
    stepped.dispose()
    assert made[0] == made[1]
    assert len(made[0]) >= 5


def test_a_guard_that_was_taken_away_is_missed(database: Database) -> None:
    with database.transaction() as conn:
        append_only.remove(conn)
    with database.read() as conn:
        assert len(append_only.missing(conn)) >= 5
