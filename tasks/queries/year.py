"""What a district that lives looks at: the open work of all, what presses, and what came of the year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.store.statements import Statement
from engine.store.tables import incident, instance, subscription, user_task
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import case, deadline, duty, duty_window, process_context, referral
from tasks.store.tables_people import paper

t, d = user_task.c, deadline.c
#: Literal, not bound: SQLite uses a partial index only where it can see the index's own condition.
_OPEN = t.state.in_([sa.literal_column("'created'"), sa.literal_column("'claimed'")])


@dataclass(frozen=True, slots=True)
class Work:
    """An open task: whose it is, and when it is due (microseconds UTC)."""

    id: int
    trail_id: int
    element: str
    role: str
    pool: str
    area: str
    holder: int | None
    person_id: int | None
    due_at: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case at work and what it waits to hear."""

    case_id: int
    person_id: int
    area: str
    tier: str
    message: str


_WORK = Statement(
    sa.select(t.id, t.trail_id, t.element, t.role, t.pool, t.area, t.assignee_id, t.subject_id, t.due_at)
    .join(instance, instance.c.id == t.instance_id)
    .where(_OPEN, instance.c.status == sa.literal_column("'running'"))
    .order_by(t.id)
)
_PRESSING = Statement(
    sa.select(d.trail_id, sa.func.min(d.due_at))
    .where(d.completed_at.is_(None), d.closed_reason.is_(None), d.missed_at.is_(None))
    .group_by(d.trail_id)
)


def open_work(conn: Connection) -> list[Work]:
    """Return every open task of running processes, the oldest first."""
    return [Work(*row) for row in _WORK.run(conn, {}).all()]


def pressing(conn: Connection) -> dict[int, int]:
    """Return the earliest end of a running deadline by trail (microseconds UTC)."""
    return {row[0]: row[1] for row in _PRESSING.run(conn, {}).all()}


def waiting(conn: Connection) -> list[Waiting]:
    """Return what the cases at work wait to hear, the oldest case first."""
    query = (
        sa.select(case.c.id, case.c.person_id, case.c.area, case.c.tier, subscription.c.name)
        .join(process_context, process_context.c.case_id == case.c.id)
        .join(subscription, subscription.c.instance_id == process_context.c.instance_id)
        .where(case.c.status == "active")
        .distinct()
        .order_by(case.c.id, subscription.c.name)
    )
    return each(conn, query, Waiting)


def _counted(conn: Connection, *columns: Any, where: Any = None) -> dict[str, int]:
    query = sa.select(*columns, sa.func.count()).group_by(*columns).order_by(*columns)
    if where is not None:
        query = query.where(where)
    return {"/".join(str(cell) for cell in row[:-1]): row[-1] for row in conn.execute(query)}


def cases(conn: Connection) -> dict[str, int]:
    """Return how many cases are in each status and tier."""
    return _counted(conn, case.c.status, case.c.tier)


def referrals(conn: Connection) -> dict[str, int]:
    """Return how many referrals each tier made, with what outcome."""
    return _counted(conn, referral.c.tier, referral.c.outcome)


def deadlines(conn: Connection, missed_only: bool = False) -> dict[str, int]:
    """Return how many deadlines were met or missed; or those missed by rule."""
    state = sa.case(
        (sa.or_(d.missed_at.is_not(None), d.met.is_(False)), "missed"), (d.met, "met"),
        (d.closed_reason.is_not(None), "closed"), (d.completed_at.is_not(None), "pending done"),
        else_="running",
    )  # fmt: skip
    if missed_only:
        return _counted(conn, d.rule_id, where=sa.or_(d.missed_at.is_not(None), d.met.is_(False)))
    return _counted(conn, state.label("state"))


def duties(conn: Connection, missed_only: bool = False) -> dict[str, int]:
    """Return how many windows of duties were done or missed; or those ever missed by kind."""
    if missed_only:
        query = (
            sa.select(duty.c.kind, sa.func.count())
            .join(duty_window, duty_window.c.duty_id == duty.c.id)
            .where(duty_window.c.missed_at.is_not(None))
            .group_by(duty.c.kind)
        )
        return {row[0]: row[1] for row in conn.execute(query)}
    return _counted(conn, duty_window.c.state)


def done_by_month(conn: Connection, first_us: int, ends_us: list[int]) -> list[int]:
    """Return how many tasks were completed in each month; months end at these instants."""
    found, begin = [], first_us
    for end in ends_us:
        query = sa.select(sa.func.count()).where(
            t.state == "completed", t.ended_at >= begin, t.ended_at < end
        )
        found.append(int(conn.execute(query).scalar_one()))
        begin = end
    return found


def done_by_process(conn: Connection) -> dict[str, int]:
    """Return how many tasks of each process were completed."""
    code = sa.func.substr(t.element, 1, 4).label("code")
    return {key.rstrip("_"): number for key, number in
            _counted(conn, code, where=t.state == "completed").items()}  # fmt: skip


def papers(conn: Connection) -> dict[str, int]:
    """Return how many papers of each kind were issued."""
    return _counted(conn, paper.c.kind)


def incidents(conn: Connection) -> list[str]:
    """Return what failed and was not repaired."""
    query = sa.select(incident.c.element, incident.c.detail).where(incident.c.state == "open")
    return [f"{element or '—'}: {detail}" for element, detail in conn.execute(query)]
