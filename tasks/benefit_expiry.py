"""The end of a benefit (P17): evaluated ahead of its last day, by as many days as the office set (DL-104)."""

from __future__ import annotations

from datetime import date

from engine.clock import start_of_day, to_us
from engine.ids import new_id
from engine.live import Live
from tasks import deadlines, duties
from tasks.desk import Context, Desk
from tasks.store import casework, rows, tables
from tasks.store import matters as store
from tasks.store.conn import RowMapping

PROCESS = "P17_benefit_expiry"
RULE = "DL-104"
SETTING = "benefit_lead_days"


def key_of(benefit_id: int) -> str:
    """Return the correlation key of a benefit period."""
    return f"benefit:{benefit_id}"


def _context(desk: Desk, benefit: RowMapping) -> Context:
    person = desk.person(benefit["person_id"])
    return Context(None, person["id"], person["area"], "street", matter=key_of(benefit["id"]))


def arrange(desk: Desk, benefit: RowMapping) -> None:
    """Plan the evaluation of a benefit period that has an end still to come.

    Nothing is planned while the office has not said how many days ahead: no policy text says so.
    """
    ends = benefit["ends_on"]
    if ends is None or ends < desk.today.isoformat() or not desk.deployed(PROCESS):
        return
    known = rows.first(desk.conn, tables.duty, matter=key_of(benefit["id"]))
    if known is not None:
        return
    context = _context(desk, benefit)
    policy = desk.library.policy[RULE]
    if policy.rule_for(desk.settings) is None:
        return
    deadlines.open_row(desk, context, policy, date.fromisoformat(ends), "benefit")
    rows.add(
        desk.conn, tables.duty, id=new_id(), kind=PROCESS, rule_id=RULE, person_id=context.person_id,
        matter=context.matter, area=context.area, tier=context.tier, run_no=1, frequency=duties.ONCE,
        opened_on=desk.today.isoformat(), next_at=_begins_at(desk, desk.trail(context), ends), state="open",
    )  # fmt: skip


def _begins_at(desk: Desk, trail_id: int, ends: str) -> int:
    """Return when the evaluation begins: on its effective day; while that is unknown, at the end."""
    row = casework.running_deadlines(desk.conn, trail_id, RULE)[-1]
    day = date.fromisoformat(row["due_effective"] or ends)
    return to_us(start_of_day(max(day, desk.today)))


def follow(desk: Desk, trail_id: int) -> None:
    """Let the evaluation begin on the day that a new calendar gives it."""
    owner = rows.first(desk.conn, tables.trail_owner, trail_id=trail_id)
    matter = None if owner is None else owner["matter"]
    for row in rows.rows(desk.conn, tables.duty, matter=matter, kind=PROCESS, state="open") if matter else ():
        benefit = rows.first(desk.conn, tables.benefit, id=_benefit_of(row))
        assert benefit is not None
        rows.change(desk.conn, tables.duty, row["id"], next_at=_begins_at(desk, trail_id, benefit["ends_on"]))


def _benefit_of(row: RowMapping) -> int:
    return int(str(row["matter"]).removeprefix("benefit:"))


def left(desk: Desk, person_id: int, code: str) -> None:
    """Drop the evaluations planned or begun for somebody who is no longer there."""
    for row in rows.rows(desk.conn, tables.duty, person_id=person_id, kind=PROCESS, state="open"):
        trail = desk.matter_trail(row["matter"], person_id)
        desk.unit.lock(trail)
        duties.close_duty(desk, row, code)
        deadlines.close_of_case(desk, trail, code)
    for row in store.open_of_person(desk.conn, person_id, PROCESS):
        desk.unit.cancel(row["id"], code)


def arrange_all(desk: Desk) -> None:
    """Plan what is not planned yet: the days ahead were set, or the process came to work."""
    if desk.deployed(PROCESS) and desk.setting(SETTING) is not None:
        for benefit in store.benefits_ending(desk.conn, desk.today.isoformat()):
            arrange(desk, benefit)


def begin(desk: Desk, row: RowMapping) -> Live:
    """Start the evaluation on its day; the duty is over with it."""
    benefit = rows.first(desk.conn, tables.benefit, id=_benefit_of(row))
    assert benefit is not None
    duties.close_duty(desk, row, "begun")
    return desk.start(PROCESS, _context(desk, benefit))
