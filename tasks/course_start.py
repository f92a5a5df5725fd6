"""Starting the continued training of an employer by hand, with the persons registered for it (J.1, P12).

A course is a matter of its own: `P12:<street>:<employer>／<course>`.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import user_tasks
from engine.codec import loads
from engine.errors import FormInvalid, IllegalState
from tasks import access, org
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Context, Desk
from tasks.person_commands import StartCourse
from tasks.store import casework, surveys
from tasks.store import ledger as store
from tasks.survey.meaning import skill_of
from tasks.taskwork import PROGRAM, store_form
from tasks.text import clean_line

PROCESS = "P12_continued_training"
_LONGEST = 100


def start(desk: Desk, command: StartCourse) -> Done:
    """Start the course of an employer; raise FormInvalid or IllegalState."""
    unit = org.get_unit(desk.conn, command.street_id)
    access.authorize_start(desk.actor, PROCESS, Subject(unit.path))
    if not desk.deployed(PROCESS):
        raise IllegalState(detail="持续培训流程尚未发布")
    employer, course = clean_line(command.employer)[:_LONGEST], clean_line(command.course)[:_LONGEST]
    _require(desk, unit, employer, course, command.trainees)
    matter = f"P12:{unit.id}:{employer}／{course}"
    if casework.open_on_trail(desk.conn, desk.matter_trail(matter)):
        raise IllegalState(detail=f"{employer}的“{course}”培训正在办理")
    live = desk.start(PROCESS, Context(None, None, unit.path, "street", matter=matter))
    desk.unit.write_waits()
    (task,) = casework.open_tasks_of(desk.conn, [live.id])
    trainees = [_line(desk, one, course) for one in command.trainees]
    row = user_tasks.read_row(desk.unit, task["id"])
    store_form(desk, row, {"employer": employer, "trainees": trainees}, draft=True, by=PROGRAM)
    return Done(instance_id=live.id, next_task_id=task["id"])


def _line(desk: Desk, person_id: int, course: str) -> dict[str, str]:
    """Return the line of a trainee as far as it is known: trade, and skill by the questionnaire (19.R1)."""
    told = surveys.of_person(desk.conn, person_id)
    skill = next((skill_of(loads(row["answers"])) for row in told if row["standing"] == "held"), "")
    line = {"person": str(person_id), "trade": course}
    return {**line, "skill_level": skill} if skill else line


def _require(desk: Desk, unit: org.Unit, employer: str, course: str, trainees: Iterable[int]) -> None:
    """Raise FormInvalid with everything that is missing."""
    problems = []
    if unit.level != "street":
        problems.append(("street_id", "请选择街（镇）。", "Choose a street."))
    if not employer:
        problems.append(("employer", "请填写用人单位。", "Enter the employer."))
    if not course:
        problems.append(("course", "请填写培训课程或工种。", "Enter the course."))
    wanted = list(trainees)
    waiting = {row["person_id"] for row in store.needs_under(desk.conn, unit.path, wanted)}
    if not wanted:
        problems.append(("trainees", "请至少选择一名已登记培训需求的人员。", "Choose at least one person."))
    elif not set(wanted) <= waiting:
        zh = "所选人员中有未登记培训需求，或已参加其他培训的，请重新选择。"
        problems.append(("trainees", zh, "Somebody chosen has not asked for training, or is in a course."))
    if problems:
        raise FormInvalid(problems)
