"""What loading a calendar year would do to open deadlines, before anybody confirms it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tasks import access, commands, deadlines, office
from tasks.access import Subject
from tasks.actor import Actor
from tasks.app import App
from tasks.store import rows, tables


@dataclass(frozen=True, slots=True)
class Move:
    """One open deadline that would have another day; `old` is None where none was counted yet."""

    case_no: str
    rule_id: str
    old: str | None
    new: str


@dataclass(frozen=True, slots=True)
class Preview:
    """How many deadlines would move, and the first of them."""

    moved: int
    looked_at: int
    first: tuple[Move, ...]


def preview(app: App, command: commands.LoadCalendar, actor: Actor, most: int = 50) -> Preview:
    """Count open deadlines by a year before it is loaded; raise FormInvalid, CalendarInvalid. Only reads."""
    access.authorize(actor, "load_calendar", Subject("/"))
    content = office.year_content(command)
    with app.read() as conn:
        _unit, desk = app.desk(conn, actor)
        names = content.get("names", {})
        off = {date.fromisoformat(one): names.get(one, "") for one in content["days_off"]}
        weekends = [date.fromisoformat(one) for one in content["working_weekends"]]
        desk.calendar = desk.calendar.with_year(command.year, off, weekends)
        moves: list[Move] = []
        moved = looked_at = 0
        for row in office.open_deadlines(conn):
            looked_at += 1
            found = deadlines.moved(desk, row)
            if found is None:
                continue
            moved += 1
            if len(moves) < most:
                case = rows.first(conn, tables.case, id=row["case_id"])
                number = "" if case is None else str(case["case_no"])
                moves.append(
                    Move(number, row["rule_id"], row["due_effective"], found[0].effective.isoformat())
                )
    return Preview(moved, looked_at, tuple(moves))
