"""What a person may want for those outside any case: courses, households, visits that were missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.commands import Command


@dataclass(frozen=True)
class StartCourse(Command):
    """Start the continued training of an employer (P12) with persons who asked for training (E45)."""

    street_id: int
    employer: str
    course: str
    trainees: tuple[int, ...] = ()


@dataclass(frozen=True)
class ExplainMissed(Command):
    """Explain a missed window of a duty: duty, reason."""

    values: Mapping[str, Any]
    case_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class JoinHousehold(Command):
    """Link a person with the household of somebody else on file."""

    person_id: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class LeaveHousehold(Command):
    """Take a person out of the household."""

    person_id: int
    values: Mapping[str, Any]
