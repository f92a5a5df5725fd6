"""Suspending and resuming: an instance stands still with all it called, and loses nothing meanwhile."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.errors import IllegalState
from engine.live import Live
from engine.messages import give_kept
from engine.store import queries, timers

if TYPE_CHECKING:
    from engine.unit import Unit


def suspend(unit: Unit, live: Live, reason: str) -> None:
    """Stop a running instance and what it called: tasks are refused, timers wait, messages are kept.

    Raises IllegalState when it is not running.
    """
    if live.status != "running":
        raise IllegalState(detail="只有进行中的流程可以挂起")
    live.status = "suspended"
    live.dirty = True
    unit.write_waits()
    timers.hold(unit.conn, live.id)
    unit.emit(live.trail_id, "ProcessSuspended", live=live, data={"reason": reason})
    for child in _called(unit, live, "running"):
        suspend(unit, child, reason)


def resume(unit: Unit, live: Live) -> None:
    """Let a suspended instance go on with what it called; what came for it meanwhile is given to it.

    Raises IllegalState when it is not suspended.
    """
    if live.status != "suspended":
        raise IllegalState(detail="该流程没有挂起")
    live.status = "running"
    live.dirty = True
    timers.let_go(unit.conn, live.id)
    unit.emit(live.trail_id, "ProcessResumed", live=live)
    for name, key in queries.AWAITED.run(unit.conn, {"instance_id": live.id}).all():
        unit.later(partial(give_kept, unit, key, live.run, name))
    for child in _called(unit, live, "suspended"):
        resume(unit, child)


def _called(unit: Unit, live: Live, status: str) -> list[Live]:
    called = [unit.instance(token.called) for token in live.state.tokens.values() if token.called]
    return [child for child in called if child.status == status]
