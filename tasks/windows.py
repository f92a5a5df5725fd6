"""The days in which a recurring duty is due (AMB-14): calendar windows, or rolling from the last act."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from engine.calendar import WorkCalendar

ONE_DAY = timedelta(days=1)
#: Frequency of the yearly survey: the first quarter of each year (DL-001).
FIRST_QUARTER = "FIRST_QUARTER"
#: Frequency of a month's last working day (DL-036).
MONTH_END = "MONTH_END"
#: What an office sets for a period -> the frequency of its windows.
PERIODS = {
    "week": "WEEKLY", "month": "MONTHLY", "quarter": "QUARTER", "half_year": "HALF_YEAR", "year": "YEAR",
}  # fmt: skip
_MONTHS = {"MONTHLY": 1, "QUARTER": 3, "HALF_YEAR": 6, "YEAR": 12}


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of days in which the act is due, both ends included."""

    first: date
    last: date


def window_of(frequency: str, day: date, calendar: WorkCalendar) -> Window:
    """Return the window of a frequency that holds a day, or for a month's end the one of its month.

    `DAYS:n` and TEN_DAYS begin on the day itself. Raises CalendarUnknown where a month's end asks for a year
    that is not known.
    """
    if frequency == "WEEKLY":
        first = day - timedelta(days=day.weekday())
        return Window(first, first + timedelta(days=6))
    if frequency == "HALF_MONTH":
        if day.day <= 15:
            return Window(day.replace(day=1), day.replace(day=15))
        return Window(day.replace(day=16), _month_end(day))
    if frequency == FIRST_QUARTER:
        return Window(date(day.year, 1, 1), date(day.year, 3, 31))
    if frequency == MONTH_END:
        end = calendar.previous_working(_month_end(day) + ONE_DAY)
        return Window(end, end)
    if frequency in _MONTHS:
        size = _MONTHS[frequency]
        month = (day.month - 1) // size * size + 1
        return Window(date(day.year, month, 1), _month_end(date(day.year, month + size - 1, 1)))
    days = 10 if frequency == "TEN_DAYS" else int(frequency.removeprefix("DAYS:"))
    return Window(day, day + timedelta(days=days - 1))


def following(frequency: str, window: Window, calendar: WorkCalendar) -> Window:
    """Return the window after one; raise CalendarUnknown."""
    return window_of(frequency, after(frequency, window), calendar)


def after(frequency: str, window: Window) -> date:
    """Return the first day that belongs to the period after a window's own."""
    if frequency == FIRST_QUARTER:
        return date(window.first.year + 1, 1, 1)
    if frequency == MONTH_END:
        return _month_end(window.last) + ONE_DAY
    return window.last + ONE_DAY


def rolls(frequency: str) -> bool:
    """Tell whether the next window is counted from the last act."""
    return frequency == "TEN_DAYS" or frequency.startswith("DAYS:")


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
