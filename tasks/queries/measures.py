"""What the summary of an office counts, by community and period, and the cases behind each number.

A measure is one statement of (area, person, case, instant); the number counts its rows, the list shows them,
so that one always agrees with the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from tasks.queries.areas import under
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import case, deadline, employment, hand_over, placement, referral
from tasks.store.tables_people import person
from tasks.store.tables_registers import register_row


class Period(NamedTuple):
    """A period in microseconds UTC, `until` excluded, and its days as text (`last` included)."""

    since: int
    until: int
    first: str
    last: str


Select = sa.Select[Any]


def _columns(
    area: Any, person_id: Any, case_id: Any, at: Any, row_id: Any, what: Any, day: Any = None
) -> Select:
    """Return the columns of a measure; one that counts by a civil day names it, and is listed by it."""
    order = at if day is None else sa.cast(sa.func.replace(day, "-", ""), sa.BigInteger)
    return sa.select(
        area.label("area"), person_id.label("person_id"), case_id.label("case_id"), order.label("at"),
        row_id.label("id"), what.label("what"), (sa.null() if day is None else day).label("day"),
    )  # fmt: skip


def _entries(register: str, *elements: str) -> Callable[[Period], Select]:
    r = register_row.c

    def query(period: Period) -> Select:
        found = _columns(r.area, r.person_id, r.case_id, r.at, r.id, r.element).where(
            r.register == register, r.at >= period.since, r.at < period.until,
            sa.or_(r.struck_at.is_(None), r.struck_at >= period.until),
        )  # fmt: skip
        return found.where(r.element.in_(elements)) if elements else found

    return query


def _in_aid(period: Period) -> Select:
    """Cases that were open at the end of the period."""
    c = case.c
    return _columns(c.area, c.person_id, c.id, c.opened_at, c.id, c.tier).where(
        c.opened_at < period.until, sa.or_(c.closed_at.is_(None), c.closed_at >= period.until)
    )


def _referrals(period: Period) -> Select:
    r = referral.c
    return (
        _columns(case.c.area, case.c.person_id, case.c.id, r.created_at, r.id, r.tier)
        .join(case, case.c.id == r.case_id)
        .where(r.created_at >= period.since, r.created_at < period.until)
    )


def _employed(period: Period) -> Select:
    e = employment.c
    return (
        _columns(person.c.area, e.person_id, e.case_id, e.created_at, e.id, e.kind)
        .join(person, person.c.id == e.person_id)
        .where(e.created_at >= period.since, e.created_at < period.until)
    )


def _welfare(period: Period) -> Select:
    """Persons who began in a public-welfare post within the period."""
    p = placement.c
    return (
        _columns(case.c.area, p.person_id, p.case_id, p.id, p.id, p.level, p.placed_on)
        .join(case, case.c.id == p.case_id)
        .where(p.placed_on >= period.first, p.placed_on <= period.last)
    )


def _working(period: Period) -> Select:
    """Persons with a job at the end of the period, each once: the job recorded last."""
    e, later = employment.c, employment.alias("later").c
    same_time = sa.and_(later.created_at == e.created_at, later.id > e.id)
    further = sa.or_(later.created_at > e.created_at, same_time)
    return (
        _columns(person.c.area, e.person_id, e.case_id, e.created_at, e.id, e.kind)
        .join(person, person.c.id == e.person_id)
        .where(_held(e, period))
        .where(~sa.exists().where(later.person_id == e.person_id, further, _held(later, period)))
    )


def _held(job: Any, period: Period) -> Any:
    """Return the condition that a job was held at the end of a period."""
    return sa.and_(
        job.employed_on <= period.last, job.created_at < period.until,
        sa.or_(job.lost_on.is_(None), job.lost_on > period.last),
    )  # fmt: skip


def _lost(period: Period) -> Select:
    """Jobs lost within the period."""
    e = employment.c
    return (
        _columns(person.c.area, e.person_id, e.case_id, e.created_at, e.id, e.kind, e.lost_on)
        .join(person, person.c.id == e.person_id)
        .where(e.lost_on >= period.first, e.lost_on <= period.last)
    )


def _escalated(period: Period) -> Select:
    h = hand_over.c
    return (
        _columns(case.c.area, case.c.person_id, case.c.id, h.submitted_at, h.id, h.to_tier)
        .join(case, case.c.id == h.case_id)
        .where(h.submitted_at >= period.since, h.submitted_at < period.until)
    )


def _waived(period: Period) -> Select:
    c = case.c
    return _columns(c.area, c.person_id, c.id, c.closed_at, c.id, c.status).where(
        c.status == "END-WAIVED", c.closed_at >= period.since, c.closed_at < period.until
    )


def _overdue(period: Period) -> Select:
    """Deadlines that were missed within the period, made up for since or not."""
    d = deadline.c
    return _columns(d.area, d.person_id, d.case_id, d.missed_at, d.id, d.rule_id).where(
        d.missed_at >= period.since, d.missed_at < period.until
    )


#: The mechanism of R000-00.1 in four parts -> what is counted for each.
GROUPS: Mapping[str, Mapping[str, Callable[[Period], Select]]] = {
    "discover": {"visits": _entries("E02"), "recognised": _entries("E07")},
    "serve_first": {"in_aid": _in_aid, "overdue": _overdue, "waived": _waived},
    "help": {"referrals": _referrals, "escalated": _escalated, "employed": _employed, "welfare": _welfare},
    "keep_up": {"follow_ups": _entries("E42"), "working": _working, "lost": _lost},
}
MEASURES: Mapping[str, Callable[[Period], Select]] = {
    name: measure for group in GROUPS.values() for name, measure in group.items()
}


def counts(conn: Connection, areas: Sequence[str], period: Period) -> dict[str, dict[str, int]]:
    """Return the numbers: measure -> area -> how many."""
    found: dict[str, dict[str, int]] = {}
    for name, measure in MEASURES.items():
        rows = measure(period).subquery()
        query = sa.select(rows.c.area, sa.func.count()).where(under(rows.c.area, areas)).group_by(rows.c.area)
        found[name] = {row[0]: int(row[1]) for row in conn.execute(query)}
    return found


class Counted(NamedTuple):
    """One row behind a number; `what` is a code that says more (a rule, a tier), `day` what it counts by."""

    id: int
    at: int
    area: str
    person_id: int | None
    case_id: int | None
    what: str
    day: str | None
    case_no: str | None
    name: str | None


def behind(
    conn: Connection, name: str, areas: Sequence[str], period: Period,
    before: tuple[int, int] | None = None, most: int = 50,
) -> list[Counted]:  # fmt: skip
    """Return what a number counted, the latest first; `before` is the key (at, id) of the last row shown."""
    r = MEASURES[name](period).subquery().c
    query = (
        sa.select(r.id, r.at, r.area, r.person_id, r.case_id, r.what, r.day, case.c.case_no, person.c.name)
        .select_from(sa.outerjoin(r.id.table, case, case.c.id == r.case_id).outerjoin(
            person, person.c.id == r.person_id
        ))
        .where(under(r.area, areas))
    )  # fmt: skip
    if before is not None:
        query = query.where(sa.or_(r.at < before[0], sa.and_(r.at == before[0], r.id < before[1])))
    return each(conn, query.order_by(r.at.desc(), r.id.desc()).limit(most), Counted)
