"""What the page of one task shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.codec import loads
from engine.store.statements import Statement
from engine.store.tables import definition, instance, user_task
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import case, deadline, form_data, process_context
from tasks.store.tables_clock import deadline_change, duty, duty_window
from tasks.store.tables_org import user_account
from tasks.store.tables_people import person


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task with its process, person and case."""

    id: int
    state: str
    element: str
    role: str
    pool: str
    area: str
    due_at: int
    created_at: int
    claimed_at: int | None
    ended_at: int | None
    assignee_id: int | None
    assignee: str | None
    ended_by: int | None
    instance_id: int
    instance_status: str
    trail_id: int
    process_id: str
    definition_id: int
    version: int
    case_id: int | None
    case_no: str | None
    case_status: str | None
    case_tier: str | None
    run_no: int | None
    tier: str | None
    person_id: int | None
    person_name: str | None
    id_masked: str | None
    sex: str | None
    birth_date: str | None
    phone: str | None
    address: str | None

    @property
    def open(self) -> bool:
        """Tell whether there is something to do."""
        return self.state in ("created", "claimed")


def task_view(conn: Connection, task_id: int) -> TaskView | None:
    """Return a task by its primary key."""
    row = _VIEW.run(conn, {"task_id": task_id}).first()
    return None if row is None else TaskView(*row)


_t, _holder = user_task.c, user_account.alias("holder")
_VIEW = Statement(
    sa.select(
        _t.id, _t.state, _t.element, _t.role, _t.pool, _t.area, _t.due_at, _t.created_at, _t.claimed_at,
        _t.ended_at, _t.assignee_id, _holder.c.display_name, _t.ended_by, _t.instance_id, instance.c.status,
        _t.trail_id, instance.c.process_id, instance.c.definition_id, definition.c.version, case.c.id,
        case.c.case_no, case.c.status, case.c.tier, case.c.run_no, process_context.c.tier, person.c.id,
        person.c.name, person.c.id_masked, person.c.sex, person.c.birth_date, person.c.phone,
        person.c.address,
    )
    .select_from(
        user_task.join(instance, instance.c.id == _t.instance_id)
        .join(definition, definition.c.id == instance.c.definition_id)
        .outerjoin(process_context, process_context.c.instance_id == _t.instance_id)
        .outerjoin(case, case.c.id == process_context.c.case_id)
        .outerjoin(person, person.c.id == _t.subject_id)
        .outerjoin(_holder, _holder.c.id == _t.assignee_id)
    )
    .where(_t.id == sa.bindparam("task_id"))
)


def element_of(conn: Connection, task_id: int) -> tuple[int, str] | None:
    """Return the version and element of a task (primary keys)."""
    row = _ELEMENT.run(conn, {"task_id": task_id}).first()
    return None if row is None else (row[0], row[1])


_ELEMENT = Statement(
    sa.select(instance.c.definition_id, user_task.c.element)
    .select_from(user_task.join(instance, instance.c.id == user_task.c.instance_id))
    .where(user_task.c.id == sa.bindparam("task_id"))
)


def form_values(conn: Connection, task_id: int, draft: bool) -> dict[str, Any] | None:
    """Return what was typed so far, or what was submitted (primary key of `form_data`)."""
    query = sa.select(form_data.c["values"]).where(
        form_data.c.task_id == task_id, form_data.c.draft.is_(sa.true() if draft else sa.false())
    )
    text = conn.execute(query).scalar()
    return loads(text) if text is not None else None


def has_own_draft(conn: Connection, task_id: int) -> bool:
    """Tell whether a person kept the draft of a task, not the program (primary key of `form_data`)."""
    query = sa.select(form_data.c.saved_by).where(
        form_data.c.task_id == task_id, form_data.c.draft.is_(sa.true())
    )
    return bool(conn.execute(query).scalar())


