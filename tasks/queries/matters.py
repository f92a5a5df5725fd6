"""Matters as pages show them: what one is about, its processes and tasks, the list, families without work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.store.tables import definition, instance, user_task
from tasks.office_duties import OFFICES
from tasks.queries.areas import chain_of, under, unit_names
from tasks.queries.rows import each, one
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables import benefit, case, matter_item, process_context, trail_owner
from tasks.store.tables_matters import complaint, imported_list, warning
from tasks.store.tables_notes import special_survey
from tasks.store.tables_org import unit, user_account
from tasks.store.tables_people import person

PAGE = 50
#: Tables that describe a matter, by the first part of its key.
_TABLES: Mapping[str, sa.Table] = {
    "benefit": benefit, "discovery": imported_list, "warning": warning, "complaint": complaint,
    "special": special_survey,
}  # fmt: skip
#: First parts of the keys that name an office: its own trail, and the windows of its duties.
_OF_OFFICES = frozenset({"unit", *(process.partition("_")[0] for process in OFFICES)})


def number_of(matter: str) -> int:
    """Return the number in a matter's key: the household, the benefit, the office."""
    digits = matter.split(":")[1] if ":" in matter else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


def facts_of(conn: Connection, matters: Collection[str]) -> dict[str, RowMapping]:
    """Return the row that describes each matter: the office, the warning, the complaint … (primary keys)."""
    found: dict[str, RowMapping] = {}
    by_kind: dict[str, list[str]] = {}
    for matter in set(matters):
        by_kind.setdefault(matter.partition(":")[0], []).append(matter)
    for kind, keys in by_kind.items():
        table = unit if kind in _OF_OFFICES else _TABLES.get(kind)
        if table is None:
            continue
        wanted = {number_of(key): key for key in keys}
        for row in conn.execute(sa.select(table).where(table.c.id.in_(list(wanted)))).mappings():
            found |= {key: row for key in keys if number_of(key) == row["id"]}
    return found


def families_of(conn: Connection, matters: Collection[str]) -> dict[str, list[str]]:
    """Return the names of the members of each household among some matters, the eldest first."""
    wanted = {number_of(one): one for one in matters if one.startswith("household:")}
    found: dict[str, list[str]] = {}
    if wanted:
        query = sa.select(person.c.household_id, person.c.name).where(
            person.c.household_id.in_(list(wanted))
        )
        for household_id, name in conn.execute(query.order_by(person.c.birth_date)):
            found.setdefault(wanted[household_id], []).append(name)
    return found


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter with its latest process."""

    trail_id: int
    matter: str
    instance_id: int
    process_id: str
    definition_id: int
    version: int
    status: str
    area: str
    tier: str
    started_at: int
    ended_at: int | None
    person_id: int | None
    person_name: str | None
    household_id: int | None


def _matters() -> sa.Select[Any]:
    i, x = instance.c, process_context.c
    return (
        sa.select(
            i.trail_id, x.matter, i.id, i.process_id, i.definition_id, definition.c.version, i.status, x.area,
            x.tier, i.started_at, i.ended_at, x.person_id, person.c.name, x.household_id,
        )
        .select_from(
            process_context.join(instance, i.id == x.instance_id)
            .join(definition, definition.c.id == i.definition_id)
            .outerjoin(person, person.c.id == x.person_id)
        )
        .where(x.matter.is_not(None), x.case_id.is_(None))
    )


def page(
    conn: Connection, areas: Sequence[str], process: str = "", opened: bool | None = None,
    wanted: Collection[str] | None = None, before: int | None = None, most: int = PAGE,
) -> list[Matter]:  # fmt: skip
    """Return matters of some areas, the latest first; `before` is the instance at which a page ended."""
    i, x = instance.c, process_context.c
    query = _matters().where(under(x.area, areas))
    if process:
        query = query.where(i.process_id.startswith(f"{process}_", autoescape=True))
    if opened is not None:
        running = i.status.in_(("running", "suspended"))
        query = query.where(running if opened else sa.not_(running))
    if wanted is not None:
        query = query.where(x.matter.in_(list(wanted)))
    if before is not None:
        query = query.where(i.id < before)
    return each(conn, query.order_by(i.id.desc()).limit(most), Matter)


def overdue(conn: Connection, trail_ids: Collection[int], now: int) -> set[int]:
    """Return the matters that have an open task past its due date."""
    t = user_task.c
    late = sa.and_(t.trail_id.in_(list(trail_ids)), t.state.in_(("created", "claimed")), t.due_at < now)
    return set(conn.execute(sa.select(t.trail_id).where(late).distinct()).scalars())


def head(conn: Connection, trail_id: int) -> Matter | None:
    """Return the matter of a trail with its latest process."""
    query = _matters().where(instance.c.trail_id == trail_id).order_by(instance.c.id.desc()).limit(1)
    return one(conn, query, Matter)


def instances(conn: Connection, trail_id: int) -> list[Matter]:
    """Return every process of a matter, the latest first."""
    query = _matters().where(instance.c.trail_id == trail_id)
    return each(conn, query.order_by(instance.c.id.desc()), Matter)


def trail_of(conn: Connection, matter: str) -> int | None:
    """Return the trail of a matter (`uq_trail_owner_matter`)."""
    return conn.execute(sa.select(trail_owner.c.trail_id).where(trail_owner.c.matter == matter)).scalar()


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a matter, open or done."""

    id: int
    element: str
    definition_id: int
    role: str
    state: str
    due_at: int
    ended_at: int | None
    holder: str | None
    person_id: int | None
    person_name: str | None


