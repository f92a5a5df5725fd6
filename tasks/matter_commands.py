"""What a person may want of an office's matters: tell of a family, warn, take a complaint in, explain."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.commands import Command, Values


@dataclass(frozen=True)
class ReportZeroFamily(Command):
    """Tell that nobody of labour age in a person's family works (MSG-22)."""

    person_id: int


@dataclass(frozen=True)
class RaiseWarning(Command):
    """Raise an early warning by hand: unit, said."""

    values: Values


@dataclass(frozen=True)
class FileComplaint(Command):
    """Take a complaint in: unit, received_on, source, complainant, phone, case_no, content."""

    values: Values


@dataclass(frozen=True)
class ExplainWindow(Command):
    """Explain a window that an office missed."""

    window_id: int
    reason: str
