"""The regular report of somebody registered (DL-051), where the office has set an interval for it.

R004-02.D4b only has the duty explained; how often it comes is the office's to say. What the street does with
a report is to see whether the conditions still hold, so each window is a P21_Recheck.
"""

from __future__ import annotations

from datetime import date

from tasks import duties
from tasks.desk import Context, Desk
from tasks.store import casework

RULE = "DL-051"
_TASK = "P21_Recheck"


def expect(desk: Desk, context: Context, registered: date) -> None:
    """Begin to expect reports; nothing where the office has set no interval."""
    days = desk.setting("person_report_days")
    if days:
        over(desk, context, "replaced")
        duties.add_duty(desk, context, _TASK, f"DAYS:{days}", RULE, registered, None)


def over(desk: Desk, context: Context, reason: str) -> None:
    """Expect no more reports of a case: its person works and is registered as employed."""
    for row in casework.open_duties(desk.conn, context.case_id, context.person_id, _TASK):
        if row["rule_id"] == RULE:
            duties.close_duty(desk, row, reason)
