"""Months and days as registers ask for them, in civil dates of Asia/Shanghai."""

from __future__ import annotations

import re
from datetime import date, timedelta

from engine.clock import start_of_day, to_us
from tasks.queries.measures import Period

_MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])", re.ASCII)


def month_of(day: date) -> str:
    """Return the month of a day: `2026-03`."""
    return f"{day:%Y-%m}"


def is_month(text: str) -> bool:
    """Tell whether a text is a month."""
    return _MONTH.fullmatch(text) is not None


def of_month(month: str) -> Period:
    """Return a month as a period."""
    first = date.fromisoformat(f"{month}-01")
    return between(first, next_first(first) - timedelta(days=1))


def between(first: date, last: date) -> Period:
    """Return the period from one day to another, both included."""
    end = start_of_day(last + timedelta(days=1))
    return Period(to_us(start_of_day(first)), to_us(end), first.isoformat(), last.isoformat())


def next_first(day: date) -> date:
    """Return the first day of the month after a day's."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_before(month: str) -> str:
    """Return the month before."""
    return month_of(date.fromisoformat(f"{month}-01") - timedelta(days=1))


def month_after(month: str) -> str:
    """Return the month after."""
    return month_of(next_first(date.fromisoformat(f"{month}-01")))
