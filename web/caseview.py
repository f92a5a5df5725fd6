"""Gathers what the page of a case shows, as far as the reader may see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.errors import NotFound
from tasks import benefits, files, privacy
from tasks.access import TIERS, Subject, allowed, authorize, classes_for
from tasks.queries import areas, case_page, task_page, trail
from tasks.queries.scope import reading_tiers
from tasks.store.conn import Connection
from tasks.store.files import Kept, files_of_case
from web.actions import ACTIONS, Action
from web.context import Ctx
from web.veil import veiled

DUTY_PROCESS = "P21_duty"
#: Which tier's outcomes are counted against which limit (CR-01, CR-04); the street counts nothing.
LIMITS = {"community": 3, "street": None, "district": 3}


@dataclass(frozen=True, slots=True)
class Counter3:
    """Referrals of one tier in the current run."""

    tier: str
    failed: int
    open: int
    hired: int
    limit: int | None


@dataclass(slots=True)
class File:
    """A case with everything that hangs on it."""

    head: case_page.CaseHead
    subject: Subject
    area_name: str
    tiers: frozenset[str]
    instances: list[case_page.InstanceRow]
    tasks: list[case_page.OpenTask]
    referrals: list[case_page.Referral]
    counters: list[Counter3]
    helpers: list[case_page.Helper]
    papers: list[case_page.Paper]
    deadlines: list[task_page.DueRow]
    changes: list[task_page.ClockChange]
    duties: list[case_page.Duty]
    hand_overs: list[case_page.HandOver]
    hints: list[str]  #: benefits to think of (DT-15)
    may_view_id: bool = False
    may_read_papers: bool = False
    #: Messages from outside for which a process of the case waits.
    awaited: frozenset[str] = frozenset()
    files: list[Kept] = field(default_factory=list)
    #: Versions that processes ran before a migration, by instance.
    left: dict[int, list[trail.Left]] = field(default_factory=dict)
    #: Files of tiers whose notes the reader may not see.
    covered_files: int = 0

    def may_see(self, tier: str) -> bool:
        """Tell whether the working notes of a tier are open to the reader (SECURITY 2.2)."""
        return tier in self.tiers

    def definition_of(self, instance_id: int) -> int | None:
        """Return the version of the diagram an instance runs."""
        return next((one.definition_id for one in self.instances if one.id == instance_id), None)

    @property
    def signals(self) -> list[dict[str, str]]:
        """Return what was noticed of a job that is not steady, newest first: day and step (18.D1)."""
        return list(reversed(self.head.signals))

    @property
    def main_instances(self) -> list[case_page.InstanceRow]:
        """Return the processes of the road, without the short ones that duties start."""
        return [one for one in self.instances if one.process_id != DUTY_PROCESS]

    @property
    def duty_instances(self) -> list[case_page.InstanceRow]:
        """Return the short processes of duties."""
        return [one for one in self.instances if one.process_id == DUTY_PROCESS]

    @property
    def running(self) -> list[case_page.InstanceRow]:
        """Return the processes under way."""
        return [one for one in self.instances if one.status in ("running", "suspended")]

    @property
    def open_duties(self) -> list[case_page.Duty]:
        """Return the duties under way."""
        return [one for one in self.duties if one.state == "open"]

    @property
    def running_deadlines(self) -> list[task_page.DueRow]:
        """Return the deadlines still to be met."""
        return [one for one in self.deadlines if one.running]


    def deadlines_for(self, need: str) -> list[task_page.DueRow]:
        """Return the running deadlines with which something may be done: `asked`, `standstill` or any."""
        asked = {one.deadline_id for one in self.changes if one.state == "asked"}
        fits: dict[str, Callable[[task_page.DueRow], bool]] = {
            "asked": lambda row: row.id in asked,
            "standstill": lambda row: row.suspended_on is not None,
            "deadline": lambda row: not row.pending and row.suspended_on is None,
        }
        return [row for row in self.running_deadlines if fits[need](row)]

    def changes_of(self, row: task_page.DueRow) -> list[task_page.ClockChange]:
        """Return what was asked for or changed in a deadline's clock, the oldest first."""
        return [one for one in self.changes if one.deadline_id == row.id]


