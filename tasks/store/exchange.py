"""Queries over exchanges with outside systems."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from engine.store.tables import incident, user_task
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables_exchange import exchange, feed


def open_task(conn: Connection, instance_id: int, token: int, element: str) -> RowMapping | None:
    """Return the open task an exchange was made for; None when it is over."""
    u = user_task.c
    query = sa.select(user_task).where(
        u.instance_id == instance_id, u.token == token, u.element == element,
        u.state.in_(("created", "claimed")),
    )  # fmt: skip
    return conn.execute(query).mappings().first()


def of_task(conn: Connection, instance_id: int, token: int, element: str) -> list[RowMapping]:
    """Return the exchanges of one task, the oldest first."""
    e = exchange.c
    query = sa.select(exchange).where(e.instance_id == instance_id, e.token == token, e.element == element)
    return list(conn.execute(query.order_by(e.id)).mappings())


def set_state(conn: Connection, exchange_id: int, was: Collection[str], **values: Any) -> bool:
    """Change an exchange that is still in one of some states; tell whether it was."""
    e = exchange.c
    done = conn.execute(exchange.update().where(e.id == exchange_id, e.state.in_(was)).values(**values))
    return done.rowcount == 1


def unsettled(conn: Connection, trail_id: int) -> bool:
    """Tell whether a record of a trail is refused or out of tries."""
    query = sa.select(exchange.c.id).where(
        exchange.c.trail_id == trail_id, exchange.c.state.in_(("refused", "dead"))
    )
    return conn.execute(query.limit(1)).first() is not None


def open_incidents(conn: Connection, trail_id: int, kind: str) -> list[int]:
    """Return the open incidents of a trail that tell of an exchange: refused, or out of tries."""
    i = incident.c
    told = sa.or_(i.kind == kind, sa.and_(i.kind == "job", i.element == kind))
    query = sa.select(i.id).where(i.trail_id == trail_id, i.state == "open", told)
    return [int(row[0]) for row in conn.execute(query)]


def put_feed(conn: Connection, system: str, **values: Any) -> None:
    """Keep how far a list was fetched."""
    done = conn.execute(feed.update().where(feed.c.system == system).values(**values))
    if not done.rowcount:
        conn.execute(feed.insert().values(system=system, **values))
