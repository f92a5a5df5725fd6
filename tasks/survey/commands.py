"""Commands about questionnaires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.commands import Command


@dataclass(frozen=True)
class KeepSurvey(Command):
    """Keep a questionnaire filled in at a door: of a person on file, or of one whose file it opens."""

    answers: Mapping[str, Any]
    person_id: int | None = None


@dataclass(frozen=True)
class SettleSurvey(Command):
    """Say whether a questionnaire that stands beside another of the same person and year holds instead."""

    questionnaire_id: int
    holds: bool


@dataclass(frozen=True)
class ViewSurvey(Command):
    """Open somebody's questionnaire; who did is written down (V23)."""

    questionnaire_id: int


@dataclass(frozen=True)
class NoteReport(Command):
    """Write down who took the report of a year and area along."""

    area: str
    year: int
