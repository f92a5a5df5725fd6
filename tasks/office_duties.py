"""Recurring duties of an office: a community's survey, a street's conference, a district's meeting.

Each window starts one instance of the process the policy names (`recurrence.duty`), about a matter of its own
(EC-2). What is done, missed and explained is kept as for the duties of a person (tasks.duties).
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.clock import NO_DUE, start_of_day, to_us
from engine.ids import new_id
from engine.live import Live
from tasks import duties, windows
from tasks.desk import Context, Desk
from tasks.store import org, rows, tables
from tasks.store.conn import RowMapping

#: Process -> the level of office that has the duty, its window, and the rule.
OFFICES = {
    "P01_survey_round": ("community", windows.FIRST_QUARTER, "DL-001"),
    "P08_social_insurance_check": ("street", windows.MONTH_END, "DL-036"),
    "P14_street_conference": ("street", "WEEKLY", "DL-019"),
    "P15_joint_meeting": ("district", "QUARTER", "DL-028"),
}


def open_missing(desk: Desk) -> None:
    """Open the duties that offices do not have yet, of every process at work."""
    for process_id, (level, frequency, rule_id) in OFFICES.items():
        if desk.deployed(process_id):
            for unit in org.without_duty(desk.conn, level, process_id):
                _open(desk, unit, process_id, frequency, rule_id)


def _open(desk: Desk, unit: RowMapping, process_id: str, frequency: str, rule_id: str) -> None:
    window = duties.first_window(desk, frequency, desk.today)
    rows.add(
        desk.conn, tables.duty, id=new_id(), kind=process_id, rule_id=rule_id, unit_id=unit["id"],
        area=unit["path"], tier=unit["level"], run_no=1, frequency=frequency,
        opened_on=desk.today.isoformat(), next_at=to_us(start_of_day(max(window.first, desk.today))),
        state="open",
    )  # fmt: skip
    context = office(unit["id"], unit["path"], unit["level"])
    desk.emit(desk.trail(context), "DutyOpened", duty=process_id, rule=rule_id, frequency=frequency,
              first=window.first.isoformat())  # fmt: skip


def close_of_unit(desk: Desk, unit_id: int, reason: str) -> None:
    """End the duties of an office that is closed."""
    for row in rows.rows(desk.conn, tables.duty, unit_id=unit_id, state="open"):
        duties.close_duty(desk, row, reason)


def office(unit_id: int, path: str, level: str) -> Context:
    """Return the context of an office's own trail."""
    return Context(None, None, path, level, matter=f"unit:{unit_id}")


def due_at(desk: Desk, live: Live, rule_ids: Iterable[str]) -> int:
    """Return the end of an office's window (microseconds UTC) for the task that stands for its duty.

    The duty's rule has a due day of its own (DL-001) or is met by the end of the window (DL-019, 028, 036).
    """
    found = OFFICES.get(live.process_id)
    if found is None or found[2] not in rule_ids or desk.library.policy[found[2]].rule is not None:
        return NO_DUE
    return duties.due_at(desk, live)


def over(desk: Desk, live: Live, status: str) -> None:
    """Mark the window of a finished instance done on the day it ended."""
    if live.process_id in OFFICES and status == "completed":
        duties.done(desk, live, desk.today)
