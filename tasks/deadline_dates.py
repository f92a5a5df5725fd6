"""Where a deadline row stands, and what follows its date: open tasks and the timers drawn for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from engine.clock import NO_DUE, end_of_day, to_us
from engine.codec import dumps, loads
from engine.deadlines import DeadlineRule, Due, count
from engine.errors import CalendarUnknown
from engine.live import Live
from engine.timers import move
from tasks import rules
from tasks.desk import Desk
from tasks.store import casework
from tasks.store.conn import RowMapping


def counted(due: Due | None, since: str = "", dated: bool = True) -> dict[str, Any]:
    """Return the columns that hold a counted date; those of a date not known yet where there is none.

    `since` is the step the date is counted from. What is not `dated` tells its day and is never overdue.
    """
    told = {"since": since} if since else {}
    if due is None:
        return {"due_literal": None, "due_effective": None, "due_at": NO_DUE, "arithmetic": dumps(told)}
    return {
        "due_literal": due.literal.isoformat(),
        "due_effective": due.effective.isoformat(),
        "due_at": to_us(end_of_day(due.effective)) if dated else NO_DUE,
        "calendar_version": due.calendar_version,
        "arithmetic": dumps({**due.arithmetic, **told, **({} if dated else {"undated": True})}),
    }


def current(desk: Desk, live: Live, rule_id: str) -> RowMapping | None:
    """Return the row that counts for a task now: the latest running one of the rule in this run."""
    context = desk.context(live)
    running = casework.running_deadlines(desk.conn, live.trail_id, rule_id, context.run_no)
    return running[-1] if running else None


def last_day(row: RowMapping) -> date:
    """Return the day on which the days of a counted row run out, before it moves past days off."""
    if row["extension"]:
        return date.fromisoformat(loads(row["extension"]).get("last") or row["due_effective"])
    return date.fromisoformat(min(row["due_literal"], row["due_effective"]))


def due_at(desk: Desk, live: Live, rule_ids: Iterable[str]) -> int:
    """Return the earliest due instant (microseconds UTC) of the running rows of some rules."""
    found = [row["due_at"] for rule_id in rule_ids if (row := current(desk, live, rule_id)) is not None]
    return min(found, default=NO_DUE)


def target(desk: Desk, rule_ids: Iterable[str], since: date) -> int:
    """Return the end of the office's own target for an undated rule, counted from the day a task opened.

    Microseconds UTC; it is no deadline. NO_DUE where none is set, or its calendar year is not known.
    """
    targets: dict[str, int] = desk.setting("office_targets")
    days = [targets[rule] for rule in rule_ids if rule in targets]
    try:
        return min((to_us(end_of_day(desk.calendar.wd(since, n))) for n in days), default=NO_DUE)
    except CalendarUnknown:
        return NO_DUE


def follow(desk: Desk, row: RowMapping, due: int) -> None:
    """Move the open task and the boundary timer that follow a row to its new instant."""
    desk.unit.write_waits()
    for item in casework.open_on_trail(desk.conn, row["trail_id"]):
        live = desk.unit.instance(item["id"])
        met_by = rules.rule_at(desk, live, row["rule_id"]).met_by
        if met_by is not None:
            casework.set_task_due(desk.conn, [live.id], met_by, due)
            for element in {name for token in live.state.tokens.values() for name in token.armed}:
                _move_timer(desk, live, element, row["rule_id"])


def _move_timer(desk: Desk, live: Live, element: str, rule_id: str) -> None:
    """Evaluate again a waiting timer whose expression asks for a rule's day."""
    node = live.graph.nodes[element]
    for event in node.events:
        expr = None if event.timer is None else event.timer.expr
        if event.timer is not None and expr is not None and f'"{rule_id}"' in expr.text:
            at = desk.unit.kernel.world.due(desk.unit, live, node, event.timer)
            move(desk.conn, live.id, element, None if at is None else to_us(at))


def moved(desk: Desk, row: RowMapping, anew: bool = False) -> tuple[Due, DeadlineRule] | None:
    """Return where the calendar of the desk puts a row, and by which rule; None where it stays.

    Rows that were extended or whose clock stands still stay. `anew` counts by the rule in force instead of
    the one the row was opened under.
    """
    if row["trigger_on"] is None or row["extension"]:
        return None
    now = rules.rule(desk, row["rule_id"]).rule_for(desk.settings) if anew else None
    rule = now or rules.as_counted(desk, row)
    if rule is None:
        return None
    try:
        due = count(rule, date.fromisoformat(row["trigger_on"]), desk.calendar)
    except CalendarUnknown:
        return None
    days = (due.effective.isoformat(), due.literal.isoformat())
    return None if days == (row["due_effective"], row["due_literal"]) else (due, rule)
