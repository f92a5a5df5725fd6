"""Timers: found in due order, fired one transaction each, re-checked under the lock of their case.

Any number of workers may look; on PostgreSQL a case that another worker holds is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from engine.clock import NO_DUE, to_us
from engine.iso import after, repetitions
from engine.graph import TimerKind
from engine.store import queries
from engine.store.tables import timer

if TYPE_CHECKING:
    from engine.unit import Unit

#: Waits before the second and third try (SEC-T6); after them an incident.
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose moment has come."""

    id: int
    trail_id: int
    instance_id: int


def due(conn: sa.Connection, now_us: int, most: int = 100) -> list[DueTimer]:
    """Return timers that are due, the earliest first."""
    return [DueTimer(*row) for row in queries.DUE_TIMERS.run(conn, {"now": now_us, "most": most})]


def fire(unit: Unit, candidate: DueTimer) -> bool:
    """Fire a timer if it is still due; tell whether it was. A gone timer is no error."""
    if candidate.trail_id not in unit.chains and unit.conn.dialect.name == "postgresql":
        if queries.SKIP_LOCK_TRAIL.run(unit.conn, {"id": candidate.trail_id}).first() is None:
            return False
    row = queries.READ_TIMER.run(unit.conn, {"id": candidate.id}).first()
    if row is None or row.state != "scheduled" or row.due_at > to_us(unit.now):
        return False
    live = unit.instance(row.instance_id)
    if live.status != "running":
        return False
    data = {"timer": str(row.id)}
    cause = unit.emit(live.trail_id, "TimerFired", live=live, element=row.element, data=data)
    unit.step(live, lambda machine: machine.trigger(row.token, row.element), cause)
    _again(unit, live.graph.nodes[row.element].events[0].timer, row)
    return True


def _again(unit: Unit, definition: object, row: sa.Row[tuple[object, ...]]) -> None:
    """Set the next round of a cycle: one from now, however many were missed (SEC-T4)."""
    from engine.graph import TimerDef

    if not isinstance(definition, TimerDef) or definition.kind is not TimerKind.CYCLE:
        return
    times = repetitions(definition.text)
    live = unit.instance(row.instance_id)
    token = live.state.tokens.get(row.token)
    armed = token is not None and row.element in token.armed
    fired = row.attempts + 1
    if armed and (times is None or fired < times):
        next_at = to_us(after(unit.now, definition.text))
        unit.conn.execute(
            sa.update(timer).where(timer.c.id == row.id).values(due_at=next_at, attempts=fired)
        )
    elif armed:
        unit.conn.execute(sa.update(timer).where(timer.c.id == row.id).values(state="fired"))


def failed(conn: sa.Connection, timer_id: int, now_us: int) -> int:
    """Put off a timer whose step failed; return how often it has failed. The third time it is held."""
    attempts: int = conn.execute(sa.select(timer.c.attempts).where(timer.c.id == timer_id)).scalar_one()
    held = attempts + 1 >= len(BACK_OFF)
    wait = int(BACK_OFF[min(attempts, len(BACK_OFF) - 1)].total_seconds() * 1_000_000)
    conn.execute(
        sa.update(timer)
        .where(timer.c.id == timer_id)
        .values(attempts=attempts + 1, state="held" if held else "scheduled", due_at=now_us + wait)
    )
    return attempts + 1


def release(conn: sa.Connection, timer_id: int, now_us: int) -> None:
    """Let a held timer fire again, at once."""
    conn.execute(
        sa.update(timer)
        .where(timer.c.id == timer_id, timer.c.state == "held")
        .values(state="scheduled", attempts=0, due_at=now_us)
    )


def move(conn: sa.Connection, instance_id: int, element: str, due_us: int | None) -> None:
    """Give the waiting timer of an element another moment (UTC microseconds; None: not known yet)."""
    conn.execute(
        sa.update(timer)
        .where(timer.c.instance_id == instance_id, timer.c.element == element, timer.c.state == "scheduled")
        .values(due_at=NO_DUE if due_us is None else due_us)
    )
