"""What the page of one case shows: one query a section, each by the case's own index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.codec import loads
from engine.store.tables import definition, instance, subscription, user_task
from tasks.queries.rows import each, one
from tasks.store.conn import Connection
from tasks.store.tables import case, duty, duty_window, hand_over, helper, process_context, referral
from tasks.store.tables_org import user_account
from tasks.store.tables_people import paper, person


@dataclass(frozen=True, slots=True)
class CaseHead:
    """The case and its person."""

    id: int
    case_no: str
    status: str
    tier: str
    run_no: int
    area: str
    opened_at: int
    closed_at: int | None
    close_reason: str | None
    data_json: str
    person_id: int
    person_name: str
    id_masked: str
    sex: str
    birth_date: str
    phone: str | None
    address: str | None
    facts_json: str

    @property
    def facts(self) -> dict[str, Any]:
        """Return what is known about the person (RULES J.5)."""
        return dict(loads(self.facts_json))

    @property
    def signals(self) -> list[dict[str, str]]:
        """Return what was noticed of a job that is not steady, in order: day and step (18.D1)."""
        return list(loads(self.data_json).get("signals", []))

    @property
    def active(self) -> bool:
        """Tell whether no end code is set."""
        return self.status == "active"


def case_head(conn: Connection, case_id: int) -> CaseHead | None:
    """Return a case by its primary key."""
    c, p = case.c, person.c
    query = (
        sa.select(
            c.id, c.case_no, c.status, c.tier, c.run_no, c.area, c.opened_at, c.closed_at, c.close_reason,
            c.data, p.id, p.name, p.id_masked, p.sex, p.birth_date, p.phone, p.address, p.facts,
        )
        .join(person, p.id == c.person_id)
        .where(c.id == case_id)
    )
    return one(conn, query, CaseHead)


def case_by_no(conn: Connection, case_no: str) -> tuple[int, int, str] | None:
    """Return (case id, person id, area) of a case number (its unique index)."""
    query = sa.select(case.c.id, case.c.person_id, case.c.area).where(case.c.case_no == case_no)
    row = conn.execute(query).first()
    return (row[0], row[1], row[2]) if row is not None else None


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One process of a case."""

    id: int
    process_id: str
    name: str
    definition_id: int
    key: str
    version: int
    tier: str
    run_no: int
    status: str
    parent_id: int | None
    started_at: int
    ended_at: int | None


