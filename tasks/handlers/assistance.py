"""P04, P05, P06: helpers, plans, referrals and outcomes, handing up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.clock import local_date
from engine.errors import GuardUnmet
from tasks import duties, employments, helpers, placements, plans, progress, referrals
from tasks.desk import Desk
from tasks.handlers import Completion, on
from tasks.registers import write
from tasks.store import casework

_ROLE = {
    "P04_AssignAide": "community_aide",
    "P05_Designate": "street_officer",
    "P06_Designate": "district_expert",
}
_FIELD = {"P04_AssignAide": "aide", "P05_Designate": "assistant", "P06_Designate": "expert"}


@on("P04_AssignAide", "P05_Designate", "P06_Designate")
def designate(done: Completion) -> None:
    """Designate the one-to-one helper of the tier and open the contact duty (CR-11)."""
    element = done.task.node.id
    on_day = done.values.get("designated_on") or done.desk.today
    helpers.designate(
        done.desk, done.task.live, _ROLE[element], int(done.values[_FIELD[element]]), on_day.isoformat(),
        done.values.get("reason"),
    )  # fmt: skip
    if element == "P04_AssignAide":
        duties.open_duty(done.desk, done.context, "P21_WeeklyContact", "WEEKLY", "DL-016", on_day,
                         done.task.live.id)  # fmt: skip
    else:
        interval = done.desk.setting("keep_contact_interval_days")
        rule = "DL-022" if element == "P05_Designate" else "DL-049"
        frequency = f"DAYS:{interval}" if interval else None
        duties.open_duty(done.desk, done.context, "P21_KeepContact", frequency, rule, on_day,
                         done.task.live.id)  # fmt: skip


@on("P04_FirstContact", "P05_Contact", "P06_Contact")
def contact(done: Completion) -> None:
    """Let the first contact count as the window's contact (J.7.9)."""
    at: datetime = done.values["contacted_at"]
    kind = duties.COUNTS_AS[done.task.node.id]
    duties.act_counts(done.desk, done.context, kind, local_date(at))


@on("P04_Plan", "P05_Plan", "P06_Plan")
def plan(done: Completion) -> None:
    """Keep a version of the tier's plan."""
    plans.keep(done.desk, done.task.live, done.values)


@on("P05_RevisePlan", "P06_RevisePlan")
def revise(done: Completion) -> None:
    """Keep a further version of the tier's plan: the one before, with what changes and why."""
    plans.amend(done.desk, done.context, done.values)


@on("P04_Match")
def match(done: Completion) -> None:
    """Keep what was found until the letter makes a referral of it."""
    done.desk.change_case(done.case_id, {"match": _post_of(done)})


def _post_of(done: Completion) -> dict[str, Any]:
    return {
        "employer": done.values["employer"],
        "post": done.values["post"],
        "vacancy": done.values.get("vacancy"),
    }


@on("P04_Letter")
def letter(done: Completion) -> None:
    """Make the referral: a named post and employer with a letter (AMB-02)."""
    found = done.desk.case(done.case_id)["data"].get("match") or {}
    referrals.add(
        done.desk, done.task.live, employer=found.get("employer") or "—", post=found.get("post") or "—",
        vacancy_id=_id(found.get("vacancy")), letter_no=done.values["letter_no"],
        referred_on=done.values["referred_on"],
    )  # fmt: skip


def _id(value: Any) -> int | None:
    return int(value) if value else None


@on("P05_TwoReferrals")
def two_referrals(done: Completion) -> None:
    """Record the first street referrals: at least two, their outcome open (CR-03, AMB-02)."""
    rows = done.values["referrals"] or []
    if len(rows) < 2:
        raise GuardUnmet(missing=f"至少推荐两次岗位，现有{len(rows)}次")
    for row in rows:
        referrals.add(done.desk, done.task.live, employer=row["employer"], post=row["post"],
                      referred_on=row["referred_on"])  # fmt: skip


@on("P05_Match")
def street_match(done: Completion) -> None:
    """Make a street referral."""
    seq = referrals.add(
        done.desk, done.task.live, employer=done.values["employer"], post=done.values["post"],
        vacancy_id=_id(done.values.get("vacancy")), referred_on=done.values["referred_on"],
    )  # fmt: skip
    done.desk.change_case(done.case_id, {"street_referral": seq})


@on("P06_Recommend")
def recommend(done: Completion) -> None:
    """Make a district referral."""
    referrals.add(done.desk, done.task.live, employer=done.values["employer"], post=done.values["post"],
                  referred_on=done.values["referred_on"])  # fmt: skip


