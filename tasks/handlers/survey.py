"""P01 and P01a: the yearly round of a community and the interviews in it."""

from __future__ import annotations

from engine.errors import FormInvalid, GuardUnmet
from tasks import ledger, matters, notices, survey_round
from tasks.handlers import Completion, on
from tasks.survey import door


@on("P01_FixStart")
def fix_start(done: Completion) -> None:
    """Hold the start to its year's first quarter; warn where a month from it leaves the quarter (AMB-08).

    Nobody plans a start after the quarter; a survey that really began later is written down as it was, and
    its deadline as missed.
    """
    start, first = done.values["start_on"], survey_round.first_day(done.desk, done.task.live)
    if start.year != first.year:
        zh, en = f"调查起始日须在{first.year}年内。", f"The survey starts within {first.year}."
        raise FormInvalid([("start_on", zh, en)])
    own_term = matters.has_own_term(done.context)
    if start > done.desk.today and survey_round.after_quarter(start) and not own_term:
        zh = f"调查应在第一季度开展，起始日不能晚于{start.year}-03-31。"
        raise FormInvalid([("start_on", zh, "The survey starts within the first quarter.")])
    if survey_round.is_late(start) and not own_term:
        done.emit("WarningRaised", reason="survey_late", start=start.isoformat())
        notices.tell_supervisors(done.desk, done.context.area, "WarningRaised", None,
                                 {"reason": "survey_late"})  # fmt: skip


@on("P01_Coverage")
def coverage(done: Completion) -> None:
    """Guard that nobody was missed (01.R1b)."""
    survey_round.require_all(done.desk, done.task.live)
    if not done.values["reconciled"]:
        raise GuardUnmet(missing="请与应访名单逐一核对后再办结")


@on("P01a_Form")
def questionnaire(done: Completion) -> None:
    """Keep the answers of somebody in scope, who has not left; else close the row of the roster."""
    if done.values["in_scope"]:
        door.of_person(done.desk, done.person_id, done.values["survey"], done.task.node.id)
        ledger.returned(done.desk, done.person_id)
        return
    reason = done.values["out_of_scope_reason"]
    survey_round.settle(done.desk, done.task.live, survey_round.OUT_OF_SCOPE, reason)


@on("P01a_Verify")
def verified(done: Completion) -> None:
    """Refuse data that was not held against the household book (01.D2a)."""
    if not done.values["id_checked"]:
        raise GuardUnmet(missing="姓名、证件号须与户口本一致，请核对后再办结")


@on("P01a_VisitRecord")
def visited(done: Completion) -> None:
    """Note that the person was visited (01.R1b)."""
    survey_round.settle(done.desk, done.task.live, survey_round.VISITED)
