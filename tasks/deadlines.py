"""Deadline rows: opened when their trigger date is known, met by the act, missed by the clock (RULES J.8).

A row is counted once, when it opens; the arithmetic is kept so that anybody can see how the date came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from engine.clock import local_date
from engine.codec import loads
from engine.deadlines import DeadlineRule, Due, count
from engine.errors import CalendarUnknown
from engine.ids import new_id
from engine.live import Live
from tasks import early_warnings, matters, notices, rules
from tasks.deadline_dates import counted, follow, moved
from tasks.desk import Context, Desk
from tasks.policy import DeadlinePolicy, Opening
from tasks.store import casework, rows, tables
from tasks.store.conn import RowMapping

#: The variable a decision of the same step sets: an opening that reads it waits for the step.
DECIDED = "next_step"


def open_by_completion(
    desk: Desk, live: Live, element: str, values: Mapping[str, Any], after: bool = False
) -> None:
    """Open the rows that the completion of an element triggers.

    Before the step those whose condition reads the form, so that the next tasks and timers find their
    date; after it those that depend on what was decided.
    """
    names = {**live.names(), **values}
    for policy, opening in desk.library.policy.opened_by.get(element, ()):
        decided = opening.condition is not None and DECIDED in opening.condition.names
        if matters.met_elsewhere(desk, live, policy.met_by):
            continue
        if decided == after and opening.branch is None and _holds(desk, opening, names):
            trigger = None if opening.pending else _trigger(desk, opening, values)
            if opening.fills_pending and trigger is not None:
                _fill_pending(desk, live, policy, trigger, element)
            elif trigger is not None or opening.pending:
                open_row(desk, in_present_run(desk, live), policy, trigger, element)


def _fill_pending(
    desk: Desk, live: Live, policy: DeadlinePolicy, trigger: date, since: str
) -> None:  # fmt: skip
    """Count the row that waited for this trigger; a case that needs it no more has none (J.7.4)."""
    context = desk.context(live)
    if casework.untriggered_deadline(desk.conn, desk.trail(context), policy.id, context.run_no) is not None:
        open_row(desk, context, policy, trigger, since)


def in_present_run(desk: Desk, live: Live) -> Context:
    """Return the context of an instance in the run the case is in now: a decision may just have begun one."""
    context = desk.context(live)
    if context.case_id is None:
        return context
    return replace(context, run_no=desk.case(context.case_id)["run_no"])


def _holds(desk: Desk, opening: Opening, names: Mapping[str, Any]) -> bool:
    if opening.condition is None:
        return True
    known = {name: names.get(name) for name in opening.condition.names}
    return bool(opening.condition(known, {"setting": desk.setting}))


def _trigger(desk: Desk, opening: Opening, values: Mapping[str, Any]) -> date | None:
    if opening.field is None:
        return desk.today
    value = values.get(opening.field)
    if isinstance(value, datetime):
        return local_date(value)
    return value if isinstance(value, date) or value is None else date.fromisoformat(str(value)[:10])


def open_row(
    desk: Desk, context: Context, policy: DeadlinePolicy, trigger: date | None, since: str
) -> None:  # fmt: skip
    """Open a row counted from a trigger day; pending where the day or the calendar year is not known.

    `since` names the step that is the trigger, for the sentence that tells how the date came about.
    """
    rule = policy.rule_for(desk.settings)
    if rule is None or matters.has_own_term(context):
        return
    trail = desk.trail(context)
    due: Due | None = None
    unknown: CalendarUnknown | None = None
    if trigger is not None:
        try:
            due = count(rule, trigger, desk.calendar)
        except CalendarUnknown as error:
            unknown = error
    waiting = casework.untriggered_deadline(desk.conn, trail, policy.id, context.run_no)
    if waiting is not None and trigger is not None:
        _begin_pending(desk, waiting, trigger, due, rule, since)
        return
    nth = casework.deadline_count(desk.conn, trail, policy.id) + 1
    row = {
        "id": new_id(), "rule_id": policy.id, "case_id": context.case_id, "person_id": context.person_id,
        "instance_id": None, "trail_id": trail, "area": context.area,
        "pool": context.area, "run_no": context.run_no, "nth": nth,
        "trigger_on": None if trigger is None else trigger.isoformat(),
        "trigger_at": None if trigger is None else desk.now_us,
        "value": rule.value, "unit": rule.unit.value, "created_at": desk.now_us,
        **counted(due, since, policy.is_dated),
    }  # fmt: skip
    rows.add(desk.conn, tables.deadline, **row)
    if due is not None:
        desk.emit(trail, "DeadlineSet", nth=nth, since=since, **due.arithmetic)
        return
    desk.emit(trail, "DeadlinePending", rule=policy.id, nth=nth, trigger=row["trigger_on"])
    if unknown is not None:
        desk.emit(trail, "CalendarAlarm", year=unknown.data["year"], rule=policy.id)


def _begin_pending(
    desk: Desk, row: RowMapping, trigger: date, due: Due | None, rule: DeadlineRule, since: str
) -> None:
    """Give a row that waited for its trigger its date; what was done before is judged by it now."""
    met = None
    if due is not None and row["completed_on"] is not None and _is_dated(desk, row):
        met = row["completed_on"] <= due.effective.isoformat()
    dated = counted(due, since, _is_dated(desk, row))
    rows.change(
        desk.conn, tables.deadline, row["id"], trigger_on=trigger.isoformat(), trigger_at=desk.now_us,
        met=met, value=rule.value, unit=rule.unit.value, **dated,
    )  # fmt: skip
    if due is None:
        desk.emit(row["trail_id"], "DeadlinePending", rule=row["rule_id"], nth=row["nth"],
                  trigger=trigger.isoformat())  # fmt: skip
        return
    desk.emit(row["trail_id"], "DeadlineSet", nth=row["nth"], since=since, **due.arithmetic)
    if row["completed_at"] is None:
        follow(desk, row, dated["due_at"])


def meet(desk: Desk, live: Live, element: str, values: Mapping[str, Any]) -> None:
    """Meet the oldest running row of every rule that the completion of an element satisfies."""
    context = desk.context(live)
    for policy in rules.met_by(desk, live, element):
        running = casework.running_deadlines(desk.conn, live.trail_id, policy.id, context.run_no)
        if running:
            _meet_row(desk, _by_present_calendar(desk, running[0]), _act_day(policy, values) or desk.today)


def _by_present_calendar(desk: Desk, row: RowMapping) -> RowMapping:
    """Return a row as the calendar now in force counts it: a changed year may not have reached it yet."""
    if row["missed_at"] is not None or row["calendar_version"] == desk.calendar.version:
        return row
    found = moved(desk, row)
    return row if found is None else redate(desk, row, *found)


def redate(desk: Desk, row: RowMapping, due: Due, rule: DeadlineRule) -> RowMapping:
    """Give a row another date, keeping the old one in the event; return the row as it is now.

    What was done while the row waited for its calendar is judged by the date now known.
    """
    since = str(arithmetic(row).get("since", ""))
    dated = counted(due, since, _is_dated(desk, row))
    met = row["met"]
    if row["completed_on"] is not None and _is_dated(desk, row):
        met = row["completed_on"] <= dated["due_effective"]
    changed = {"met": met, "value": rule.value, "unit": rule.unit.value, **dated}
    rows.change(desk.conn, tables.deadline, row["id"], **changed)
    desk.emit(
        row["trail_id"], "DeadlineRecomputed", rule=row["rule_id"], nth=row["nth"],
        old=row["due_effective"], since=since, **{k: v for k, v in due.arithmetic.items() if k != "rule"},
    )  # fmt: skip
    return {**row, **changed}


def _is_dated(desk: Desk, row: RowMapping) -> bool:
    """Tell whether a row has a day by which it must be met."""
    return rules.rule(desk, row["rule_id"]).is_dated


def _act_day(policy: DeadlinePolicy, values: Mapping[str, Any]) -> date | None:
    """Return the day on which an act was done as its form says; None where it does not say."""
    name, _, column = (policy.met_field or "").partition(".")
    value = values.get(name)
    if column:
        days = sorted(row[column] for row in value or [] if row.get(column))
        value = days[policy.minimum - 1] if len(days) >= policy.minimum else None
    if isinstance(value, datetime):
        return local_date(value)
    return value if isinstance(value, date) else None


def _meet_row(desk: Desk, row: RowMapping, day: date) -> None:
    """Judge an act by the day it was done; while its clock stands still no day is too late."""
    met = None
    if row["due_effective"] is not None and _is_dated(desk, row):
        met = row["suspended_on"] is not None or day.isoformat() <= row["due_effective"]
    rows.change(
        desk.conn, tables.deadline, row["id"], completed_on=day.isoformat(), completed_at=desk.now_us, met=met
    )
    if met is not False:
        desk.emit(row["trail_id"], "DeadlineMet", rule=row["rule_id"], nth=row["nth"], on=day.isoformat())
    elif row["missed_at"] is None:
        _mark_missed(desk, row, day)


def _mark_missed(desk: Desk, row: RowMapping, day: date | None = None) -> None:
    rows.change(desk.conn, tables.deadline, row["id"], missed_at=desk.now_us)
    data = {"rule": row["rule_id"], "nth": row["nth"], "due": row["due_effective"]}
    if day is not None:
        data["on"] = day.isoformat()
    desk.emit(row["trail_id"], "DeadlineMissed", **data)
    notices.tell_supervisors(desk, row["area"], "DeadlineMissed", row["case_id"], data)
    early_warnings.deadline_missed(desk, row["area"])


def mark_overdue(desk: Desk, row_id: int) -> bool:
    """Mark a row missed once its end has passed; tell whether it was. Marking again changes nothing."""
    row = rows.first(desk.conn, tables.deadline, id=row_id)
    if row is None or row["missed_at"] or row["completed_at"] or row["closed_reason"]:
        return False
    if row["due_at"] > desk.now_us or _moves_on(desk, row):
        return False
    _mark_missed(desk, row)
    return True


def _moves_on(desk: Desk, row: RowMapping) -> bool:
    """Tell whether a changed calendar, which has not reached the row yet, gives it more time."""
    found = None if row["calendar_version"] == desk.calendar.version else moved(desk, row)
    return found is not None and counted(found[0])["due_at"] > desk.now_us


def mark_overdue_of(desk: Desk, live: Live, rule_ids: Iterable[str]) -> None:
    """Mark the running rows of some rules in the case of an instance (service `mark_overdue`)."""
    context = desk.context(live)
    for rule_id in rule_ids:
        for row in casework.running_deadlines(desk.conn, live.trail_id, rule_id, context.run_no):
            mark_overdue(desk, row["id"])


def close_of_process(desk: Desk, live: Live, reason: str) -> None:
    """Close the running rows that only tasks of a process could meet: neither met nor missed."""
    context = desk.context(live)
    for row in casework.running_deadlines(desk.conn, live.trail_id, run_no=context.run_no):
        met_by = rules.rule_at(desk, live, row["rule_id"]).met_by
        if met_by is not None and met_by in live.graph.nodes:
            _close(desk, row, reason)


def close_opened_by(
    desk: Desk, case_id: int, elements: set[str], opened: Iterable[tuple[str, int]], reason: str
) -> None:
    """Close those running rows, named by rule and number, that some elements open."""
    named = set(opened)
    for row in casework.running_deadlines(desk.conn, case_id):
        by = {opening.element for opening in rules.rule(desk, row["rule_id"]).opens}
        if (row["rule_id"], row["nth"]) in named and by & elements:
            _close(desk, row, reason)


def close_of_recognition(desk: Desk, case_id: int, holder: Live, reason: str) -> None:
    """Close what a recognition opened for a community process that does not begin.

    `holder` holds the case instead: what was there of its run when it started is its own.
    """
    for row in casework.running_deadlines(desk.conn, case_id):
        rule = rules.rule(desk, row["rule_id"])
        by_recognition = any(opening.element.startswith("P03_") for opening in rule.opens)
        if not by_recognition or not (rule.met_by or "").startswith("P04_"):
            continue
        if row["run_no"] < holder.run or row["created_at"] > holder.started_at:
            _close(desk, row, reason)


def close_of_case(desk: Desk, case_id: int, reason: str) -> None:
    """Close every running row of a case."""
    for row in casework.running_deadlines(desk.conn, case_id):
        _close(desk, row, reason)


def _close(desk: Desk, row: RowMapping, reason: str) -> None:
    rows.change(desk.conn, tables.deadline, row["id"], closed_reason=reason)
    desk.emit(row["trail_id"], "DeadlineClosed", rule=row["rule_id"], nth=row["nth"], reason=reason)


def arithmetic(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored arithmetic of a row (`engine.deadlines.describe` turns it into a sentence)."""
    found: dict[str, Any] = loads(row["arithmetic"])
    return found
