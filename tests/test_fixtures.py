"""The fixtures keep their word: a test never sees what another one wrote."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock, local_date
from engine.store.db import Database
from engine.store.metadata import metadata


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_starts_with_the_whole_schema_and_no_row(database: Database, turn: int) -> None:
    with database.transaction() as conn:
        assert set(metadata.tables) <= set(sa.inspect(conn).get_table_names())
        conn.execute(sa.text("CREATE TABLE left_behind (turn INTEGER)"))


def test_further_databases_are_separate(new_database_url: Callable[..., str]) -> None:
    assert new_database_url() != new_database_url(schema=False)


def test_postgres_is_the_real_thing(new_database_url: Callable[..., str], backend: str) -> None:
    database = Database(new_database_url(schema=False))
    with database.read() as conn:
        question = "SHOW server_version" if backend == "postgres" else "SELECT sqlite_version()"
        version = conn.execute(sa.text(question)).scalar_one()
    database.dispose()
    assert version.startswith("18." if backend == "postgres" else "3.")


def test_the_clock_stands_on_a_monday_morning(clock: VirtualClock) -> None:
    assert local_date(clock.now()).isoformat() == "2026-03-09"
    assert clock.now() == clock.now()


def test_other_machines_are_out_of_reach() -> None:
    with socket.socket() as one, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        one.connect(("192.0.2.1", 9))