def load_file(context: Ctx, case_id: int) -> File:
    """Read a case; raise NotFound for what is not there or not the reader's."""
    with context.app.read() as conn:
        head = case_page.case_head(conn, case_id)
        if head is None:
            raise NotFound
        referrals = case_page.referrals(conn, case_id)
        chain = areas.chain_of(head.area)
        names = areas.unit_names(conn, chain)
        helpers = case_page.helpers(conn, case_id)
        tasks = case_page.open_tasks(conn, case_id)
        subject = subject_of(head, helpers, tasks)
        authorize(context.actor, "view_case", subject)
        about = {"id": head.person_id, "area": head.area}
        kept = files_of_case(conn, case_id)
        open_files = [one for one in kept if files.may_read(conn, context.actor, one)]
        return File(
            awaited=case_page.awaited_messages(conn, case_id),
            files=open_files,
            covered_files=len(kept) - len(open_files),
            head=veiled(head, context.actor, subject),
            subject=subject,
            area_name="".join(names.get(path, "") for path in chain[1:]),
            tiers=reading_tiers(context.actor, head.area),
            instances=case_page.instances(conn, case_id),
            left=trail.left(conn, case_id),
            tasks=tasks,
            referrals=referrals,
            counters=_counters(referrals, head.run_no),
            helpers=helpers,
            papers=case_page.papers(conn, case_id),
            deadlines=task_page.due_rows(conn, case_id=case_id),
            changes=task_page.clock_changes(conn, case_id),
            duties=case_page.duties(conn, head.person_id, case_id),
            hand_overs=case_page.hand_overs(conn, case_id),
            hints=_hints(context, conn, head, subject),
            may_view_id=privacy.may_view(conn, context.actor, about),
            may_read_papers=privacy.may_read_papers(conn, context.actor, about, case_id),
        )


def _hints(context: Ctx, conn: Connection, head: case_page.CaseHead, subject: Subject) -> list[str]:
    """Return the benefits to think of, to those who may know the facts they follow from."""
    if not head.active or "P4" not in classes_for(context.actor, subject):
        return []
    _unit, desk = context.app.desk(conn, context.actor)
    return benefits.hints(desk, head.person_id, head.id)


def subject_of(
    head: case_page.CaseHead, helpers: list[case_page.Helper], tasks: list[case_page.OpenTask]
) -> Subject:
    """Return a case as the table of rights sees it."""
    holders = {one.user_id for one in helpers if one.released_at is None}
    holders |= {one.assignee_id for one in tasks if one.assignee_id is not None}
    return Subject(head.area, tier=head.tier, holders=frozenset(holders))


def _counters(referrals: list[case_page.Referral], run_no: int) -> list[Counter3]:
    outcomes = Counter((one.tier, one.outcome or "open") for one in referrals if one.run_no == run_no)
    return [
        Counter3(
            tier, outcomes[tier, "NOT_HIRED"], outcomes[tier, "open"], outcomes[tier, "HIRED"], LIMITS[tier]
        )
        for tier in TIERS
    ]


def offered(context: Ctx, file: File) -> list[Action]:
    """Return the actions to offer; `tasks` decides again when one is given."""
    return [one for one in ACTIONS.values() if _fits(context, file, one)]


def _fits(context: Ctx, file: File, action: Action) -> bool:
    if not file.head.active or not allowed(context.actor, action.right, file.subject):
        return False
    match action.needs:
        case "":
            return True
        case "hand_over":
            return any(one.state == "submitted" and one.to_tier in file.tiers for one in file.hand_overs)
        case "deadline" | "asked" | "standstill":
            return bool(file.deadlines_for(action.needs))
        case "missed":
            return any(one.missed for one in file.duties)
        case "paper":
            return any(one.voided_at is None for one in file.papers)
        case message if message.startswith("MSG-"):
            return message in file.awaited
        case process:
            return any(one.process_id.startswith(f"{process}_") for one in file.running)
