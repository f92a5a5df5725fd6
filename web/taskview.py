"""Gathers what the page of a task shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.clock import NO_DUE, from_us, local_date
from engine.deadlines import DeadlineRule, Unit, count, describe
from engine.errors import CalendarUnknown, NotFound
from engine.graph import Node
from tasks import accounts, files, org, privacy, redo
from tasks.access import Subject, allowed, classes_for
from tasks.credit import READ_AT
from tasks.forms.spec import Field, FormSpec
from tasks.policy import DeadlinePolicy
from tasks.queries import areas, case_page, choices, matters, notes, task_page, trail
from tasks.queries.chosen import chosen_names
from tasks.queries.prefilled import prefilled
from tasks.queries.scope import reading_tiers
from tasks.store.conn import Connection
from tasks.store.files import Kept, files_of_step
from web import formview, marketview
from web.clauses import Clause, clauses, of_step
from web.context import Ctx
from web.eventwords import QUIET
from web.matterview import Card, card
from web.surveyview import latest_doubts
from web.veil import veiled

_HISTORY = 12
#: The step at which a questionnaire is held against what is known (01.D2a).
_VERIFIES = "P01a_Verify"


@dataclass(frozen=True, slots=True)
class Why:
    """A deadline behind the task."""

    row: task_page.DueRow
    clauses: Sequence[Clause]


#: Answers shown above a form at once; more are opened by whoever wants them.
_SHORT = 8


@dataclass(frozen=True, slots=True)
class Window:
    """The window of the duty behind the task, and the rule that asks for it."""

    row: task_page.WindowRow
    rule: DeadlinePolicy | None


@dataclass(frozen=True, slots=True)
class Before:
    """What was recorded at the step on which this one decides, or else at the one done last."""

    element: str
    who: str
    at: int
    answers: list[tuple[str, str]]

    @property
    def long(self) -> bool:
        """Tell whether it would push the form itself out of sight."""
        return len(self.answers) > _SHORT


@dataclass(slots=True)
class Page:
    """Everything the template needs."""

    task: task_page.TaskView
    node: Node | None
    spec: FormSpec
    values: Mapping[str, Any]
    drafted: bool
    answers: list[tuple[str, str]]
    clauses: Sequence[Clause]
    why: list[Why]
    window: Window | None
    #: how the office's own target was counted, where that is the due day
    target: str
    staff: list[tuple[int, str]]
    steps_back: list[str]
    history: list[trail.Happened]
    area_name: str
    mine: bool
    may_work: bool
    may_file: bool
    may_reassign: bool
    #: credit records of the person, where a post or a placement is decided
    credit: list[notes.Note]
    may_withdraw: bool
    may_view_id: bool
    files: list[Kept]
    #: Versions its process ran before a migration.
    left: list[trail.Left]
    before: Before | None = None
    #: referrals of this tier that wait for their outcome
    referred: list[case_page.Referral] = field(default_factory=list)
    matter: Card | None = None
    may_matter: bool = False
    #: what to look at again in the questionnaire, at the step that verifies it
    doubts: list[str] = field(default_factory=list)
    options: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def choices(self, spec: Field) -> Sequence[tuple[str, str]]:
        """Return what a field that names people or objects offers."""
        return self.options.get(spec.of, [])


def load_page(context: Ctx, task_id: int) -> Page:
    """Read a task's page; raise NotFound for what is not there or not the reader's."""
    app = context.app
    with app.read() as conn:
        task = task_page.task_view(conn, task_id)
        if task is None:
            raise NotFound
        in_pool = (task.role, task.pool) in areas.pools_of(conn, context.actor)
        mine = task.assignee_id == context.user_id
        subject = _subject(task)
        if not (mine or in_pool or allowed(context.actor, "view_case", subject)):
            raise NotFound
        task = veiled(task, context.actor, subject)
        node = context.graph(task.definition_id).nodes.get(task.element)
        spec = context.form(task.definition_id, task.element)
        values, drafted = _values(context, conn, task)
        page = Page(
            task=task,
            node=node,
            spec=spec,
            values=values,
            drafted=drafted,
            answers=[],
            clauses=of_step(context.app.library, task.element, node.attr_list("clauses") if node else ()),
            why=_why(conn, task, node),
            window=_window(context, conn, task),
            target=_target(context, conn, task, node),
            staff=_staff(conn, task),
            steps_back=_steps_back(context, conn, task) if task.open else [],
            history=trail.events(conn, task.trail_id, newest_first=True, limit=_HISTORY, without=QUIET),
            area_name=areas.unit_names(conn, [task.area]).get(task.area, ""),
            mine=mine,
            may_work=task.open and (mine or (task.state == "created" and in_pool)),
            may_view_id=_may_view_id(context, conn, task),
            files=_files(context, conn, task),
            left=trail.left(conn, task.trail_id).get(task.instance_id, []),
            may_file=allowed(context.actor, "view_case", subject),
            credit=_credit(context, conn, task, subject),
            may_reassign=task.open and (mine or allowed(context.actor, "reassign", subject)),
            may_withdraw=task.state == "completed" and task.ended_by == context.user_id,
            options=_options(context, conn, task, spec),
            before=_before(context, conn, task, node),
            referred=_referred(conn, task) if allowed(context.actor, "view_case", subject) else [],
            matter=_matter(context, conn, task),
            may_matter=allowed(context.actor, "view_matter", Subject(task.area)),
            doubts=_doubts(context, conn, task) if mine or in_pool else [],
        )
        if not task.open:
            page.answers = _answers(context, conn, page, task.tier or "")
    return page


def _credit(
    context: Ctx, conn: Connection, task: task_page.TaskView, subject: Subject
) -> list[notes.Note]:
    """Return the person's credit records for who decides on a post (R003-16.3), and may see as much."""
    sees = {"P4", "P4*"} & classes_for(context.actor, subject)
    if not sees or task.person_id is None or task.element not in READ_AT:
        return []
    return notes.notes_of(conn, task.person_id)


