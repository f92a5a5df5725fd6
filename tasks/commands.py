"""What a person may want: one frozen dataclass an intention. `tasks.app.App.do` carries them out.

Form values are given as typed; the handler validates them. Reasons are required where there is no default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tasks.id_papers import UNSAID, Paper

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Command:
    """Base of all intentions."""


@dataclass(frozen=True)
class RegisterPerson(Command):
    """Open a person's file: name, id_no, phone, address, community_id, facts, what the paper says.

    `distinct_reason` says why it is another person than one of the same name and birth date on file.
    """

    name: str
    id_no: str
    community_id: int
    phone: str = ""
    address: str = ""
    facts: Values = field(default_factory=dict)
    paper: Paper = UNSAID
    distinct_reason: str = ""


@dataclass(frozen=True)
class SetFacts(Command):
    """Write facts of a person (RULES.md J.5)."""

    person_id: int
    facts: Values


@dataclass(frozen=True)
class ViewIdNumber(Command):
    """Look at the whole identity number of a person, for a reason."""

    person_id: int
    reason: str


@dataclass(frozen=True)
class StartProcess(Command):
    """Start a process for a person (P03 and P07 open a case)."""

    process_id: str
    person_id: int
    values: Values = field(default_factory=dict)
    start: str | None = None


@dataclass(frozen=True)
class ClaimTask(Command):
    """Take a task from the pool."""

    task_id: int


@dataclass(frozen=True)
class UnclaimTask(Command):
    """Give a task back to the pool."""

    task_id: int


@dataclass(frozen=True)
class CompleteTask(Command):
    """Complete a task with its form; an unclaimed task is claimed in the same step."""

    task_id: int
    values: Values


@dataclass(frozen=True)
class SaveDraft(Command):
    """Keep what was typed so far; nothing is validated but types of text."""

    task_id: int
    values: Values


@dataclass(frozen=True)
class AddFile(Command):
    """Keep a photograph or scan with an open task."""

    task_id: int
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class RemoveFile(Command):
    """Take a file away while its step is open."""

    file_id: int


@dataclass(frozen=True)
class ViewFile(Command):
    """Open a file of a step."""

    file_id: int


@dataclass(frozen=True)
class ReassignTask(Command):
    """Hand a task to another person for good (转办)."""

    task_id: int
    to_user: int
    reason: str


@dataclass(frozen=True)
class DelegateTask(Command):
    """Let another person of the role do one's own task (委派)."""

    task_id: int
    to_user: int
    reason: str


@dataclass(frozen=True)
class SendBack(Command):
    """Return the work of an open task to an earlier step of the same instance (退回)."""

    task_id: int
    to_element: str
    reason: str


@dataclass(frozen=True)
class Withdraw(Command):
    """Take back one's own completed step while nothing after it was touched (撤回)."""

    task_id: int
    reason: str


@dataclass(frozen=True)
class SendMessage(Command):
    """Deliver an outside message (MSG-16, 17, 23, 26) to a case."""

    name: str
    case_id: int
    values: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Waive(Command):
    """File the written waiver (MSG-14): statement_on, statement_reason, signed, archived_at."""

    case_id: int
    values: Values


@dataclass(frozen=True)
class Exit(Command):
    """Record an exit fact (MSG-15): end_code, effective_on, evidence; for a case or a person without one."""

    values: Values
    case_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class FoundWork(Command):
    """Record work found by own effort (MSG-24): employment_kind, employer, employed_on."""

    values: Values
    case_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class LostJob(Command):
    """Record a lost job (MSG-25): lost_on, reason."""

    case_id: int
    values: Values


@dataclass(frozen=True)
class ProposeClose(Command):
    """Propose to close the case (MSG-26): end_code, grounds."""

    case_id: int
    values: Values


@dataclass(frozen=True)
class AcceptHandOver(Command):
    """Accept the open hand-over of a case."""

    case_id: int


@dataclass(frozen=True)
class ReturnHandOver(Command):
    """Return the open hand-over of a case: reason, missing."""

    case_id: int
    values: Values


@dataclass(frozen=True)
class ExtendDeadline(Command):
    """Extend a running deadline: rule_id, new_due, reason, paper (supervisor)."""

    case_id: int
    values: Values


@dataclass(frozen=True)
class TransferCommunity(Command):
    """Move a person and the open work to another community: to_community, effective_on."""

    values: Values
    case_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class RecordBenefit(Command):
    """Record a benefit period: code, starts_on, ends_on."""

    values: Values
    case_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class AddPaper(Command):
    """Issue a further paper of a case: kind, content."""

    case_id: int
    values: Values


@dataclass(frozen=True)
class VoidPaper(Command):
    """Void an issued paper: paper (id or kind), reason."""

    case_id: int
    values: Values


@dataclass(frozen=True)
class StartDuty(Command):
    """Open an ad hoc duty task (question, employer visit …): kind."""

    kind: str
    case_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class SuspendInstance(Command):
    """Stop an instance: its tasks are refused with `paused` and its timers wait."""

    instance_id: int
    reason: str


@dataclass(frozen=True)
class ResumeInstance(Command):
    """Let a suspended instance go on."""

    instance_id: int


@dataclass(frozen=True)
class CancelInstance(Command):
    """Cancel an instance with a reason."""

    instance_id: int
    reason: str


@dataclass(frozen=True)
class MoveToken(Command):
    """Move an instance by hand from one open step to another."""

    instance_id: int
    from_element: str
    to_element: str
    reason: str


@dataclass(frozen=True)
class RetryIncident(Command):
    """Try again what failed."""

    incident_id: int


@dataclass(frozen=True)
class LoadCalendar(Command):
    """Load a year of the working-day calendar: days_off (dates, may be named), working_weekends, source."""

    year: int
    values: Values


@dataclass(frozen=True)
class ChangeSetting(Command):
    """Change a setting of the product by name."""

    name: str
    value: Any
    reason: str = ""


@dataclass(frozen=True)
class Deploy(Command):
    """Publish diagrams as new active versions, with annexes (file, text); `heard`: the opinion was given."""

    files: tuple[tuple[str, bytes], ...]
    reason: str
    heard: bool = False
    annexes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Done:
    """What a command answers: the same answer for the same key."""

    task_id: int | None = None
    instance_id: int | None = None
    case_id: int | None = None
    person_id: int | None = None
    next_task_id: int | None = None  #: a task of the same case the actor may go on with
    extra: Mapping[str, Any] = field(default_factory=dict)
