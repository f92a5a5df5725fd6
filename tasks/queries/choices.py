"""What a form offers to choose from: staff of a role, vacancies, public-welfare posts."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from tasks import org
from tasks.queries.areas import under
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import placement, post, vacancy

MOST = 200


class Choice(NamedTuple):
    """One object to choose."""

    id: int
    name: str
    where: str
    free: int


def vacancies(conn: Connection, areas: list[str]) -> list[Choice]:
    """Return open vacancies of some areas by name (a small table)."""
    v = vacancy.c
    query = (
        sa.select(v.id, v.name, v.employer, v.number)
        .where(v.closed_at.is_(None), under(v.area, areas))
        .order_by(v.name, v.id)
        .limit(MOST)
    )
    return each(conn, query, Choice)


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
