"""Names of people and objects by id, for lists and forms that carry ids only."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from tasks.store.conn import Connection
from tasks.store.tables import case, post, vacancy
from tasks.store.tables_org import user_account
from tasks.store.tables_people import person

_NAMED = {"person": person.c.name, "post": post.c.name, "vacancy": vacancy.c.name, "case": case.c.case_no}


def user_names(conn: Connection, ids: Iterable[int | None]) -> dict[int, str]:
    """Return display names by id (primary key)."""
    wanted = sorted({one for one in ids if one is not None})
    if not wanted:
        return {}
    query = sa.select(user_account.c.id, user_account.c.display_name).where(user_account.c.id.in_(wanted))
    return {row[0]: row[1] for row in conn.execute(query)}


def object_names(conn: Connection, kind: str, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of persons, posts or vacancies, the numbers of cases, by id (primary key)."""
    name, wanted = _NAMED.get(kind), sorted(set(ids))
    if name is None or not wanted:
        return {}
    key = name.table.c.id
    return {row[0]: row[1] for row in conn.execute(sa.select(key, name).where(key.in_(wanted)))}
