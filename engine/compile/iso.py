"""Literal ISO 8601 times in diagrams: which texts are literal, and what they mean.

Years and months have no fixed length, so a duration is written in weeks, days, hours, minutes and
seconds; "two months later" is the calendar's business (`mo(...)` in an expression).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from engine.clock import start_of_day
from engine.graph import TimerKind

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=400)
MOST_REPEATS = 1000

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6})S)?)?"
)
_LIKE_DURATION = re.compile(r"[-+]?P(?=[\dT]|$)[\dYMWDTHS.,]*")
_LIKE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?")
_LIKE_CYCLE = re.compile(r"R-?\d*/.*")
_CYCLE = re.compile(r"R(?P<count>\d{1,6})/(?P<every>P.+)")


@dataclass(frozen=True, slots=True)
class Cycle:
    """A number of occurrences, one interval apart."""

    count: int
    every: timedelta


class LiteralTimeError(ValueError):
    """A literal time is not usable; carries the sentence in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


def literal_kind(text: str) -> TimerKind | None:
    """Return what kind of literal a text looks like, or None for an expression."""
    if _LIKE_CYCLE.fullmatch(text):
        return TimerKind.CYCLE
    if _LIKE_DURATION.fullmatch(text):
        return TimerKind.DURATION
    if _LIKE_DATE.fullmatch(text):
        return TimerKind.DATE
    return None


def duration(text: str) -> timedelta:
    """Read an ISO duration of 1 minute to 400 days; raise LiteralTimeError."""
    match = _DURATION.fullmatch(text)
    parts = {k: int(v) for k, v in match.groupdict().items() if v} if match else {}
    if not parts or text.endswith("T"):
        raise LiteralTimeError(
            f"“{text}”不是可用的时长。请写成 PT1H（1小时）、P3D（3天）或 P2W（2周），不用年和月。",
            f"“{text}” is not a usable duration; write PT1H, P3D or P2W (years and months vary in length).",
        )
    length = timedelta(**parts)
    if not SHORTEST <= length <= LONGEST:
        raise LiteralTimeError(
            f"时长“{text}”超出范围，应在1分钟到400天之间。",
            f"The duration “{text}” is out of range: 1 minute to 400 days.",
        )
    return length


def instant(text: str) -> datetime:
    """Read a date (its 00:00 in Shanghai) or an instant with its zone, as UTC; raise LiteralTimeError."""
    try:
        if len(text) == len("2026-01-01"):
            return start_of_day(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as fault:
        raise LiteralTimeError(
            f"“{text}”不是有效的日期。请写成 2026-03-05 或 2026-03-05T09:00:00+08:00。",
            f"“{text}” is not a valid date; write 2026-03-05 or 2026-03-05T09:00:00+08:00.",
        ) from fault
    if moment.tzinfo is None:
        raise LiteralTimeError(
            f"时刻“{text}”没有写时区，请在末尾加 +08:00。",
            f"The instant “{text}” has no time zone; add +08:00.",
        )
    return moment.astimezone(UTC)


def cycle(text: str) -> Cycle:
    """Read an ISO repetition such as R3/PT10M (3 occurrences, 10 minutes apart); raise LiteralTimeError."""
    match = _CYCLE.fullmatch(text)
    if match is None:
        raise LiteralTimeError(
            f"“{text}”不是可用的循环。请写成 R3/PT10M（共3次，每10分钟一次）；次数必须写明。",
            f"“{text}” is not a usable repetition; write R3/PT10M, with a count.",
        )
    count = int(match["count"])
    if not 1 <= count <= MOST_REPEATS:
        raise LiteralTimeError(
            f"循环“{text}”的次数应在1到{MOST_REPEATS}之间。",
            f"The repetition “{text}” must have a count from 1 to {MOST_REPEATS}.",
        )
    return Cycle(count, duration(match["every"]))


def check(kind: TimerKind, text: str) -> None:
    """Raise LiteralTimeError unless a literal text is usable for a timer of that kind."""
    if literal_kind(text) is not kind:
        raise LiteralTimeError(
            f"定时器写的是“{text}”，与它的类型 {kind} 不符。",
            f"The timer says “{text}”, which does not fit its type {kind}.",
        )
    {TimerKind.DATE: instant, TimerKind.DURATION: duration, TimerKind.CYCLE: cycle}[kind](text)
