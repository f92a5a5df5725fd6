"""What a form offers to choose from: staff of a role, vacancies, posts, cases of a matter, people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from engine.store.tables import instance
from tasks import org
from tasks.queries.areas import under
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import (
    case,
    matter_item,
    placement,
    post,
    process_context,
    trail_owner,
    vacancy,
)
from tasks.store.tables_ledger import ledger_row
from tasks.store.tables_people import person

MOST = 200
#: Of a ledger so many are offered; further ones come with the imported lists.
MOST_PEOPLE = 1000


class Choice(NamedTuple):
    """One object to choose."""

    id: int
    name: str
    where: str
    free: int


class Offer(NamedTuple):
    """A vacancy to choose."""

    id: int
    name: str
    employer: str
    tags: str
    promised_on: str | None
    checked_on: str | None


def vacancies(conn: Connection, areas: list[str], wanted: Sequence[str] = ()) -> list[Offer]:
    """Return open vacancies of some areas (a small table), those with most of the wanted tags first."""
    v = vacancy.c
    suits = [sa.case((v.tags.contains(tag), 1), else_=0) for tag in wanted]
    query = (
        sa.select(v.id, v.name, v.employer, v.tags, v.promised_on, v.checked_on)
        .where(v.closed_at.is_(None), under(v.area, areas))
        .order_by(*([sum(suits[1:], suits[0]).desc()] if suits else []), v.name, v.id)
        .limit(MOST)
    )
    return each(conn, query, Offer)


def visit_class(conn: Connection, person_id: int | None) -> int | None:
    """Return the visit class of somebody on the ledger."""
    return conn.execute(
        sa.select(ledger_row.c.visit_class).where(ledger_row.c.person_id == person_id)
    ).scalar()


def posts(conn: Connection, level: str, over: str) -> list[Choice]:
    """Return public-welfare posts of a level in and around an area that have a free place
    (`ix_placement_post`)."""
    p = post.c
    taken = (
        sa.select(sa.func.count())
        .where(placement.c.post_id == p.id, placement.c.state.in_(["reserved", "placed"]))
        .scalar_subquery()
    )
    free = (p.number - taken).label("free")
    near = sa.or_(under(p.area, [over]), p.area.in_(org.prefixes(over)))
    query = sa.select(p.id, p.name, p.level, free).where(p.level == level, near, p.number > taken)
    return each(conn, query.order_by(p.name, p.id).limit(MOST), Choice)


def cases(conn: Connection, trail_id: int) -> list[Choice]:
    """Return the cases a matter goes through, in the order of its agenda."""
    m = matter_item.c
    query = (
        sa.select(case.c.id, person.c.name, case.c.case_no, sa.literal(0))
        .select_from(
            trail_owner.join(matter_item, m.matter == trail_owner.c.matter)
            .join(case, case.c.id == m.case_id)
            .join(person, person.c.id == case.c.person_id)
        )
        .where(trail_owner.c.trail_id == trail_id)
        .order_by(m.n)
    )
    return each(conn, query, Choice)


def register(conn: Connection, area: str) -> list[Choice]:
    """Return the people of an office's ledger by name: with an active case, or a ledger process."""
    x = process_context.c
    listed = (
        sa.select(x.person_id)
        .join(instance, instance.c.id == x.instance_id)
        .where(instance.c.process_id == "P02_ledger_person", instance.c.status == "running")
    )
    helped = sa.select(case.c.person_id).where(case.c.status == "active", under(case.c.area, [area]))
    query = (
        sa.select(person.c.id, person.c.name, person.c.id_masked, sa.literal(0))
        .where(under(person.c.area, [area]), sa.or_(person.c.id.in_(listed), person.c.id.in_(helped)))
        .order_by(person.c.name, person.c.id)
        .limit(MOST_PEOPLE)
    )
    return each(conn, query, Choice)
