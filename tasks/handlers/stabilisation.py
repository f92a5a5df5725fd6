"""P10: guidance to stay in a post, every week until it is solved (18.D3)."""

from __future__ import annotations

from tasks import duties
from tasks.handlers import Completion, on


@on("P10_CareerPlan")
def career_plan(done: Completion) -> None:
    """Open the weekly guidance; it ends with the process (J.7.9)."""
    duties.open_duty(done.desk, done.context, "P21_WeeklyGuidance", "WEEKLY", "DL-046", done.desk.today,
                     done.task.live.id)  # fmt: skip
