"""Deadline rows: opened when their trigger date is known, met by the act, missed by the clock (RULES J.8).

A row is counted once, when it opens; the arithmetic is kept so that anybody can see how the date came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from engine.clock import NO_DUE, end_of_day, local_date, to_us
from engine.codec import dumps, loads
from engine.deadlines import DeadlineRule, Due, count
from engine.errors import CalendarUnknown, IllegalState
from engine.ids import new_id
from engine.live import Live
from engine.timers import move
from tasks import notices, rules
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
        if decided == after and opening.branch is None and _holds(desk, opening, names):
            trigger = None if opening.pending else _trigger(desk, opening, values)
            if opening.fills_pending and trigger is not None:
                _fill_pending(desk, live, policy, trigger)
            elif trigger is not None or opening.pending:
                open_row(desk, in_present_run(desk, live), policy, trigger)


def _fill_pending(desk: Desk, live: Live, policy: DeadlinePolicy, trigger: date) -> None:
    """Count the row that waited for this trigger; a case that needs it no more has none (J.7.4)."""
    context = desk.context(live)
    if casework.untriggered_deadline(desk.conn, desk.trail(context), policy.id, context.run_no) is not None:
        open_row(desk, context, policy, trigger)


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


def open_row(desk: Desk, context: Context, policy: DeadlinePolicy, trigger: date | None) -> None:
    """Open a row counted from a trigger day; pending where the day or the calendar year is not known."""
    rule = policy.rule_for(desk.settings)
    if rule is None:
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
        _begin_pending(desk, waiting, trigger, due, rule)
        return
    nth = casework.deadline_count(desk.conn, trail, policy.id) + 1
    row = {
        "id": new_id(), "rule_id": policy.id, "case_id": context.case_id, "person_id": context.person_id,
        "instance_id": None, "trail_id": trail, "area": context.area,
        "pool": context.area, "run_no": context.run_no, "nth": nth,
        "trigger_on": None if trigger is None else trigger.isoformat(),
        "trigger_at": None if trigger is None else desk.now_us,
        "value": rule.value, "unit": rule.unit.value, "created_at": desk.now_us, **_counted(due),
    }  # fmt: skip
    rows.add(desk.conn, tables.deadline, **row)
    if due is not None:
        desk.emit(trail, "DeadlineSet", nth=nth, **due.arithmetic)
        return
    desk.emit(trail, "DeadlinePending", rule=policy.id, nth=nth, trigger=row["trigger_on"])
    if unknown is not None:
        desk.emit(trail, "CalendarAlarm", year=unknown.data["year"], rule=policy.id)


def _begin_pending(
    desk: Desk, row: RowMapping, trigger: date, due: Due | None, rule: DeadlineRule
) -> None:
    """Give a row that waited for its trigger its date; what was done before is judged by it now."""
    met = None
    if due is not None and row["completed_on"] is not None:
        met = row["completed_on"] <= due.effective.isoformat()
    counted = _counted(due)
    rows.change(
        desk.conn, tables.deadline, row["id"], trigger_on=trigger.isoformat(), trigger_at=desk.now_us,
        met=met, value=rule.value, unit=rule.unit.value, **counted,
    )  # fmt: skip
    if due is None:
        desk.emit(row["trail_id"], "DeadlinePending", rule=row["rule_id"], nth=row["nth"],
                  trigger=trigger.isoformat())  # fmt: skip
        return
    desk.emit(row["trail_id"], "DeadlineSet", nth=row["nth"], **due.arithmetic)
    if row["completed_at"] is None:
        follow(desk, row, counted["due_at"])


def _counted(due: Due | None) -> dict[str, Any]:
    if due is None:
        return {"due_literal": None, "due_effective": None, "due_at": NO_DUE, "arithmetic": "{}"}
    return {
        "due_literal": due.literal.isoformat(),
        "due_effective": due.effective.isoformat(),
        "due_at": to_us(end_of_day(due.effective)),
        "calendar_version": due.calendar_version,
        "arithmetic": dumps(due.arithmetic),
    }


def meet(desk: Desk, live: Live, element: str, values: Mapping[str, Any]) -> None:
    """Meet the oldest running row of every rule that the completion of an element satisfies."""
    context = desk.context(live)
    for policy in rules.met_by(desk, live, element):
        running = casework.running_deadlines(desk.conn, live.trail_id, policy.id, context.run_no)
        if running:
            _meet_row(desk, running[0], _act_day(policy, values) or desk.today)


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
    met = None
    if row["due_effective"] is not None:
        met = day.isoformat() <= row["due_effective"]
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


def mark_overdue(desk: Desk, row_id: int) -> bool:
    """Mark a row missed once its end has passed; tell whether it was. Marking again changes nothing."""
    row = rows.first(desk.conn, tables.deadline, id=row_id)
    if row is None or row["missed_at"] or row["completed_at"] or row["closed_reason"]:
        return False
    if row["due_at"] > desk.now_us:
        return False
    _mark_missed(desk, row)
    return True


def mark_overdue_of(desk: Desk, live: Live, rule_ids: Iterable[str]) -> None:
    """Mark the running rows of some rules in the case of an instance (service `mark_overdue`)."""
    context = desk.context(live)
    for rule_id in rule_ids:
        for row in casework.running_deadlines(desk.conn, live.trail_id, rule_id, context.run_no):
            mark_overdue(desk, row["id"])


def current(desk: Desk, live: Live, rule_id: str) -> RowMapping | None:
    """Return the row that counts for a task now: the latest running one of the rule in this run."""
    context = desk.context(live)
    running = casework.running_deadlines(desk.conn, live.trail_id, rule_id, context.run_no)
    return running[-1] if running else None


def due_at(desk: Desk, live: Live, rule_ids: Iterable[str]) -> int:
    """Return the earliest due instant (microseconds UTC) of the running rows of some rules."""
    found = [row["due_at"] for rule_id in rule_ids if (row := current(desk, live, rule_id)) is not None]
    return min(found, default=NO_DUE)


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


def close_of_case(desk: Desk, case_id: int, reason: str) -> None:
    """Close every running row of a case."""
    for row in casework.running_deadlines(desk.conn, case_id):
        _close(desk, row, reason)


def _close(desk: Desk, row: RowMapping, reason: str) -> None:
    rows.change(desk.conn, tables.deadline, row["id"], closed_reason=reason)
    desk.emit(row["trail_id"], "DeadlineClosed", rule=row["rule_id"], nth=row["nth"], reason=reason)


def extend(desk: Desk, case_id: int, rule_id: str, new_due: date, reason: str, paper: str) -> None:
    """Give a running deadline a later day, keeping the old one; raise IllegalState when none runs."""
    running = casework.running_deadlines(desk.conn, case_id, rule_id)
    if not running:
        raise IllegalState(detail="没有正在计算的这一期限")
    row = running[-1]
    if row["due_effective"] is not None and new_due.isoformat() <= row["due_effective"]:
        raise IllegalState(detail=f"新的期限须晚于原期限{row['due_effective']}")
    due = to_us(end_of_day(new_due))
    rows.change(
        desk.conn, tables.deadline, row["id"], due_effective=new_due.isoformat(), due_at=due, missed_at=None,
        extended_from=row["due_effective"], extension=dumps({"reason": reason, "paper": paper}),
    )  # fmt: skip
    desk.emit(
        row["trail_id"], "DeadlineExtended", rule=rule_id, nth=row["nth"], old=row["due_effective"],
        new=new_due.isoformat(), reason=reason, paper=paper,
    )  # fmt: skip
    follow(desk, row, due)


def follow(desk: Desk, row: RowMapping, due: int) -> None:
    """Move the open task and the boundary timer that follow a row to its new instant."""
    desk.unit.write_waits()
    for item in casework.open_on_trail(desk.conn, row["trail_id"]):
        live = desk.unit.instance(item["id"])
        met_by = rules.rule_at(desk, live, row["rule_id"]).met_by
        if met_by is not None:
            casework.set_task_due(desk.conn, [live.id], met_by, due)
            for element in {name for token in live.state.tokens.values() for name in token.armed}:
                _move_timer(desk, live, element, row["rule_id"])


def _move_timer(desk: Desk, live: Live, element: str, rule_id: str) -> None:
    """Evaluate again a waiting timer whose expression asks for a rule's day."""
    node = live.graph.nodes[element]
    for event in node.events:
        expr = None if event.timer is None else event.timer.expr
        if event.timer is not None and expr is not None and f'"{rule_id}"' in expr.text:
            at = desk.unit.kernel.world.due(desk.unit, live, node, event.timer)
            move(desk.conn, live.id, element, None if at is None else to_us(at))


