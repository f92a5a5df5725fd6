"""Notices of a person, incidents of the office, and what the metrics page counts."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.codec import loads
from engine.store.statements import Statement
from engine.store.tables import incident, instance, job, timer
from tasks.queries.areas import under
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import case, notice, process_context

UNREAD_LIMIT = 100
#: Kinds of incidents behind which something can be tried again.
RETRIED = frozenset({"task", "timer", "job", "clock"})


class Notice(NamedTuple):
    """Something a person is told in the product."""

    id: int
    kind: str
    case_id: int | None
    case_no: str | None
    task_id: int | None
    data_json: str
    created_at: int
    read_at: int | None

    @property
    def data(self) -> dict[str, Any]:
        """Return what the notice carries."""
        return dict(loads(self.data_json))


def notices(conn: Connection, user_id: int, *, unread: bool, limit: int = 50) -> list[Notice]:
    """Return a person's notices, newest first (`ix_notice_unread` for the unread ones)."""
    n = notice.c
    query = (
        sa.select(n.id, n.kind, n.case_id, case.c.case_no, n.task_id, n.data, n.created_at, n.read_at)
        .select_from(notice.outerjoin(case, case.c.id == n.case_id))
        .where(n.user_id == user_id)
    )
    if unread:
        query = query.where(n.read_at.is_(None))
    return each(conn, query.order_by(n.created_at.desc()).limit(limit), Notice)


_UNREAD = Statement(
    sa.select(sa.func.count()).select_from(
        sa.select(sa.literal_column("1"))
        .select_from(notice)
        .where(notice.c.user_id == sa.bindparam("user"), notice.c.read_at.is_(None))
        .limit(sa.bindparam("most", type_=sa.Integer))
        .offset(sa.literal_column("0"))
        .subquery()
    )
)


def unread_count(conn: Connection, user_id: int) -> int:
    """Return how many notices are unread, at most `UNREAD_LIMIT` (`ix_notice_unread`)."""
    return int(_UNREAD.run(conn, {"user": user_id, "most": UNREAD_LIMIT}).one()[0])


def mark_read(conn: Connection, user_id: int, at: int, notice_id: int | None = None) -> None:
    """Note that a person has read one notice, or all."""
    change = notice.update().where(notice.c.user_id == user_id, notice.c.read_at.is_(None))
    if notice_id is not None:
        change = change.where(notice.c.id == notice_id)
    conn.execute(change.values(read_at=at))


class Incident(NamedTuple):
    """Something that failed and waits for a person."""

    id: int
    kind: str
    detail: str
    state: str
    element: str | None
    process_id: str | None
    definition_id: int | None
    instance_id: int | None
    case_id: int | None
    case_no: str | None
    opened_at: int
    resolved_at: int | None

    @property
    def retried(self) -> bool:
        """Tell whether there is something to try again; else a person closes it."""
        return self.kind in RETRIED


def incidents(
    conn: Connection, areas: list[str] | None, *, state: str = "open", limit: int = 100
) -> list[Incident]:
    """Return incidents of some areas (None: all), oldest open first (`ix_incident_open`)."""
    n = incident.c
    query = (
        sa.select(
            n.id, n.kind, n.detail, n.state, n.element, instance.c.process_id, instance.c.definition_id,
            n.instance_id, case.c.id, case.c.case_no, n.opened_at, n.resolved_at,
        )
        .select_from(
            incident.outerjoin(instance, instance.c.id == n.instance_id)
            .outerjoin(process_context, process_context.c.instance_id == n.instance_id)
            .outerjoin(case, case.c.id == process_context.c.case_id)
        )
        .where(n.state == state)
    )
    if areas is not None:
        query = query.where(sa.or_(process_context.c.area.is_(None), under(process_context.c.area, areas)))
    order = n.opened_at if state == "open" else n.opened_at.desc()
    return each(conn, query.order_by(order).limit(limit), Incident)


class Pulse(NamedTuple):
    """How the machinery stands; each figure stops at 10,000 and comes from a partial index."""

    incidents: int
    timers_overdue: int
    jobs_waiting: int
    clock_held: int


def pulse(conn: Connection, now: int) -> Pulse:
    """Return what an operator watches."""

    def bounded(table: sa.Table, *terms: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        rows = sa.select(sa.literal_column("1")).select_from(table).where(*terms).limit(10_000).subquery()
        return sa.select(sa.func.count()).select_from(rows).scalar_subquery()

    scheduled = timer.c.state == sa.literal_column("'scheduled'")
    ready = job.c.state.in_([sa.literal_column("'ready'"), sa.literal_column("'retry'")])
    query = sa.select(
        bounded(incident, incident.c.state == sa.literal_column("'open'")),
        bounded(timer, scheduled, timer.c.due_at <= now),
        bounded(job, ready, job.c.run_at <= now),
        bounded(incident, incident.c.state == sa.literal_column("'open'"), incident.c.kind == "clock"),
    )
    return Pulse(*conn.execute(query).one())
