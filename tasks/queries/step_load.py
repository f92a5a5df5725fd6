"""How much work each step of a process makes in an area: in hand, finished, how long, how much of it late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from engine.clock import NO_DUE
from engine.store.tables import definition, instance, user_task
from tasks.queries.areas import under
from tasks.store.conn import Connection

_OPEN = ("created", "claimed")
#: Shanghai has had one offset since 1991: a civil day is a whole number of these (µs).
_DAY, _AHEAD = 86_400_000_000, 8 * 3_600_000_000
_FIRST = date(1970, 1, 1)


@dataclass(slots=True)
class StepLoad:
    """The work of one step in one period."""

    open: int = 0
    #: of those in hand, how many are past their due date now
    overdue: int = 0
    done: int = 0
    #: of those finished, how many had a due date, and how many were finished after it
    dated: int = 0
    late: int = 0
    #: how many arose on a day and were finished on another: (day, day) -> number
    spans: dict[tuple[date, date], int] = field(default_factory=dict)


def of_process(
    conn: Connection, key: str, areas: Sequence[str], since: int, until: int, now: int
) -> dict[str, StepLoad]:
    """Return the work by element, over all versions of a process.

    `since` and `until` (µs UTC, `until` excluded) bound what was finished; in hand is what is so `now`.
    """
    found: dict[str, StepLoad] = defaultdict(StepLoad)
    t = user_task.c
    past = sa.func.sum(sa.case((t.due_at < now, 1), else_=0))
    for element, count, overdue in conn.execute(
        _of(key, areas, t.element, sa.func.count(), past).where(t.state.in_(_OPEN)).group_by(t.element)
    ):
        found[element].open, found[element].overdue = count, int(overdue)
    arose, ended = ((one + _AHEAD) // _DAY for one in (t.created_at, t.ended_at))
    dated = sa.func.sum(sa.case((t.due_at < NO_DUE, 1), else_=0))
    late = sa.func.sum(sa.case((t.ended_at > t.due_at, 1), else_=0))
    query = _of(key, areas, t.element, arose, ended, sa.func.count(), dated, late).where(
        t.state == "completed", t.ended_at >= since, t.ended_at < until
    )
    for row in conn.execute(query.group_by(t.element, arose, ended)):
        one, first, last, count = found[row[0]], int(row[1]), int(row[2]), row[3]
        one.done += count
        one.dated += int(row[4])
        one.late += int(row[5])
        one.spans[_FIRST + timedelta(days=first), _FIRST + timedelta(days=last)] = count
    return dict(found)


def _of(key: str, areas: Sequence[str], *columns: Any) -> sa.Select[Any]:
    t, i, d = user_task.c, instance.c, definition.c
    joined = user_task.join(instance, i.id == t.instance_id).join(definition, d.id == i.definition_id)
    return sa.select(*columns).select_from(joined).where(d.key == key, under(t.area, areas))