def moved(desk: Desk, row: RowMapping, anew: bool = False) -> tuple[Due, DeadlineRule] | None:
    """Return where the calendar of the desk puts a row, and by which rule; None where it stays."""
    now = rules.rule(desk, row["rule_id"]).rule_for(desk.settings) if anew else None
    rule = now or rules.as_counted(desk, row)
    if rule is None or row["trigger_on"] is None or row["extension"]:
        return None
    try:
        due = count(rule, date.fromisoformat(row["trigger_on"]), desk.calendar)
    except CalendarUnknown:
        return None
    days = (due.effective.isoformat(), due.literal.isoformat())
    return None if days == (row["due_effective"], row["due_literal"]) else (due, rule)


def recount(desk: Desk, row: RowMapping, anew: bool = False) -> bool:
    """Count a row again after the calendar changed; tell whether its date moved. Extended rows stay.

    `anew` counts by the rule in force instead of the one the row was opened under.
    """
    found = moved(desk, row, anew)
    if found is None:
        return False
    due, rule = found
    counted = _counted(due)
    met = None
    if row["completed_on"] is not None:
        met = row["completed_on"] <= counted["due_effective"]
    rows.change(
        desk.conn, tables.deadline, row["id"], met=met, value=rule.value, unit=rule.unit.value, **counted
    )
    desk.emit(
        row["trail_id"], "DeadlineRecomputed", rule=row["rule_id"], nth=row["nth"],
        old=row["due_effective"], **{k: v for k, v in due.arithmetic.items() if k != "rule"},
    )  # fmt: skip
    if row["completed_at"] is None:
        follow(desk, row, counted["due_at"])
    return True


def arithmetic(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored arithmetic of a row (`engine.deadlines.describe` turns it into a sentence)."""
    found: dict[str, Any] = loads(row["arithmetic"])
    return found
