"""A changed year reaches the open work case by case, each with its event, and goes on where it broke off."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.calendar import WorkCalendar
from engine.clock import SHANGHAI, end_of_day, to_us
from engine.codec import loads
from engine.doctor import examine
from engine.store.db import Database
from engine.store.tables import event, incident, timer
from engine.verify import verify
from tasks import calendar_moves, calendar_runs, commands, worker
from tasks.actor import SYSTEM
from tasks.calendar_preview import preview
from tasks.store import tables
from tasks.store.tables import calendar_run, deadline, duty
from tests.web.office import Office

#: A week off that nobody knew of: 10 to 16 March.
WEEK = [date(2026, 3, 10) + timedelta(days=n) for n in range(7)]


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def year_with(office: Office, *off: date) -> commands.LoadCalendar:
    """Return the shipped year 2026 with more days off."""
    row = office.app.library.calendar.years[2026]
    days = {**row.holidays, **dict.fromkeys(off, "放假")}
    return commands.LoadCalendar(2026, {"days_off": days, "working_weekends": sorted(row.working_weekends),
                                        "source": "应急放假"})  # fmt: skip


def rows_of(office: Office, table: sa.Table, *where: Any) -> list[dict[str, Any]]:
    with office.app.read() as conn:
        return [dict(row) for row in conn.execute(sa.select(table).where(*where)).mappings()]


def due(office: Office, case_id: int, rule: str) -> dict[str, Any]:
    d = deadline.c
    (found,) = rows_of(office, deadline, d.case_id == case_id, d.rule_id == rule)
    return found


def events(office: Office, trail: int, kind: str) -> list[dict[str, Any]]:
    return rows_of(office, event, event.c.trail_id == trail, event.c.kind == kind)


def data_of(row: dict[str, Any]) -> dict[str, Any]:
    return dict(loads(row["data"]))


def whole(office: Office) -> None:
    with office.app.read() as conn:
        assert verify(conn, office.keys.trail, office.keys.state).faults == []
        assert examine(conn, office.app.definitions, office.keys.trail, office.keys.state) == []


def started(office: Office, name: str) -> int:
    case = office.new_case(name)
    office.reach(case, "P04_FirstContact")
    return case


def test_deadline_task_and_timer_move_together_and_the_case_says_so(office: Office) -> None:
    case = started(office, "王旧")
    before = due(office, case, "DL-015")
    done = calendar_runs.load(office.app, year_with(office, *WEEK), SYSTEM)
    after = due(office, case, "DL-015")
    assert (before["due_effective"], after["due_effective"]) == ("2026-03-11", "2026-03-18")
    assert int(done.extra["moved"]) == 1
    assert office.open_tasks(case)["P04_FirstContact"].due_at == after["due_at"]
    (boundary,) = rows_of(office, timer, timer.c.element == "P04_FirstContact_Timer")
    assert boundary["due_at"] == after["due_at"]
    told = events(office, case, "DeadlineRecomputed")
    assert [(one["old"], one["effective"]) for one in map(data_of, told)] == [("2026-03-11", "2026-03-18")]
    page = office.browser("sup.rh").get(f"/cases/{case}?detail=1").text
    assert "认定，当日不计，自次日起算2个工作日" in page
    assert "原期限3月11日" in page
    whole(office)


def test_the_preview_says_beforehand_what_moves_and_changes_nothing(office: Office) -> None:
    case = started(office, "王旧")
    before = rows_of(office, deadline)
    found = preview(office.app, year_with(office, *WEEK), SYSTEM)
    assert {(m.rule_id, m.old, m.new) for _no, m in found.moves} == {("DL-015", "2026-03-11", "2026-03-18")}
    assert [no for no, _m in found.moves] == [rows_of(office, tables.case)[0]["case_no"]]
    assert rows_of(office, deadline) == before
    assert due(office, case, "DL-015")["due_effective"] == "2026-03-11"


class SwitchedOffError(BaseException):
    """The machine is switched off in the midst of it."""


def test_a_case_that_fails_becomes_an_incident_alone(office: Office, monkeypatch: Any) -> None:
    cases = [started(office, name) for name in ("王甲", "王乙")]
    real = calendar_moves.apply

    def fails(desk: Any, trail: int) -> int:
        if trail == cases[0]:
            raise ValueError("broken")
        return real(desk, trail)

    monkeypatch.setattr(calendar_moves, "apply", fails)
    calendar_runs.load(office.app, year_with(office, *WEEK), SYSTEM)
    assert [len(events(office, case, "DeadlineRecomputed")) for case in cases] == [0, 1]
    assert [row["trail_id"] for row in rows_of(office, incident, incident.c.kind == "calendar")] == cases[:1]
    assert "工作日历未能应用到这一案" in office.browser("sup.rh").get("/incidents").text
    assert [run["state"] for run in rows_of(office, calendar_run)][-1] == "done"


def test_a_run_that_breaks_off_goes_on_with_the_next_case(office: Office, monkeypatch: Any) -> None:
    cases = [started(office, name) for name in ("王甲", "王乙", "王丙")]
    real, seen = calendar_moves.apply, []

    def breaks(desk: Any, trail: int) -> int:
        if len(seen) == 1:
            raise SwitchedOffError
        seen.append(trail)
        return real(desk, trail)

    monkeypatch.setattr(calendar_moves, "apply", breaks)
    with pytest.raises(SwitchedOffError):
        calendar_runs.load(office.app, year_with(office, *WEEK), SYSTEM)
    moved = [case for case in cases if events(office, case, "DeadlineRecomputed")]
    assert len(moved) == 1
    monkeypatch.setattr(calendar_moves, "apply", real)
    worker.tick(office.app)
    assert [len(events(office, case, "DeadlineRecomputed")) for case in cases] == [1, 1, 1]
    assert [run["state"] for run in rows_of(office, calendar_run)][-1] == "done"
    whole(office)


def test_what_was_met_or_missed_stays(office: Office) -> None:
    met, missed = started(office, "王甲"), started(office, "王乙")
    office.complete(met, "P04_FirstContact")
    office.pass_days(4)
    kept = [due(office, case, "DL-015") for case in (met, missed)]
    assert [row["met"] for row in kept] == [True, None]
    assert kept[1]["missed_at"] is not None
    calendar_runs.load(office.app, year_with(office, *WEEK), SYSTEM)
    assert [due(office, case, "DL-015") for case in (met, missed)] == kept


def test_an_act_before_the_run_reaches_its_case_is_judged_by_the_new_calendar(office: Office) -> None:
    case = started(office, "王甲")
    office.clock.advance(timedelta(days=5))  # 14 March, late by the old calendar; nobody marked it yet
    office.app.do(year_with(office, *WEEK), SYSTEM)
    office.complete(case, "P04_FirstContact")
    row = due(office, case, "DL-015")
    assert (row["due_effective"], row["met"], row["missed_at"]) == ("2026-03-18", True, None)
    calendar_runs.run_waiting(office.app)
    assert due(office, case, "DL-015") == row
    whole(office)


def test_a_year_not_known_leaves_the_date_pending_until_it_is_loaded(office: Office) -> None:
    office.clock.set(datetime(2026, 12, 30, 9, tzinfo=SHANGHAI))
    case = office.new_case("王丁")
    office.reach(case, "P04_FirstContact")
    row = due(office, case, "DL-017")
    assert row["due_effective"] is None
    assert events(office, case, "CalendarAlarm")
    page = office.browser("sup.rh").get(f"/cases/{case}").text
    assert "认定起算，但所涉年份的工作日历尚未正式公布" in page
    year = commands.LoadCalendar(2027, {"days_off": ["2027-01-01"], "working_weekends": [], "source": "通知"})
    found = preview(office.app, year, SYSTEM)
    assert found.first_known >= 1
    calendar_runs.load(office.app, year, SYSTEM)
    row = due(office, case, "DL-017")
    assert row["due_effective"] == "2027-01-05"
    assert "认定，当日不计" in office.browser("sup.rh").get(f"/cases/{case}").text
    whole(office)


def test_the_offices_own_target_moves_with_the_calendar(office: Office) -> None:
    office.app.overrides = {"office_targets": {"DL-014": 3}}
    case = office.new_case("王戊")
    office.reach(case, "P03_Verify")
    before = office.open_tasks(case)["P03_Verify"].due_at
    (move,) = [m for _no, m in preview(office.app, year_with(office, *WEEK), SYSTEM).moves if m.element]
    assert (move.old, move.new) == ("2026-03-12", "2026-03-19")
    calendar_runs.load(office.app, year_with(office, *WEEK), SYSTEM)
    after = office.open_tasks(case)["P03_Verify"].due_at
    assert (before, after) == tuple(to_us(end_of_day(date(2026, 3, day))) for day in (12, 19))
    assert events(office, case, "TargetMoved")
    whole(office)


def test_a_calendar_that_comes_with_a_release_is_carried_through_by_the_worker(office: Office) -> None:
    case = started(office, "王己")
    worker.tick(office.app)
    shipped = office.app.library.calendar
    row = shipped.years[2026]
    other = shipped.with_year(2026, {**row.holidays, **dict.fromkeys(WEEK, "")}, row.working_weekends)
    office.app.calendar = WorkCalendar(other.years.values())
    worker.tick(office.app)
    assert due(office, case, "DL-015")["due_effective"] == "2026-03-18"
    worker.tick(office.app)
    assert len(events(office, case, "DeadlineRecomputed")) == 1


def test_a_duty_of_the_last_working_day_moves_with_it(office: Office) -> None:
    calendar_runs.load(office.app, year_with(office, date(2026, 3, 30), date(2026, 3, 31)), SYSTEM)
    found = rows_of(office, duty, duty.c.kind == "P08_social_insurance_check")
    days = {datetime.fromtimestamp(row["next_at"] / 1e6, SHANGHAI).date() for row in found}
    assert days == {date(2026, 3, 27)}
