"""Working days of three years against two public calendars; a year not known is never guessed.

`chinesecalendar` holds the days off and the working weekends of mainland China from 2004 on, kept by hand
from the notices of the State Council; `holidays` holds the public holidays of many countries, those of China
with the days worked in exchange. The two do not use each other's data.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import holidays
import pytest

from engine.calendar import CalendarInvalid, CalendarYear, WorkCalendar, full_years
from engine.errors import CalendarUnknown

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "bpmn" / "calendars"
YEARS = (2024, 2025, 2026)


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return WorkCalendar.load(FOLDER)


def days_of(year: int) -> list[date]:
    return [d for n in range(366) if (d := date(year, 1, 1) + timedelta(days=n)).year == year]


@pytest.mark.parametrize("year", YEARS)
def test_every_day_agrees_with_chinesecalendar(calendar: WorkCalendar, year: int) -> None:
    wrong = [d for d in days_of(year) if calendar.is_working(d) != chinese_calendar.is_workday(d)]
    assert wrong == []


@pytest.mark.parametrize("year", YEARS)
def test_every_day_agrees_with_holidays(calendar: WorkCalendar, year: int) -> None:
    public = holidays.country_holidays("CN", years=year)
    wrong = [d for d in days_of(year) if calendar.is_working(d) != public.is_working_day(d)]
    assert wrong == []


def by_hand(calendar: WorkCalendar, day: date, n: int) -> date:
    while n:
        day += timedelta(days=1)
        n -= calendar.is_working(day)
    return day


def test_counting_agrees_with_stepping_day_by_day(calendar: WorkCalendar) -> None:
    for day in (d for year in YEARS for d in days_of(year) if d < date(2026, 12, 1)):
        for n in (1, 2, 3, 10):
            assert calendar.wd(day, n) == by_hand(calendar, day, n), (day, n)
        rolled = calendar.eff(day)
        assert rolled >= day
        assert calendar.is_working(rolled)
        assert not any(calendar.is_working(day + timedelta(days=k)) for k in range((rolled - day).days))


def test_previous_working_day_skips_the_spring_festival(calendar: WorkCalendar) -> None:
    assert calendar.previous_working(date(2026, 2, 24)) == date(2026, 2, 14)
    assert calendar.previous_working(date(2026, 2, 16)) == date(2026, 2, 14)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 5, 31), -3, date(2026, 2, 28)),
    ],
)
def test_a_month_ends_on_the_last_day_where_the_day_is_missing(
    calendar: WorkCalendar, start: date, months: int, expected: date
) -> None:
    assert calendar.mo(start, months) == expected


@pytest.mark.parametrize(
    ("name", "day", "n", "year"),
    [
        ("wd", date(2026, 12, 30), 3, 2027),
        ("wd", date(2023, 12, 29), 2, 2023),
        ("wd", date(2023, 12, 29), 1, 2023),
        ("wd", date(2030, 1, 1), 1, 2030),
        ("cd", date(2026, 12, 20), 30, 2027),
        ("cd", date(2024, 1, 3), -5, 2023),
        ("mo", date(2026, 12, 1), 1, 2027),
        ("wd", date(2027, 3, 1), 0, 2027),
        ("cd", date(2027, 3, 1), 0, 2027),
    ],
)
def test_a_count_into_or_over_an_unknown_year_is_refused(
    calendar: WorkCalendar, name: str, day: date, n: int, year: int
) -> None:
    with pytest.raises(CalendarUnknown) as refused:
        getattr(calendar, name)(day, n)
    assert refused.value.data["year"] == year
    assert f"{year}年的工作日历尚未发布" in refused.value.sentence()


def test_rolling_and_looking_back_stop_at_an_unknown_year(calendar: WorkCalendar) -> None:
    two_years = WorkCalendar([calendar.years[2024], calendar.years[2026]])
    with pytest.raises(CalendarUnknown):
        two_years.eff(date(2025, 6, 1))
    with pytest.raises(CalendarUnknown):
        two_years.previous_working(date(2026, 1, 1))
    with pytest.raises(CalendarUnknown) as refused:
        two_years.wd(date(2024, 12, 30), 5)
    assert refused.value.data["year"] == 2025
    with pytest.raises(CalendarUnknown):
        two_years.is_working(date(2025, 1, 1))
    with pytest.raises(CalendarUnknown):
        calendar.previous_working(date(2024, 1, 1))


def test_the_last_day_of_the_year_before_needs_no_table(calendar: WorkCalendar) -> None:
    assert calendar.wd(date(2023, 12, 31), 1) == date(2024, 1, 2)


def test_a_provisional_year_counts_as_unknown(calendar: WorkCalendar) -> None:
    assert 2027 in calendar.years
    assert not calendar.knows(2027)
    with pytest.raises(CalendarUnknown):
        calendar.is_working(date(2027, 1, 4))


def test_a_year_added_at_run_time_is_counted_and_changes_the_version(calendar: WorkCalendar) -> None:
    later = calendar.with_year(2027, [date(2027, 1, 1)], [])
    assert later.wd(date(2026, 12, 30), 3) == date(2027, 1, 5)
    assert later.version != calendar.version
    assert calendar.with_year(2027, {date(2027, 1, 1): "元旦"}, []).version == later.version
    with pytest.raises(CalendarUnknown):
        calendar.wd(date(2026, 12, 30), 3)


def test_a_calendar_of_some_years_knows_only_those() -> None:
    only = WorkCalendar.load(FOLDER, only=[2026])
    assert only.knows(2026)
    assert not only.knows(2025)


@pytest.mark.parametrize(
    ("days_off", "weekends", "problem"),
    [
        ([date(2026, 12, 31)], [], "不在2027年内"),
        ([], [date(2027, 1, 4)], "不是星期六或星期日"),
        ([date(2027, 2, 6)], [date(2027, 2, 6)], "既是放假日又是上班日"),
    ],
)
def test_a_year_that_contradicts_itself_is_refused(
    calendar: WorkCalendar, days_off: list[date], weekends: list[date], problem: str
) -> None:
    with pytest.raises(CalendarInvalid) as refused:
        calendar.with_year(2027, days_off, weekends)
    assert problem in refused.value.sentence()


@pytest.mark.parametrize("text", ["", "year = 2027", "year = [", 'year = 2027\nstatus = "guess"'])
def test_a_file_that_is_no_year_is_refused_in_chinese(text: str) -> None:
    with pytest.raises(CalendarInvalid) as refused:
        CalendarYear.from_toml(text)
    assert "工作日历有误" in refused.value.sentence()


def test_every_year_names_the_notice_it_comes_from(calendar: WorkCalendar) -> None:
    assert all(row.source.endswith("）") for row in calendar.years.values())


@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        (date(1991, 3, 10), date(2026, 3, 9), 34),
        (date(1991, 3, 10), date(2026, 3, 10), 35),
        (date(1976, 3, 10), date(2026, 3, 9), 49),
        (date(1976, 3, 10), date(2026, 3, 10), 50),
        (date(1966, 3, 10), date(2026, 3, 9), 59),
        (date(2004, 2, 29), date(2025, 2, 28), 20),
        (date(2004, 2, 29), date(2025, 3, 1), 21),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
    ],
)
def test_a_year_of_age_is_full_on_the_birthday(birth: date, on: date, years: int) -> None:
    assert full_years(birth, on) == years


COUNTED = """
from datetime import date; from pathlib import Path
from engine.calendar import WorkCalendar
from engine.deadlines import DeadlineRule, Unit, count
c = WorkCalendar.load(Path("bpmn/calendars"))
days = [date(2026, 2, 13), date(2026, 4, 28), date(2025, 9, 26)]
print(c.version, *(count(DeadlineRule("x", unit, 3), day, c).effective for unit in
      (Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH) for day in days))
"""


def test_the_time_zone_of_the_machine_does_not_matter() -> None:
    zones = ("Asia/Shanghai", "UTC", "America/New_York", "Europe/Berlin")
    results = {
        subprocess.run(
            [sys.executable, "-c", COUNTED],
            env={**os.environ, "TZ": zone, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone in zones
    }
    assert len(results) == 1
    assert "2026-02-25" in results.pop()
