"""Entries of registers, paged by key, and what their lines are made of: persons, cases, forms, referrals.

Entries are found by `ix_register_row_at`; all else by primary keys, a page at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.codec import mapping
from engine.store.tables import instance, user_task
from tasks.queries.areas import under
from tasks.queries.measures import Period
from tasks.queries.rows import each
from tasks.registers.spec import RegisterSpec
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables import case, form_data, referral
from tasks.store.tables_org import unit
from tasks.store.tables_people import paper, person
from tasks.store.tables_registers import register_row


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a register: which areas, entered when (microseconds UTC, `until` excluded), filed where."""

    areas: tuple[str, ...]
    since: int
    until: int
    facet: str = ""


class Entry(NamedTuple):
    """One entry; `run` is the run of assistance it was made in."""

    id: int
    at: int
    area: str
    tier: str
    trail_id: int
    element: str
    task_id: int | None
    case_id: int | None
    person_id: int | None
    user_id: int | None
    struck_at: int | None = None
    run: int = 1


Key = tuple[int, int]


def entries(
    conn: Connection, spec: RegisterSpec, wanted: Wanted, before: Key | None = None, most: int = 50
) -> list[Entry]:
    """Return entries, the latest first; `before` is the key (at, id) at which the last page ended."""
    r = register_row.c
    query = _entries().where(*_conditions(spec, wanted))
    if before is not None:
        query = query.where(sa.or_(r.at < before[0], sa.and_(r.at == before[0], r.id < before[1])))
    return each(conn, query.order_by(r.at.desc(), r.id.desc()).limit(most), Entry)


def _entries() -> sa.Select[Any]:
    r = register_row.c
    return sa.select(
        r.id, r.at, r.area, r.tier, r.trail_id, r.element, r.task_id, r.case_id, r.person_id, r.user_id,
        r.struck_at, sa.func.coalesce(instance.c.run, 1),
    ).select_from(register_row.outerjoin(instance, instance.c.id == r.instance_id))


def count(conn: Connection, spec: RegisterSpec, wanted: Wanted) -> int:
    """Return how many entries there are."""
    query = sa.select(sa.func.count()).select_from(register_row).where(*_conditions(spec, wanted))
    return int(conn.execute(query).scalar_one())


def facets(conn: Connection, spec: RegisterSpec, wanted: Wanted) -> dict[str, int]:
    """Return how many entries are filed under what."""
    query = sa.select(register_row.c.facets, sa.func.count()).where(*_conditions(spec, wanted))
    found: dict[str, int] = {}
    for filed, number in conn.execute(query.group_by(register_row.c.facets)):
        for one in filter(None, filed.split(",")):
            found[one] = found.get(one, 0) + number
    return dict(sorted(found.items()))


