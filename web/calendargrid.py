"""A year drawn month by month: days off, weekends worked, and plain weekends."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

from engine.calendar import SATURDAY, CalendarYear


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: `off` and `work` are what the notice says, `rest` is a plain weekend."""

    day: date
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Month:
    """One month in weeks from Monday; None stands for a day of a neighbouring month."""

    number: int
    weeks: tuple[tuple[Cell | None, ...], ...]
    working: int


def months(row: CalendarYear) -> list[Month]:
    """Return the twelve months of a year."""
    return [_month(row, number) for number in range(1, 13)]


def _month(row: CalendarYear, number: int) -> Month:
    weeks = tuple(
        tuple(_cell(row, day) if day.month == number else None for day in week)
        for week in Calendar().monthdatescalendar(row.year, number)
    )
    working = sum(cell is not None and row.is_working(cell.day) for week in weeks for cell in week)
    return Month(number, weeks, working)


def _cell(row: CalendarYear, day: date) -> Cell:
    if day in row.holidays:
        return Cell(day, "off", row.holidays[day])
    if day in row.working_weekends:
        return Cell(day, "work", "")
    return Cell(day, "rest" if day.weekday() >= SATURDAY else "plain", "")
