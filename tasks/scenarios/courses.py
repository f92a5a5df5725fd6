"""The step that starts a course of a street: its employer, its name and its trainees."""

from __future__ import annotations

from tasks import org
from tasks.actor import Actor
from tasks.person_commands import StartCourse
from tasks.scenarios.model import Step
from tasks.scenarios.world import World

#: The process of a course, which begins with its employer, its name and its trainees.
COURSE = "P12_continued_training"
COURSE_FIELDS = ("employer", "course", "trainees")


def start_course(world: World, step: Step, actor: Actor) -> None:
    """Start the course of an employer with the persons a step names, in the street of the actor."""
    street = next(grant.area for grant in actor.grants if grant.role == "street_staff")
    with world.app.read() as conn:
        unit = org.unit_of_path(conn, street)
    everybody = list(world.people) if step.person is None else [step.person]
    named = step.with_.get("trainees") or everybody
    trainees = tuple(world.people[str(handle)] for handle in named)
    employer, course = step.with_.get("employer") or "顺义某企业", step.with_.get("course") or "叉车司机"
    world.app.do(StartCourse(unit.id, str(employer), str(course), trainees), actor)
