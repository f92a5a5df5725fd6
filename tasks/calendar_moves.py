"""What a changed calendar moves: deadlines, an office's own targets, duties of a month's last working day.

`of_trail` only reads, so that the page shows before what `apply` does after. Deadlines met or missed,
extended or standing still stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.clock import NO_DUE, end_of_day, from_us, local_date, start_of_day, to_us
from engine.errors import CalendarUnknown
from tasks import benefit_expiry, deadline_changes, deadline_dates
from tasks.desk import Desk
from tasks.first_windows import owed
from tasks.store import calendar as store
from tasks.store import casework, rows, tables
from tasks.store.conn import RowMapping
from tasks.windows import MONTH_END, window_of

DEADLINE, TARGET, WINDOW, DUTY = "deadline", "target", "window", "duty"


@dataclass(frozen=True, slots=True)
class Move:
    """One day that changes; `old` or `new` is None where no day is known."""

    kind: str
    trail_id: int
    row: RowMapping
    #: the deadline rule, or the rule an office has set itself a target for
    rule_id: str
    old: str | None
    new: str | None
    #: the step whose own target moves
    element: str = ""


def of_trail(desk: Desk, trail_id: int) -> list[Move]:
    """Return what the calendar of the desk moves on one trail; reads only."""
    return [*_deadlines(desk, trail_id), *_targets(desk, trail_id), *_month_ends(desk, trail_id)]


def _deadlines(desk: Desk, trail_id: int) -> Iterator[Move]:
    for row in store.open_deadlines(desk.conn, trail_id):
        found = deadline_dates.moved(desk, row)
        if found is not None:
            new = found[0].effective.isoformat()
            yield Move(DEADLINE, trail_id, row, row["rule_id"], row["due_effective"], new)


def _targets(desk: Desk, trail_id: int) -> Iterator[Move]:
    """Yield the tasks whose day is the office's own target, counted from the day they opened."""
    targets = desk.setting("office_targets")
    for row in store.open_tasks(desk.conn, trail_id) if targets else ():
        graph = desk.unit.kernel.definitions.get(desk.conn, row["definition_id"]).graph
        every = graph.nodes[row["element"]].attr_list("deadline")
        ruled = [rule for rule in every if rule in targets]
        if not ruled or store.has_running(desk.conn, trail_id, every):
            continue
        due = deadline_dates.target(desk, ruled, local_date(from_us(row["created_at"])))
        if due != row["due_at"]:
            yield Move(TARGET, trail_id, row, ruled[0], _day(row["due_at"]), _day(due), row["element"])


def _day(due: int) -> str | None:
    """Return the day at whose end something is due."""
    return None if due == NO_DUE else local_date(from_us(due - 1)).isoformat()


def _month_ends(desk: Desk, trail_id: int) -> Iterator[Move]:
    """Yield the duties of a month's last working day, and their open windows, that have another day."""
    for row in store.duties_of(desk.conn, trail_id, MONTH_END):
        begins = local_date(from_us(row["next_at"]))
        new = _owed(desk, row)
        if new is not None and begins.day > 1 and desk.today <= new != begins:
            yield Move(DUTY, trail_id, row, row["rule_id"], begins.isoformat(), new.isoformat())
        for window in casework.windows_to_do(desk.conn, row["id"]):
            new = _month_end(desk, date.fromisoformat(window["starts_on"]))
            if window["state"] == "open" and new is not None and new.isoformat() != window["ends_on"]:
                kept = {**window, "kind": row["kind"]}
                yield Move(WINDOW, trail_id, kept, row["rule_id"], window["ends_on"], new.isoformat())


def _owed(desk: Desk, row: RowMapping) -> date | None:
    try:
        return owed(desk, row).last
    except CalendarUnknown:
        return None


def _month_end(desk: Desk, day: date) -> date | None:
    try:
        return window_of(MONTH_END, day, desk.calendar).last
    except CalendarUnknown:
        return None


def apply(desk: Desk, trail_id: int) -> int:
    """Move everything on one trail, which is locked, each with its event; return how many days moved."""
    moves = of_trail(desk, trail_id)
    for move in moves:
        _ACTS[move.kind](desk, move)
    return len(moves)


def _deadline(desk: Desk, move: Move) -> None:
    deadline_changes.recount(desk, move.row)
    if move.rule_id == benefit_expiry.RULE:
        benefit_expiry.follow(desk, move.trail_id)


def _target(desk: Desk, move: Move) -> None:
    due = NO_DUE if move.new is None else to_us(end_of_day(date.fromisoformat(move.new)))
    casework.set_task_due(desk.conn, [move.row["instance_id"]], move.element, due)
    live = desk.unit.instance(move.row["instance_id"])
    desk.emit(move.trail_id, "TargetMoved", live, move.element, rule=move.rule_id, **_both(move))


def _duty(desk: Desk, move: Move) -> None:
    begins = to_us(start_of_day(date.fromisoformat(str(move.new))))
    rows.change(desk.conn, tables.duty, move.row["id"], next_at=begins)
    desk.emit(move.trail_id, "DutyMoved", duty=move.row["kind"], rule=move.rule_id, **_both(move))


def _window(desk: Desk, move: Move) -> None:
    row, due = move.row, to_us(end_of_day(date.fromisoformat(str(move.new))))
    rows.change(desk.conn, tables.duty_window, row["id"], starts_on=move.new, ends_on=move.new, due_at=due)
    for task in store.open_tasks_of(desk.conn, row["instance_id"]):
        if task["due_at"] == row["due_at"]:
            casework.set_task_due(desk.conn, [row["instance_id"]], task["element"], due)
    desk.emit(move.trail_id, "DutyMoved", duty=row["kind"], rule=move.rule_id, **_both(move))


def _both(move: Move) -> dict[str, Any]:
    return {"old": move.old, "new": move.new}


_ACTS = {DEADLINE: _deadline, TARGET: _target, DUTY: _duty, WINDOW: _window}
