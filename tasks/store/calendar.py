"""Queries over what a changed calendar may move, and over the runs that carry it through."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from engine.store.statements import Statement
from engine.store.tables import instance, user_task
from tasks.store.conn import Connection, RowMapping
from tasks.store.rows import Named
from tasks.store.tables import case, deadline, duty, trail_owner
from tasks.store.tables_clock import calendar_run
from tasks.windows import MONTH_END

_d, _t, _r = deadline.c, user_task.c, calendar_run.c
_OPEN = _t.state.in_([sa.literal_column("'created'"), sa.literal_column("'claimed'")])
#: Counted and running, or waiting for its year; what was done while it waited is judged when the year comes.
_MAY_MOVE = sa.and_(
    _d.closed_reason.is_(None), _d.trigger_on.is_not(None), _d.extension.is_(None),
    sa.or_(_d.due_literal.is_(None), sa.and_(_d.completed_at.is_(None), _d.missed_at.is_(None))),
)  # fmt: skip
_RUNNING = Statement(sa.select(_r.id).where(_r.state == sa.literal_column("'running'")).order_by(_r.id))
_DEADLINES = Named(
    sa.select(deadline).where(_d.trail_id == sa.bindparam("trail_id"), _MAY_MOVE).order_by(_d.id)
)
_TASKS = Named(
    sa.select(user_task, instance.c.definition_id)
    .join(instance, instance.c.id == _t.instance_id)
    .where(_t.trail_id == sa.bindparam("trail_id"), _OPEN)
    .order_by(_t.id)
)
_TASKS_OF = Named(sa.select(user_task).where(_t.instance_id == sa.bindparam("instance_id"), _OPEN))
_DUTY_TRAIL = sa.func.coalesce(duty.c.case_id, trail_owner.c.trail_id)
_OF_OFFICE = duty.outerjoin(
    trail_owner,
    sa.or_(
        sa.and_(trail_owner.c.kind == "person", trail_owner.c.person_id == duty.c.person_id),
        trail_owner.c.matter == sa.literal("unit:") + sa.cast(duty.c.unit_id, sa.Text),
    ),
)


def open_deadlines(conn: Connection, trail_id: int) -> list[RowMapping]:
    """Return the deadlines of a trail that a changed calendar may move."""
    return _DEADLINES.all(conn, trail_id=trail_id)


def open_tasks(conn: Connection, trail_id: int) -> list[RowMapping]:
    """Return the open tasks of a trail, each with the version it runs."""
    return _TASKS.all(conn, trail_id=trail_id)


def open_tasks_of(conn: Connection, instance_id: int) -> list[RowMapping]:
    """Return the open tasks of an instance."""
    return _TASKS_OF.all(conn, instance_id=instance_id)


def has_running(conn: Connection, trail_id: int, rules: Sequence[str]) -> bool:
    """Tell whether a deadline of some rules runs on a trail."""
    query = sa.select(_d.id).where(
        _d.trail_id == trail_id, _d.rule_id.in_(rules), _d.completed_at.is_(None), _d.closed_reason.is_(None)
    )
    return conn.execute(query.limit(1)).first() is not None


def duties_of(conn: Connection, trail_id: int, frequency: str) -> list[RowMapping]:
    """Return the open duties of a frequency that are written to a trail."""
    query = (
        sa.select(duty).select_from(_OF_OFFICE)
        .where(_DUTY_TRAIL.in_([trail_id]), duty.c.frequency == frequency, duty.c.state == "open")
        .order_by(duty.c.id)
    )  # fmt: skip
    return list(conn.execute(query).mappings())


def trails(conn: Connection, elements: Sequence[str], after: int = 0, most: int | None = None) -> list[int]:
    """Return the trails a changed calendar may concern, by id: those after one, at most so many.

    `elements` are the steps for which the office has set itself a target.
    """
    found = sa.union(
        sa.select(_d.trail_id.label("id")).where(_MAY_MOVE),
        sa.select(_t.trail_id).where(_OPEN, _t.element.in_(elements)),
        sa.select(_DUTY_TRAIL).select_from(_OF_OFFICE)
        .where(duty.c.frequency == MONTH_END, duty.c.state == "open"),
    ).subquery()  # fmt: skip
    query = sa.select(found.c.id).where(found.c.id > after).order_by(found.c.id)
    return list(conn.execute(query if most is None else query.limit(most)).scalars())


def case_numbers(conn: Connection, trail_ids: Sequence[int]) -> dict[int, str]:
    """Return the numbers of those trails that are cases."""
    query = sa.select(case.c.id, case.c.case_no).where(case.c.id.in_(trail_ids))
    return {row[0]: row[1] for row in conn.execute(query)}


# runs


def running(conn: Connection) -> list[int]:
    """Return the runs under way, the oldest first (`ix_calendar_run_running`)."""
    return [row[0] for row in _RUNNING.run(conn, {}).all()]


def latest(conn: Connection) -> RowMapping | None:
    """Return the latest run."""
    return conn.execute(sa.select(calendar_run).order_by(_r.id.desc()).limit(1)).mappings().first()


def known_version(conn: Connection, version: str) -> bool:
    """Tell whether a calendar was ever carried through, or is being."""
    return conn.execute(sa.select(_r.id).where(_r.version == version).limit(1)).first() is not None


def advance(conn: Connection, run_id: int, before: int, trail_id: int, trails: int, moved: int) -> bool:
    """Note that a run has come as far as a trail; tell whether nobody else had brought it on."""
    change = (
        calendar_run.update()
        .where(_r.id == run_id, _r.cursor == before)
        .values(cursor=trail_id, trails=_r.trails + trails, moved=_r.moved + moved)
    )
    return conn.execute(change).rowcount == 1


def finish(conn: Connection, run_id: int, now_us: int) -> bool:
    """End a run; tell whether it was still under way."""
    change = calendar_run.update().where(_r.id == run_id, _r.state == "running")
    return conn.execute(change.values(state="done", ended_at=now_us)).rowcount == 1
