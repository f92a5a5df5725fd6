"""Matters in scenarios: tasks of an area or a household, starting a matter, and what one looks like."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from engine.errors import IllegalState
from tasks import discovery, org
from tasks import matter_commands as m
from tasks.actor import Actor
from tasks.forms.command_forms import COMMAND_FORMS
from tasks.note_commands import BeginSurvey
from tasks.scenarios import people_at_work as who
from tasks.scenarios.about import person_of
from tasks.scenarios.faults import Difference
from tasks.scenarios.fill import command_values
from tasks.scenarios.look import Look
from tasks.scenarios.model import Step
from tasks.scenarios.world import World
from tasks.store import stories
from tasks.store import stories_offices as kept
from tasks.store.conn import RowMapping

#: Processes a step starts for an area (or a family), and the fields it may give.
MATTERS: dict[str, tuple[str, ...]] = {
    "P01_survey_round": tuple(COMMAND_FORMS["special_survey"].fields),
    "P16_zero_family": (),
    "P18_candidate_discovery": ("list", "persons"),
    "P19_early_warning": tuple(COMMAND_FORMS["raise_warning"].fields),
    "P20_complaint": tuple(COMMAND_FORMS["file_complaint"].fields),
}
FAMILY = "MSG-22"


def area_path(world: World, named: str | None) -> str:
    """Return the path of a unit named in a scenario, else the street of its home."""
    if named is None:
        return org.path_at(world.home, "street")
    with world.app.read() as conn:
        found = [unit.path for unit in org.find_units(conn, named)]
    near = [path for path in found if world.home.startswith(path)]
    return (near or found)[0]


def tasks_of(world: World, step: Step, opened: bool = True) -> list[RowMapping]:
    """Return the tasks of the area or household of a step, the one due first first."""
    person_id = world.people[step.person] if step.person is not None else None
    with world.app.read() as conn:
        if step.household is not None:
            found = kept.tasks_of_matter(conn, matter=_family(world, step.household), opened=opened)
        else:
            found = kept.tasks_of_matter(conn, area=area_path(world, step.area), opened=opened)
    return [row for row in found if person_id is None or row["subject_id"] == person_id]


def instances_of(world: World, step: Step) -> list[RowMapping]:
    """Return the instances of the area or household of a step that are not over, the latest first."""
    with world.app.read() as conn:
        if step.household is not None:
            return kept.instances_of_matter(conn, matter=_family(world, step.household))
        return kept.instances_of_matter(conn, area=area_path(world, step.area))


def _family(world: World, handle: str) -> str:
    with world.app.read() as conn:
        return f"household:{kept.household_of(conn, world.people[handle])}"


def start(world: World, step: Step) -> None:
    """Start a matter: a family told of, lists compared, a warning, a complaint."""
    process_id = str(step.target)
    if process_id == "P16_zero_family":
        tell_family(world, step)
    elif process_id == discovery.PROCESS:
        _compare(world, step)
    else:
        command, form = _BY_FORM[process_id]
        values = {"unit": str(_unit_id(world, step)), **step.with_}
        actor = who.acting(world, step, _anybody(world, step, process_id))
        world.app.do(command(command_values(world, COMMAND_FORMS[form], values, step.strict)), actor)


_BY_FORM: dict[str, tuple[Any, str]] = {
    "P01_survey_round": (BeginSurvey, "special_survey"),
    "P19_early_warning": (m.RaiseWarning, "raise_warning"),
    "P20_complaint": (m.FileComplaint, "file_complaint"),
}


def _unit_id(world: World, step: Step) -> int:
    with world.app.read() as conn:
        return org.unit_of_path(conn, area_path(world, step.area)).id


def _anybody(world: World, step: Step, process_id: str) -> Actor | None:
    role = "district_staff" if process_id.startswith("P19") else "supervisor"
    return _there(world, area_path(world, step.area), role) or world.role_actor(role, world.home)


def _there(world: World, area: str, *roles: str) -> Actor | None:
    """Return the first user of some roles at the very office."""
    return next((found for role in roles if (found := world.of_role.get((role, area)))), None)


def tell_family(world: World, step: Step) -> None:
    """Tell that nobody of the family of a step's person works (MSG-22)."""
    person_id = person_of(world, step)
    fallback = world.role_actor("community_staff", who.area_of(world, step))
    world.app.do(m.ReportZeroFamily(person_id), who.acting(world, step, fallback))