def instances(conn: Connection, case_id: int) -> list[InstanceRow]:
    """Return every process of a case in the order of their starts (`ix_process_context_case`)."""
    i, x = instance.c, process_context.c
    query = (
        sa.select(
            i.id, i.process_id, definition.c.name, i.definition_id, definition.c.key, definition.c.version,
            x.tier, x.run_no, i.status, i.parent_id, i.started_at, i.ended_at,
        )
        .select_from(
            process_context.join(instance, i.id == x.instance_id).join(
                definition, definition.c.id == i.definition_id
            )
        )
        .where(x.case_id == case_id)
        .order_by(i.started_at, i.id)
    )
    return each(conn, query, InstanceRow)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task of the case that is still to be done."""

    id: int
    element: str
    process_id: str
    definition_id: int
    instance_id: int
    role: str
    state: str
    assignee_id: int | None
    assignee: str | None
    due_at: int


def open_tasks(conn: Connection, case_id: int) -> list[OpenTask]:
    """Return what is open in a case, first due first (`ix_user_task_open_instance`)."""
    return open_where(conn, process_context.c.case_id == case_id)


def open_where(conn: Connection, *about: sa.ColumnElement[bool]) -> list[OpenTask]:
    """Return what is open of the instances that some conditions on their context pick, first due first."""
    t = user_task.c
    query = (
        sa.select(
            t.id, t.element, instance.c.process_id, instance.c.definition_id, t.instance_id, t.role, t.state,
            t.assignee_id, user_account.c.display_name, t.due_at,
        )
        .select_from(
            process_context.join(user_task, t.instance_id == process_context.c.instance_id)
            .join(instance, instance.c.id == t.instance_id)
            .outerjoin(user_account, user_account.c.id == t.assignee_id)
        )
        .where(
            *about,
            t.state.in_([sa.literal_column("'created'"), sa.literal_column("'claimed'")]),
        )
        .order_by(t.due_at, t.id)
    )
    return each(conn, query, OpenTask)


class Referral(NamedTuple):
    """One recommendation to a post."""

    id: int
    tier: str
    run_no: int
    seq: int
    employer: str
    post: str
    letter_no: str | None
    referred_on: str
    interview_on: str | None
    outcome: str | None
    reason: str | None
    explanation: str | None
    outcome_on: str | None


def referrals(conn: Connection, case_id: int) -> list[Referral]:
    """Return the referrals of a case in order (unique index over case, tier, run, number)."""
    r = referral.c
    query = (
        sa.select(
            r.id, r.tier, r.run_no, r.seq, r.employer, r.post, r.letter_no, r.referred_on, r.interview_on,
            r.outcome, r.reason, r.explanation, r.outcome_on,
        )
        .where(r.case_id == case_id)
        .order_by(r.created_at, r.id)
    )
    return each(conn, query, Referral)


class Helper(NamedTuple):
    """Aide, officer or expert of a case."""

    tier: str
    run_no: int
    user_id: int
    name: str
    designated_on: str
    released_at: int | None


def helpers(conn: Connection, case_id: int) -> list[Helper]:
    """Return the helpers of a case, also those released (`uq_helper_active` leads with the case)."""
    h = helper.c
    query = (
        sa.select(h.tier, h.run_no, h.user_id, user_account.c.display_name, h.designated_on, h.released_at)
        .join(user_account, user_account.c.id == h.user_id)
        .where(h.case_id == case_id)
        .order_by(h.id)
    )
    return each(conn, query, Helper)


class Paper(NamedTuple):
    """An issued paper."""

    id: int
    kind: str
    number: str
    issued_on: str
    issuer: str | None
    instance_id: int | None
    voided_at: int | None
    void_reason: str | None


def papers(conn: Connection, case_id: int) -> list[Paper]:
    """Return the papers of a case in the order of their issue (`ix_paper_case_id`)."""
    p = paper.c
    query = (
        sa.select(
            p.id, p.kind, p.number, p.issued_on, user_account.c.display_name, p.instance_id, p.voided_at,
            p.void_reason,
        )
        .select_from(paper.outerjoin(user_account, user_account.c.id == p.issued_by))
        .where(p.case_id == case_id)
        .order_by(p.issued_at, p.id)
    )
    return each(conn, query, Paper)


class Duty(NamedTuple):
    """A recurring duty."""

    id: int
    kind: str
    rule_id: str
    tier: str
    frequency: str
    opened_on: str
    next_at: int
    state: str
    ended_at: int | None
    end_reason: str | None
    missed: int  #: windows that passed undone and unexplained


def duties(conn: Connection, person_id: int, case_id: int | None = None) -> list[Duty]:
    """Return the duties of a person, or of one case of the person, the open ones first (`ix_duty_person`)."""
    d, w = duty.c, duty_window.c
    missed = (
        sa.select(sa.func.count()).where(w.duty_id == d.id, w.state == "missed").scalar_subquery()
    )
    query = sa.select(
        d.id, d.kind, d.rule_id, d.tier, d.frequency, d.opened_on, d.next_at, d.state, d.ended_at,
        d.end_reason, missed,
    ).where(d.person_id == person_id)
    if case_id is not None:
        query = query.where(sa.or_(d.case_id == case_id, d.case_id.is_(None)))
    ended = sa.case((d.state == "open", 0), else_=1)
    return each(conn, query.order_by(ended, d.opened_on, d.id), Duty)


class HandOver(NamedTuple):
    """A case handed from one tier to the next."""

    id: int
    message: str
    from_tier: str
    to_tier: str
    state: str
    submitted_at: int
    submitter: str | None
    answered_at: int | None
    answerer: str | None
    reason: str | None
    missing: str | None


def hand_overs(conn: Connection, case_id: int) -> list[HandOver]:
    """Return the hand-overs of a case in order (`ix_hand_over_case`)."""
    h, giver, taker = hand_over.c, user_account.alias("giver"), user_account.alias("taker")
    query = (
        sa.select(
            h.id, h.message, h.from_tier, h.to_tier, h.state, h.submitted_at, giver.c.display_name,
            h.answered_at, taker.c.display_name, h.reason, h.missing,
        )
        .select_from(
            hand_over.outerjoin(giver, giver.c.id == h.submitted_by).outerjoin(
                taker, taker.c.id == h.answered_by
            )
        )
        .where(h.case_id == case_id)
        .order_by(h.submitted_at, h.id)
    )
    return each(conn, query, HandOver)


def awaited_messages(conn: Connection, case_id: int) -> frozenset[str]:
    """Return the names of the messages for which a process of the case waits (`ix_process_context_case`)."""
    s = subscription.c
    query = (
        sa.select(s.name)
        .join(process_context, process_context.c.instance_id == s.instance_id)
        .where(process_context.c.case_id == case_id, s.trigger == sa.literal_column("'message'"))
    )
    return frozenset(conn.execute(query).scalars())
