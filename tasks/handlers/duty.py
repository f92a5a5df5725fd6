"""P21: visits, contacts, revisits: the window is done, and what was noticed goes on as a message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine.clock import local_date
from tasks import decide, duties, employments, ledger, visits
from tasks.casework import case_for_work
from tasks.handlers import Completion, on
from tasks.handlers.follow_up import left_needs_signal, lost, reclassify, stable_again
from tasks.window_days import ACT_DAY


def _act_day(done: Completion) -> date:
    value = done.values.get(ACT_DAY.get(done.task.node.id, ""))
    if isinstance(value, datetime):
        return local_date(value)
    return value if isinstance(value, date) else done.desk.today


def _situation(done: Completion, other_class: bool) -> str:
    """Return the branch of P21_Signal_GW (J.7.10)."""
    signal = done.values.get("signal")
    if signal and signal != "NONE":
        return str(signal)
    if done.task.node.id == "P21_Recheck" and done.values["still_meets"] is False:
        if not done.desk.setting("exit_needs_supervisor"):
            return "EXIT"
        from tasks import notices

        notices.tell_supervisors(done.desk, done.context.area, "ExitProposed", done.context.case_id,
                                 {"end_code": done.values.get("end_code")})  # fmt: skip
    if done.task.node.id == "P21_Visit" and (other_class or _reclassified(done)):
        return "RECLASSIFIED"
    return "NONE"


def _reclassified(done: Completion) -> bool:
    """Tell whether the visit changed ability or wish, or the person may now be brought (J.7.10)."""
    before: Mapping[str, Any] = done.desk.form["_facts_before"]
    if {"wish", "labour_ability"} & before.keys():
        return True
    return ledger.would_accompany(done.desk, done.person_id)


def _other_class(done: Completion) -> bool:
    """Tell whether another class follows now than when the ledger was last classified (J.7.10).

    A worker's own choice stands until something changes; what other forms wrote meanwhile counts too. Of
    somebody who is not on the ledger only what this visit changed is known.
    """
    before: Mapping[str, Any] = done.desk.form["_facts_before"]
    old = ledger.proposed_class(done.desk, done.person_id)
    if old is None:
        if not before:
            return False
        old = decide.visit_class(done.desk, done.person_id, before)
    return old != decide.visit_class(done.desk, done.person_id)


@on(*duties.KINDS)
def act(done: Completion) -> None:
    """Complete the window and say what was noticed."""
    element = done.task.node.id
    if element == "P21_FollowUp":
        left_needs_signal(done)
    if element == "P21_Visit":
        visits.require_gap(done.desk, done.task.live, done.values)
    duties.done(done.desk, done.task.live, _act_day(done))  # first: a lost post ends its own duties
    lost(done)
    other_class = element == "P21_Visit" and _other_class(done)
    if other_class:
        visits.reclassify(done.desk, done.person_id, _act_day(done))
    if done.values.get("signal") == "FOUND_WORK":
        context = case_for_work(done.desk, done.context)
        employments.record(done.desk, context, done.values, "OWN_EFFORT", done.desk.today)
    done.routing["situation"] = _situation(done, other_class)
    if element == "P21_FollowUp":
        reclassify(done)
        stable_again(done)
    if element == "P21_Recheck" and done.values["still_meets"] and done.context.case_id is not None:
        done.desk.change_case(done.case_id, {"categories": done.values["categories"]})
        done.emit("CategoriesDecided", categories=done.values["categories"])
    for other in _counts_too(done):
        duties.act_counts(done.desk, done.context, other, _act_day(done))


def _counts_too(done: Completion) -> tuple[str, ...]:
    """Return the duties this act also is: a contact at home is a visit, a visit a contact (AMB-16, J.7.9)."""
    element = done.task.node.id
    if element == "P21_Visit":
        return ("P21_WeeklyContact", "P21_KeepContact")
    if element in ("P21_WeeklyContact", "P21_KeepContact") and done.values.get("channel") == "VISIT":
        return ("P21_Visit",)
    return ()
