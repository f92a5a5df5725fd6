"""Working days of mainland China, year by year, from data.

A year is `official` once the State Council's notice is entered with its days off and working weekends. A
`provisional` year carries the statutory days only and counts as unknown: a date is never guessed (AMB-52).
All dates are civil dates of Asia/Shanghai. Calendars are immutable; a new year makes a new calendar.
"""

from __future__ import annotations

import hashlib
import tomllib
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from engine.errors import AidError, CalendarUnknown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SATURDAY = 5
ONE_DAY = timedelta(days=1)


class CalendarInvalid(AidError):
    """The data of a calendar year contradict themselves."""

    code: ClassVar[str] = "calendar_invalid"
    zh: ClassVar[str] = "{year}年工作日历有误：{problem}。请对照国务院通知改正后再导入。"
    en: ClassVar[str] = "The calendar of {year} is not valid: {problem}."


class DayOff(NamedTuple):
    """A run of days off: first and last day, and the holiday's name (empty for a plain weekend)."""

    first: date
    last: date
    name: str


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year's arrangement: holidays by day, working weekends, and the notice it comes from."""

    year: int
    official: bool
    holidays: Mapping[date, str]
    working_weekends: frozenset[date]
    source: str = ""

    def __post_init__(self) -> None:
        for day in (*self.holidays, *self.working_weekends):
            if day.year != self.year:
                self._refuse(f"{day}不在{self.year}年内")
        for day in sorted(self.working_weekends):
            if day.weekday() < SATURDAY:
                self._refuse(f"调休上班日{day}不是星期六或星期日")
            if day in self.holidays:
                self._refuse(f"{day}既是放假日又是上班日")

    def _refuse(self, problem: str) -> None:
        raise CalendarInvalid(year=self.year, problem=problem)

    def is_working(self, day: date) -> bool:
        """Tell whether `day` of this year is a working day."""
        if day in self.holidays:
            return False
        return day.weekday() < SATURDAY or day in self.working_weekends

    @classmethod
    def from_toml(cls, text: str) -> CalendarYear:
        """Read a year file (`bpmn/calendars/*.toml`); raise CalendarInvalid where it is not one."""
        try:
            data = tomllib.loads(text)
            status: Literal["official", "provisional"] = data["status"]
            if status not in ("official", "provisional"):
                raise CalendarInvalid(year=data["year"], problem="status 只能是 official 或 provisional")
            return cls(
                year=data["year"],
                official=status == "official",
                holidays={day: row["name"] for row in data["holidays"] for day in _days(row)},
                working_weekends=frozenset(data["working_weekends"]),
                source="".join(_notice(data)),
            )
        except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
            raise CalendarInvalid(year="—", problem=f"文件格式不对（{error}）") from error


def _days(row: Mapping[str, Any]) -> Iterable[date]:
    span = (row["last"] - row["first"]).days
    return (row["first"] + timedelta(days=n) for n in range(span + 1))


def _notice(data: Mapping[str, Any]) -> Iterable[str]:
    yield str(data["source"])
    if data.get("document_no"):
        yield f"（{data['document_no']}）"


