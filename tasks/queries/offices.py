"""Recurring duties of offices as a page shows them: what is due now, done, missed, explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from engine.store.tables import user_task
from tasks.queries.areas import under
from tasks.queries.rows import each, one
from tasks.store.conn import Connection
from tasks.store.tables import duty, duty_window, trail_owner
from tasks.store.tables_matters import imported_list
from tasks.store.tables_org import unit, user_account

MOST_DUTIES = 400
MOST_WINDOWS = 60
_OPEN_TASK = user_task.c.state.in_([sa.literal_column("'created'"), sa.literal_column("'claimed'")])


@dataclass(frozen=True, slots=True)
class OfficeDuty:
    """A duty of an office with its latest window."""

    id: int
    kind: str
    rule_id: str
    frequency: str
    opened_on: str
    unit_id: int
    unit_name: str
    area: str
    level: str
    next_at: int
    missed: int
    first: str | None
    last: str | None
    state: str | None
    due_at: int | None
    done_on: str | None


def _duties() -> sa.Select[tuple[object, ...]]:
    d, last = duty.c, duty_window.alias("latest")
    w = last.c
    missed = (
        sa.select(sa.func.count())
        .where(duty_window.c.duty_id == d.id, duty_window.c.state == "missed")
        .scalar_subquery()
    )
    latest = (
        sa.select(sa.func.max(duty_window.c.starts_on))
        .where(duty_window.c.duty_id == d.id)
        .correlate(duty)
        .scalar_subquery()
    )
    return (
        sa.select(
            d.id, d.kind, d.rule_id, d.frequency, d.opened_on, d.unit_id, unit.c.name, d.area, unit.c.level,
            d.next_at, missed, w.starts_on, w.ends_on, w.state, w.due_at, w.done_on,
        )
        .select_from(
            duty.join(unit, unit.c.id == d.unit_id).outerjoin(
                last, sa.and_(w.duty_id == d.id, w.starts_on == latest)
            )
        )
        .where(d.unit_id.is_not(None), d.state == "open")
    )


def duties(conn: Connection, areas: Sequence[str]) -> list[OfficeDuty]:
    """Return the open duties of the offices in some areas, by office from the district down."""
    query = _duties().where(under(duty.c.area, areas)).order_by(duty.c.area, duty.c.kind)
    return each(conn, query.limit(MOST_DUTIES), OfficeDuty)


def duty_of(conn: Connection, duty_id: int) -> OfficeDuty | None:
    """Return one duty of an office."""
    return one(conn, _duties().where(duty.c.id == duty_id), OfficeDuty)


@dataclass(frozen=True, slots=True)
class Window:
    """One window of a duty, with the task that is open for it and the trail of its matter."""

    id: int
    first: str
    last: str
    state: str
    due_at: int
    done_on: str | None
    missed_at: int | None
    explained: str | None
    instance_id: int | None
    task_id: int | None
    trail_id: int | None

    @property
    def late(self) -> bool:
        """Tell whether it was done after it had ended."""
        return self.done_on is not None and self.done_on > self.last


def windows(conn: Connection, found: OfficeDuty) -> list[Window]:
    """Return the windows of a duty, the latest first."""
    w = duty_window.c
    matter = sa.literal(f"{found.kind.partition('_')[0]}:{found.unit_id}:") + w.starts_on
    task = (
        sa.select(sa.func.min(user_task.c.id))
        .where(user_task.c.instance_id == w.instance_id, _OPEN_TASK)
        .scalar_subquery()
    )
    query = (
        sa.select(
            w.id, w.starts_on, w.ends_on, w.state, w.due_at, w.done_on, w.missed_at, w.explained,
            w.instance_id, task, trail_owner.c.trail_id,
        )
        .select_from(duty_window.outerjoin(trail_owner, trail_owner.c.matter == matter))
        .where(w.duty_id == found.id)
        .order_by(w.starts_on.desc())
        .limit(MOST_WINDOWS)
    )
    return each(conn, query, Window)


@dataclass(frozen=True, slots=True)
class ImportedList:
    """A list that was taken over."""

    id: int
    kind: str
    area: str
    name: str
    rows: int
    taken: int
    made_at: int
    made_by: str | None


def lists(conn: Connection, areas: Sequence[str], most: int = 20) -> list[ImportedList]:
    """Return the latest lists of some areas."""
    i = imported_list.c
    query = (
        sa.select(i.id, i.kind, i.area, i.name, i.rows, i.taken, i.made_at, user_account.c.display_name)
        .select_from(imported_list.outerjoin(user_account, user_account.c.id == i.made_by))
        .where(under(i.area, areas))
        .order_by(i.made_at.desc(), i.id.desc())
        .limit(most)
    )
    return each(conn, query, ImportedList)