def _conditions(spec: RegisterSpec, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    r = register_row.c
    valid = sa.or_(r.struck_at.is_(None), r.struck_at >= wanted.until)
    found = [r.register == spec.id, r.at < wanted.until, under(r.area, wanted.areas), valid]
    if spec.elements:
        found.append(r.element.in_(spec.elements))
    if wanted.facet:
        found.append(r.facets.contains(f",{wanted.facet},", autoescape=True))
    if not spec.stock:
        return [*found, r.at >= wanted.since]
    later = register_row.alias("later")
    newer = sa.or_(later.c.at > r.at, sa.and_(later.c.at == r.at, later.c.id > r.id))
    same = sa.and_(
        later.c.person_id == r.person_id, later.c.register == spec.id, later.c.at < wanted.until,
        sa.or_(later.c.struck_at.is_(None), later.c.struck_at >= wanted.until),
    )  # fmt: skip
    if spec.elements:
        same = sa.and_(same, later.c.element.in_(spec.elements))
    return [*found, sa.not_(sa.exists().where(same, newer))]


def by_ids(conn: Connection, ids: Sequence[int]) -> list[Entry]:
    """Return entries by their ids."""
    query, found = _entries(), list[Entry]()
    for start in range(0, len(ids), 500):
        found += each(conn, query.where(register_row.c.id.in_(ids[start : start + 500])), Entry)
    return found


class PersonRow(NamedTuple):
    """What a line says of a person."""

    id: int
    name: str
    sex: str
    birth_date: str
    id_masked: str
    phone: str | None
    address: str | None
    area: str


def persons(conn: Connection, ids: Iterable[int | None]) -> dict[int, PersonRow]:
    """Return persons by id."""
    p, wanted = person.c, sorted({one for one in ids if one is not None})
    query = sa.select(p.id, p.name, p.sex, p.birth_date, p.id_masked, p.phone, p.address, p.area)
    return {one.id: one for one in each(conn, query.where(p.id.in_(wanted)), PersonRow)}


def cases(conn: Connection, ids: Iterable[int | None]) -> dict[int, tuple[str, str]]:
    """Return number and tier of cases by id."""
    wanted = sorted({one for one in ids if one is not None})
    query = sa.select(case.c.id, case.c.case_no, case.c.tier).where(case.c.id.in_(wanted))
    return {row[0]: (row[1], row[2]) for row in conn.execute(query)}


def forms(conn: Connection, task_ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    """Return the answers of completed tasks by task."""
    f, wanted = form_data.c, sorted({one for one in task_ids if one is not None})
    query = sa.select(f.task_id, f["values"]).where(f.task_id.in_(wanted), f.draft.is_(sa.false()))
    return {row[0]: mapping(row[1]) for row in conn.execute(query)}


class Told(NamedTuple):
    """What a step recorded: when, and in which run."""

    at: int
    run: int
    answers: dict[str, Any]


def forms_on(
    conn: Connection, trails: Iterable[int], elements: Iterable[str]
) -> dict[tuple[int, str], list[Told]]:
    """Return what steps of some trails recorded, by trail and step, oldest first (`ix_user_task_element`)."""
    t, f = user_task.c, form_data.c
    wanted = sorted(set(elements))
    if not wanted:
        return {}
    query = (
        sa.select(t.trail_id, t.element, t.ended_at, instance.c.run, f["values"])
        .join(instance, instance.c.id == t.instance_id)
        .join(form_data, sa.and_(f.task_id == t.id, f.draft.is_(sa.false())))
        .where(t.element.in_(wanted), t.trail_id.in_(sorted(set(trails))), t.state == "completed")
        .order_by(t.ended_at, t.id)
    )
    found: dict[tuple[int, str], list[Told]] = {}
    for trail, element, at, run, values in conn.execute(query):
        found.setdefault((trail, element), []).append(Told(at, run, mapping(values)))
    return found


class Referral(NamedTuple):
    """A referral of a case."""

    case_id: int
    created_at: int
    employer: str
    post: str


def referrals(conn: Connection, case_ids: Iterable[int | None]) -> dict[int, list[Referral]]:
    """Return the referrals of some cases, oldest first."""
    r, wanted = referral.c, sorted({one for one in case_ids if one is not None})
    query = sa.select(r.case_id, r.created_at, r.employer, r.post).where(r.case_id.in_(wanted))
    found: dict[int, list[Referral]] = {}
    for one in each(conn, query.order_by(r.created_at, r.id), Referral):
        found.setdefault(one.case_id, []).append(one)
    return found


def issued(
    conn: Connection, unit_ids: Sequence[int], area: str, period: Period, before: Key | None = None,
    most: int = 50,
) -> list[RowMapping]:  # fmt: skip
    """Return papers issued about an area's people, or about nobody by its offices, the latest first.

    `unit_ids` are the offices whose series the papers may have (`ix_paper_unit_id`).
    """
    p = paper.c
    mine = sa.or_(
        under(person.c.area, [area]), sa.and_(p.person_id.is_(None), under(unit.c.path, [area]))
    )
    query = (
        sa.select(
            p.id, p.kind, p.number, p.issued_on, p.issued_at, p.issued_by, p.voided_at, p.person_id,
            p.case_id, person.c.name, person.c.area, unit.c.path.label("office"),
        )
        .select_from(
            paper.join(unit, unit.c.id == p.unit_id).outerjoin(person, person.c.id == p.person_id)
        )
        .where(p.unit_id.in_(unit_ids), p.issued_at >= period.since, p.issued_at < period.until, mine)
    )
    if before is not None:
        query = query.where(
            sa.or_(p.issued_at < before[0], sa.and_(p.issued_at == before[0], p.id < before[1]))
        )
    return list(conn.execute(query.order_by(p.issued_at.desc(), p.id.desc()).limit(most)).mappings())
