"""Queries over timers."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam as p

from engine.store.statements import Statement
from engine.store.tables import timer

_scheduled = timer.c.state == sa.literal_column("'scheduled'")
_held = timer.c.state == sa.literal_column("'held'")

#: The idle poll: reads the first due rows of the partial index, nothing else.
_DUE = Statement(
    sa.select(timer.c.id, timer.c.trail_id, timer.c.instance_id)
    .where(_scheduled, timer.c.due_at <= p("now"))
    .order_by(timer.c.due_at, timer.c.id)
    .limit(p("most", type_=sa.Integer))
    .offset(sa.literal_column("0"))  # SQLite would bind it otherwise
)
_READ = Statement(
    sa.select(
        timer.c.id,
        timer.c.instance_id,
        timer.c.token,
        timer.c.element,
        timer.c.due_at,
        timer.c.state,
        timer.c.fired,
    ).where(timer.c.id == p("id"))
)
_NEXT_ROUND = Statement(
    sa.update(timer)
    .where(timer.c.id == p("b_id"), _scheduled)
    .values(due_at=p("next_at"), fired=p("rounds"), attempts=sa.literal_column("0"))
)


class Stored(NamedTuple):
    """A timer as stored; `fired` counts the rounds of a cycle."""

    id: int
    instance_id: int
    token: int
    element: str
    due_at: int
    state: str
    fired: int


def due(conn: sa.Connection, now_us: int, most: int) -> list[tuple[int, int, int]]:
    """Return (timer, trail, instance) of due timers, the earliest first."""
    return [(row[0], row[1], row[2]) for row in _DUE.run(conn, {"now": now_us, "most": most}).all()]


def read(conn: sa.Connection, timer_id: int) -> Stored | None:
    """Return one timer."""
    row = _READ.run(conn, {"id": timer_id}).first()
    return None if row is None else Stored(*row)


def next_round(conn: sa.Connection, timer_id: int, next_us: int, fired: int) -> None:
    """Set the next round of a cycle."""
    _NEXT_ROUND.run(conn, {"b_id": timer_id, "next_at": next_us, "rounds": fired})


def attempts(conn: sa.Connection, timer_id: int) -> int | None:
    """Return how often a waiting timer failed in a row; None when it waits no more."""
    return conn.execute(sa.select(timer.c.attempts).where(timer.c.id == timer_id, _scheduled)).scalar()


def put_off(conn: sa.Connection, timer_id: int, attempts: int, due_us: int, held: bool) -> None:
    """Record a failure and when to try again."""
    conn.execute(
        sa.update(timer)
        .where(timer.c.id == timer_id)
        .values(attempts=attempts, due_at=due_us, state="held" if held else "scheduled")
    )


def release(conn: sa.Connection, timer_id: int, now_us: int) -> None:
    """Let a held timer fire at once."""
    conn.execute(
        sa.update(timer)
        .where(timer.c.id == timer_id, _held)
        .values(state="scheduled", attempts=0, due_at=now_us)
    )


def move(conn: sa.Connection, instance_id: int, element: str, due_us: int) -> None:
    """Give the waiting timer of an element another moment."""
    conn.execute(
        sa.update(timer)
        .where(timer.c.instance_id == instance_id, timer.c.element == element, _scheduled)
        .values(due_at=due_us)
    )


def hold(conn: sa.Connection, instance_id: int) -> None:
    """Let the timers of an instance wait until it is resumed."""
    conn.execute(sa.update(timer).where(timer.c.instance_id == instance_id, _scheduled).values(state="held"))


def let_go(conn: sa.Connection, instance_id: int) -> None:
    """Let the held timers of an instance run again."""
    conn.execute(
        sa.update(timer)
        .where(timer.c.instance_id == instance_id, _held)
        .values(state="scheduled", attempts=0)
    )
