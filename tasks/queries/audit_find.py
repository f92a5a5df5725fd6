"""Cases for those who check: by unit, worker, step, period, deadline, version, persons; paged by key.

Every filter is served by an index of its own (`ix_user_task_element`, `ix_event_moment`, `ix_user_task_done`,
`ix_deadline_case`, `ix_instance_definition`, `ix_event_migrated`, `ix_case_area_status`); the page goes down
the primary key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.tables import MIGRATED, MOMENTS, definition, event, instance, user_task
from tasks.queries.areas import under
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import case, deadline, process_context
from tasks.store.tables_org import user_account

PAGE = 50
#: Rows of a list that may be taken along at once (THR-14).
MOST_EXPORTED = 500
DEADLINE_STATES = ("running", "pending", "missed", "late", "met", "extended", "closed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What narrows a search; what is empty does not. Instants are microseconds UTC, `until` excluded.

    The period is that of the work where a worker or step is asked for, else that of the opening.
    """

    areas: tuple[str, ...]  #: all that the reader may see
    unit: str = ""  #: the unit asked for, within them
    persons: tuple[int, ...] | None = None
    workers: tuple[int, ...] | None = None
    elements: tuple[str, ...] | None = None
    since: int | None = None
    until: int | None = None
    deadline: str = ""
    definition_id: int | None = None
    status: str = ""


class Found(NamedTuple):
    """A case in the list."""

    id: int
    case_no: str
    area: str
    status: str
    tier: str
    run_no: int
    opened_at: int
    closed_at: int | None


def find(conn: Connection, wanted: Wanted, before: int | None = None, most: int = PAGE) -> list[Found]:
    """Return cases, the latest opened first; `before` is the id at which the last page ended."""
    c = case.c
    query = sa.select(c.id, c.case_no, c.area, c.status, c.tier, c.run_no, c.opened_at, c.closed_at)
    query = query.where(_inside(wanted), *_conditions(wanted))
    if before is not None:
        query = query.where(c.id < before)
    return each(conn, query.order_by(c.id.desc()).limit(most), Found)


def _inside(wanted: Wanted) -> sa.ColumnElement[bool]:
    """Return the condition of the area.

    A unit is looked up by the index of areas. A whole mandate is most of the table: there the page goes
    down the primary key and stops when it is full, so this condition must not invite another index.
    """
    area = case.c.area
    if wanted.unit:
        return under(area, [wanted.unit])
    return sa.or_(sa.false(), *(sa.func.substr(area, 1, len(path)) == path for path in wanted.areas))


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    c = case.c
    found: list[sa.ColumnElement[bool]] = []
    if wanted.persons is not None:
        found.append(c.person_id.in_(wanted.persons))
    if wanted.elements is not None or wanted.workers is not None:
        found.append(_worked(wanted))
    else:
        found += _within(c.opened_at, wanted)
    if wanted.deadline:
        found.append(_deadline(wanted.deadline))
    if wanted.definition_id is not None:
        found.append(c.id.in_(_ran(wanted.definition_id)))
    if wanted.status:
        found.append(c.status == "active" if wanted.status == "active" else c.status != "active")
    return found


def _ran(definition_id: int) -> sa.CompoundSelect[Any]:
    """Return the cases of which a process runs a version, or ran it until a migration."""
    e = event.c
    runs = (
        sa.select(process_context.c.case_id)
        .join(instance, instance.c.id == process_context.c.instance_id)
        .where(instance.c.definition_id == definition_id, process_context.c.case_id.is_not(None))
    )
    named = f'"from_definition":"{definition_id}"'
    left = sa.select(e.trail_id).where(
        e.kind == sa.literal_column(f"'{MIGRATED}'"), e.data.contains(named, autoescape=True)
    )
    return sa.union(runs, left)


def _within(column: sa.ColumnElement[Any], wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found = [] if wanted.since is None else [column >= wanted.since]
    return found if wanted.until is None else [*found, column < wanted.until]


def _worked(wanted: Wanted) -> sa.ColumnElement[bool]:
    """Return the condition that a step was there, or was done by somebody, in the period."""
    t, e = user_task.c, event.c
    if wanted.workers is not None:
        done = sa.select(t.trail_id).where(t.ended_by.in_(wanted.workers), *_within(t.ended_at, wanted))
    else:
        done = sa.select(t.trail_id).where(*_within(t.created_at, wanted))
    if wanted.elements is None:
        return case.c.id.in_(done)
    kinds: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{kind}'") for kind in MOMENTS]
    moments = sa.select(e.trail_id).where(
        e.kind.in_(kinds), e.element.in_(wanted.elements), *_within(e.at, wanted)
    )
    if wanted.workers is not None:
        moments = moments.where(e.actor_id.in_(wanted.workers))
    # two conditions, not one union: each is answered from its own index
    return sa.or_(case.c.id.in_(done.where(t.element.in_(wanted.elements))), case.c.id.in_(moments))


def _deadline(state: str) -> sa.ColumnElement[bool]:
    d = deadline.c
    over = sa.or_(d.completed_at.is_not(None), d.closed_reason.is_not(None))
    conditions: dict[str, sa.ColumnElement[bool]] = {
        "running": sa.and_(sa.not_(over), d.missed_at.is_(None)),
        "pending": sa.and_(sa.not_(over), d.due_effective.is_(None)),
        "missed": sa.and_(d.missed_at.is_not(None), sa.not_(over)),
        "late": d.met.is_(sa.false()),
        "met": d.met.is_(sa.true()),
        "extended": d.extended_from.is_not(None),
        "closed": d.closed_reason.is_not(None),
    }
    return sa.exists().where(d.case_id == case.c.id, conditions[state])


def workers_named(conn: Connection, text: str) -> list[int]:
    """Return the accounts of a name or login name."""
    a = user_account.c
    query = sa.select(a.id).where(sa.or_(a.display_name == text, a.username == text.lower())).limit(PAGE)
    return list(conn.execute(query).scalars())


class VersionRow(NamedTuple):
    """A version of a process that may be asked for."""

    id: int
    key: str
    version: int
    status: str


def versions(conn: Connection) -> Sequence[VersionRow]:
    """Return every version that was ever in use, the newest of a process first."""
    d = definition.c
    query = sa.select(d.id, d.key, d.version, d.status).where(d.activated_at.is_not(None))
    return each(conn, query.order_by(d.key, d.version.desc()), VersionRow)
