"""Queries over changes of clocks that were asked for or granted."""

from __future__ import annotations

import sqlalchemy as sa

from tasks.store.conn import Connection, RowMapping
from tasks.store.rows import Named
from tasks.store.tables_clock import deadline_change

_c = deadline_change.c
_ASKED = Named(
    sa.select(deadline_change).where(
        _c.deadline_id == sa.bindparam("deadline_id"), _c.state == sa.literal_column("'asked'")
    )
)
_OF_CASE = Named(
    sa.select(deadline_change).where(_c.case_id == sa.bindparam("case_id")).order_by(_c.asked_at, _c.id)
)


def asked_of(conn: Connection, deadline_id: int) -> RowMapping | None:
    """Return the change of a deadline that waits for a decision."""
    return _ASKED.first(conn, deadline_id=deadline_id)


def of_case(conn: Connection, case_id: int) -> list[RowMapping]:
    """Return the changes of a case's deadlines, the oldest first (`ix_deadline_change_case`)."""
    return _OF_CASE.all(conn, case_id=case_id)
