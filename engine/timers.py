"""Timers: found in due order, fired one transaction each, re-checked under the lock of their case.

Any number of workers may look; on PostgreSQL a case that another worker holds is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from engine.clock import NO_DUE, from_us, to_us
from engine.graph import Node, TimerDef, TimerKind
from engine.iso import following, repetitions
from engine.live import Live
from engine.store import timers as store
from engine.store.conn import Connection

if TYPE_CHECKING:
    from engine.unit import Unit

#: Waits before the second and third try (SEC-T6); after the third failure an incident.
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose moment has come."""

    id: int
    trail_id: int
    instance_id: int


def due(conn: Connection, now_us: int, most: int = 100) -> list[DueTimer]:
    """Return timers that are due, the earliest first."""
    return [DueTimer(*row) for row in store.due(conn, now_us, most)]


def fire(unit: Unit, candidate: DueTimer) -> bool:
    """Fire a timer if it is still due; tell whether it was. A gone timer is no error."""
    if not unit.try_lock(candidate.trail_id):
        return False
    row = store.read(unit.conn, candidate.id)
    if row is None or row.state != "scheduled" or row.due_at > to_us(unit.now):
        return False
    live = unit.instance(row.instance_id)
    if live.status == "suspended":
        store.hold(unit.conn, live.id)  # or it would stand at the head of every poll
        return False
    if live.status != "running" or row.element not in live.state.armed(row.token):
        return False
    node = live.graph.nodes[row.element]
    cycle = next((e.timer for e in node.events if e.timer and e.timer.kind is TimerKind.CYCLE), None)
    last = cycle is not None and _is_last(cycle, row.fired + 1)
    cause = unit.emit(
        live.trail_id, "TimerFired", live=live, element=row.element, data={"timer": str(row.id)}
    )
    unit.step(live, lambda machine: machine.trigger(row.token, row.element, last=last), cause)
    if cycle is not None and row.element in live.state.armed(row.token):
        store.next_round(unit.conn, row.id, _next(unit, live, node, cycle, row.due_at), row.fired + 1)
    return True


def _is_last(cycle: TimerDef, rounds: int) -> bool:
    if cycle.expr is not None:
        return False
    times = repetitions(cycle.text)
    return times is not None and rounds >= times


def _next(unit: Unit, live: Live, node: Node, cycle: TimerDef, due_us: int) -> int:
    """Return the next round that lies ahead, in step with the first: missed ones are not made up (SEC-T4)."""
    if cycle.expr is None:
        return to_us(following(from_us(due_us), unit.now, cycle.text))
    at = unit.kernel.world.due(unit, live, node, cycle)
    return NO_DUE if at is None or at <= unit.now else to_us(at)


def failed(conn: Connection, timer_id: int, now_us: int) -> int:
    """Put off a timer whose step failed; return how often in a row it has. The third time it is held."""
    before = store.attempts(conn, timer_id)
    if before is None:
        return 0
    now_failed = before + 1
    wait = BACK_OFF[min(before, len(BACK_OFF) - 1)] // timedelta(microseconds=1)
    store.put_off(conn, timer_id, now_failed, now_us + wait, held=now_failed >= len(BACK_OFF))
    return now_failed


def release(conn: Connection, timer_id: int, now_us: int) -> None:
    """Let a held timer fire again, at once."""
    store.release(conn, timer_id, now_us)


def move(conn: Connection, instance_id: int, element: str, due_us: int | None) -> None:
    """Give the waiting timer of an element another moment (UTC microseconds; None: not known yet)."""
    store.move(conn, instance_id, element, NO_DUE if due_us is None else due_us)