def _matter(context: Ctx, conn: Connection, task: task_page.TaskView) -> Card | None:
    """Return what a task is about where that is neither a case nor a person alone."""
    matter = None if task.case_id is not None else matters.of_task(conn, task.trail_id)
    if matter is None:
        return None
    household = matters.household_of(conn, task.instance_id)
    return card(context, conn, matter, task.process_id, task.trail_id, household, task.person_id)


def _answers(context: Ctx, conn: Connection, page: Page, tier: str) -> list[tuple[str, str]]:
    """Return what was recorded, to those who read the notes of its tier (SECURITY 2.2)."""
    did_it = page.task.ended_by == context.user_id
    if not did_it and tier not in reading_tiers(context.actor, page.task.area):
        return []
    return _told(context, conn, page.spec, page.values)


def _told(
    context: Ctx, conn: Connection, spec: FormSpec, values: Mapping[str, Any]
) -> list[tuple[str, str]]:
    t = context.t
    return formview.answers(
        spec, values, context.lang, lambda yes: t("form.yes" if yes else "form.no"),
        chosen_names(conn, spec, values),
    )  # fmt: skip


def _before(context: Ctx, conn: Connection, task: task_page.TaskView, node: Node | None) -> Before | None:
    """Return what was last recorded at the step this one decides on, or at the step done before it.

    Who writes the letter need not look up again which post was chosen.
    """
    if not task.open or (task.tier or "") not in reading_tiers(context.actor, task.area):
        return None
    element = node.attrs.get("otherPersonThan", "") if node else ""
    done = [one for one in task_page.steps_done(conn, task.instance_id) if element in ("", one.element)]
    if not done:
        return None
    last = done[-1]
    spec = context.form(task.definition_id, last.element)
    values = task_page.form_values(conn, last.task_id, draft=False) or {}
    told = _told(context, conn, spec, values)
    return Before(last.element, accounts.name_of(conn, last.ended_by), last.ended_at, told)


def _referred(conn: Connection, task: task_page.TaskView) -> list[case_page.Referral]:
    """Return the posts the person was referred to at this tier, of which nothing is heard yet."""
    if task.case_id is None or not task.open:
        return []
    every = case_page.referrals(conn, task.case_id)
    return [one for one in every if one.outcome is None and one.tier == task.tier]


def _doubts(context: Ctx, conn: Connection, task: task_page.TaskView) -> list[str]:
    if task.element != _VERIFIES or task.person_id is None or not task.open:
        return []
    return latest_doubts(context, conn, task.person_id)


def _may_view_id(context: Ctx, conn: Connection, task: task_page.TaskView) -> bool:
    person = {"id": task.person_id, "area": task.area}
    return task.person_id is not None and privacy.may_view(conn, context.actor, person)


def _files(context: Ctx, conn: Connection, task: task_page.TaskView) -> list[Kept]:
    kept = files_of_step(conn, task.instance_id, task.element)
    return [one for one in kept if files.may_read(conn, context.actor, one)]


def _subject(task: task_page.TaskView) -> Subject:
    holders = frozenset({task.assignee_id} if task.assignee_id is not None else ())
    return Subject(task.area, task.role, task.case_tier or "", holders)


