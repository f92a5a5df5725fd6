"""The form of a calendar year: holidays with first and last day, weekends worked, and the notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from engine.calendar import CalendarYear
from engine.errors import FormInvalid
from tasks.commands import LoadCalendar

#: More than a year ever had; the page draws two empty rows more than are filled.
MOST = 30
#: The holidays of every notice, offered where a year is not entered yet.
STATUTORY = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
_LONGEST = timedelta(days=31)
Problems = list[tuple[str, str, str]]


@dataclass(slots=True)
class YearForm:
    """A year as typed."""

    year: int
    source: str = ""
    holidays: list[tuple[str, str, str]] = field(default_factory=list)
    weekends: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """Return the rows of holidays as the page draws them, empty ones at the end."""
        return [*self.holidays, *[("", "", "")] * 2]

    @property
    def worked(self) -> list[str]:
        """Return the weekends worked as the page draws them."""
        return [*self.weekends, *[""] * max(2, 6 - len(self.weekends))]

    def command(self) -> LoadCalendar:
        """Return the command that loads the year; raise FormInvalid naming every row that is wrong."""
        problems: Problems = []
        days_off: dict[date, str] = {}
        for n, (name, first, last) in enumerate(self.holidays):
            days_off |= dict.fromkeys(_span(self.year, n, first, last or first, problems), name)
        worked = [_day(self.year, f"weekend{n}", one, problems) for n, one in enumerate(self.weekends)]
        if not days_off and not problems:
            problems.append(("first0", "请填写放假日期。", "Enter the days off."))
        if max(len(self.holidays), len(self.weekends)) > MOST:
            problems.append(("first0", f"最多填写{MOST}行。", f"At most {MOST} rows."))
        if not self.source:
            problems.append(("source", "请填写依据的通知。", "Name the notice."))
        if problems:
            raise FormInvalid(problems)
        weekends = sorted({day for day in worked if day is not None})
        values = {"days_off": days_off, "working_weekends": weekends, "source": self.source}
        return LoadCalendar(self.year, values)


def _day(year: int, name: str, text: str, problems: Problems) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        problems.append((name, f"“{text}”不是日期。", "Not a date."))
        return None
    if day.year != year:
        problems.append((name, f"{day}不在{year}年内。", f"{day} is not in {year}."))
        return None
    return day


def _span(year: int, n: int, first: str, last: str, problems: Problems) -> list[date]:
    begin = _day(year, f"first{n}", first, problems)
    end = _day(year, f"last{n}", last, problems)
    if begin is None or end is None:
        return []
    if not begin <= end <= begin + _LONGEST:
        zh = "结束日期应不早于开始日期，且相隔不超过31天。"
        problems.append((f"last{n}", zh, "The last day is wrong."))
        return []
    return [begin + timedelta(days=k) for k in range((end - begin).days + 1)]


def from_page(year: int, form: Mapping[str, str]) -> YearForm:
    """Return what was typed; empty rows are left out."""

    def of(name: str) -> str:
        return form.get(name, "").strip()[:100]

    rows = [(of(f"name{n}"), of(f"first{n}"), of(f"last{n}")) for n in range(MOST)]
    weekends = [of(f"weekend{n}") for n in range(MOST)]
    kept = [row for row in rows if row[1] or row[2]]
    return YearForm(year, of("source"), kept, [one for one in weekends if one])


def from_year(row: CalendarYear) -> YearForm:
    """Return a year as a form: runs of days of one name become one row."""
    days = sorted(row.holidays)
    runs: list[tuple[str, str, str]] = []
    of_run = [(day.toordinal() - n, row.holidays[day], day) for n, day in enumerate(days)]
    for _run, group in groupby(of_run, lambda one: one[:2]):
        span = [day for *_of, day in group]
        runs.append((row.holidays[span[0]], span[0].isoformat(), span[-1].isoformat()))
    source = row.source if row.official else ""
    return YearForm(row.year, source, runs, [day.isoformat() for day in sorted(row.working_weekends)])


def empty(year: int) -> YearForm:
    """Return the form of a year that is not entered yet."""
    return YearForm(year, "", [(name, "", "") for name in STATUTORY])
