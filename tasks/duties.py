"""Recurring duties: rows from which each window starts one short P21 instance (RULES J.7.9, AMB-14).

Half-years, quarters, months and weeks are calendar windows; ten days roll from the last act. A window that
ends undone is missed and stays open until it is done or explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.clock import NO_DUE, end_of_day, from_us, local_date, start_of_day, to_us
from engine.errors import CalendarUnknown, IllegalState
from engine.ids import new_id
from engine.live import Live
from tasks.desk import Context, Desk
from tasks.first_windows import first_window, owed, rests
from tasks.store import casework, rows, tables
from tasks.store.conn import RowMapping
from tasks.windows import ONE_DAY, Window, after, following, rolls, window_of

PROCESS = "P21_duty"
#: Frequency of the duty that waits for an age boundary (tasks.ages); it has no window of its own.
AGE = "AGE"
#: Frequency of the duty that waits for the end of a benefit (tasks.benefit_expiry) and comes once.
ONCE = "ONCE"

#: Task of P21 -> key of P21_Kind_GW.
KINDS = {
    "P21_Visit": "VISIT",
    "P21_WeeklyContact": "WEEKLY_CONTACT",
    "P21_KeepContact": "KEEP_CONTACT",
    "P21_FollowUp": "FOLLOW_UP",
    "P21_WeeklyGuidance": "WEEKLY_GUIDANCE",
    "P21_Attendance": "ATTENDANCE",
    "P21_DynamicData": "DYNAMIC_DATA",
    "P21_EmployerVisit": "EMPLOYER_VISIT",
    "P21_SelfEmployedVisit": "SELF_EMPLOYED",
    "P21_Question": "QUESTION",
    "P21_Recheck": "RECHECK",
}
#: Done whenever there is cause, beside any window (J.1, P21): 17.D4a, 17.D2, 17.D3, R002-05.1, 01.D4a.
AD_HOC = ("P21_Question", "P21_EmployerVisit", "P21_SelfEmployedVisit", "P21_Recheck", "P21_Visit")
#: Acts of the main line that count as the window's act (J.7.9).
COUNTS_AS = {
    "P04_FirstContact": "P21_WeeklyContact",
    "P05_Contact": "P21_KeepContact",
    "P06_Contact": "P21_KeepContact",
}
#: Duties of the person, whatever case is open.
OF_PERSON = frozenset({"P21_Visit"})
RULES = {
    "P21_WeeklyContact": "DL-016",
    "P21_WeeklyGuidance": "DL-046",
    "P21_Attendance": "DL-035",
    "P21_Question": "DL-043",
}
#: Explains a window that the office does not ask for (setting windows_without_working_day).
NO_WORKING_DAY = "整个周期没有工作日"
FOLLOW_UP_RULES = {"MONTHLY": "DL-040", "TEN_DAYS": "DL-041", "WEEKLY": "DL-042"}


def open_duty(
    desk: Desk, context: Context, kind: str, frequency: str | None, rule_id: str, opened: date,
    opened_by: int | None,
) -> int | None:  # fmt: skip
    """Open a duty; None where the office has set no interval for it. An open one of its kind ends."""
    assert context.person_id is not None
    if frequency is None:
        return None
    for old in casework.open_duties(desk.conn, context.case_id, context.person_id, kind):
        close_duty(desk, old, "replaced")
    return add_duty(desk, context, kind, frequency, rule_id, opened, opened_by)


def add_duty(
    desk: Desk, context: Context, kind: str, frequency: str, rule_id: str, opened: date,
    opened_by: int | None,
) -> int:  # fmt: skip
    """Open a duty beside those of its kind."""
    window = first_window(desk, frequency, opened)
    made = new_id()
    rows.add(
        desk.conn, tables.duty, id=made, kind=kind, rule_id=rule_id, case_id=context.case_id,
        person_id=context.person_id, area=context.area, tier=context.tier, run_no=context.run_no,
        frequency=frequency, opened_on=opened.isoformat(), opened_by_instance=opened_by,
        next_at=to_us(start_of_day(max(window.first, opened))), state="open",
    )  # fmt: skip
    desk.emit(desk.trail(context), "DutyOpened", duty=kind, rule=rule_id, frequency=frequency,
              first=window.first.isoformat())  # fmt: skip
    return made


def _context(row: Mapping[str, Any]) -> Context:
    if row["unit_id"] is not None:
        return Context(None, None, row["area"], row["tier"], matter=f"unit:{row['unit_id']}")
    if row["matter"] is not None:
        return Context(None, row["person_id"], row["area"], row["tier"], matter=row["matter"])
    return Context(row["case_id"], row["person_id"], row["area"], row["tier"], row["run_no"], row["id"])


def create_window(desk: Desk, duty_id: int) -> Live | None:
    """Start the instance of a duty's next window when its time has come; None when nothing is to do."""
    row = rows.first(desk.conn, tables.duty, id=duty_id)
    if row is None or row["state"] != "open" or row["next_at"] > desk.now_us:
        return None
    if row["frequency"] == AGE:
        from tasks import ages

        return ages.recheck(desk, row)
    if row["frequency"] == ONCE:
        from tasks import benefit_expiry

        return benefit_expiry.begin(desk, row)
    frequency = row["frequency"]
    try:
        window = owed(desk, row)
        while window.last < desk.today and not rolls(frequency):
            _miss_unstarted(desk, row, window)
            window = following(frequency, window, desk.calendar)
    except CalendarUnknown as unknown:
        _wait_for_calendar(desk, row, unknown)
        return None
    nxt = NO_DUE if rolls(frequency) else _next_at(desk, frequency, window)
    if window.first > desk.today:  # the one that was due is over, the next has not begun
        rows.change(desk.conn, tables.duty, duty_id, next_at=to_us(start_of_day(window.first)))
        return None
    rows.change(desk.conn, tables.duty, duty_id, next_at=nxt)
    done = rows.first(desk.conn, tables.duty_window, duty_id=duty_id, starts_on=window.first.isoformat())
    if done is not None or _rested(desk, row, window):
        return None
    return begin(desk, row, window, to_us(end_of_day(window.last)))