def _compare(world: World, step: Step) -> None:
    alone = [] if step.person is None else [step.person]
    named = [str(handle) for handle in step.with_.get("persons", alone) or []]
    unknown = [handle for handle in named if handle not in world.people]
    if unknown:
        raise Difference(step.line, f"没有“{unknown[0]}”这个人。", f"Nobody is called “{unknown[0]}”.")
    kind, persons = str(step.with_.get("list") or "UNEMPLOYED"), [world.people[one] for one in named]
    world.app.run(lambda desk: discovery.compare(desk, kind, "名单.csv", "", persons))


def explain(world: World, step: Step) -> None:
    """Explain the oldest missed window of an office's duty: duty, reason."""
    kind, reason = str(step.with_.get("duty") or ""), str(step.with_.get("reason") or "已说明")
    area = area_path(world, step.area)
    with world.app.read() as conn:
        window = kept.missed_window(conn, area, kind)
    if window is None:
        raise IllegalState(detail="没有需要说明的逾期周期任务")
    staff = _there(world, area, "supervisor", "street_staff", "community_staff", "district_staff")
    actor = who.acting(world, step, staff)
    world.app.do(m.ExplainWindow(window, reason), actor)


class MatterLook(Look):
    """What an area or a household looks like: the tasks, deadlines and duties of its matters."""

    def __init__(self, world: World, area: str | None, household: str | None) -> None:
        super().__init__(world, 0, None)
        self.area = None if household is not None else area_path(world, area)
        self.matter = None if household is None else _family(world, household)

    @cached_property
    def tasks(self) -> list[RowMapping]:
        """Return the open tasks."""
        with self.world.app.read() as conn:
            return kept.tasks_of_matter(conn, self.area, self.matter)

    @cached_property
    def deadlines(self) -> list[RowMapping]:
        """Return the deadlines of its matters."""
        with self.world.app.read() as conn:
            trails = kept.trails_of_matter(conn, self.area, self.matter)
            return kept.deadlines_of_trails(conn, trails)

    @cached_property
    def duties(self) -> list[RowMapping]:
        """Return the open recurring duties of the office."""
        with self.world.app.read() as conn:
            return kept.duties_of_unit(conn, self.area)

    @cached_property
    def events(self) -> list[RowMapping]:
        """Return the events of its matters in order."""
        with self.world.app.read() as conn:
            return stories.events_of(conn, kept.trails_of_matter(conn, self.area, self.matter))

    @cached_property
    def windows(self) -> dict[str, int]:
        """Return how many windows of the office's duties are in each state."""
        with self.world.app.read() as conn:
            return kept.windows_of_unit(conn, self.area)

    @cached_property
    def alarms(self) -> list[dict[str, str]]:
        """Return the open early warnings of the area, and the years its deadlines wait for."""
        waiting = {str(row["trigger_on"])[:4] for row in self.deadlines if _pending(row)}
        calendar = [{"kind": "calendar", "since": year} for year in sorted(waiting)]
        with self.world.app.read() as conn:
            found = kept.warnings_in(conn, self.area) if self.area else []
        return [*calendar, *({"kind": row, "since": row} for row in found)]


def _pending(row: RowMapping) -> bool:
    closed = row["completed_at"] is not None or row["closed_reason"] is not None
    return not closed and row["trigger_on"] is not None and row["due_effective"] is None