@dataclass(frozen=True, slots=True)
class DueRow:
    """A counted deadline and how its date came about."""

    id: int
    rule_id: str
    nth: int
    trigger_on: str | None
    due_literal: str | None
    due_effective: str | None
    due_at: int
    arithmetic_json: str
    completed_on: str | None
    met: bool | None
    missed_at: int | None
    closed_reason: str | None
    extended_from: str | None
    suspended_on: str | None

    @property
    def arithmetic(self) -> dict[str, Any]:
        """Return how the date was counted, for `engine.deadlines.describe`."""
        return dict(loads(self.arithmetic_json))

    @property
    def running(self) -> bool:
        """Tell whether it is still to be met."""
        return self.completed_on is None and self.closed_reason is None

    @property
    def pending(self) -> bool:
        """Tell whether its date cannot be counted yet (AMB-52)."""
        return self.due_effective is None


def due_rows(
    conn: Connection,
    *,
    case_id: int | None = None,
    person_id: int | None = None,
    trail_id: int | None = None,
    rules: Sequence[str] | None = None,
) -> list[DueRow]:
    """Return deadlines of a case, a matter's trail or a person, in order.

    Indexes: `ix_deadline_case`, `ix_deadline_trail`, `ix_deadline_person`.
    """
    d = deadline.c
    owner = d.person_id == person_id
    if case_id is not None or trail_id is not None:
        owner = d.case_id == case_id if case_id is not None else d.trail_id == trail_id
    query = sa.select(
        d.id, d.rule_id, d.nth, d.trigger_on, d.due_literal, d.due_effective, d.due_at, d.arithmetic,
        d.completed_on, d.met, d.missed_at, d.closed_reason, d.extended_from,
        d.suspended_on,
    ).where(owner)
    if rules is not None:
        query = query.where(d.rule_id.in_(rules))
    return each(conn, query.order_by(d.created_at, d.id), DueRow)


class ClockChange(NamedTuple):
    """A change of a deadline's clock: what was asked for, by whom, and who decided how."""

    deadline_id: int
    kind: str
    state: str
    day: str
    old_due: str | None
    new_due: str | None
    reason: str
    paper: str
    asker: str | None
    asked_at: int
    decider: str | None
    decided_at: int | None
    decision: str | None


def clock_changes(conn: Connection, case_id: int) -> list[ClockChange]:
    """Return the changes of a case's clocks, the oldest first (`ix_deadline_change_case`)."""
    c, asker, decider = deadline_change.c, user_account.alias("asker"), user_account.alias("decider")
    query = (
        sa.select(
            c.deadline_id, c.kind, c.state, c.day, c.old_due, c.new_due, c.reason, c.paper,
            asker.c.display_name, c.asked_at, decider.c.display_name, c.decided_at, c.decision,
        )
        .select_from(
            deadline_change.outerjoin(asker, asker.c.id == c.asked_by)
            .outerjoin(decider, decider.c.id == c.decided_by)
        )
        .where(c.case_id == case_id)
        .order_by(c.asked_at, c.id)
    )  # fmt: skip
    return each(conn, query, ClockChange)


class WindowRow(NamedTuple):
    """The window of a duty that one task fills, with the first and the last day that count."""

    kind: str
    rule_id: str
    frequency: str
    first: str
    last: str
    missed_at: int | None


def window_row(conn: Connection, instance_id: int) -> WindowRow | None:
    """Return the window from which an instance was started, or None."""
    d, w, c = duty.c, duty_window.c, process_context.c
    query = (
        sa.select(d.kind, d.rule_id, d.frequency, w.starts_on, w.ends_on, w.missed_at)
        .select_from(
            process_context.join(duty, d.id == c.duty_id)
            .join(duty_window, sa.and_(w.duty_id == d.id, w.instance_id == c.instance_id))
        )
        .where(c.instance_id == instance_id)
    )
    return next(iter(each(conn, query, WindowRow)), None)


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step of the same instance that was done before."""

    task_id: int
    element: str
    ended_at: int
    ended_by: int | None


def steps_done(conn: Connection, instance_id: int) -> list[StepDone]:
    """Return the completed user tasks of one instance, oldest first (small: one instance)."""
    t = user_task.c
    query = (
        sa.select(t.id, t.element, t.ended_at, t.ended_by)
        .where(t.instance_id == instance_id, t.state == "completed")
        .order_by(t.ended_at, t.id)
    )
    return each(conn, query, StepDone)
