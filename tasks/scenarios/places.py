"""Steps and expectations about an area instead of a person: a community's survey, a course of a street."""

from __future__ import annotations

from functools import cached_property

from tasks import org
from tasks.actor import Actor
from tasks.person_commands import StartCourse
from tasks.scenarios.faults import Difference
from tasks.scenarios.look import Look
from tasks.scenarios.model import Step
from tasks.scenarios.world import World
from tasks.store import places, stories
from tasks.store.conn import RowMapping

#: The process of a course, which begins with its employer, its name and its trainees.
COURSE = "P12_continued_training"
COURSE_FIELDS = ("employer", "course", "trainees")


def path_of(world: World, named: str, line: int) -> str:
    """Return the path of a unit of a scenario by its name; raise Difference."""
    with world.app.read() as conn:
        found = org.find_units(conn, named)
    if len(found) != 1:
        raise Difference(line, f"没有唯一的辖区“{named}”。", f"There is no one area “{named}”.")
    return found[0].path


def start_course(world: World, step: Step, actor: Actor) -> None:
    """Start the course of an employer with the persons a step names, in the street of the actor."""
    street = next(grant.area for grant in actor.grants if grant.role == "street_staff")
    with world.app.read() as conn:
        unit = org.unit_of_path(conn, street)
    named = step.with_.get("trainees") or list(world.people)
    trainees = tuple(world.people[str(handle)] for handle in named)
    employer, course = step.with_.get("employer") or "顺义某企业", step.with_.get("course") or "叉车司机"
    world.app.do(StartCourse(unit.id, str(employer), str(course), trainees), actor)


class PlaceLook(Look):
    """The matters of an area, now."""

    def __init__(self, world: World, path: str) -> None:
        super().__init__(world, 0, None)
        self.path = path

    @cached_property
    def tasks(self) -> list[RowMapping]:
        """Return the open tasks of the area's matters."""
        with self.world.app.read() as conn:
            return places.tasks_in(conn, self.path)

    @cached_property
    def trails(self) -> list[int]:
        """Return the trails of the area's matters."""
        with self.world.app.read() as conn:
            return places.trails_in(conn, self.path)

    @cached_property
    def deadlines(self) -> list[RowMapping]:
        """Return the deadlines of the area's matters."""
        with self.world.app.read() as conn:
            return places.deadlines_on(conn, self.trails)

    @cached_property
    def duties(self) -> list[RowMapping]:
        """Return the open duties of the area's offices."""
        with self.world.app.read() as conn:
            return places.office_duties_in(conn, self.path)

    @cached_property
    def events(self) -> list[RowMapping]:
        """Return the events of the area's matters in order."""
        with self.world.app.read() as conn:
            return stories.events_of(conn, self.trails)
