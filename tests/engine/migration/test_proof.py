"""The doctor and the proof of the trail see whether an instance runs the version its trail names."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.live import seal_state
from engine.store import tables
from engine.store.db import Database
from engine.verify import verify
from tests.engine.desk import STATE_KEY, TRAIL_KEY, line
from tests.engine.migration.moving import Move


@pytest.fixture
def move(database: Database, clock: VirtualClock) -> Move:
    """An instance on the second version, brought there by a migration."""
    made = Move(database, clock, line("A", "B"), line("A2", "B"))
    made.migrate(made.start(), {"A": "A2"})
    return made


def _run(move: Move, version: int) -> None:
    """Let the instance run another version without a migration, well sealed."""
    i = tables.instance
    row = move.rows(sa.select(i))[0]
    other = move.version(version).id
    mac = seal_state(STATE_KEY, row.id, other, row.status, row.rev, row.state)
    with move.db.transaction() as conn:
        conn.execute(sa.update(i).values(definition_id=other, mac=mac))


def test_an_instance_that_runs_another_version_than_its_trail_says_is_found(move: Move) -> None:
    _run(move, 1)
    assert [one for one in move.faults() if "v1, v2" in one]


def test_an_instance_that_stands_on_what_its_version_does_not_have_is_found(move: Move) -> None:
    _run(move, 1)
    assert [one for one in move.faults() if one.endswith("A2")]


def test_a_diagram_exchanged_after_a_migration_is_named_at_the_migration(move: Move) -> None:
    d = tables.definition
    with move.db.transaction() as conn:
        conn.execute(sa.update(d).where(d.c.version == 2).values(xml=line("A2", "C").decode()))
    with move.db.read() as conn:
        found = verify(conn, TRAIL_KEY, STATE_KEY).faults
    e = tables.event.c
    seq = move.rows(sa.select(e.seq).where(e.kind == "ProcessMigrated"))[0][0]
    assert ("definition swapped", seq) in [(one.what, one.seq) for one in found]


def test_the_event_names_what_is_needed_to_read_what_came_before(move: Move) -> None:
    told = json.loads(move.said()[0])
    assert set(told) >= {
        "process",
        "from",
        "from_definition",
        "version",
        "diagram",
        "mapping",
        "renamed",
        "notes",
    }
    assert told["diagram"] == move.version(2).digest[:32]
