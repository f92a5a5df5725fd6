"""P12: continued training at an employer, for the persons registered for it (19.D1b)."""

from __future__ import annotations

from engine.errors import GuardUnmet
from tasks import courses
from tasks.handlers import Completion, on


@on("P12_Publicity")
def publicity(done: Completion) -> None:
    """Register every trainee with skill level, trade and level of training (E45, 19.D1b)."""
    courses.enrol(done.desk, done.task.live, done.task.node, done.values["trainees"])


@on("P12_School")
def school(done: Completion) -> None:
    """Refuse to go on before the school knows what the employer needs (19.D2)."""
    if not done.values["need_passed"]:
        raise GuardUnmet(missing="请先把用人单位的培训需求转达学校")


@on("P12_Organise")
def organise(done: Completion) -> None:
    """Refuse a count of passes before the training was held."""
    if not done.values["held"]:
        raise GuardUnmet(missing="培训尚未组织，完成后再办结")


@on("P12_Materials")
def materials(done: Completion) -> None:
    """Guard that the material is complete (19.D5)."""
    if not done.values["complete"]:
        raise GuardUnmet(missing="申请材料不齐，请补齐后再办结")