@on("P04_Interview", "P05_Interview")
def interview(done: Completion) -> None:
    """Note the interview on the referral."""
    referrals.set_interview(done.desk, done.task.live, done.values["interview_on"])


@on("P04_Outcome", "P05_Revisit", "P06_Outcome")
def outcome(done: Completion) -> None:
    """Record the outcome of the referral and count the failures of the tier."""
    values = done.values
    seq = None
    if done.task.node.id == "P05_Revisit":
        seq = done.desk.case(done.case_id)["data"].get("street_referral")
    referrals.record_outcome(
        done.desk, done.task.live, values["outcome"], values.get("reason"), values.get("explanation"), seq
    )
    referrals.record_others(done.desk, done.task.live, values.get("other_outcomes") or [], seq)
    done.routing["failed_count"] = referrals.failed_count(done.desk, done.task.live)
    if values["outcome"] == "HIRED":
        row = referrals.of_tier(done.desk, done.task.live)
        employer = values.get("employer")
        if employer is None and row and values["employment_kind"] in ("UNIT", "PUBLIC_WELFARE"):
            employer = row[-1]["employer"]
        employments.record(done.desk, done.context, {**values, "employer": employer}, "ASSISTANCE",
                           done.desk.today)  # fmt: skip


@on("P04_ConfirmOwn")
def confirm_own(done: Completion) -> None:
    """Not confirmed, the reason counts as the post's (DT-08, AMB-03)."""
    if not done.values["confirmed"]:
        done.routing["reason"] = "POST"
        referrals.change_reason(done.desk, done.task.live, "POST")


@on("P05_Conclude")
def conclude(done: Completion) -> None:
    """Guard the way up and the way to a street post; the rest is a person's decision (AMB-21)."""
    live, values = done.task.live, done.values
    referrals.record_others(done.desk, live, values.get("other_outcomes") or [], None)
    if values["decision"] == "ESCALATE":
        _may_escalate(done)
    if values["decision"] == "STREET_POST":
        free = {row["id"] for row in placements.free_posts(done.desk, "STREET", done.context.area)}
        if int(values["street_post"]) not in free:
            raise GuardUnmet(missing="所选街镇公益性岗位已无空额")
        done.desk.change_case(done.case_id, {"street_post": str(values["street_post"])})


def _may_escalate(done: Completion) -> None:
    known = [row for row in referrals.of_tier(done.desk, done.task.live) if row["outcome"] is not None]
    missing = []
    if len(known) < 2:
        missing.append(f"至少两次有结果的街镇推荐，现有{len(known)}次")
    if not done.values["street_posts_checked"]:
        missing.append("先查看街镇公益性岗位")
    if not done.values.get("really_hard"):
        missing.append("确认就业确实有困难")
    if not done.values.get("street_cannot_solve"):
        missing.append("确认街镇不能解决")
    if missing:
        raise GuardUnmet(missing="上报区级须：" + "；".join(missing))


@on("P05_Agreement")
def agreement(done: Completion) -> None:
    """Guard that both sides signed: only then is there an agreement (07.D2c)."""
    sides = (("person_signed", "本人"), ("officer_signed", "就业助理专员"))
    missing = [name for field, name in sides if not done.values[field]]
    if missing:
        raise GuardUnmet(missing="就业援助协议书须由双方签字，尚缺：" + "、".join(missing))


@on("P06_Assess")
def assess(done: Completion) -> None:
    """Guard that the report was explained at once (13.R2c, DL-032)."""
    if not done.values["explained"]:
        raise GuardUnmet(missing="请即时向测评对象解读测评报告")


@on("P05_Dossier")
def dossier(done: Completion) -> None:
    """Guard the completeness of the dossier."""
    missing = [
        name
        for field, name in (("basic_data", "基本资料"), ("steps_recorded", "援助步骤记录"))
        if not done.values[field]
    ]
    if missing:
        raise GuardUnmet(missing="档案不完整，缺少：" + "、".join(missing))


def package(desk: Desk, case_id: int, tier: str, run_no: int) -> dict[str, Any]:
    """Return what is handed up with a case: counters and the number of referrals of the tier."""
    failed = casework.failed_referrals(desk.conn, case_id, tier, run_no)
    return {"failed": failed, "tier": tier, "run": run_no}


@on("P05_Effect")
def effect(done: Completion) -> None:
    """Enter how content the person was in the register of satisfaction (08.D5b, R003-16.2)."""
    task = done.task
    write.enter(
        done.desk, task.live, task.node.id, (progress.CONTENT,), done.context, task.row.id, done.values
    )
