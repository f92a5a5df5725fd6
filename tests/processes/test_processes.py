"""Two people's roads over real processes: several on PostgreSQL, some of them killed, and one on SQLite."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from engine.clock import SHANGHAI
from tasks import installation
from tasks.app import App
from tasks.idno import check_character
from tests.databases import Postgres
from tests.processes.people import People
from tests.processes.programs import Programs, wait_until
from tests.processes.proof import counted, done_more_than_once

FACTS = {"urban": True, "labour_ability": True, "wish": True, "unemployed_since": "2025-01-10"}
NOT_HIRED = {"outcome": "NOT_HIRED", "reason": "POST"}
HIRED = {"outcome": "HIRED"}


def id_number(first: str) -> str:
    return first + check_character(first)


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Callable[[str], Programs]]:
    made: list[Programs] = []

    def make(database: str) -> Programs:
        made.append(Programs(tmp_path, database))
        return made[-1]

    yield make
    for one in made:
        one.stop()
        for app in one.readers:
            app.db.dispose()


def reader(programs: Programs) -> App:
    """Open the same installation to read it."""
    environment = {"AID595_HOME": str(programs.home)}
    app = installation.open_app(installation.place(programs.database, demo=True, environ=environment))
    programs.readers.append(app)
    return app


def hire(people: People, name: str, first: str) -> str:
    """Take a person from the counter to a job and its registration."""
    case = people.open_case(name, id_number(first), **FACTS)
    people.reach(case, "P04_Outcome")
    people.complete(people.open_tasks(case)["P04_Outcome"], **HIRED)
    people.complete(people.reach(case, "P07_File"))
    assert people.case(case)["tier"] == "community"
    return case


def fail(people: People, case: str, times: int) -> None:
    """Let referrals of the community fail for the post's reasons."""
    for _ in range(times):
        people.complete(people.reach(case, "P04_Outcome"), **NOT_HIRED)


def require_sound(programs: Programs, app: App) -> None:
    """Hold that everything happened once and that the proofs hold."""
    wait_until("every due thing is done once", lambda: not done_more_than_once(app), 30)
    for command in (("audit", "seal"), ("audit", "verify"), ("doctor",)):
        done = programs.call(*command, *programs.options)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert "Traceback" not in programs.logs()


@pytest.mark.postgres
@pytest.mark.slow
def test_two_webs_and_two_workers_on_postgresql_lose_nothing_when_one_of_each_is_killed(
    postgres: Postgres, programs: Callable[[str], Programs]
) -> None:
    office = programs(postgres.create(schema=False))
    loaded = office.call("demo", "--database", office.database)
    assert loaded.returncode == 0, loaded.stderr
    webs = [office.serve(), office.serve()]
    workers = [office.start("worker"), office.start("worker")]
    app = reader(office)
    for web in webs:
        wait_until("the web answers", web.is_ready)
    people = People(webs, app)
    hired = hire(people, "王小明", "11011319840502101")
    other = people.open_case("李小芳", id_number("11011319790709102"), **FACTS)
    fail(people, other, 1)
    people.pass_days(3)
    kill_web_under_a_completion(people, other)
    workers[0].kill()
    fail(people, other, 1)
    people.complete(people.reach(other, "P04_Submit"))
    people.complete(people.reach(other, "P05_Designate"))
    assert people.case(other)["tier"] == "street"
    assert people.case(other)["counters"]["community"] == 3
    people.pass_days(21)
    workers[1].require_running()
    assert people.case(hired)["status"] == "active"
    many = counted(app)
    assert many["DeadlineMissed"] > 5
    assert many["TimerFired"] > 3
    require_sound(office, app)


def kill_web_under_a_completion(people: People, case: str) -> None:
    """Kill the web that is about to complete a task; the same key at the other one does it exactly once."""
    task = people.reach(case, "P04_Outcome")
    values = people.example(task["id"], NOT_HIRED)
    who, path = people.holder(task), f"/tasks/{task['id']}/complete"
    people.token(who)
    victim = people.webs[0]

    def ask() -> None:
        with suppress(OSError, HTTPException):
            people.ask(who, "POST", path, {"values": values}, "the-same-key", victim)

    asking = threading.Thread(target=ask)
    asking.start()
    victim.kill()
    asking.join()
    status, answer = people.ask(who, "POST", path, {"values": values}, "the-same-key")
    assert status == 200, answer
    assert people.case(case)["counters"]["community"] == 2


@pytest.mark.slow
def test_one_process_on_sqlite_goes_on_after_a_kill(
    tmp_path: Path, programs: Callable[[str], Programs]
) -> None:
    office = programs(f"sqlite:///{tmp_path}/demo.db")
    first = office.serve("run")
    wait_until("the web answers", first.is_ready)
    app = reader(office)
    people = People([first], app)
    hired = hire(people, "王小明", "11011319840502101")
    before = people.case(hired)
    first.kill()
    people.webs.append(office.serve("run"))
    wait_until("the web answers again", people.webs[1].is_ready)
    assert people.case(hired) == before
    people.pass_days(21)
    assert app.clock.now().astimezone(SHANGHAI).month == 5
    assert counted(app)["DeadlineMissed"] > 3
    require_sound(office, app)
