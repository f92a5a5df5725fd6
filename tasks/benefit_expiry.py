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
    row = casework.running_deadlines(desk.conn, desk.trail(context), RULE)[-1]
    day = date.fromisoformat(row["due_effective"]) if row["due_effective"] else date.fromisoformat(ends)
    rows.add(
        desk.conn, tables.duty, id=new_id(), kind=PROCESS, rule_id=RULE, person_id=context.person_id,
        matter=context.matter, area=context.area, tier=context.tier, run_no=1, frequency=duties.ONCE,
        opened_on=desk.today.isoformat(), next_at=to_us(start_of_day(max(day, desk.today))), state="open",
    )  # fmt: skip


def arrange_all(desk: Desk) -> None:
    """Plan what is not planned yet: the days ahead were set, or the process came to work."""
    if desk.deployed(PROCESS) and desk.setting(SETTING) is not None:
        for benefit in store.benefits_ending(desk.conn, desk.today.isoformat()):
            arrange(desk, benefit)


def begin(desk: Desk, row: RowMapping) -> Live:
    """Start the evaluation on its day; the duty is over with it."""
    benefit_id = int(str(row["matter"]).removeprefix("benefit:"))
    benefit = rows.first(desk.conn, tables.benefit, id=benefit_id)
    assert benefit is not None
    duties.close_duty(desk, row, "begun")
    return desk.start(PROCESS, _context(desk, benefit))
