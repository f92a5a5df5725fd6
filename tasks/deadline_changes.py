"""What moves the date of a running deadline: a changed calendar, an extension, a clock that stands still.

An extension or a standstill is asked for and granted, with reason and paper; who grants is not who asked.
Old and new date both stay in the row of the change and in the events (FEAT-X12). The days from the one on
which a clock stops to the one before it goes on again do not count; what was left is counted by the words of
the rule, and the new last day moves past days off as any other does (AMB-07).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from engine.clock import NO_DUE, end_of_day, to_us
from engine.codec import dumps
from engine.deadlines import Unit
from engine.errors import FourEyes, GuardUnmet, IllegalState
from engine.ids import new_id
from tasks import accounts, deadlines, notices
from tasks.deadline_dates import follow, last_day, moved
from tasks.desk import Desk
from tasks.store import casework, clock_changes, rows, tables
from tasks.store.conn import RowMapping
from tasks.store.tables_clock import deadline_change

ONE_DAY = timedelta(days=1)
EXTEND, SUSPEND, RESUME = "EXTEND", "SUSPEND", "RESUME"


def recount(desk: Desk, row: RowMapping, anew: bool = False) -> bool:
    """Count a row again after the calendar or its rule changed; tell whether its date moved.

    Extended rows stay. `anew` counts by the rule in force instead of the one the row was opened under.
    """
    found = moved(desk, row, anew)
    if found is None:
        return False
    dated = deadlines.redate(desk, row, *found)
    if row["completed_at"] is None:
        follow(desk, row, dated["due_at"])
    return True


def running(desk: Desk, case_id: int, rule_id: str) -> RowMapping:
    """Return the latest running row of a rule in a case; raise IllegalState when none runs."""
    found = casework.running_deadlines(desk.conn, case_id, rule_id)
    if not found:
        raise IllegalState(detail="没有正在计算的这一期限")
    return found[-1]


def ask(desk: Desk, case_id: int, kind: str, values: dict[str, Any]) -> None:
    """Ask for a change of a clock; the supervisors of the area are told."""
    row = running(desk, case_id, values["rule_id"])
    _require_possible(row, kind, values["day"])
    if clock_changes.asked_of(desk.conn, row["id"]) is not None:
        raise IllegalState(detail="这一期限已有等待审批的申请")
    _keep(desk, row, kind, "asked", values)
    data = {"rule": row["rule_id"], "nth": row["nth"], "change": kind, "day": values["day"].isoformat(),
            "reason": values["reason"]}  # fmt: skip
    desk.emit(case_id, "ClockChangeAsked", **data)
    notices.tell_supervisors(desk, row["area"], "ClockChangeAsked", case_id, data)


def decide(desk: Desk, case_id: int, rule_id: str, granted: bool, note: str) -> None:
    """Grant or refuse what was asked for; raise FourEyes for who asked, IllegalState where nothing was."""
    row = running(desk, case_id, rule_id)
    asked = clock_changes.asked_of(desk.conn, row["id"])
    if asked is None:
        raise IllegalState(detail="这一期限没有等待审批的申请")
    if accounts.one_person(desk.conn, asked["asked_by"], desk.actor.user_id):
        raise FourEyes()
    decided = {"decided_by": desk.actor.user_id, "decided_at": desk.now_us, "decision": note}
    if granted:
        values = {"day": date.fromisoformat(asked["day"]), "reason": asked["reason"], "paper": asked["paper"]}
        new = _carry_out(desk, row, asked["kind"], values)
        rows.change(desk.conn, deadline_change, asked["id"], state="granted", new_due=new, **decided)
    else:
        rows.change(desk.conn, deadline_change, asked["id"], state="refused", **decided)
        desk.emit(case_id, "ClockChangeRefused", rule=rule_id, nth=row["nth"], reason=note)
    if asked["asked_by"] is not None:
        kind = "ClockChangeGranted" if granted else "ClockChangeRefused"
        notices.tell(desk, asked["asked_by"], kind, case_id, {"rule": rule_id, "reason": note})


def grant(desk: Desk, case_id: int, kind: str, values: dict[str, Any]) -> None:
    """Change a clock at once, as a supervisor may; raise GuardUnmet where the office wants it asked for."""
    row = running(desk, case_id, values["rule_id"])
    if kind != RESUME and "clock" in desk.setting("four_eyes"):
        raise GuardUnmet(missing="本单位规定，期限的延长和中止须先由经办人提出申请，再由督导审批")
    _require_possible(row, kind, values["day"])
    new = _carry_out(desk, row, kind, values)
    _keep(desk, row, kind, "granted", values, new_due=new, decided_by=desk.actor.user_id,
          decided_at=desk.now_us)  # fmt: skip


def _keep(desk: Desk, row: RowMapping, kind: str, state: str, values: dict[str, Any], **more: Any) -> None:
    rows.add(
        desk.conn, deadline_change, id=new_id(), deadline_id=row["id"], case_id=row["case_id"], kind=kind,
        state=state, day=values["day"].isoformat(), old_due=row["due_effective"], reason=values["reason"],
        paper=values.get("paper") or "", asked_by=desk.actor.user_id, asked_at=desk.now_us, **more,
    )  # fmt: skip


def _require_possible(row: RowMapping, kind: str, day: date) -> None:
    """Raise IllegalState where a change does not fit the row."""
    due, stands = row["due_effective"], row["suspended_on"]
    if kind == RESUME:
        if stands is None:
            raise IllegalState(detail="这一期限没有中止")
        if day.isoformat() < stands:
            raise IllegalState(detail=f"恢复之日不得早于中止之日{stands}")
        return
    if stands is not None:
        raise IllegalState(detail=f"这一期限自{stands}起已经中止，请先恢复")
    if due is None:
        raise IllegalState(detail="这一期限的日期待定，起算并公布日历后才能延长或中止")
    if kind == EXTEND and day.isoformat() <= due:
        raise IllegalState(detail=f"新的期限须晚于原期限{due}")
    if kind == SUSPEND and not str(row["trigger_on"]) < day.isoformat() <= str(due):
        raise IllegalState(detail=f"中止之日须在起算日{row['trigger_on']}之后，且不晚于期限{due}")


def _carry_out(desk: Desk, row: RowMapping, kind: str, values: dict[str, Any]) -> str | None:
    """Change the row, tell the trail, move what follows; return the new date, None while it stands still."""
    _require_possible(row, kind, values["day"])
    act = {EXTEND: _extend, SUSPEND: _suspend, RESUME: _resume}[kind]
    columns, event, data = act(desk, row, values["day"])
    told = {"reason": values["reason"], "paper": values.get("paper") or ""}
    last = columns.pop("last", last_day(row))
    rows.change(
        desk.conn, tables.deadline, row["id"], missed_at=None,
        extension=dumps({**told, "last": last.isoformat()}),
        extended_from=row["extended_from"] or row["due_effective"], **columns,
    )  # fmt: skip
    desk.emit(row["trail_id"], event, rule=row["rule_id"], nth=row["nth"], old=row["due_effective"],
              **data, **told)  # fmt: skip
    follow(desk, row, columns["due_at"])
    return columns.get("due_effective") if kind != SUSPEND else None


_Changed = tuple[dict[str, Any], str, dict[str, Any]]


def _until(desk: Desk, row: RowMapping, last: date) -> dict[str, Any]:
    """Return the columns of a row that runs until a day; raise CalendarUnknown."""
    due = desk.calendar.eff(last) if deadlines.arithmetic(row).get("roll", True) else last
    return {"last": last, "due_effective": due.isoformat(), "due_at": to_us(end_of_day(due))}


def _extend(desk: Desk, row: RowMapping, day: date) -> _Changed:
    columns = _until(desk, row, day)
    return columns, "DeadlineExtended", {"new": columns["due_effective"], "day": day.isoformat()}


def _suspend(desk: Desk, row: RowMapping, day: date) -> _Changed:
    return {"suspended_on": day.isoformat(), "due_at": NO_DUE}, "DeadlineSuspended", {"on": day.isoformat()}


def _resume(desk: Desk, row: RowMapping, day: date) -> _Changed:
    """Count what was left of a row's days on from the day its clock goes on; raise CalendarUnknown."""
    stopped, last, calendar = date.fromisoformat(row["suspended_on"]), last_day(row), desk.calendar
    if row["unit"] == Unit.WORKING_DAY:
        left = calendar.working_days(stopped, last)
        new = calendar.wd(day - ONE_DAY, left) if left else day
    else:
        left = max((last - stopped).days + 1, 0)
        new = calendar.cd(day - ONE_DAY, left) if left else day
    columns = _until(desk, row, new)
    data = {"on": day.isoformat(), "stopped": stopped.isoformat(), "left": left, "unit": row["unit"],
            "new": columns["due_effective"]}  # fmt: skip
    return {**columns, "suspended_on": None}, "DeadlineResumed", data
