"""People's roads over real processes: several on PostgreSQL, some of them killed, and one on SQLite."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from engine.clock import SHANGHAI
from tests.processes import roads
from tests.processes.people import People
from tests.processes.programs import Programs, wait_until
from tests.processes.proof import counted, require_sound
from tests.processes.shift import Shift


@pytest.mark.postgres
@pytest.mark.slow
def test_two_webs_and_two_workers_on_postgresql_lose_nothing_when_one_of_each_is_killed(
    shift: Shift,
) -> None:
    people = shift.people
    hired = roads.hire(people, "王小明", "11011319840502101")
    other = roads.enter(people, "李小芳", "11011319790709102")
    unwilling = roads.enter(people, "周大勇", "11011319810321103")
    roads.fail(people, other, 1)
    roads.refuse_for_own_reasons(people, unwilling)
    people.pass_days(3)
    kill_web_under_a_completion(people, other)
    shift.workers[0].kill()
    roads.fail(people, other, 1)
    roads.go_to_the_street(people, other)
    roads.waive(people, unwilling)
    people.pass_days(21)
    shift.workers[1].require_running()
    assert people.case(hired)["status"] == "active"
    many = counted(shift.app)
    assert many["DeadlineMissed"] > 5
    assert many["TimerFired"] > 3
    require_sound(shift.office, shift.app)


@pytest.mark.postgres
@pytest.mark.nightly
@pytest.mark.slow
def test_two_webs_and_two_workers_take_people_down_the_long_roads_while_one_of_each_dies_in_every_tier(
    shift: Shift,
) -> None:
    people = shift.people
    placed = roads.enter(people, "高秀兰", "11011319780115002")
    waiving = roads.enter(people, "李小芳", "11011319790709102")
    both = (placed, waiving)
    for case in both:
        roads.fail(people, case, 3)
    shift.relieve()
    for case in both:
        roads.go_to_the_street(people, case)
    shift.relieve()
    for case in both:
        roads.go_to_the_district(people, case)
    shift.relieve()
    roads.waive(people, waiving)
    roads.fail_at_the_district(people, placed)
    shift.relieve()
    roads.be_placed(people, placed)
    unwilling = roads.enter(people, "周大勇", "11011319810321103")
    roads.refuse_for_own_reasons(people, unwilling)
    assert people.case(placed)["status"] == "active"
    assert people.case(placed)["counters"] == {"community": 3, "street": 3, "district": 3}
    require_sound(shift.office, shift.app)


def kill_web_under_a_completion(people: People, case: str) -> None:
    """Kill the web that is about to complete a task; the same key at the other one does it exactly once."""
    task = people.reach(case, "P04_Outcome")
    values = people.example(task["id"], roads.NOT_HIRED)
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
    app = office.reader()
    people = People([first], app)
    hired = roads.hire(people, "王小明", "11011319840502101")
    before = people.case(hired)
    first.kill()
    people.webs.append(office.serve("run"))
    wait_until("the web answers again", people.webs[1].is_ready)
    assert people.case(hired) == before
    people.pass_days(21)
    assert app.clock.now().astimezone(SHANGHAI).month == 5
    assert counted(app)["DeadlineMissed"] > 3
    require_sound(office, app)
