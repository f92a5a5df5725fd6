"""Which window a duty owes: the first one that counts, and each month's end though its year came late.

AMB-14: calendar windows; the first one counts where at least half of it remains. AMB-52: what was owed while
the calendar of its year was not known is owed once it is.
"""

from __future__ import annotations

from datetime import date

from engine.clock import from_us, local_date
from engine.errors import CalendarUnknown
from tasks.desk import Desk
from tasks.store import rows, tables
from tasks.store.conn import RowMapping
from tasks.windows import FIRST_QUARTER, MONTH_END, ONE_DAY, Window, after, following, rolls, window_of

#: Setting, and the value by which a window without a working day is asked for all the same.
WITHOUT_WORKING_DAY, OWED = "windows_without_working_day", "owed"


def first_window(desk: Desk, frequency: str, opened: date) -> Window:
    """Return the first window that counts: the present one where at least half of it remains (AMB-14).

    The yearly survey is counted from 1 January wherever in the quarter it arises (J.8, DL-001). A duty that
    arises after the day it is counted from has no window that was over by then: nobody could meet it.
    """
    if rolls(frequency):
        window = window_of(frequency, opened + ONE_DAY, desk.calendar)
        return window if window.last >= desk.today else window_of(frequency, desk.today, desk.calendar)
    present = window_of(frequency, opened, desk.calendar)
    if present.last < desk.today:
        opened, present = desk.today, window_of(frequency, desk.today, desk.calendar)
    length = (present.last - present.first).days + 1
    remaining = (present.last - opened).days + 1
    whole = frequency == FIRST_QUARTER or not desk.setting("first_window_half")
    if remaining > 0 and (whole or remaining * 2 >= length):
        return present
    return following(frequency, present, desk.calendar)


def owed(desk: Desk, row: RowMapping) -> Window:
    """Return the window a duty owes next; raise CalendarUnknown.

    A month's end follows the last one there was: waiting for its year does not make it forgotten.
    """
    frequency, opened = row["frequency"], date.fromisoformat(row["opened_on"])
    if frequency != MONTH_END:
        return window_of(frequency, max(local_date(from_us(row["next_at"])), opened), desk.calendar)
    last = rows.first(desk.conn, tables.duty_window, "-starts_on", duty_id=row["id"])
    if last is not None:
        day = date.fromisoformat(last["starts_on"])
        return window_of(frequency, after(frequency, Window(day, day)), desk.calendar)
    window = window_of(frequency, opened, desk.calendar)
    return window if window.last >= opened else following(frequency, window, desk.calendar)


def rests(desk: Desk, frequency: str, window: Window) -> bool:
    """Tell whether nobody owes a window because no day of it is worked, where the office says so.

    By the words of the rules a recurrence is neither moved nor dropped for days off (AMB-07, AMB-14).
    """
    if desk.setting(WITHOUT_WORKING_DAY) == OWED or rolls(frequency):
        return False
    try:
        return desk.calendar.working_days(window.first, window.last) == 0
    except CalendarUnknown:
        return False
