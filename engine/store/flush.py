"""Writes what a unit's instances opened and closed: tasks, timers, subscriptions, new instance rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.clock import to_us
from engine.store import queries

if TYPE_CHECKING:
    from engine.live import Live
    from engine.unit import Unit


def write_waits(unit: Unit) -> None:
    """Write the differences of every live instance, each kind of row in one call to the driver."""
    now = to_us(unit.now)
    for live in unit.lives.values():
        if live.new and live.begun:
            _new_instance(unit, live, now)
    tasks: list[dict[str, Any]] = []
    timers: list[dict[str, Any]] = []
    waits: list[dict[str, Any]] = []
    for live in unit.lives.values():
        _close(unit, live, now)
        tasks += live.open_now.values()
        timers += live.timers_now.values()
        waits += live.waits_now
        live.open_now, live.timers_now, live.waits_now = {}, {}, []
    if tasks:
        queries.NEW_TASK.many(unit.conn, tasks)
    if timers:
        queries.NEW_TIMER.many(unit.conn, timers)
    if waits:
        queries.NEW_SUBSCRIPTION.many(unit.conn, waits)


def _new_instance(unit: Unit, live: Live, now: int) -> None:
    made = live.row(unit.kernel.state_key, now)
    parent_id, parent_token = live.parent or (None, None)
    queries.NEW_INSTANCE.run(
        unit.conn,
        {
            "id": live.id,
            "definition_id": live.definition_id,
            "process_id": live.process_id,
            "trail_id": live.trail_id,
            "key": live.key,
            "run": live.run,
            "parent_id": parent_id,
            "parent_token": parent_token,
            "status": live.status,
            "rev": live.rev + 1,
            "state": made["text"],
            "mac": made["mac"],
            "started_at": live.started_at,
            "ended_at": made["ended"],
        },
    )
    live.rev += 1
    live.new = False
    live.dirty = False


def _close(unit: Unit, live: Live, now: int) -> None:
    for token, completed in live.closed_now.items():
        place = {"b_instance": live.id, "b_token": token, "at": now}
        if completed:
            by = unit.by.id
            queries.CLOSE_TASK.run(unit.conn, {**place, "new_state": "completed", "by": by, "holder": by})
        else:
            queries.CANCEL_TASK.run(unit.conn, place)
    for (token, element), fired in live.timers_gone.items():
        queries.CLOSE_TIMER.run(
            unit.conn,
            {
                "b_instance": live.id,
                "b_token": token,
                "b_element": element,
                "new_state": "fired" if fired else "cancelled",
            },
        )
    for token, element in live.waits_gone:
        queries.DROP_SUBSCRIPTION.run(
            unit.conn, {"b_instance": live.id, "b_token": token, "b_element": element}
        )
    live.closed_now, live.timers_gone, live.waits_gone = {}, {}, []
