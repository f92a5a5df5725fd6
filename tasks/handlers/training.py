"""P11: skills training; straight into a post is employment."""

from __future__ import annotations

from engine.errors import GuardUnmet
from tasks import employments
from tasks.handlers import Completion, on


@on("P11_TrainPlan")
def plan(done: Completion) -> None:
    """Refuse a plan that ends before it starts."""
    if done.values["ends_on"] < done.values["starts_on"]:
        raise GuardUnmet(missing="培训结束日期不能早于开始日期")


@on("P11_Attend")
def attend(done: Completion) -> None:
    """Refuse more attended than held."""
    if done.values["attended"] > done.values["sessions"]:
        raise GuardUnmet(missing="出勤次数不能多于培训次数")


@on("P11_Placement")
def placement(done: Completion) -> None:
    """Record the employment straight out of training (09.R3)."""
    employments.record(done.desk, done.context, done.values, "ASSISTANCE", done.desk.today)
    done.routing["direct_employment"] = True
