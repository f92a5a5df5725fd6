"""P09: first revisit, second assistance, closing."""

from __future__ import annotations

from engine.errors import FormInvalid
from engine.messages import send
from tasks import cases, decide, employments
from tasks.handlers import Completion, on
from tasks.store import casework, stories


def left_needs_signal(done: Completion) -> None:
    """A person who has left the post has lost it: the form must say so (J.5)."""
    if done.values.get("status") == "LEFT" and done.values.get("signal") != "JOB_LOST":
        zh = "在职状态为“已离职”时，情况须选择“失去岗位”。"
        raise FormInvalid([("signal", zh, "LEFT needs the signal JOB_LOST.")])


def lost(done: Completion) -> None:
    """Record a lost job told in a revisit."""
    if done.values.get("signal") == "JOB_LOST":
        employments.lose(done.desk, done.context, done.values["lost_on"], done.values.get("lost_reason"))


def reclassify(done: Completion) -> None:
    """Run DT-07 again after a revisit; a new class counts from the revisit (J.7.17)."""
    context = done.context
    open_now = casework.open_duties(done.desk.conn, context.case_id, context.person_id, "P21_FollowUp")
    if not open_now:
        return
    new = decide.followup_class(done.desk, context)
    if new != open_now[0]["frequency"]:
        from tasks import duties

        on = done.values["revisited_on"]
        duties.open_duty(done.desk, context, "P21_FollowUp", new, duties.FOLLOW_UP_RULES[new],
                         on, open_now[0]["opened_by_instance"])  # fmt: skip
        if new != "TEN_DAYS":  # which rolls from the revisit anyway; of a calendar window this was the act
            duties.act_counts(done.desk, context, "P21_FollowUp", on)
        done.emit("ClassChanged", old=open_now[0]["frequency"], new=new)


def stable_again(done: Completion) -> None:
    """Propose to close after so many stable monthly revisits in a row as the office set (AMB-19)."""
    wanted = done.desk.setting("stable_revisits_to_close")
    if wanted is None or done.context.case_id is None:
        return
    case = done.desk.case(done.case_id)
    stable = done.values["stability"] == "STABLE" and done.values["signal"] == "NONE"
    monthly = decide.followup_class(done.desk, done.context) == "MONTHLY"
    count = case["data"].get("stable_revisits", 0) + 1 if stable and monthly else 0
    if count >= wanted and _watched(done):
        grounds = f"连续{count}次每月回访就业稳定，请督导审核是否结案"
        proposal = {"end_code": "END-STABLE", "grounds": grounds}
        done.desk.change_case(done.case_id, {"close_proposal": proposal})
        send(done.desk.unit, "MSG-26", f"case:{done.case_id}", {}, case["run_no"], done.case_id, starts=False)
        count = 0
    done.desk.change_case(done.case_id, {"stable_revisits": count})


def _watched(done: Completion) -> bool:
    """Tell whether follow-up waits for news: not while a supervisor already decides."""
    done.desk.unit.write_waits()
    return any(name == "MSG-26" for _element, name in stories.waiting_in(done.desk.conn, done.case_id))


@on("P09_First")
def first(done: Completion) -> None:
    """First revisit after one month."""
    left_needs_signal(done)
    lost(done)
    reclassify(done)


@on("P09_SecondAssistance")
def second(done: Completion) -> None:
    """Keep the entry tier; the new run begins with the decision, so that its deadlines count in it."""
    decided = {"entry_tier": done.values.get("entry_tier"), employments.LOSS_OPEN: False}
    done.desk.change_case(done.case_id, decided)
    if done.values["open_run"]:
        cases.new_run(done.desk, done.case_id)


@on("P09_Close")
def close(done: Completion) -> None:
    """Keep the grounds of the closing; a job lost while it was examined is heard of when it is not closed."""
    desk, case_id, instance = done.desk, done.case_id, done.task.live.id
    if done.values["close"]:
        employments.require_end(desk, case_id, done.values["end_code"])
    desk.change_case(case_id, {"close_grounds": done.values["grounds"]})
    undecided = desk.case(case_id)["data"].get(employments.LOSS_OPEN)
    if not done.values["close"] and undecided and employments.latest(desk, done.context) is None:
        # behind what was kept for the catch, which is given to it first
        desk.unit.later(lambda: desk.unit.later(
            lambda: employments.tell_loss(desk, case_id, instance, "P09_Lost_Msg")))  # fmt: skip
