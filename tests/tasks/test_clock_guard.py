"""A clock that jumps or goes back holds everything that is due, raises an alarm, and never ages the trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.clock import ClockWatch, VirtualClock
from engine.errors import NotCandidate
from engine.store import tables
from engine.store.db import Database
from engine.store.incidents import open_at
from tasks import commands, selftest, worker
from tasks.actor import Actor, Grant
from tasks.app import App
from tasks.clock_guard import KIND, ClockGuard, span
from tasks.crypto import new_keys
from tasks.queries.proof import prove
from tasks.store.clockwork import database_time
from tests.databases import Postgres
from tests.web.office import Office

DAY = timedelta(days=1)
WAIVER = {
    "statement_on": "2026-03-07", "statement_reason": "本人自愿放弃", "signed": True, "archived_at": "档案室",
}  # fmt: skip


class Machine:
    """A machine whose clock can be set; its steady clock cannot."""

    def __init__(self, app: App, clock: VirtualClock) -> None:
        self.app = app
        self.clock = clock
        self.steady = 0.0
        self.guard = self.restarted()

    def restarted(self) -> ClockGuard:
        return ClockGuard(self.app, ClockWatch(self.clock, lambda: self.steady), "pc-1")

    def passes(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        self.steady += seconds

    def set_clock(self, by: timedelta) -> None:
        self.clock._now += by

    def alarms(self) -> list[int]:
        with self.app.read() as conn:
            return open_at(conn, KIND, "pc-1")

    def confirm(self, role: str = "system_admin") -> None:
        actor = Actor(1, "管理员", (Grant(role, "/1/"),))
        for alarm in self.alarms():
            self.app.do(commands.RetryIncident(alarm), actor)


@pytest.fixture
def machine(sqlite_database: Database, clock: VirtualClock) -> Machine:
    app = App(sqlite_database, clock, new_keys())
    selftest.keep_canary(app)
    made = Machine(app, clock)
    assert not made.guard.holds()
    return made


def test_time_that_passes_holds_nothing(machine: Machine) -> None:
    machine.passes(400 * 86_400)
    assert not machine.guard.holds()
    machine.set_clock(timedelta(seconds=4))
    assert not machine.guard.holds()


@pytest.mark.parametrize("by", [DAY * 30, timedelta(seconds=6), timedelta(seconds=-6), DAY * -1])
def test_a_jump_holds_everything_and_raises_one_alarm(machine: Machine, by: timedelta) -> None:
    machine.set_clock(by)
    assert machine.guard.holds()
    assert machine.guard.holds()
    assert len(machine.alarms()) == 1
    assert worker.tick(machine.app, machine.guard) == 0


def test_work_goes_on_when_the_clock_is_right_again(machine: Machine) -> None:
    machine.set_clock(DAY)
    assert machine.guard.holds()
    machine.set_clock(-DAY)
    machine.passes(60)
    assert not machine.guard.holds()
    assert machine.alarms() == []


def test_a_person_may_take_the_new_time_for_right(machine: Machine) -> None:
    machine.set_clock(-DAY)
    assert machine.guard.holds()
    machine.confirm()
    assert not machine.guard.holds()
    machine.passes(3600)
    assert not machine.guard.holds()
    machine.set_clock(DAY)
    assert machine.guard.holds()


def test_only_a_supervisor_or_the_administrator_may(machine: Machine) -> None:
    machine.set_clock(DAY)
    assert machine.guard.holds()
    with pytest.raises(NotCandidate):
        machine.confirm("community_staff")
    assert machine.alarms()


def test_a_restart_does_not_forget_the_alarm(machine: Machine) -> None:
    machine.set_clock(DAY * 30)
    assert machine.guard.holds()
    again = machine.restarted()
    assert again.holds()
    machine.confirm()
    assert not again.holds()


def test_a_clock_set_back_while_nothing_ran_is_noticed(machine: Machine) -> None:
    machine.passes(3600)
    assert not machine.guard.holds()
    machine.set_clock(timedelta(minutes=-50))
    again = machine.restarted()
    assert again.holds()
    machine.confirm()
    assert not again.holds()
    assert not machine.restarted().holds()


def test_a_clock_apart_from_the_databases_holds_until_they_agree(postgres: Postgres) -> None:
    database = Database(postgres.create())
    try:
        with database.read() as conn:
            clock = VirtualClock(database_time(conn))
        machine = Machine(App(database, clock, new_keys()), clock)
        assert not machine.guard.holds()
        machine.passes(60)
        assert machine.guard.holds()
        machine.confirm()
        assert machine.guard.holds()  # nobody can take it for right
        machine.clock._now -= timedelta(seconds=60)
        assert not machine.restarted().holds()
        assert machine.alarms() == []
    finally:
        database.dispose()


def test_the_trail_never_ages_backwards(sqlite_database: Database) -> None:
    office = Office(sqlite_database)
    case = office.new_case()
    office.clock._now -= DAY
    office.complete(case, "P03_Check", "staff.rh")
    office.app.do(commands.Waive(case, WAIVER), office.actor("staff.rh"))
    event = tables.event.c
    query = sa.select(event.at).where(event.trail_id == case).order_by(event.seq)
    with office.app.read() as conn:
        at = list(conn.execute(query).scalars())
        assert prove(conn, office.app.keys, None, case).ok
    assert len(at) > 5
    assert at == sorted(at)


def test_a_span_is_said_in_its_largest_unit() -> None:
    said = [span(timedelta(seconds=n)) for n in (6, 119, 300, 7200, 30 * 86_400)]
    assert said == ["6秒", "119秒", "5分钟", "2小时", "30天"]
