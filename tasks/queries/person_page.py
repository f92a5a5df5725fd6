"""What the page of one person shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.codec import loads
from engine.store.tables import user_task
from tasks.access import Subject
from tasks.queries.rows import each, one
from tasks.store.conn import Connection
from tasks.store.tables import benefit, case, employment, helper, process_context
from tasks.store.tables_people import person


@dataclass(frozen=True, slots=True)
class PersonHead:
    """A person's file without the identity number itself."""

    id: int
    name: str
    id_masked: str
    sex: str
    birth_date: str
    phone: str | None
    address: str | None
    area: str
    household_id: int | None
    facts_json: str
    created_at: int
    id_kind: str

    @property
    def facts(self) -> dict[str, Any]:
        """Return what is known about the person (RULES J.5)."""
        return dict(loads(self.facts_json))


def person_head(conn: Connection, person_id: int) -> PersonHead | None:
    """Return a person by the primary key."""
    p = person.c
    query = sa.select(
        p.id, p.name, p.id_masked, p.sex, p.birth_date, p.phone, p.address, p.area, p.household_id, p.facts,
        p.created_at, p.id_kind,
    ).where(p.id == person_id)
    return one(conn, query, PersonHead)


def subjects(conn: Connection, persons: Sequence[tuple[int, str]]) -> dict[int, Subject]:
    """Return persons, given by id and area, as the table of rights sees them: tier and holders of the case.

    Two queries, whatever the number (`uq_case_active_person`, `ix_helper_load`, `ix_process_context_case`).
    """
    ids = [person_id for person_id, _area in persons]
    query = sa.select(case.c.id, case.c.person_id, case.c.tier).where(
        case.c.person_id.in_(ids), case.c.status == sa.literal_column("'active'")
    )
    active = {row.person_id: (row.id, row.tier) for row in conn.execute(query)}
    holders = _holders(conn, [case_id for case_id, _tier in active.values()])
    found = {}
    for person_id, area in persons:
        case_id, tier = active.get(person_id, (0, ""))
        found[person_id] = Subject(area, tier=tier, holders=frozenset(holders.get(case_id, ())))
    return found


def _holders(conn: Connection, cases: list[int]) -> dict[int, set[int]]:
    """Return who is designated for some cases or holds an open task of them."""
    designated = sa.select(helper.c.case_id, helper.c.user_id).where(
        helper.c.case_id.in_(cases), helper.c.released_at.is_(None)
    )
    states: list[sa.ColumnElement[str]] = [sa.literal_column("'created'"), sa.literal_column("'claimed'")]
    at_work = (
        sa.select(process_context.c.case_id, user_task.c.assignee_id)
        .join(user_task, user_task.c.instance_id == process_context.c.instance_id)
        .where(
            process_context.c.case_id.in_(cases), user_task.c.state.in_(states),
            user_task.c.assignee_id.is_not(None),
        )
    )  # fmt: skip
    found: dict[int, set[int]] = {}
    for case_id, user_id in conn.execute(sa.union(designated, at_work)):
        found.setdefault(case_id, set()).add(user_id)
    return found


class CaseRow(NamedTuple):
    """A case in a list."""

    id: int
    case_no: str
    status: str
    tier: str
    run_no: int
    opened_at: int
    closed_at: int | None


def cases_of(conn: Connection, person_id: int) -> list[CaseRow]:
    """Return a person's cases, newest first (`ix_case_person`)."""
    c = case.c
    query = (
        sa.select(c.id, c.case_no, c.status, c.tier, c.run_no, c.opened_at, c.closed_at)
        .where(c.person_id == person_id)
        .order_by(c.opened_at.desc())
    )
    return each(conn, query, CaseRow)


class Job(NamedTuple):
    """An employment of a person."""

    kind: str
    employer: str | None
    employed_on: str
    registered_on: str | None
    lost_on: str | None
    source: str


def employments(conn: Connection, person_id: int) -> list[Job]:
    """Return a person's employments, newest first (`ix_employment_person`)."""
    e = employment.c
    query = (
        sa.select(e.kind, e.employer, e.employed_on, e.registered_on, e.lost_on, e.source)
        .where(e.person_id == person_id)
        .order_by(e.created_at.desc())
    )
    return each(conn, query, Job)


class Benefit(NamedTuple):
    """A benefit period."""

    code: str
    starts_on: str
    ends_on: str | None


def benefits(conn: Connection, person_id: int) -> list[Benefit]:
    """Return a person's benefit periods (`ix_benefit_person`)."""
    b = benefit.c
    query = sa.select(b.code, b.starts_on, b.ends_on).where(b.person_id == person_id).order_by(b.starts_on)
    return each(conn, query, Benefit)
