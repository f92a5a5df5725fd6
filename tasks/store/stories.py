"""Queries of the scenario runner: what a case looks like at a moment."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from engine.codec import loads
from engine.store.tables import event, incident, instance, subscription, user_task
from tasks.store.conn import Connection, RowMapping
from tasks.store.rows import Named
from tasks.store.tables import case, deadline, duty, process_context, referral, trail_owner
from tasks.store.tables_people import paper

_CASES = Named(
    sa.select(case).where(case.c.person_id == sa.bindparam("person_id")).order_by(case.c.opened_at, case.c.id)
)
_WAITING = Named(
    sa.select(subscription.c.element, subscription.c.name)
    .join(process_context, process_context.c.instance_id == subscription.c.instance_id)
    .where(process_context.c.case_id == sa.bindparam("case_id"))
)
_INCIDENTS = Named(
    sa.select(incident)
    .where(incident.c.state == sa.literal_column("'open'"))
    .order_by(incident.c.opened_at, incident.c.id)
)


def cases_of(conn: Connection, person_id: int) -> list[RowMapping]:
    """Return the cases of a person, the earliest first."""
    return _CASES.all(conn, person_id=person_id)


@lru_cache(maxsize=8)
def _tasks(of_case: bool, of_element: bool, opened: bool) -> Named:
    query = (
        sa.select(user_task, instance.c.process_id)
        .join(process_context, process_context.c.instance_id == user_task.c.instance_id)
        .join(instance, instance.c.id == user_task.c.instance_id)
        .where(
            sa.or_(
                process_context.c.person_id == sa.bindparam("person_id"),
                user_task.c.subject_id == sa.bindparam("person_id"),
            )
        )
        .order_by(user_task.c.due_at, user_task.c.id)
    )
    if of_case:
        here = process_context.c.case_id == sa.bindparam("case_id")
        query = query.where(sa.or_(here, process_context.c.case_id.is_(None)))
    if of_element:
        query = query.where(user_task.c.element == sa.bindparam("element"))
    if opened:
        states: list[sa.ColumnElement[str]] = [sa.literal_column("'created'"), sa.literal_column("'claimed'")]
        query = query.where(user_task.c.state.in_(states))
    return Named(query)


def tasks_of(
    conn: Connection, person_id: int, case_id: int | None, element: str | None = None, opened: bool = True
) -> list[RowMapping]:
    """Return tasks about a person (of a case where one is given), the one due first first."""
    values: dict[str, int | str] = {"person_id": person_id}
    if case_id is not None:
        values["case_id"] = case_id
    if element is not None:
        values["element"] = element
    return _tasks(case_id is not None, element is not None, opened).all(conn, **values)


def open_tasks(conn: Connection, elements: Collection[str], before_us: int) -> list[RowMapping]:
    """Return the open tasks of some steps that were there before an instant, the one due first first."""
    query = (
        sa.select(user_task, instance.c.process_id)
        .join(instance, instance.c.id == user_task.c.instance_id)
        .where(
            user_task.c.state.in_(("created", "claimed")), user_task.c.element.in_(list(elements)),
            user_task.c.created_at <= before_us,
        )
        .order_by(user_task.c.due_at, user_task.c.id)
    )  # fmt: skip
    return list(conn.execute(query).mappings())


def instances_of(conn: Connection, person_id: int, case_id: int | None) -> list[RowMapping]:
    """Return the instances that are not over, the latest first."""
    query = (
        sa.select(instance.c.id, instance.c.process_id, instance.c.status, process_context.c.area,
                  process_context.c.tier)
        .join(process_context, process_context.c.instance_id == instance.c.id)
        .where(process_context.c.person_id == person_id, instance.c.status.in_(("running", "suspended")))
        .order_by(instance.c.id.desc())
    )  # fmt: skip
    if case_id is not None:
        query = query.where(process_context.c.case_id == case_id)
    return list(conn.execute(query).mappings())


def waiting_in(conn: Connection, case_id: int | None) -> list[tuple[str, str]]:
    """Return (element, message) of everything the processes of a case wait for; without one nothing."""
    return [(row["element"], row["name"]) for row in _WAITING.all(conn, case_id=case_id)]


def deadlines_of(conn: Connection, case_id: int | None, person_id: int) -> list[RowMapping]:
    """Return the deadlines of a case, and of its person outside any, in the order they were opened."""
    outside = sa.and_(deadline.c.case_id.is_(None), deadline.c.person_id == person_id)
    mine = outside if case_id is None else sa.or_(deadline.c.case_id == case_id, outside)
    query = sa.select(deadline).where(mine)
    return list(conn.execute(query.order_by(deadline.c.created_at, deadline.c.id)).mappings())


def open_duties(conn: Connection, case_id: int | None, person_id: int) -> list[RowMapping]:
    """Return the duties that have not ended: a person's own, and those of one of his cases or of all."""
    query = sa.select(duty).where(duty.c.person_id == person_id, duty.c.state == "open")
    if case_id is not None:
        query = query.where(sa.or_(duty.c.case_id == case_id, duty.c.case_id.is_(None)))
    return list(conn.execute(query.order_by(duty.c.kind)).mappings())


