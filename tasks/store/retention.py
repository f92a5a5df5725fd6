"""Statements over what may be removed after a time: found by id, the oldest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from engine.store.tables import job, user_task
from tasks.store.conn import Connection
from tasks.store.tables import case, form_data, notice
from tasks.store.tables_survey import survey_batch, survey_fault, survey_import

_OVER = ("done", "failed", "dropped")


def count(conn: Connection, find: Callable[[Connection, int, int], list[int]], before_us: int) -> int:
    """Return how many rows a search finds."""
    return len(find(conn, before_us, -1))


def count_closed(conn: Connection, before_us: int) -> int:
    """Return how many cases were closed before an instant."""
    query = sa.select(sa.func.count()).select_from(case).where(case.c.closed_at < before_us)
    return int(conn.execute(query).scalar_one())


def _ids(conn: Connection, column: Any, most: int, *where: Any) -> list[int]:
    query = sa.select(column).where(*where).order_by(column)
    return [int(one) for one in conn.execute(query if most < 0 else query.limit(most)).scalars()]


def read_notices(conn: Connection, before_us: int, most: int) -> list[int]:
    """Return notices that were read before an instant."""
    return _ids(conn, notice.c.id, most, notice.c.read_at < before_us)


def remove_notices(conn: Connection, ids: list[int]) -> int:
    """Remove notices; return how many."""
    return conn.execute(notice.delete().where(notice.c.id.in_(ids))).rowcount


def done_jobs(conn: Connection, before_us: int, most: int) -> list[int]:
    """Return jobs that were done before an instant; dead ones are a person's to look at."""
    return _ids(conn, job.c.id, most, job.c.state == "done", job.c.ended_at < before_us)


def remove_jobs(conn: Connection, ids: list[int]) -> int:
    """Remove jobs; return how many."""
    return conn.execute(job.delete().where(job.c.id.in_(ids))).rowcount


def left_drafts(conn: Connection, before_us: int, most: int) -> list[int]:
    """Return tasks that are over and hold a half-filled form of before an instant."""
    f = form_data.c
    over = sa.select(user_task.c.id).where(
        user_task.c.id == f.task_id, user_task.c.state.not_in(("created", "claimed"))
    )
    return _ids(conn, f.task_id, most, f.draft, f.saved_at < before_us, sa.exists(over))


def remove_drafts(conn: Connection, ids: list[int]) -> int:
    """Remove half-filled forms of tasks, never what was submitted; return how many."""
    where = form_data.c.task_id.in_(ids), form_data.c.draft
    return conn.execute(form_data.delete().where(*where)).rowcount


def ended_imports(conn: Connection, before_us: int, most: int) -> list[int]:
    """Return imports that ended before an instant and of which checked or faulty rows are still kept."""
    i = survey_import.c
    kept = sa.or_(
        *(sa.exists(sa.select(one.c.import_id).where(one.c.import_id == i.id))
          for one in (survey_batch, survey_fault))
    )  # fmt: skip
    ended = sa.func.coalesce(i.ended_at, i.beat_at)
    return _ids(conn, i.id, most, i.state.in_(_OVER), ended < before_us, kept)


def clear_imports(conn: Connection, ids: list[int]) -> int:
    """Remove the sealed rows of imports; that they were imported stays. Returns how many rows."""
    return sum(
        conn.execute(table.delete().where(table.c.import_id.in_(ids))).rowcount
        for table in (survey_batch, survey_fault)
    )
