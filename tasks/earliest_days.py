"""The first day that a date in a form may be: a date before what it follows is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.clock import from_us, local_date
from engine.codec import loads
from engine.live import Live
from tasks import referrals, rules, window_days
from tasks.desk import Context, Desk
from tasks.forms.spec import FormSpec
from tasks.store import casework, rows, tables

#: Steps whose day begins a deadline and follows nothing but the start of their process -> its field.
_SINCE_THE_START = {
    "P05_Designate": "designated_on", "P06_Recommend": "referred_on", "P07_LimitNotice": "limit_on",
}  # fmt: skip


def of_form(desk: Desk, live: Live, spec: FormSpec) -> Mapping[str, date]:
    """Return, by field, the first day a form may say: its trigger's (J.5), or of the window of its duty."""
    context = desk.context(live)
    found: dict[str, date] = {}
    if context.case_id is not None:
        found |= _after_a_step(desk, live, context, spec.id)
    act, begins = window_days.ACT_DAY.get(spec.id, window_days.HELD), window_days.first_day(desk, live)
    if begins is not None and act in spec.fields:
        found[act] = begins
    for policy in rules.met_by(desk, live, spec.id):
        name, _, column = (policy.met_field or "").partition(".")
        if name in spec.fields:
            running = casework.running_deadlines(desk.conn, live.trail_id, policy.id, context.run_no)
            if running and running[0]["trigger_on"] and running[0]["unit"] != "given_date":
                found[column or name] = date.fromisoformat(running[0]["trigger_on"])
    return found


def _after_a_step(desk: Desk, live: Live, context: Context, element: str) -> dict[str, date]:
    """Return the days that begin a deadline and cannot lie before the step they follow."""
    if element in _SINCE_THE_START:
        return {_SINCE_THE_START[element]: local_date(from_us(live.started_at))}
    if element in ("P04_Interview", "P05_Interview"):
        referral = referrals.latest_open(desk, live)
        return {} if referral is None else {"interview_on": date.fromisoformat(referral["referred_on"])}
    if element == "P13_Place":
        of_training = {"case_id": context.case_id, "element": "P13_Train", "draft": False}
        training = rows.first(desk.conn, tables.form_data, "-saved_at", **of_training)
        trained = None if training is None else loads(training["values"]).get("trained_on")
        return {} if trained is None else {"placed_on": date.fromisoformat(trained)}
    return {}