def failures(conn: Connection, case_id: int, run_no: int) -> dict[str, int]:
    """Return the failed referrals of a run by tier (RULES C.1)."""
    query = (
        sa.select(referral.c.tier, sa.func.count())
        .where(
            referral.c.case_id == case_id, referral.c.run_no == run_no, referral.c.outcome == "NOT_HIRED"
        )
        .group_by(referral.c.tier)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def events_of(conn: Connection, trail_ids: list[int], kinds: list[str] | None = None) -> list[RowMapping]:
    """Return events of some trails in order."""
    query = sa.select(
        event.c.trail_id, event.c.seq, event.c.kind, event.c.element, event.c.instance_id, event.c.data
    ).where(event.c.trail_id.in_(trail_ids))
    if kinds is not None:
        query = query.where(event.c.kind.in_(kinds))
    return list(conn.execute(query.order_by(event.c.at, event.c.trail_id, event.c.seq)).mappings())


def trails_of(conn: Connection, person_id: int) -> list[int]:
    """Return the trails of a person: every case, and the person's own."""
    query = sa.select(trail_owner.c.trail_id).where(trail_owner.c.person_id == person_id)
    return list(conn.execute(query).scalars())


def own_trails(conn: Connection, person_id: int) -> list[int]:
    """Return the trail of a person outside any case, where there is one."""
    query = sa.select(trail_owner.c.trail_id).where(
        trail_owner.c.person_id == person_id, trail_owner.c.kind == "person"
    )
    return list(conn.execute(query).scalars())


def papers_of(conn: Connection, case_id: int | None, person_id: int) -> dict[str, int]:
    """Return how many papers of each kind a case, and its person outside any, was issued; none is void."""
    outside = sa.and_(paper.c.case_id.is_(None), paper.c.person_id == person_id)
    mine = outside if case_id is None else sa.or_(paper.c.case_id == case_id, outside)
    query = (
        sa.select(paper.c.kind, sa.func.count())
        .where(mine, paper.c.voided_at.is_(None))
        .group_by(paper.c.kind)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def pending_years(conn: Connection) -> list[RowMapping]:
    """Return deadlines whose trigger is known and whose date is not: their year has no calendar yet."""
    query = sa.select(deadline).where(
        deadline.c.due_literal.is_(None),
        deadline.c.trigger_on.is_not(None),
        deadline.c.completed_at.is_(None),
        deadline.c.closed_reason.is_(None),
    )
    return list(conn.execute(query).mappings())


def open_incidents(conn: Connection) -> list[RowMapping]:
    """Return what failed and was not repaired, the latest last."""
    return _INCIDENTS.all(conn)


def paths(conn: Connection, process_id: str) -> list[str]:
    """Return the sequence flows that the instances of a process took, as often as they were taken."""
    query = (
        sa.select(event.c.data)
        .join(instance, instance.c.id == event.c.instance_id)
        .where(instance.c.process_id == process_id, event.c.data.contains('"path"'))
    )
    return [flow for text in conn.execute(query).scalars() for flow in loads(text).get("path", ())]


def touched(conn: Connection) -> list[tuple[str, str | None, Any]]:
    """Return (kind, element, data) of the events coverage is counted by."""
    query = sa.select(event.c.kind, event.c.element, event.c.data).where(
        event.c.kind.in_(("TaskCompleted", "BranchTaken", "DeadlineSet", "DeadlinePending", "DutyOpened"))
    )
    return [(row[0], row[1], row[2]) for row in conn.execute(query)]