def _values(context: Ctx, conn: Connection, task: task_page.TaskView) -> tuple[Mapping[str, Any], bool]:
    if not task.open:
        return task_page.form_values(conn, task.id, draft=False) or {}, False
    kept = task_page.form_values(conn, task.id, draft=True)
    if kept is not None and task_page.has_own_draft(conn, task.id):
        return kept, True
    # What the task began with is nobody's draft: the rest of the form is filled in as ever.
    return {**prefilled(context.app, context.actor, task.id), **(kept or {})}, False


def _why(conn: Connection, task: task_page.TaskView, node: Node | None) -> list[Why]:
    """Return the deadlines of the step, the running one of each rule, else the last."""
    rules = node.attr_list("deadline") if node else ()
    if not rules:
        return []
    rows = task_page.due_rows(conn, trail_id=task.trail_id, rules=rules)
    latest: dict[str, task_page.DueRow] = {}
    for row in rows:
        if row.running or row.rule_id not in latest:
            latest[row.rule_id] = row
    return [Why(row, clauses(row.arithmetic.get("clauses", ()))) for row in latest.values()]


def _window(context: Ctx, conn: Connection, task: task_page.TaskView) -> Window | None:
    row = task_page.window_row(conn, task.instance_id)
    return None if row is None else Window(row, context.rule(row.rule_id))


def _target(context: Ctx, conn: Connection, task: task_page.TaskView, node: Node | None) -> str:
    """Return how the office's own target for an undated step is counted; empty where there is none."""
    targets = context.app.settings(conn)["office_targets"]
    days = [targets[rule] for rule in (node.attr_list("deadline") if node else ()) if rule in targets]
    if not days or task.due_at == NO_DUE:
        return ""
    rule = DeadlineRule("", Unit.WORKING_DAY, min(days))
    try:
        due = count(rule, local_date(from_us(task.created_at)), context.calendar)
    except CalendarUnknown:
        return ""
    since = context.t("task.target_since")
    return describe(due.arithmetic, context.lang, since)


def _staff(conn: Connection, task: task_page.TaskView) -> list[tuple[int, str]]:
    rows = accounts.staff(conn, task.role, task.pool)
    return [(row["id"], row["display_name"]) for row in rows if row["id"] != task.assignee_id]


def _steps_back(context: Ctx, conn: Connection, task: task_page.TaskView) -> list[str]:
    """Return the steps of this instance, in the same part of the diagram, to which the work can return."""
    graph = context.graph(task.definition_id)
    here = graph.nodes.get(task.element)
    done = dict.fromkeys(step.element for step in reversed(task_page.steps_done(conn, task.instance_id)))
    return [
        one for one in done
        if here is not None and one != task.element and one in graph.nodes
        and graph.nodes[one].scope == here.scope and redo.may_return(graph, here.id, one)
    ]  # fmt: skip


def _pool_of_posts(task: task_page.TaskView) -> tuple[str, str]:
    """Return the level of the public-welfare posts a task may choose from, and whose they are (AMB-24)."""
    tier = "district" if task.tier == "district" else "street"
    return tier.upper(), org.path_at(task.area, tier)


def _options(
    context: Ctx, conn: Connection, task: task_page.TaskView, spec: FormSpec
) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    over = [areas.district_of(task.area)]
    for one in spec:
        if one.type == "user" and one.of not in found:
            rows = accounts.staff(conn, one.of, task.area)
            found[one.of] = [(str(row["id"]), row["display_name"]) for row in rows]
        elif one.of == "vacancy":
            found[one.of] = marketview.offers(conn, context, task, over)
        elif one.of == "post":
            free = choices.posts(conn, *_pool_of_posts(task))
            found[one.of] = [(str(row.id), context.t("form.post", name=row.name, n=row.free)) for row in free]
    named = {column.of for one in spec for column in (one, *one.item) if column.type == "ref"}
    if "person" in named:
        found["person"] = _persons(conn, task)
    if "case" in named:
        there = choices.cases(conn, task.trail_id)
        found["case"] = [(str(row.id), f"{row.name} · {row.where}") for row in there]
    return found


def _persons(conn: Connection, task: task_page.TaskView) -> list[tuple[str, str]]:
    """Return whom a form of a matter may name: the family, else the people of the office's ledger."""
    household = matters.household_of(conn, task.instance_id)
    if household is not None:
        return [(str(row["id"]), row["name"]) for row in matters.members(conn, household)]
    return [(str(row.id), f"{row.name} · {row.where}") for row in choices.register(conn, task.area)]


