"""P10: guidance to stay in a post, every week until it is solved (18.D3)."""

from __future__ import annotations

from engine.messages import deliver
from tasks import duties, employments
from tasks.desk import Desk
from tasks.handlers import Completion, on

LOST = "P10_Lost_Msg"


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
        desk.unit.later(lambda: _lost(desk, done.case_id, instance))


def _lost(desk: Desk, case_id: int, instance: int) -> None:
    live = desk.unit.instance(instance)
    if live.status == "running" and any(LOST in token.armed for token in live.state.tokens.values()):
        deliver(desk.unit, "MSG-25", f"case:{case_id}", {}, trail_id=case_id, only=instance, starts=False)