class WorkCalendar:
    """Counts days over the known years; whatever would need an unknown year raises CalendarUnknown."""

    def __init__(self, years: Iterable[CalendarYear]) -> None:
        self.years: dict[int, CalendarYear] = {row.year: row for row in sorted(years, key=lambda r: r.year)}
        self._official = {year for year, row in self.years.items() if row.official}
        self._working = [day for year in sorted(self._official) for day in _working_days(self.years[year])]
        self.version = _version(self.years[year] for year in sorted(self._official))

    @classmethod
    def load(cls, folder: Path, only: Iterable[int] | None = None) -> WorkCalendar:
        """Read every year file of a folder, or only the years named; raise CalendarInvalid."""
        wanted = None if only is None else set(only)
        rows = (CalendarYear.from_toml(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml")))
        return cls(row for row in rows if wanted is None or row.year in wanted)

    def with_year(
        self,
        year: int,
        days_off: Iterable[date] | Mapping[date, str],
        working_weekends: Iterable[date],
        source: str = "",
    ) -> WorkCalendar:
        """Return a calendar in which `year` is official as given; raise CalendarInvalid."""
        named = days_off if isinstance(days_off, Mapping) else dict.fromkeys(days_off, "")
        row = CalendarYear(year, True, named, frozenset(working_weekends), source)
        return WorkCalendar([*(old for old in self.years.values() if old.year != year), row])

    def knows(self, year: int) -> bool:
        """Tell whether the year's official arrangement is loaded."""
        return year in self._official

    def is_working(self, day: date) -> bool:
        """Tell whether `day` is a working day; raise CalendarUnknown."""
        self._need(day, day)
        return self.years[day.year].is_working(day)

    def wd(self, day: date, n: int) -> date:
        """Return the n-th working day after `day`, which is not counted (AMB-07); raise CalendarUnknown."""
        if n < 0:
            raise ValueError("working days are counted forward")
        if n == 0:
            self._need(day, day)
            return day
        index = bisect_right(self._working, day) + n - 1
        if index >= len(self._working):
            raise CalendarUnknown(year=self._first_unknown(day + ONE_DAY))
        result = self._working[index]
        self._need(day + ONE_DAY, result)
        return result

    def cd(self, day: date, n: int) -> date:
        """Return the n-th calendar day after `day` (before it where n < 0); raise CalendarUnknown."""
        return self._reached(day, day + timedelta(days=n))

    def mo(self, day: date, n: int) -> date:
        """Return the same day n months later, the month's last where it has none; raise CalendarUnknown."""
        return self._reached(day, add_months(day, n))

    def eff(self, day: date) -> date:
        """Return `day`, or the next working day where it is a day off (AMB-07); raise CalendarUnknown."""
        index = bisect_left(self._working, day)
        if index == len(self._working):
            raise CalendarUnknown(year=self._first_unknown(day))
        result = self._working[index]
        self._need(day, result)
        return result

    def previous_working(self, day: date) -> date:
        """Return the last working day before `day`, the day of a reminder; raise CalendarUnknown."""
        index = bisect_left(self._working, day) - 1
        if index < 0:
            raise CalendarUnknown(year=(day - ONE_DAY).year)
        result = self._working[index]
        self._need(result, day - ONE_DAY)
        return result

    def working_days(self, first: date, last: date) -> int:
        """Return how many working days lie within the two days, both included; raise CalendarUnknown."""
        if last < first:
            return 0
        self._need(first, last)
        return bisect_right(self._working, last) - bisect_left(self._working, first)

    def days_off(self, first: date, last: date) -> list[DayOff]:
        """Return the runs of days off within the two days, both included; raise CalendarUnknown."""
        self._need(first, last)
        runs: list[DayOff] = []
        day = first
        while day <= last:
            row = self.years[day.year]
            if not row.is_working(day):
                name = row.holidays.get(day, "")
                if runs and runs[-1].last == day - ONE_DAY and runs[-1].name == name:
                    runs[-1] = DayOff(runs[-1].first, day, name)
                else:
                    runs.append(DayOff(day, day, name))
            day += ONE_DAY
        return runs

    def working_weekends(self, first: date, last: date) -> list[date]:
        """Return the weekend days worked within the two days, both included; raise CalendarUnknown."""
        self._need(first, last)
        return sorted(
            day
            for year in range(first.year, last.year + 1)
            for day in self.years[year].working_weekends
            if first <= day <= last
        )

    def _reached(self, day: date, result: date) -> date:
        if result > day:
            self._need(day + ONE_DAY, result)
        elif result < day:
            self._need(result, day - ONE_DAY)
        else:
            self._need(day, day)
        return result

    def _need(self, first: date, last: date) -> None:
        for year in range(first.year, last.year + 1):
            if year not in self._official:
                raise CalendarUnknown(year=year)

    def _first_unknown(self, day: date) -> int:
        year = day.year
        while year in self._official:
            year += 1
        return year


def add_months(day: date, n: int) -> date:
    """Return the same day number n months later, or the last day of a month that has no such day."""
    index = day.year * 12 + day.month - 1 + n
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def full_years(birth: date, on: date) -> int:
    """Return the full years from `birth` to `on`; one born on 29 February turns on 1 March in other years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _working_days(row: CalendarYear) -> list[date]:
    start = date(row.year, 1, 1)
    length = (date(row.year + 1, 1, 1) - start).days
    return [day for n in range(length) if row.is_working(day := start + timedelta(days=n))]


def _version(years: Iterable[CalendarYear]) -> str:
    text = "\n".join(
        " ".join(
            [str(row.year), *map(str, sorted(row.holidays)), "+", *map(str, sorted(row.working_weekends))]
        )
        for row in years
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]