def _rested(desk: Desk, row: RowMapping, window: Window) -> bool:
    """Keep that a window without a working day is not asked for, where the office says so; tell whether."""
    if not rests(desk, row["frequency"], window):
        return False
    rows.add(
        desk.conn, tables.duty_window, id=new_id(), duty_id=row["id"], starts_on=window.first.isoformat(),
        ends_on=window.last.isoformat(), due_at=to_us(end_of_day(window.last)), state="explained",
        explained=NO_WORKING_DAY,
    )  # fmt: skip
    desk.emit(desk.trail(_context(row)), "DutyClosed", duty=row["kind"], first=window.first.isoformat(),
              reason="no working day")  # fmt: skip
    return True


def _next_at(desk: Desk, frequency: str, window: Window) -> int:
    """Return when the next window begins; where its year is not known, when it is looked for again."""
    try:
        return to_us(start_of_day(following(frequency, window, desk.calendar).first))
    except CalendarUnknown:
        return to_us(start_of_day(after(frequency, window)))


def _wait_for_calendar(desk: Desk, row: RowMapping, unknown: CalendarUnknown) -> None:
    """Look again tomorrow, and say why."""
    rows.change(desk.conn, tables.duty, row["id"], next_at=to_us(start_of_day(desk.today + ONE_DAY)))
    desk.emit(desk.trail(_context(row)), "CalendarAlarm", year=unknown.data["year"], rule=row["rule_id"])


def desk_day(instant_us: int) -> date:
    """Return the civil date of a stored instant."""
    return local_date(from_us(instant_us))


def begin(desk: Desk, row: RowMapping, window: Window, due: int) -> Live:
    """Start the instance of a window that is due at an instant (microseconds UTC)."""
    window_id = new_id()
    rows.add(
        desk.conn, tables.duty_window, id=window_id, duty_id=row["id"], starts_on=window.first.isoformat(),
        ends_on=window.last.isoformat(), due_at=due, state="open",
    )  # fmt: skip
    context = _context(row)
    desk.emit(desk.trail(context), "DutyCreated", duty=row["kind"], first=window.first.isoformat(),
              last=window.last.isoformat())  # fmt: skip
    if row["unit_id"] is None:
        live = desk.start(PROCESS, context, None, {"kind": KINDS[row["kind"]]})
    else:
        live = desk.start(row["kind"], _of_window(row, window))
    rows.change(desk.conn, tables.duty_window, window_id, instance_id=live.id)
    return live


