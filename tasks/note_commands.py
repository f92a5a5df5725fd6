"""What may be wanted of a person's file beside cases: tell a policy, note credit, where somebody is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.commands import Command


@dataclass(frozen=True)
class TellPolicy(Command):
    """Tell a person of a policy, its procedure and where to apply: topic, channel, told_on, said."""

    person_id: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class NoteCredit(Command):
    """Note a fact about the credit of a person on file, else of who the values name in an area."""

    values: Mapping[str, Any]
    person_id: int | None = None
    area: str = ""


@dataclass(frozen=True)
class StrikeCredit(Command):
    """Strike a credit note out, as after an appeal: the reason."""

    note_id: int
    reason: str


@dataclass(frozen=True)
class NoteOrigin(Command):
    """Say whether a person lives here without being registered here: non_local, grounds."""

    person_id: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class RegisterNonLocal(Command):
    """Register a resident from elsewhere as unemployed, at the district."""

    person_id: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class BeginSurvey(Command):
    """Begin a survey of a chosen group by hand: unit, purpose, until, whom."""

    values: Mapping[str, Any]
