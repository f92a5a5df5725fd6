"""What an office administers: settings and calendar years."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from engine.calendar import WorkCalendar
from engine.codec import dumps, loads
from engine.errors import FormInvalid, NotFound
from engine.ids import new_id
from tasks import access, benefit_expiry, commands, office_duties, office_trail
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Desk
from tasks.store import casework, rows, tables
from tasks.store.conn import Connection
from tasks.store.office import put_setting, years_in
from tasks.store.tables_clock import calendar_run
from tasks.text import need_reason


def calendar_with_loaded(conn: Connection, base: WorkCalendar) -> WorkCalendar:
    """Return a calendar with the years an administrator loaded laid over it."""
    loaded = tuple((row["year"], row["content"], row["source"]) for row in years_in(conn))
    return _with_years(base, loaded) if loaded else base


@lru_cache(maxsize=32)
def _with_years(base: WorkCalendar, loaded: tuple[tuple[int, str, str], ...]) -> WorkCalendar:
    for year, content, source in loaded:
        data = loads(content)
        names = data.get("names", {})
        base = base.with_year(
            year,
            {date.fromisoformat(day): names.get(day, "") for day in data["days_off"]},
            [date.fromisoformat(day) for day in data["working_weekends"]],
            source,
        )
    return base


def load_calendar(desk: Desk, command: commands.LoadCalendar) -> Done:
    """Load a year; a run carries it through the open work, case by case (tasks.calendar_runs)."""
    access.authorize(desk.actor, "load_calendar", Subject("/"))
    content = year_content(command)
    known = rows.first(desk.conn, tables.calendar_year, year=command.year)
    source = str(command.values.get("source") or "administrator")
    values = {"official": True, "content": dumps(content), "source": source,
              "loaded_at": desk.now_us, "loaded_by": desk.actor.user_id}  # fmt: skip
    if known is None:
        rows.add(desk.conn, tables.calendar_year, year=command.year, **values)
    else:
        casework.update_where(desk.conn, tables.calendar_year, {"year": command.year}, **values)
    desk.calendar = calendar_with_loaded(desk.conn, desk.calendar)
    run = begin_run(desk, command.year)
    office_trail.emit(
        desk, "CalendarLoaded", f"calendar:{command.year}", source=source,
        days_off=len(content["days_off"]), working_weekends=len(content["working_weekends"]),
        calendar=desk.calendar.version,
    )  # fmt: skip
    return Done(extra={"run": str(run)})


def begin_run(desk: Desk, year: int | None) -> int:
    """Begin to carry the calendar of the desk through the open work; return the run (tasks.calendar_runs)."""
    made = new_id()
    rows.add(
        desk.conn, calendar_run, id=made, year=year, version=desk.calendar.version, state="running",
        cursor=0, trails=0, moved=0, made_by=desk.actor.user_id, made_at=desk.now_us,
    )  # fmt: skip
    return made


def year_content(command: commands.LoadCalendar) -> dict[str, Any]:
    """Return a year as it is stored; raise FormInvalid for what is no date of it."""
    content: dict[str, Any] = {
        name: _days(command.values, name, command.year) for name in ("days_off", "working_weekends")
    }
    names = command.values.get("days_off")
    if isinstance(names, Mapping):
        content["names"] = {str(day): str(name) for day, name in names.items() if name}
    return content


def _days(values: Mapping[str, Any], name: str, year: int) -> list[str]:
    found = list(values.get(name) or ())
    try:
        days = [day if isinstance(day, date) else date.fromisoformat(str(day)) for day in found]
    except ValueError as error:
        raise FormInvalid([(name, f"“{error}”不是日期。", "Not a date.")]) from error
    wrong = [day for day in days if day.year != year]
    if wrong:
        raise FormInvalid([(name, f"{wrong[0]}不在{year}年内。", f"{wrong[0]} is not in {year}.")])
    return [day.isoformat() for day in sorted(days)]


def change_setting(desk: Desk, command: commands.ChangeSetting) -> Done:
    """Change a setting; raise NotFound or SettingInvalid."""
    known = desk.library.settings.get(command.name)
    access.authorize(desk.actor, known.right if known else "change_setting", Subject("/"))
    if known is None:
        raise NotFound(zh=f"没有“{command.name}”这项设置。")
    reason = command.reason.strip() if desk.actor.is_system else need_reason(command.reason)
    value, old = known.check(command.value), desk.settings[command.name]
    put_setting(desk.conn, command.name, dumps(value), desk.now_us, desk.actor.user_id)
    desk.settings = {**desk.settings, command.name: value}
    if command.name == benefit_expiry.SETTING:
        benefit_expiry.arrange_all(desk)
    if command.name in office_duties.SETTINGS:
        office_duties.follow_setting(desk, command.name)
    told = {"old": dumps(old), "new": dumps(value), "reason": reason}
    office_trail.emit(desk, "SettingChanged", f"setting:{command.name}", **told)
    return Done()
