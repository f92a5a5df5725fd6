"""Commands about the clock of a case: changes that are asked for, granted, refused, or made at once."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.commands import Command, Values


@dataclass(frozen=True)
class AskClockChange(Command):
    """Ask for a longer deadline or a standstill: rule_id, change, day, reason, paper."""

    case_id: int
    values: Values


@dataclass(frozen=True)
class DecideClockChange(Command):
    """Grant or refuse what was asked for: rule_id, granted, grounds (supervisor, another person)."""

    case_id: int
    values: Values


@dataclass(frozen=True)
class SuspendClock(Command):
    """Let the clock of a running deadline stand still: rule_id, day, reason, paper (supervisor)."""

    case_id: int
    values: Values


@dataclass(frozen=True)
class ResumeClock(Command):
    """Let a clock go on: rule_id, day, reason (supervisor)."""

    case_id: int
    values: Values
