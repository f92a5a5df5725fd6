"""What loading a calendar year would do to the open work, before anybody confirms it. Only reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.calendar import CalendarYear
from tasks import access, calendar_moves, calendar_runs, commands, office
from tasks.access import Subject
from tasks.actor import Actor
from tasks.app import App
from tasks.calendar_moves import Move
from tasks.store import calendar as store

PAGE = 50


@dataclass(frozen=True, slots=True)
class Preview:
    """How many days would move, and one page of them with the numbers of their cases."""

    moved: int
    #: of them, dates that could not be counted before
    first_known: int
    #: cases and offices with something open that was looked at
    looked_at: int
    page: int
    pages: int
    moves: tuple[tuple[str, Move], ...]
    #: the calendar that was in force when it was looked at
    version: str


def calendar_year(command: commands.LoadCalendar) -> CalendarYear:
    """Return the year a command loads; raise FormInvalid, CalendarInvalid."""
    content = office.year_content(command)
    names = content.get("names", {})
    off = {date.fromisoformat(one): names.get(one, "") for one in content["days_off"]}
    weekends = frozenset(date.fromisoformat(one) for one in content["working_weekends"])
    return CalendarYear(command.year, True, off, weekends, str(command.values.get("source") or ""))


def preview(app: App, command: commands.LoadCalendar, actor: Actor, page: int = 1) -> Preview:
    """Count the open work by a year before it is loaded; raise FormInvalid, CalendarInvalid."""
    access.authorize(actor, "load_calendar", Subject("/"))
    year = calendar_year(command)
    with app.read() as conn:
        _unit, desk = app.desk(conn, actor)
        version = desk.calendar.version
        desk.calendar = desk.calendar.with_year(year.year, year.holidays, year.working_weekends)
        trails = store.trails(conn, calendar_runs.elements_with_target(desk))
        moves = [move for trail in trails for move in calendar_moves.of_trail(desk, trail)]
        pages = max(1, -(-len(moves) // PAGE))
        page = min(max(page, 1), pages)
        shown = moves[(page - 1) * PAGE : page * PAGE]
        numbers = store.case_numbers(conn, [move.trail_id for move in shown])
    named = tuple((numbers.get(move.trail_id, ""), move) for move in shown)
    first_known = sum(move.old is None for move in moves)
    return Preview(len(moves), first_known, len(trails), page, pages, named, version)
