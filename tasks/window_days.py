"""The day field of a recurring duty's form, and the first day it may say: that of the window (J.5)."""

from __future__ import annotations

from datetime import date

from engine.live import Live
from tasks.desk import Desk
from tasks.store import rows, tables
from tasks.windows import rolls

#: Task of P21 -> the field that says when the act was done; what is not here says no day.
ACT_DAY = {
    "P21_Visit": "visited_on", "P21_WeeklyContact": "contacted_at", "P21_KeepContact": "contacted_at",
    "P21_FollowUp": "revisited_on", "P21_WeeklyGuidance": "guided_on", "P21_DynamicData": "checked_on",
    "P21_EmployerVisit": "visited_on", "P21_SelfEmployedVisit": "visited_on", "P21_Question": "asked_at",
    "P21_Recheck": "checked_on",
}  # fmt: skip
#: Field of a meeting's form that says when it was held.
HELD = "held_at"
#: Frequencies that have no calendar window: an age boundary, a benefit's end.
_ONCE = frozenset({"AGE", "ONCE"})


def first_day(desk: Desk, live: Live) -> date | None:
    """Return the first day of the calendar window an instance stands for; None where it has none."""
    duty_id = desk.context(live).duty_id
    duty = None if duty_id is None else rows.first(desk.conn, tables.duty, id=duty_id)
    if duty is None or duty["frequency"] in _ONCE or rolls(duty["frequency"]):
        return None
    window = rows.first(desk.conn, tables.duty_window, duty_id=duty_id, instance_id=live.id)
    return None if window is None else date.fromisoformat(window["starts_on"])