def _of_window(row: RowMapping, window: Window) -> Context:
    """Return what an office's window is about: a matter of its own, such as `P14:12:2026-03-09`."""
    code = row["kind"].partition("_")[0]
    matter = f"{code}:{row['unit_id']}:{window.first.isoformat()}"
    return Context(None, None, row["area"], row["tier"], duty_id=row["id"], matter=matter)


def _miss_unstarted(desk: Desk, row: RowMapping, window: Window) -> None:
    """A window that passed while no worker ran: missed without a task of its own (SEC-T4)."""
    known = rows.first(desk.conn, tables.duty_window, duty_id=row["id"], starts_on=window.first.isoformat())
    if known is not None or _rested(desk, row, window):
        return
    rows.add(
        desk.conn, tables.duty_window, id=new_id(), duty_id=row["id"], starts_on=window.first.isoformat(),
        ends_on=window.last.isoformat(), due_at=to_us(end_of_day(window.last)), state="missed",
        missed_at=desk.now_us,
    )  # fmt: skip
    _missed(desk, row, window.first.isoformat(), window.last.isoformat())


def _missed(desk: Desk, row: RowMapping, first: str, last: str) -> None:
    from tasks import early_warnings

    desk.emit(desk.trail(_context(row)), "DutyMissed", duty=row["kind"], first=first, last=last)
    early_warnings.window_missed(desk, row)


def due_at(desk: Desk, live: Live) -> int:
    """Return the end of the window an instance belongs to (microseconds UTC)."""
    duty_id = desk.context(live).duty_id
    if duty_id is None:
        return NO_DUE
    open_windows = casework.windows_to_do(desk.conn, duty_id)
    return open_windows[-1]["due_at"] if open_windows else NO_DUE


def done(desk: Desk, live: Live, on: date) -> None:
    """Mark the window of a completed P21 instance done; a rolling duty goes on from the act."""
    context = desk.context(live)
    if context.duty_id is None:
        return
    row = rows.first(desk.conn, tables.duty, id=context.duty_id)
    window = rows.first(desk.conn, tables.duty_window, duty_id=context.duty_id, instance_id=live.id)
    if row is not None and window is not None:
        _done(desk, row, window, on)


def undone(desk: Desk, live: Live) -> bool:
    """Tell whether the window of an instance is still to be done."""
    context = desk.context(live)
    window = rows.first(desk.conn, tables.duty_window, duty_id=context.duty_id, instance_id=live.id)
    return window is not None and window["state"] in ("open", "missed")


def _done(desk: Desk, row: RowMapping, window: RowMapping, on: date) -> None:
    rows.change(desk.conn, tables.duty_window, window["id"], state="done", done_on=on.isoformat())
    desk.emit(desk.trail(_context(row)), "DutyDone", duty=row["kind"], on=on.isoformat())
    if rolls(row["frequency"]) and row["state"] == "open":
        rows.change(desk.conn, tables.duty, row["id"], next_at=to_us(start_of_day(on + ONE_DAY)))


def act_counts(desk: Desk, context: Context, kind: str, on: date) -> None:
    """Let an act of the main line count as the present window of a duty."""
    case_id = None if kind in OF_PERSON else context.case_id
    for row in casework.open_duties(desk.conn, case_id, context.person_id, kind):
        if rolls(row["frequency"]):
            _rolls_on(desk, row, on)
            continue
        window = window_of(row["frequency"], on, desk.calendar)
        known = rows.first(
            desk.conn, tables.duty_window, duty_id=row["id"], starts_on=window.first.isoformat()
        )
        if known is not None and known["state"] in ("open", "missed"):
            _done(desk, row, known, on)
            if known["instance_id"] is not None:
                desk.unit.cancel(known["instance_id"], "done otherwise")
        elif known is None:
            rows.add(
                desk.conn, tables.duty_window, id=new_id(), duty_id=row["id"],
                starts_on=window.first.isoformat(), ends_on=window.last.isoformat(),
                due_at=to_us(end_of_day(window.last)), state="done", done_on=on.isoformat(),
            )  # fmt: skip
            desk.emit(desk.trail(context), "DutyDone", duty=kind, on=on.isoformat())


