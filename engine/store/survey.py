"""Queries of the doctor: whole tables, an instance at a time, in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import sqlalchemy as sa

from engine.codec import loads
from engine.store.statements import Statement
from engine.store.tables import definition, event, instance, message, subscription, timer, trail, user_task

_STREAM = {"yield_per": 1_000}


class InstanceRow(NamedTuple):
    """An instance with what its state must agree with."""

    id: int
    definition_id: int
    process_id: str
    trail_id: int
    parent_id: int | None
    parent_token: int | None
    status: str
    rev: int
    state: str
    mac: bytes
    ended_at: int | None


class Waits(NamedTuple):
    """The rows by which an instance waits: (token, element) each; timers with their state."""

    tasks: list[tuple[int, str]]
    timers: list[tuple[int, str, str]]
    subscriptions: list[tuple[int, str, str]]


def instances(conn: sa.Connection) -> Iterator[InstanceRow]:
    """Yield every instance."""
    query = sa.select(*(instance.c[name] for name in InstanceRow._fields)).order_by(instance.c.id)
    for row in conn.execute(query, execution_options=_STREAM):
        yield InstanceRow(*row)


_t, _m, _s = user_task.c, timer.c, subscription.c
_ID: sa.BindParameter[int] = sa.bindparam("instance_id")
_TASKS = Statement(
    sa.select(_t.token, _t.element).where(
        _t.instance_id == _ID, _t.state.in_([sa.literal_column("'created'"), sa.literal_column("'claimed'")])
    )
)
_TIMERS = Statement(
    sa.select(_m.token, _m.element, _m.state).where(
        _m.instance_id == _ID, _m.state.in_([sa.literal_column("'scheduled'"), sa.literal_column("'held'")])
    )
)
_WAITING = Statement(sa.select(_s.token, _s.element, _s.name).where(_s.instance_id == _ID))
#: Kinds of events that name the version an instance runs.
_VERSIONS: list[sa.ColumnElement[str]] = [
    sa.literal_column("'ProcessStarted'"), sa.literal_column("'ProcessMigrated'"),
]  # fmt: skip
_TOLD = Statement(
    sa.select(event.c.rev, event.c.kind, sa.case((event.c.kind.in_(_VERSIONS), event.c.data)))
    .where(event.c.trail_id == sa.bindparam("trail_id"), event.c.instance_id == _ID, event.c.rev.is_not(None))
    .order_by(event.c.seq)
)


def waits(conn: sa.Connection, instance_id: int) -> Waits:
    """Return the rows by which an instance waits."""
    one = {"instance_id": instance_id}
    return Waits(
        [(row[0], row[1]) for row in _TASKS.run(conn, one).all()],
        [(row[0], row[1], row[2]) for row in _TIMERS.run(conn, one).all()],
        [(row[0], row[1], row[2]) for row in _WAITING.run(conn, one).all()],
    )


def parent(conn: sa.Connection, instance_id: int) -> tuple[str, str] | None:
    """Return (status, state) of an instance."""
    query = sa.select(instance.c.status, instance.c.state).where(instance.c.id == instance_id)
    found = conn.execute(query).first()
    return None if found is None else (found[0], found[1])


def last_told(conn: sa.Connection, trail_id: int, instance_id: int) -> tuple[int, str | None, int | None]:
    """Return what the trail tells of an instance: its highest revision, the kind of its end, its version."""
    rows = _TOLD.run(conn, {"trail_id": trail_id, "instance_id": instance_id}).all()
    ends = [row[1] for row in rows if row[1] in ("ProcessEnded", "ProcessCancelled")]
    runs = [loads(row[2]).get("version") for row in rows if row[2] is not None]
    return max((row[0] for row in rows), default=0), ends[-1] if ends else None, runs[-1] if runs else None


def strays(conn: sa.Connection) -> list[tuple[str, int]]:
    """Return (table, instance) of waiting rows whose instance does not exist or is over."""
    found: list[tuple[str, int]] = []
    over = sa.select(instance.c.id).where(instance.c.status.in_(("completed", "cancelled", "failed")))
    for name, column, open_ in (
        ("user_task", user_task.c.instance_id, user_task.c.state.in_(("created", "claimed"))),
        ("timer", timer.c.instance_id, timer.c.state.in_(("scheduled", "held"))),
        ("subscription", subscription.c.instance_id, sa.true()),
    ):
        query = sa.select(column).distinct().where(open_, column.in_(over))
        found += [(name, row[0]) for row in conn.execute(query)]
    return found


def unheard(conn: sa.Connection) -> list[tuple[int, str, str]]:
    """Return (message, name, key) of kept messages for which a running instance waits."""
    query = (
        sa.select(message.c.id, message.c.name, message.c.key)
        .distinct()
        .join(
            subscription,
            sa.and_(subscription.c.name == message.c.name, subscription.c.key == message.c.key),
        )
        .join(instance, instance.c.id == subscription.c.instance_id)
        .where(message.c.state == sa.literal_column("'kept'"), instance.c.status == "running")
        .where(sa.or_(message.c.run.is_(None), message.c.run == subscription.c.run, subscription.c.run == 0))
    )
    return [(row[0], row[1], row[2]) for row in conn.execute(query)]


def trails(conn: sa.Connection) -> Iterator[tuple[int, int, int]]:
    """Yield (trail, number of events, highest number) of every trail that has events."""
    query = (
        sa.select(trail.c.id, sa.func.count(event.c.seq), sa.func.max(event.c.seq))
        .join(event, event.c.trail_id == trail.c.id)
        .group_by(trail.c.id)
        .order_by(trail.c.id)
    )
    for row in conn.execute(query, execution_options=_STREAM):
        yield row[0], row[1], row[2]


def repeated_starts(conn: sa.Connection) -> list[tuple[int, int]]:
    """Return (trail, instance) of instances that were begun or ended more than once."""
    query = (
        sa.select(event.c.trail_id, event.c.instance_id)
        .where(event.c.kind.in_(("ProcessStarted", "ProcessEnded", "ProcessCancelled")))
        .where(event.c.instance_id.is_not(None))
        .group_by(
            event.c.trail_id,
            event.c.instance_id,
            sa.case((event.c.kind == "ProcessStarted", "start"), else_="end"),
        )
        .having(sa.func.count() > 1)
    )
    return [(row[0], row[1]) for row in conn.execute(query)]


def releases(conn: sa.Connection, kinds: Iterable[str]) -> list[tuple[int, str, str]]:
    """Return (trail, kind, data) of what the trails of the processes tell of their versions, in order."""
    e = event.c
    query = sa.select(e.trail_id, e.kind, e.data).where(e.kind.in_(sorted(kinds)))
    return [(row[0], row[1], row[2]) for row in conn.execute(query.order_by(e.trail_id, e.seq))]


def statuses(conn: sa.Connection) -> dict[tuple[str, int], str]:
    """Return the status of every version by process and number."""
    d = definition.c
    return {(row[0], row[1]): row[2] for row in conn.execute(sa.select(d.key, d.version, d.status))}
