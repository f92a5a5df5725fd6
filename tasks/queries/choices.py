"""What a form offers to choose from: staff of a role, vacancies, public-welfare posts."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

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


def posts(conn: Connection, areas: list[str], level: str | None = None) -> list[Choice]:
    """Return public-welfare posts that have a free place (`ix_placement_post`)."""
    p = post.c
    taken = (
        sa.select(sa.func.count())
        .where(placement.c.post_id == p.id, placement.c.state.in_(["reserved", "placed"]))
        .scalar_subquery()
    )
    free = (p.number - taken).label("free")
    query = sa.select(p.id, p.name, p.level, free).where(under(p.area, areas), p.number > taken)
    if level is not None:
        query = query.where(p.level == level)
    return each(conn, query.order_by(p.name, p.id).limit(MOST), Choice)
