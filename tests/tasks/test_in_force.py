"""A new case takes the new road with the new form and rule; an old one keeps the old, on the way back too."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from engine.doctor import examine
from engine.errors import FormInvalid
from engine.store.db import Database
from engine.verify import verify
from tasks import calendar_runs, commands
from tasks import studio_commands as studio
from tasks.actor import SYSTEM, Actor, Grant
from tasks.impact import impact
from tasks.queries import studio as queries
from tasks.store.tables import deadline
from tests.tasks.local_step import KEY, annex, with_visit
from tests.web.office import Office

ANN = Actor(101, "安主任", (Grant("supervisor", "/"),), "test")
BEN = Actor(102, "本主任", (Grant("supervisor", "/"),), "test")


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def submit(office: Office) -> int:
    draft = int(office.app.do(studio.OpenDraft(KEY), ANN).extra["draft_id"])
    office.app.do(studio.SaveModel(draft, 1, with_visit(), annex()), ANN)
    done = office.app.do(studio.SubmitRelease(draft, 2, "本街道上门核实"), ANN)
    return int(done.extra["definition_id"])


def release(office: Office) -> int:
    made = submit(office)
    office.app.do(studio.ApproveRelease(made, "同意"), BEN)
    return made


def dates(office: Office, case_id: int, rule_id: str) -> dict[str, Any]:
    d = deadline.c
    with office.app.read() as conn:
        query = sa.select(deadline).where(d.case_id == case_id, d.rule_id == rule_id)
        return dict(conn.execute(query).mappings().one())


def load(office: Office, days_off: list[str]) -> None:
    year = commands.LoadCalendar(2026, {"days_off": days_off, "working_weekends": []})
    calendar_runs.load(office.app, year, SYSTEM)


def fields(office: Office, case_id: int, element: str) -> set[str]:
    task = office.open_tasks(case_id)[element]
    return set(office.example(task.id))


def test_new_cases_take_the_new_road_and_old_ones_keep_theirs(office: Office) -> None:
    old = office.new_case("王旧")
    office.reach(old, "P04_FirstContact")
    was = dates(office, old, "DL-015")
    release(office)
    new = office.new_case("李新")
    office.reach(new, "P04_FirstContact")

    assert (dates(office, new, "DL-015")["value"], dates(office, old, "DL-015")["value"]) == (1, 2)
    assert "weather" in fields(office, new, "P04_FirstContact")
    assert "weather" not in fields(office, old, "P04_FirstContact")
    task = office.open_tasks(new)["P04_FirstContact"]
    browser = office.browser("aide.hnc")
    assert "天气" in browser.get(f"/tasks/{task.id}").text
    assert "天气" not in browser.get(f"/tasks/{office.open_tasks(old)['P04_FirstContact'].id}").text
    values = {**office.example(task.id), "weather": ""}
    with pytest.raises(FormInvalid):
        office.app.do(commands.CompleteTask(task.id, values), office.actor("aide.hnc"))

    for case_id in (old, new):
        office.complete(case_id, "P04_FirstContact")
    assert "P04_Plan" in office.open_tasks(old)
    assert "P04_Visit" in office.open_tasks(new)
    assert dates(office, old, "DL-015") | {"met": True} == dates(office, old, "DL-015")
    assert dates(office, old, "DL-015")["arithmetic"] == was["arithmetic"]
    assert "核实情况" in browser.get(f"/tasks/{office.open_tasks(new)['P04_Visit'].id}").text
    office.complete(new, "P04_Visit")
    assert dates(office, new, "P04-L01")["met"] is True
    assert "P04_Plan" in office.open_tasks(new)
    assert "3日内上门核实" in browser.get(f"/cases/{new}").text
    whole(office)


def test_a_release_taken_back_leaves_its_cases_their_road(office: Office) -> None:
    made = release(office)
    new = office.new_case("李新")
    office.reach(new, "P04_FirstContact")
    office.complete(new, "P04_FirstContact")
    office.app.do(studio.TakeBack(made, "有误"), ANN)

    row = dates(office, new, "P04-L01")
    load(office, [])
    assert dates(office, new, "P04-L01")["value"] == row["value"]
    visit = office.open_tasks(new)["P04_Visit"]
    assert "核实情况" in office.browser("aide.hnc").get(f"/tasks/{visit.id}").text
    office.complete(new, "P04_Visit")
    assert dates(office, new, "P04-L01")["met"] is True

    later = office.new_case("赵后")
    office.reach(later, "P04_FirstContact")
    assert dates(office, later, "DL-015")["value"] == 2
    office.complete(later, "P04_FirstContact")
    assert "P04_Plan" in office.open_tasks(later)
    whole(office)


def test_a_loaded_calendar_counts_a_row_by_the_rule_it_was_opened_under(office: Office) -> None:
    old = office.new_case("王旧")
    office.reach(old, "P04_FirstContact")
    release(office)
    off = [f"2026-{month:02d}-{n:02d}" for month in (3, 4) for n in range(1, 31)]
    load(office, off)
    row = dates(office, old, "DL-015")
    assert (row["value"], row["due_effective"]) == (2, "2026-05-01")  # 31 March is the first of two days


def test_the_impact_sheet_says_who_stands_where_and_which_dates_would_differ(office: Office) -> None:
    old = office.new_case("王旧")
    office.reach(old, "P04_FirstContact")
    made = submit(office)
    with office.app.read() as conn:
        source = queries.definition_source(conn, made)
    assert source is not None
    found = impact(office.app, source)
    told = {(s.version, s.element, s.wait, s.open, s.gone) for s in found.steps}
    assert told == {
        (1, "P04_FirstContact", "task", 1, False), (1, "P04_FirstContact_Timer", "timer", 1, False),
    }  # fmt: skip
    assert found.open == 1
    assert (found.added, found.removed, found.on_removed) == (("P04_Visit",), (), 0)
    row = dates(office, old, "DL-015")
    ((one),) = found.deadlines
    assert (one.rule_id, one.case_id, one.old) == ("DL-015", old, row["due_effective"])
    assert one.new is not None
    assert one.new < row["due_effective"]
    assert dates(office, old, "DL-015") == row


def test_the_impact_sheet_names_waits_and_counts_no_gateway(office: Office) -> None:
    case = office.new_case("王旧")
    office.reach(case, "P04_Submit")
    office.complete(case, "P04_Submit")
    assert waits(office, KEY) == {"P04_Accepted_Msg": "event", "P04_Returned_Msg": "event"}
    office.reach(case, "P05_Interview")
    office.complete(case, "P05_Interview")
    street = waits(office, "P05_street_assistance")
    assert street == {"P05_Wait5_Timer": "timer"}


def waits(office: Office, key: str) -> dict[str, str]:
    with office.app.read() as conn:
        active = office.app.definitions.find_active(conn, key)
        assert active is not None
        source = queries.definition_source(conn, active)
    assert source is not None
    found = impact(office.app, source)
    assert (found.open, found.on_removed) == (1, 0)
    return {step.element: step.wait for step in found.steps}


def whole(office: Office) -> None:
    with office.app.read() as conn:
        assert verify(conn, office.keys.trail, office.keys.state).faults == []
        assert examine(conn, office.app.definitions, office.keys.trail, office.keys.state) == []
