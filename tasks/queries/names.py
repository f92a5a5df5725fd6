"""Names of people by id, for lists that carry ids only."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from tasks.store.conn import Connection
from tasks.store.tables_org import user_account


def user_names(conn: Connection, ids: Iterable[int | None]) -> dict[int, str]:
    """Return display names by id (primary key)."""
    wanted = sorted({one for one in ids if one is not None})
    if not wanted:
        return {}
    query = sa.select(user_account.c.id, user_account.c.display_name).where(user_account.c.id.in_(wanted))
    return {row[0]: row[1] for row in conn.execute(query)}
