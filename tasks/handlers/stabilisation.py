"""P10: guidance to stay in a post, every week until it is solved (18.D3)."""

from __future__ import annotations

from tasks import duties, employments
from tasks.handlers import Completion, on


@on("P10_CareerPlan")
def career_plan(done: Completion) -> None:
    """Open the weekly guidance; it ends with the process (J.7.9).

    A post that was lost before the weekly watch began ends the guidance as soon as it begins: the message
    of then was taken by the follow-up.
    """
    desk, instance = done.desk, done.task.live.id
    if employments.latest(desk, done.context) is not None:
        duties.open_duty(desk, done.context, "P21_WeeklyGuidance", "WEEKLY", "DL-046", desk.today, instance)
    else:
        desk.unit.later(lambda: employments.tell_loss(desk, done.case_id, instance, "P10_Lost_Msg"))
