"""What the page of one person shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.codec import loads
from tasks.queries.rows import each, one
from tasks.store.conn import Connection
from tasks.store.tables import benefit, case, employment
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

    @property
    def facts(self) -> dict[str, Any]:
        """Return what is known about the person (RULES J.5)."""
        return dict(loads(self.facts_json))


def person_head(conn: Connection, person_id: int) -> PersonHead | None:
    """Return a person by the primary key."""
    p = person.c
    query = sa.select(
        p.id, p.name, p.id_masked, p.sex, p.birth_date, p.phone, p.address, p.area, p.household_id, p.facts,
        p.created_at,
    ).where(p.id == person_id)
    return one(conn, query, PersonHead)


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
