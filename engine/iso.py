"""ISO 8601 instants and durations as timers write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from engine.clock import SHANGHAI

_DURATION = re.compile(
    r"(?:R\d*/)?P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


def parse_instant(text: str) -> datetime:
    """Return an ISO 8601 instant as UTC; text without an offset is Asia/Shanghai. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=SHANGHAI)
    return instant.astimezone(UTC)


def duration(text: str) -> timedelta:
    """Return an ISO 8601 duration of weeks, days, hours, minutes, seconds. Raises ValueError."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise ValueError(f"not a duration: {text!r}")
    return timedelta(**{unit: int(value) for unit, value in found.groupdict().items() if value})


def after(now: datetime, text: str) -> datetime:
    """Return the instant a duration (or one period of a cycle) after now."""
    return now + duration(text)


def following(first: datetime, now: datetime, text: str) -> datetime:
    """Return the first instant after now that lies whole periods of a cycle after another instant."""
    period = duration(text)
    return first + ((now - first) // period + 1) * period


def repetitions(text: str) -> int | None:
    """Return how often a cycle repeats; None: without end. Raises ValueError when it is no cycle."""
    found = re.match(r"R(\d*)/", text.strip())
    if found is None:
        raise ValueError(f"not a cycle: {text!r}")
    return int(found[1]) if found[1] else None
