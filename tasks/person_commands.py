"""What a person may want for those outside any case: courses, households."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.commands import Command


@dataclass(frozen=True)
class StartCourse(Command):
    """Start the continued training of an employer (P12) with persons who asked for training (E45)."""

    street_id: int
    employer: str
    course: str
    trainees: tuple[int, ...] = ()
