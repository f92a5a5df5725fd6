"""Who holds a task hears of it the working day before, on the day, and the working day after; once each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from engine.calendar import WorkCalendar
from engine.clock import SHANGHAI, VirtualClock
from engine.codec import loads
from engine.store.db import Database, is_conflict
from tasks import reminders, rest_weeks, worker
from tasks.commands import ExtendDeadline
from tasks.store import reminders as store
from tasks.store.tables import notice
from tests.engine.test_calendar import FOLDER
from tests.web.office import Office

STEP = "P04_FirstContact"


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def said(office: Office, username: str) -> list[tuple[str, int | None]]:
    """Return the kinds of notices of a person, and the day of the month of each; of no other step's tasks."""
    n = notice.c
    with office.app.read() as conn:
        query = sa.select(n.kind, n.created_at, n.data).where(n.user_id == office.actor(username).user_id)
        rows = conn.execute(query.order_by(n.created_at, n.id)).all()
    return [(kind, datetime.fromtimestamp(at / 1e6, SHANGHAI).day) for kind, at, data in rows
            if loads(data).get("element", STEP) == STEP]  # fmt: skip


def contact(office: Office) -> int:
    """Open a case whose first contact, held by its aide, is due on Wednesday, 11 March 2026."""
    case = office.new_case()
    office.reach(case, "P04_FirstContact")
    return case


def test_the_holder_is_told_before_on_and_after_the_due_day(office: Office) -> None:
    contact(office)
    office.pass_days(7)
    mine = [one for one in said(office, "aide.hnc") if one[0] in ("DueSoon", "DueToday", "DueOver")]
    assert mine == [("DueSoon", 10), ("DueToday", 11), ("DueOver", 12)]
    page = office.browser("aide.hnc").get("/notices").text
    assert "即将到期" in page
    assert "首次联系" in page


def test_nothing_is_said_of_what_is_done_nor_twice_in_a_day(office: Office) -> None:
    case = contact(office)
    worker.tick(office.app)
    office.pass_days(1)
    for _ in range(3):
        worker.tick(office.app)
    office.complete(case, "P04_FirstContact")
    office.pass_days(3)
    assert [one for one in said(office, "aide.hnc") if one[0].startswith("Due")] == [("DueSoon", 10)]


def test_a_due_day_that_moved_is_spoken_of_anew(office: Office) -> None:
    case = contact(office)
    office.pass_days(1)
    given = {"rule_id": "DL-015", "new_due": "2026-03-16", "reason": "住院"}
    office.app.do(ExtendDeadline(case, given), office.actor("sup.rh"))
    office.pass_days(6)
    mine = [one for one in said(office, "aide.hnc") if one[0].startswith("Due")]
    assert mine == [("DueSoon", 10), ("DueSoon", 13), ("DueToday", 16)]  # Friday, then Monday


def test_the_office_says_how_many_working_days_before_and_after(office: Office) -> None:
    office.app.overrides = {"remind_before_days": 0, "remind_after_days": 2}
    contact(office)
    office.pass_days(6)
    mine = [one for one in said(office, "aide.hnc") if one[0].startswith("Due")]
    assert mine == [("DueToday", 11), ("DueOver", 13)]


def test_of_unclaimed_work_each_member_of_its_pool_hears_a_number(office: Office) -> None:
    case = office.new_case()
    office.reach(case, "P04_FirstVacancy")
    office.pass_days(2)
    n = notice.c
    with office.app.read() as conn:
        query = sa.select(n.data).where(n.kind == "PoolDue", n.user_id == office.actor("staff.hnc").user_id)
        told: list[dict[str, Any]] = [loads(text) for text in conn.execute(query).scalars()]
    assert told[-1]["DueSoon"] >= 1
    page = office.browser("staff.hnc").get("/notices").text
    assert "待认领的任务：临近到期" in page
    assert "0项" not in page


def test_what_is_said_of_unclaimed_work_takes_the_place_of_yesterdays(office: Office) -> None:
    case = office.new_case()
    office.reach(case, "P04_FirstVacancy")
    office.pass_days(4)
    n = notice.c
    with office.app.read() as conn:
        mine = n.user_id == office.actor("staff.hnc").user_id
        query = sa.select(n.read_at).where(n.kind == "PoolDue", mine)
        read = [row.read_at is not None for row in conn.execute(query.order_by(n.created_at))]
    assert read == [True] * (len(read) - 1) + [False]
    assert len(read) > 1


def test_next_years_calendar_is_asked_for_from_november_on(office: Office) -> None:
    office.clock.set(datetime(2026, 10, 26, 9, tzinfo=SHANGHAI))
    for month, day in ((10, 26), (11, 2), (11, 3)):
        office.clock.set(datetime(2026, month, day, 9, tzinfo=SHANGHAI))
        reminders.remind(office.app)
    assert said(office, "system.admin") == [("CalendarMissing", 2)]
    assert "2027年" in office.browser("system.admin").get("/notices").text


def test_before_a_week_without_a_working_day_its_weekly_duties_are_told(database: Database) -> None:
    """14 February 2026 is worked; the week from the 16th is off from end to end (AMB-07)."""
    office = Office(database, clock=VirtualClock(datetime(2026, 2, 12, 9, tzinfo=SHANGHAI)))
    for day in (13, 14, 15):
        office.clock.set(datetime(2026, 2, day, 9, tzinfo=SHANGHAI))
        reminders.remind(office.app)
    assert [one for one in said(office, "staff.rh") if one[0] == "RestWeek"] == [("RestWeek", 14)]
    assert "整周没有工作日，仍有1项每周任务应完成" in office.browser("staff.rh").get("/notices").text


def test_an_office_that_does_not_ask_for_such_a_week_is_not_told_of_it(database: Database) -> None:
    office = Office(database, clock=VirtualClock(datetime(2026, 2, 14, 9, tzinfo=SHANGHAI)))
    office.app.overrides = {"windows_without_working_day": "dropped"}
    reminders.remind(office.app)
    assert [one for one in said(office, "staff.rh") if one[0] == "RestWeek"] == []


@pytest.mark.parametrize(
    ("today", "weeks"),
    [
        (date(2026, 2, 14), [date(2026, 2, 16)]),
        (date(2026, 2, 15), []),  # itself a day off
        (date(2026, 9, 30), []),  # 8 October is worked
        (date(2026, 12, 31), []),  # the next year is not known
    ],
)
def test_a_week_is_without_a_working_day_from_monday_to_sunday(today: date, weeks: list[date]) -> None:
    found = rest_weeks.ahead(WorkCalendar.load(FOLDER), today)
    assert [week.first for week in found] == weeks


@pytest.mark.parametrize(
    ("today", "n", "latest"),
    [
        (date(2026, 3, 10), 1, date(2026, 3, 11)),
        (date(2026, 3, 13), 1, date(2026, 3, 16)),  # Friday: the weekend and Monday
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday that is worked
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # before the Spring Festival
        (date(2026, 3, 12), 3, date(2026, 3, 17)),
    ],
)
def test_days_off_bring_the_reminder_to_the_working_day_before(today: date, n: int, latest: date) -> None:
    assert reminders.latest_to_remind(WorkCalendar.load(FOLDER), today, n) == latest


def test_a_second_worker_that_says_the_same_meets_a_conflict_and_no_fault(office: Office) -> None:
    with office.app.write() as conn:
        store.note(conn, 1, reminders.OVER, 2)
    with pytest.raises(sa.exc.IntegrityError) as met, office.app.write() as conn:
        store.note(conn, 1, reminders.OVER, 2)
    assert is_conflict(met.value)
