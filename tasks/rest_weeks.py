"""Weeks without a working day: who has weekly duties in one hears of them on the working day before (AMB-07).

A recurrence is neither moved nor dropped for days off, but its task only opens with the week itself, when
nobody is there any more.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from engine.calendar import WorkCalendar
from engine.errors import CalendarUnknown
from tasks import accounts, notices, org
from tasks.desk import LEVEL_OF_ROLE, Desk
from tasks.first_windows import OWED, WITHOUT_WORKING_DAY
from tasks.store import reminders as store
from tasks.windows import Window

#: Kind of the notice.
NOTICE = "RestWeek"
#: Weekly duty -> the role whose work it is.
_ROLE = {
    "P21_WeeklyContact": "community_aide",
    "P21_FollowUp": "community_staff",
    "P21_WeeklyGuidance": "street_staff",
    "P14_street_conference": "street_staff",
}
_WEEK = timedelta(days=7)


def ahead(calendar: WorkCalendar, today: date) -> list[Window]:
    """Return the weeks without a working day of which today is the last working day before."""
    try:
        if not calendar.is_working(today):
            return []
        back_at_work = calendar.wd(today, 1)
    except CalendarUnknown:
        return []
    first = today + _WEEK - timedelta(days=today.weekday())
    found = []
    while first + _WEEK <= back_at_work:
        found.append(Window(first, first + _WEEK - timedelta(days=1)))
        first += _WEEK
    return found


def tell(desk: Desk) -> int:
    """Tell every member of a pool how many weekly duties such a week holds; return how many were told."""
    if desk.setting(WITHOUT_WORKING_DAY) != OWED:
        return 0
    said = 0
    for week in ahead(desk.calendar, desk.today):
        counts: Counter[tuple[str, str]] = Counter()
        for kind, area, number in store.weekly(desk.conn):
            role = _ROLE.get(kind)
            if role is not None:
                counts[role, org.path_at(area, LEVEL_OF_ROLE[role])] += number
        for (role, pool), number in counts.items():
            data = {"role": role, "number": number, "first": week.first.isoformat(),
                    "last": week.last.isoformat()}  # fmt: skip
            for person in accounts.staff(desk.conn, role, pool):
                notices.tell(desk, person["id"], NOTICE, None, data)
                said += 1
    return said
