"""What may be wanted of papers and registers beyond the work itself."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.commands import Command


@dataclass(frozen=True)
class DrawUp(Command):
    """Draw up a paper from what is on file: from one completed task, a case, or a person's file."""

    kind: str
    task_id: int | None = None
    case_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class VoidIssued(Command):
    """Void a paper that belongs to no case, for a reason; those of a case are voided on its page."""

    paper_id: int
    reason: str


@dataclass(frozen=True)
class ExportRegister(Command):
    """Take lines of a register along: what, how many, the hash of the file, whole ID numbers for a reason."""

    register: str
    area: str
    rows: int
    hash: str
    persons: tuple[int, ...] = ()
    whole: bool = False
    reason: str = ""
    first: str = ""
    last: str = ""
    facet: str = ""


@dataclass(frozen=True)
class AskExport(Command):
    """Ask to take more lines of a register along than one may alone; another person decides."""

    register: str
    area: str
    rows: int
    reason: str
    whole: bool = False
    first: str = ""
    last: str = ""
    facet: str = ""


@dataclass(frozen=True)
class DecideExport(Command):
    """Grant or refuse what somebody asked to take along."""

    export_id: int
    granted: bool
    note: str = ""


@dataclass(frozen=True)
class CloseMonth(Command):
    """Close a month of an office's registers."""

    unit_id: int
    month: str
