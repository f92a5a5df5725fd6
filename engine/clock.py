"""The only place that looks at the time. Everything else is given a `Clock` or an instant.

Instants are aware UTC datetimes in the program and microseconds since 1970 in the store; civil dates
are those of Asia/Shanghai, which has had no daylight-saving time since 1991.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

#: Stored in place of "no due date": sorts after every real instant and fits a JavaScript number.
NO_DUE = 9_007_199_254_740_991


class Clock(Protocol):
    """Whoever tells the time."""

    def now(self) -> datetime:
        """Return the current instant, aware, UTC."""


class SystemClock:
    """The machine's time, moved by a fixed shift (zero everywhere but in the demo)."""

    def __init__(self, shift: timedelta = timedelta(0)) -> None:
        self.shift = shift

    def now(self) -> datetime:
        """Return the machine's time plus the shift, aware, UTC."""
        return datetime.now(UTC) + self.shift


class VirtualClock:
    """A clock that stands still until it is moved; for scenarios, what-if runs and tests."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant the clock stands at, aware, UTC."""
        return self._now

    def set(self, instant: datetime) -> None:
        """Move to an instant; raise ValueError when it lies in the past of this clock."""
        instant = instant.astimezone(UTC)
        if instant < self._now:
            raise ValueError(f"a clock never goes back: {instant} < {self._now}")
        self._now = instant

    def advance(self, step: timedelta) -> None:
        """Move forward by a step."""
        self.set(self._now + step)


def steady_seconds() -> float:
    """Return seconds of a clock that nobody can set and that goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class ClockWatch:
    """Notices that a clock was set: compares it with one that cannot be (FLT-11)."""

    def __init__(self, clock: Clock, steady: Callable[[], float] = steady_seconds) -> None:
        self.clock = clock
        self._steady = steady
        self.accept()

    def accept(self) -> None:
        """Take the clock as it stands for right."""
        self._from = self.clock.now(), self._steady()

    def moved(self) -> timedelta:
        """Return by how much the clock was set since it was taken for right; below zero: back."""
        then, steady = self._from
        return self.clock.now() - then - timedelta(seconds=self._steady() - steady)


def to_us(instant: datetime) -> int:
    """Return microseconds since 1970 UTC of an aware datetime."""
    return (instant - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    """Return the aware UTC datetime of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=us)


def local_date(instant: datetime) -> date:
    """Return the civil date in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """Return 00:00 Asia/Shanghai of a civil date, as UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return 24:00 Asia/Shanghai of a civil date (the next midnight), as UTC."""
    return start_of_day(day + timedelta(days=1))


def monotonic_ms() -> int:
    """Return the machine's milliseconds since 1970, for identifiers only."""
    return time.time_ns() // 1_000_000


def stopwatch() -> float:
    """Return seconds of a clock that only measures spans."""
    return time.perf_counter()
