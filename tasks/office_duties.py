"""Recurring duties of an office: a community's survey, a street's conference, a district's meeting.

Each window starts one instance of the process the policy names (`recurrence.duty`), about a matter of its own
(EC-2). What is done, missed and explained is kept as for the duties of a person (tasks.duties).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from engine.clock import NO_DUE, local_date, start_of_day, to_us
from engine.errors import CalendarUnknown, NotFound
from engine.graph import Node
from engine.ids import new_id
from engine.live import Live
from tasks import access, benefit_expiry, duties, windows
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Context, Desk
from tasks.first_windows import first_window
from tasks.matter_commands import ExplainWindow
from tasks.store import org, rows, tables
from tasks.store.conn import RowMapping
from tasks.text import need_reason
from tasks.window_days import HELD
from tasks.windows import PERIODS

#: Process -> the level of office that has the duty, its window or the setting that says how often it comes,
#: and the rule.
OFFICES = {
    "P01_survey_round": ("community", windows.FIRST_QUARTER, "DL-001"),
    "P08_social_insurance_check": ("street", windows.MONTH_END, "DL-036"),
    "P14_street_conference": ("street", "WEEKLY", "DL-019"),
    "P15_joint_meeting": ("district", "QUARTER", "DL-028"),
    "P22_progress_report": ("district", "district_report_period", "DL-029"),
    "P23_service_appraisal": ("district", "appraisal_period", "DL-131"),
}
#: The settings that say how often a duty comes.
SETTINGS = frozenset({"district_report_period", "appraisal_period"})


def open_missing(desk: Desk) -> None:
    """Open the duties that offices do not have yet, of every process at work."""
    for process_id, (level, frequency, rule_id) in OFFICES.items():
        if desk.deployed(process_id):
            for unit in org.without_duty(desk.conn, level, process_id):
                often = PERIODS[desk.setting(frequency)] if frequency in SETTINGS else frequency
                _open(desk, unit, process_id, often, rule_id)


def follow_setting(desk: Desk, name: str) -> None:
    """Let the duties that come as often as a setting says begin anew; what was missed stays on file."""
    for process_id, (_level, frequency, _rule) in OFFICES.items():
        if frequency == name:
            for row in rows.rows(desk.conn, tables.duty, kind=process_id, state="open"):
                duties.close_duty(desk, row, "replaced")
    open_missing(desk)


def at_work(desk: Desk) -> None:
    """Open what comes with the processes that are at work now: duties of offices, ends of benefits."""
    open_missing(desk)
    benefit_expiry.arrange_all(desk)


def _open(desk: Desk, unit: RowMapping, process_id: str, frequency: str, rule_id: str) -> None:
    first = _first_day(desk, frequency)
    rows.add(
        desk.conn, tables.duty, id=new_id(), kind=process_id, rule_id=rule_id, unit_id=unit["id"],
        area=unit["path"], tier=unit["level"], run_no=1, frequency=frequency,
        opened_on=desk.today.isoformat(), next_at=to_us(start_of_day(max(first or desk.today, desk.today))),
        state="open",
    )  # fmt: skip
    context = office(unit["id"], unit["path"], unit["level"])
    desk.emit(desk.trail(context), "DutyOpened", duty=process_id, rule=rule_id, frequency=frequency,
              first=None if first is None else first.isoformat())  # fmt: skip


def _first_day(desk: Desk, frequency: str) -> date | None:
    """Return the first day of an office's first window; None while the calendar of its year is not known."""
    try:
        return first_window(desk, frequency, desk.today).first
    except CalendarUnknown:
        return None


def close_of_unit(desk: Desk, unit_id: int, reason: str) -> None:
    """End the duties of an office that is closed."""
    for row in rows.rows(desk.conn, tables.duty, unit_id=unit_id, state="open"):
        duties.close_duty(desk, row, reason)


def office(unit_id: int, path: str, level: str) -> Context:
    """Return the context of an office's own trail."""
    return Context(None, None, path, level, matter=f"unit:{unit_id}")


def due_at(desk: Desk, live: Live, rule_ids: Iterable[str]) -> int:
    """Return the end of an office's window (microseconds UTC) for the task that stands for its duty.

    The duty's rule has a due day of its own (DL-001) or is met by the end of the window (all others).
    """
    found = OFFICES.get(live.process_id)
    if found is None or found[2] not in rule_ids or desk.library.policy[found[2]].rule is not None:
        return NO_DUE
    return duties.due_at(desk, live)


def explain(desk: Desk, command: ExplainWindow) -> Done:
    """Explain a window that an office missed; its task ends with it."""
    window = rows.first(desk.conn, tables.duty_window, id=command.window_id)
    row = None if window is None else rows.first(desk.conn, tables.duty, id=window["duty_id"])
    if row is None or row["unit_id"] is None:
        raise NotFound
    access.authorize(desk.actor, "explain_missed", Subject(row["area"]))
    desk.unit.lock(desk.trail(office(row["unit_id"], row["area"], row["tier"])))
    duties.explain_window(desk, row, command.window_id, need_reason(command.reason))
    return Done()


def acted(desk: Desk, live: Live, node: Node, values: Mapping[str, Any]) -> None:
    """Mark the window done with the task that stands for the duty, on the day its form says (J.8)."""
    found = OFFICES.get(live.process_id)
    if found is not None and found[2] in node.attr_list("deadline"):
        field = (desk.library.policy[found[2]].met_field or HELD).partition(".")[0]
        day = values.get(field)
        if isinstance(day, datetime):
            day = local_date(day)
        duties.done(desk, live, day if isinstance(day, date) else desk.today)


def over(desk: Desk, live: Live, status: str) -> None:
    """Mark the window done where an instance ended without the task that stands for it."""
    if live.process_id in OFFICES and status == "completed" and duties.undone(desk, live):
        duties.done(desk, live, desk.today)
