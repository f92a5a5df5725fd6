"""Reminders before, on and after the due day of a task, once each, as notices in the product.

Who holds a task is told of it; of unclaimed work each member of its pool is told once a day how much there
is. How many working days before and after, the office decides (AMB-07: the working day before). A task whose
due day moves is spoken of anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from engine.calendar import WorkCalendar
from engine.clock import end_of_day, from_us, local_date, to_us
from engine.errors import CalendarUnknown
from engine.store.db import is_conflict
from tasks import accounts, notices, rest_weeks
from tasks.app import App
from tasks.desk import Desk
from tasks.store import accounts as account_store
from tasks.store import reminders as store

SOON, TODAY, OVER = "DueSoon", "DueToday", "DueOver"
#: The month in which the calendar of next year is usually there.
PUBLISHED_IN = 11
#: Of the pool's unclaimed work.
POOL = "PoolDue"
ONE_DAY = timedelta(days=1)
#: Tasks spoken of in one transaction.
BATCH = 100
#: Marks a day on which everything was said.
_DAY = (0, "day")


def remind(app: App) -> int:
    """Say what has to be said today; return how many notices were left. Nothing is said twice."""
    today = local_date(app.clock.now())
    mark = to_us(end_of_day(today))
    with app.read() as conn:
        if store.was_told(conn, *_DAY, mark):
            return 0
    said = 0
    while True:
        try:
            told: int | None = app.run(lambda desk: _some(desk, mark))
        except Exception as error:
            if not is_conflict(error):
                raise
            return said  # another worker says it
        if told is None:
            return said
        said += told


def _some(desk: Desk, mark: int) -> int | None:
    """Tell the holders of some tasks; None where the day is done."""
    if store.was_told(desk.conn, *_DAY, mark):
        return None
    for kind, (after, until) in _spans(desk).items():
        found = store.held(desk.conn, kind, after, until, BATCH)
        for task in found:
            store.note(desk.conn, task.id, kind, task.due_at)
            data = {"element": task.element, "definition": str(task.definition_id),
                    "effective": local_date(from_us(task.due_at - 1)).isoformat()}  # fmt: skip
            case_id = desk.context_of(task.instance_id).case_id
            notices.tell(desk, task.assignee_id, kind, case_id, data, task.id)
        if found:
            return len(found)
    said = _pools(desk) + _calendar(desk) + rest_weeks.tell(desk)
    store.note(desk.conn, *_DAY, mark)
    return said


def _pools(desk: Desk) -> int:
    """Tell every member of a pool how much unclaimed work is near, due or late; yesterday's word is over."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for kind, (after, until) in _spans(desk).items():
        for one in store.unclaimed(desk.conn, after, until):
            counts.setdefault((one.role, one.pool), Counter())[kind] += one.number
    told = [
        (int(person["id"]), {"role": role, **found})
        for (role, pool), found in counts.items()
        for person in accounts.staff(desk.conn, role, pool)
    ]
    for user_id in sorted({user_id for user_id, _data in told}):
        notices.settle(desk, user_id, POOL)
    for user_id, data in told:
        notices.tell(desk, user_id, POOL, None, data)
    return len(told)


def _calendar(desk: Desk) -> int:
    """Ask the system administrators on Mondays from November on for the calendar of next year (AMB-52)."""
    today, year = desk.today, desk.today.year + 1
    if today.month < PUBLISHED_IN or today.weekday() or desk.calendar.knows(year):
        return 0
    found = account_store.holders(desk.conn, "system_admin")
    for user_id in found:
        notices.tell(desk, user_id, "CalendarMissing", None, {"year": year})
    return len(found)


def _spans(desk: Desk) -> Mapping[str, tuple[int, int]]:
    """Return for each kind after which instant and until which a task is due (microseconds UTC)."""
    today = desk.today
    before, after = desk.setting("remind_before_days"), desk.setting("remind_after_days")
    spans = {TODAY: (today - ONE_DAY, today)}
    if before:
        spans[SOON] = (today, latest_to_remind(desk.calendar, today, before))
    if after:
        late = back(desk.calendar, today, after)
        spans[OVER] = (late - timedelta(days=30), late)
    return {kind: (to_us(end_of_day(a)), to_us(end_of_day(b))) for kind, (a, b) in spans.items()}


def back(calendar: WorkCalendar, day: date, n: int) -> date:
    """Return the n-th working day before a day; calendar days where the year is not known."""
    for _ in range(n):
        try:
            day = calendar.previous_working(day)
        except CalendarUnknown:
            day -= ONE_DAY
    return day


def latest_to_remind(calendar: WorkCalendar, today: date, n: int) -> date:
    """Return the latest due day whose reminder, n working days before it, is not after today."""
    day = today
    while back(calendar, day + ONE_DAY, n) <= today:
        day += ONE_DAY
    return day

