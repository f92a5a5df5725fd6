"""Employers as the office knows them: what they need, what they promised, what became of referrals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from tasks.queries.areas import under
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import benefit, case, employment, referral, vacancy
from tasks.store.tables_people import person

PAGE = 100
#: The subsidy that an employer has for somebody he hired (R000-08.1).
OF_EMPLOYERS = "BEN-SI-EMP"


class Opening(NamedTuple):
    """An open vacancy with everything said of it."""

    id: int
    employer: str
    name: str
    area: str
    number: int
    wage: str | None
    tags: str
    source: str | None
    promised_on: str | None
    checked_on: str | None


class Dealings(NamedTuple):
    """What became of the referrals to an employer, and who works there now."""

    referred: int
    hired: int
    not_hired: int
    working: int


def openings(
    conn: Connection, areas: Sequence[str], tag: str = "", employer: str = "", promised: bool | None = None,
    source: str = "",
) -> list[Opening]:  # fmt: skip
    """Return open vacancies of some areas by employer, one page of them (a small table)."""
    v = vacancy.c
    query = sa.select(*(v[name] for name in Opening._fields))
    query = query.where(v.closed_at.is_(None), under(v.area, areas))
    if tag:
        query = query.where(v.tags.contains(tag))
    if employer:
        query = query.where(v.employer == employer)
    if source:
        query = query.where(v.source == source)
    if promised is not None:
        query = query.where(v.promised_on.is_not(None) if promised else v.promised_on.is_(None))
    return each(conn, query.order_by(v.employer, v.name, v.id).limit(PAGE + 1), Opening)


def places_by_source(conn: Connection, areas: Sequence[str]) -> dict[str, int]:
    """Return how many places are open in some areas by whom they came from (R000-06.5)."""
    v = vacancy.c
    query = sa.select(v.source, sa.func.sum(v.number)).where(v.closed_at.is_(None), under(v.area, areas))
    return {source: int(number) for source, number in conn.execute(query.group_by(v.source)) if source}


def without_openings(conn: Connection, areas: Sequence[str], today: date) -> list[str]:
    """Return the employers that enjoy a subsidy for somebody they hired and offer nothing now (R000-06.3)."""
    b, e, v, day = benefit.c, employment.c, vacancy.c, today.isoformat()
    offers = sa.select(v.id).where(v.employer == e.employer, v.closed_at.is_(None)).exists()
    query = (
        sa.select(e.employer)
        .select_from(
            benefit.join(person, person.c.id == b.person_id).join(employment, e.person_id == b.person_id)
        )
        .where(
            b.code == OF_EMPLOYERS, b.starts_on <= day, sa.or_(b.ends_on.is_(None), b.ends_on >= day),
            e.lost_on.is_(None), e.employer.is_not(None), ~offers, under(person.c.area, areas),
        )
        .distinct()
        .order_by(e.employer)
        .limit(PAGE)
    )  # fmt: skip
    return list(conn.execute(query).scalars())


def dealings(conn: Connection, areas: Sequence[str], employer: str) -> Dealings:
    """Return the numbers of an employer in some areas; nobody is named."""
    r, e = referral.c, employment.c

    def with_outcome(outcome: str) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((r.outcome == outcome, 1), else_=0)), 0)

    referred = (
        sa.select(sa.func.count(), with_outcome("HIRED"), with_outcome("NOT_HIRED"))
        .select_from(referral.join(case, case.c.id == r.case_id))
        .where(r.employer == employer, under(case.c.area, areas))
    )
    working = (
        sa.select(sa.func.count(e.person_id.distinct()))
        .select_from(employment.join(person, person.c.id == e.person_id))
        .where(e.employer == employer, e.lost_on.is_(None), under(person.c.area, areas))
    )
    return Dealings(*conn.execute(referred).one(), conn.execute(working).scalar_one())
