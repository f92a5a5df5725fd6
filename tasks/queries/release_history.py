"""What happened to a process: drafts, submissions, signatures, versions put to work and taken back."""

from __future__ import annotations

import sqlalchemy as sa

from tasks.queries.trail import Happened, events
from tasks.store.conn import Connection
from tasks.store.tables import trail_owner

_READING = ("RecordExported", "RecordViewed")


def history(conn: Connection, key: str, limit: int = 100) -> list[Happened]:
    """Return the events of a process's releases, newest first, without who read them."""
    c = trail_owner.c
    query = sa.select(c.trail_id).where(c.kind == "process", c.process_key == key)
    trail = conn.execute(query).scalar()
    return [] if trail is None else events(conn, trail, newest_first=True, limit=limit, without=_READING)
