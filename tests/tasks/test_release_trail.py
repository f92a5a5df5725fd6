"""What was done to a version behind the program's back is found, and what was cut off is whole or absent."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.definitions import digest
from engine.doctor import examine
from engine.store.db import Database
from engine.store.tables import definition
from engine.verify import verify
from tasks import releases
from tasks import studio_commands as commands
from tasks.commands import Command
from tasks.registry import HANDLERS
from tasks.store.office import decided_in
from tests.tasks.studio import BEN, Studio, renamed


@pytest.fixture
def studio(database: Database, clock: VirtualClock) -> Studio:
    return Studio(database, clock)


def states(studio: Studio) -> list[tuple[int, str]]:
    return [(row.version, row.status) for row in studio.versions()]


def test_the_trail_names_a_version_that_was_exchanged_before_anybody_ran_it(studio: Studio) -> None:
    made = studio.submitted(renamed("新名"))

    def faults() -> set[str]:
        with studio.app.read() as conn:
            report = verify(conn, studio.keys.trail, studio.keys.state)
        return {fault.what for fault in report.faults}

    assert faults() == set()
    with studio.app.write() as conn:
        annex = '{"rules":{}}'
        values = {"annex": annex, "digest": digest(renamed("新名"), annex)}
        conn.execute(sa.update(definition).where(definition.c.id == made).values(**values))
    assert faults() == {"definition swapped"}


def test_the_doctor_finds_a_version_put_to_work_behind_the_trail(studio: Studio) -> None:
    made = studio.submitted()
    studio.do(commands.ApproveRelease(made, "同意"), BEN)
    studio.do(commands.TakeBack(made, "有误"))

    def found() -> list[str]:
        with studio.app.read() as conn:
            return [
                one.what
                for one in examine(conn, studio.app.definitions, studio.keys.trail, studio.keys.state)
            ]

    assert found() == []
    with studio.app.write() as conn:
        conn.execute(sa.update(definition).where(definition.c.version == 1).values(status="retired"))
        conn.execute(sa.update(definition).where(definition.c.version == 2).values(status="active"))
    assert found() == ["release", "release"]


@pytest.mark.parametrize("act", ["submit", "approve", "take back"])
def test_a_kill_anywhere_leaves_a_version_whole_or_absent(studio: Studio, act: str) -> None:
    """Die after each statement in turn: it was not begun, or it is done."""
    command, after = _about_to(studio, act)
    command = releases.prepare(studio.app, command, BEN)
    before, killed = states(studio), 0
    for nth in range(1, 60):
        studio.db.dispose()
        pid = os.fork()
        if pid == 0:
            _die_after(studio, nth)
            studio.app.run(lambda desk: HANDLERS[type(command)](desk, command), BEN)
            os._exit(0)
        _pid, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            break
        killed += 1
        assert states(studio) == before
    assert states(studio) == after
    assert killed > 8


def _about_to(studio: Studio, act: str) -> tuple[Command, list[tuple[int, str]]]:
    """Bring a studio to the eve of an act; return the act and how the versions stand after it."""
    if act == "submit":
        return commands.SubmitRelease(studio.changed(), 2, "试"), [(2, "submitted"), (1, "active")]
    made = studio.submitted()
    approve = commands.ApproveRelease(made, "同意")
    if act == "approve":
        return approve, [(2, "active"), (1, "retired")]
    studio.do(approve, BEN)
    return commands.TakeBack(made, "有误"), [(2, "retired"), (1, "active")]


def _die_after(studio: Studio, nth: int) -> None:
    counted = [0]

    def count(*_: Any) -> None:
        counted[0] += 1
        if counted[0] == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(studio.db.engine, "after_cursor_execute", count)


def test_an_office_without_annexes_pays_nothing_to_know_it(sqlite_database: Database) -> None:
    heard: list[str] = []
    sa.event.listen(sqlite_database.engine, "before_cursor_execute", lambda *_: heard.append(_[2]))
    with sqlite_database.read() as conn:
        assert decided_in(conn) == ([], [])
        (sent,) = heard
        plan = " ".join(str(row[3]) for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sent}"))
    assert "definition USING INDEX ix_definition_annexed" in plan