def tasks(conn: Connection, instance_ids: Sequence[int]) -> list[Task]:
    """Return the tasks of some processes: the open ones first, then what was done, the latest first."""
    t = user_task.c
    opened = t.state.in_(("created", "claimed"))
    query = (
        sa.select(
            t.id, t.element, instance.c.definition_id, t.role, t.state, t.due_at, t.ended_at,
            user_account.c.display_name, t.subject_id, person.c.name,
        )
        .select_from(
            user_task.join(instance, instance.c.id == t.instance_id)
            .outerjoin(user_account, user_account.c.id == sa.func.coalesce(t.ended_by, t.assignee_id))
            .outerjoin(person, person.c.id == t.subject_id)
        )
        .where(t.instance_id.in_(instance_ids), t.state != "cancelled")
        .order_by(sa.case((opened, 0), else_=1), t.due_at, sa.func.coalesce(t.ended_at, 0).desc(), t.id)
        .limit(200)
    )
    return each(conn, query, Task)


@dataclass(frozen=True, slots=True)
class Item:
    """What a matter goes through: a case of a conference, a person to check."""

    n: int
    why: str
    outcome: str | None
    case_id: int | None
    case_no: str | None
    person_id: int | None
    person_name: str | None
    area: str | None


def items(conn: Connection, matter: str) -> list[Item]:
    """Return what a matter goes through, in order (primary key of `matter_item`)."""
    m = matter_item.c
    query = (
        sa.select(
            m.n, m.why, m.outcome, m.case_id, case.c.case_no, person.c.id, person.c.name, person.c.area
        )
        .select_from(
            matter_item.outerjoin(case, case.c.id == m.case_id).outerjoin(person, person.c.id == m.person_id)
        )
        .where(m.matter == matter)
        .order_by(m.n)
    )
    return each(conn, query, Item)


def members(conn: Connection, household_id: int) -> list[RowMapping]:
    """Return the members of a household with whether each has work on record."""
    from tasks.store.tables import employment

    works = sa.exists().where(employment.c.person_id == person.c.id, employment.c.lost_on.is_(None))
    query = sa.select(person.c.id, person.c.name, person.c.birth_date, person.c.sex, works.label("works"))
    query = query.where(person.c.household_id == household_id).order_by(person.c.birth_date)
    return list(conn.execute(query).mappings())


def open_families(conn: Connection, areas: Sequence[str]) -> list[Matter]:
    """Return the families without work that are not cleared, the one found first first."""
    query = (
        _matters()
        .where(
            instance.c.process_id == "P16_zero_family", instance.c.status.in_(("running", "suspended")),
            under(process_context.c.area, areas),
        )
        .order_by(instance.c.started_at)
    )  # fmt: skip
    return each(conn, query.limit(500), Matter)


def found_by_number(conn: Connection, text: str) -> list[str]:
    """Return the matter of a complaint's number."""
    query = sa.select(complaint.c.id).where(complaint.c.number == text)
    return [f"complaint:{found}" for found in conn.execute(query).scalars()]


def of_persons(conn: Connection, person_ids: Collection[int]) -> list[str]:
    """Return the matters of some people: of their households, and those they stand in."""
    p, m = person.c, matter_item.c
    homes = sa.select(p.household_id).where(p.id.in_(person_ids), p.household_id.is_not(None))
    found = [f"household:{one}" for one in conn.execute(homes).scalars()]
    stands = sa.select(m.matter).where(m.person_id.in_(person_ids)).distinct().limit(500)
    found += conn.execute(stands).scalars()
    own = sa.select(trail_owner.c.matter).where(
        trail_owner.c.person_id.in_(person_ids), trail_owner.c.matter.is_not(None)
    )
    return [*found, *conn.execute(own).scalars()]


def case_no(conn: Connection, case_id: int | None) -> str:
    """Return the number of a case, or nothing."""
    found = conn.execute(sa.select(case.c.case_no).where(case.c.id == case_id)).scalar()
    return str(found or "")


def user_name(conn: Connection, user_id: int | None) -> str:
    """Return the name of an account, or nothing for the program."""
    found = conn.execute(sa.select(user_account.c.display_name).where(user_account.c.id == user_id)).scalar()
    return str(found or "")


def unit_chain(conn: Connection, area: str) -> dict[str, str]:
    """Return the names of the units an area lies in, by path."""
    return unit_names(conn, chain_of(area))


def of_task(conn: Connection, trail_id: int) -> str | None:
    """Return the matter of a trail, or None where it is a case's or a person's."""
    return conn.execute(sa.select(trail_owner.c.matter).where(trail_owner.c.trail_id == trail_id)).scalar()


def household_of(conn: Connection, instance_id: int) -> int | None:
    """Return the household an instance is about."""
    query = sa.select(process_context.c.household_id).where(process_context.c.instance_id == instance_id)
    return conn.execute(query).scalar()


def trail_of_instance(conn: Connection, instance_id: int) -> int | None:
    """Return the trail of an instance (primary key)."""
    return conn.execute(sa.select(instance.c.trail_id).where(instance.c.id == instance_id)).scalar()


def open_family(conn: Connection, household_id: int | None) -> int | None:
    """Return the trail of a household that is being helped as one without work (by its matter)."""
    i, x = instance.c, process_context.c
    query = (
        sa.select(i.trail_id)
        .join(process_context, x.instance_id == i.id)
        .where(x.matter == f"household:{household_id}", i.status.in_(("running", "suspended")))
    )
    return conn.execute(query).scalar()