def _rolls_on(desk: Desk, row: RowMapping, on: date) -> None:
    """An act of the main line ends the open windows of a rolling duty, which goes on from the act."""
    todo = casework.windows_to_do(desk.conn, row["id"])
    for window in todo:
        _done(desk, row, window, on)
        if window["instance_id"] is not None:
            desk.unit.cancel(window["instance_id"], "done otherwise")
    if not todo:
        rows.change(desk.conn, tables.duty, row["id"], next_at=to_us(start_of_day(on + ONE_DAY)))
        desk.emit(desk.trail(_context(row)), "DutyDone", duty=row["kind"], on=on.isoformat())


def mark_missed(desk: Desk, window_id: int) -> bool:
    """Mark a window missed once it has ended undone; tell whether it was."""
    window = rows.first(desk.conn, tables.duty_window, id=window_id)
    if window is None or window["state"] != "open" or window["due_at"] > desk.now_us:
        return False
    row = rows.first(desk.conn, tables.duty, id=window["duty_id"])
    if row is None or row["state"] != "open":
        return False
    rows.change(desk.conn, tables.duty_window, window_id, state="missed", missed_at=desk.now_us)
    _missed(desk, row, window["starts_on"], window["ends_on"])
    return True


def explain(desk: Desk, context: Context, kind: str, reason: str) -> None:
    """Explain the oldest missed window of a duty, which ends its task; raise IllegalState when none is."""
    case_id = None if kind in OF_PERSON else context.case_id
    for row in casework.open_duties(desk.conn, case_id, context.person_id, kind):
        for window in casework.windows_to_do(desk.conn, row["id"]):
            if window["state"] == "missed":
                _explain(desk, row, window, reason)
                return
    raise IllegalState(detail="没有需要说明的逾期周期任务")


def explain_window(desk: Desk, row: RowMapping, window_id: int, reason: str) -> None:
    """Explain one missed window of a duty, which ends its task; raise IllegalState when it is not missed."""
    window = rows.first(desk.conn, tables.duty_window, id=window_id, duty_id=row["id"], state="missed")
    if window is None:
        raise IllegalState(detail="这一周期不是逾期未办，不需要说明")
    _explain(desk, row, window, reason)


def _explain(desk: Desk, row: RowMapping, window: RowMapping, reason: str) -> None:
    rows.change(desk.conn, tables.duty_window, window["id"], state="explained", explained=reason)
    desk.emit(desk.trail(_context(row)), "DutyClosed", duty=row["kind"], first=window["starts_on"],
              reason=reason)  # fmt: skip
    if rolls(row["frequency"]):
        rows.change(desk.conn, tables.duty, row["id"], next_at=to_us(start_of_day(desk.today + ONE_DAY)))
    if window["instance_id"] is not None:
        desk.unit.cancel(window["instance_id"], "explained")


def close_duty(desk: Desk, row: RowMapping, reason: str) -> None:
    """End a duty and cancel its open tasks; what was missed stays in the history."""
    rows.change(desk.conn, tables.duty, row["id"], state="ended", ended_at=desk.now_us, end_reason=reason)
    for window in casework.windows_to_do(desk.conn, row["id"]):
        rows.change(desk.conn, tables.duty_window, window["id"], state="closed")
        if window["instance_id"] is not None:
            desk.unit.cancel(window["instance_id"], reason)
    desk.emit(desk.trail(_context(row)), "DutyClosed", duty=row["kind"], reason=reason)


def close_kinds(desk: Desk, context: Context, kinds: set[str], reason: str) -> None:
    """End the open duties of some kinds of a case."""
    for row in casework.open_duties(desk.conn, context.case_id, context.person_id):
        if row["kind"] in kinds:
            close_duty(desk, row, reason)


def close_of_instance(desk: Desk, live: Live, reason: str) -> None:
    """End the duties an instance opened."""
    context = desk.context(live)
    for row in casework.open_duties(desk.conn, context.case_id, context.person_id):
        if row["opened_by_instance"] == live.id:
            close_duty(desk, row, reason)
