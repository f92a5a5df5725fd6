"""What a supervisor does with an instance in a step."""

from __future__ import annotations

from engine.errors import NotFound
from tasks import commands as c
from tasks.scenarios import offices
from tasks.scenarios import people_at_work as who
from tasks.scenarios.about import case_of, person_of, reason_of
from tasks.scenarios.catalogue import catalogue
from tasks.scenarios.model import Step
from tasks.scenarios.world import World
from tasks.store import stories
from tasks.store.conn import RowMapping


def _running(world: World, step: Step) -> list[RowMapping]:
    """Return the instances a step may mean, the latest first: of an area or a family, else of its person."""
    if step.area is not None or step.household is not None:
        return offices.instances_of(world, step)
    person_id = person_of(world, step)
    case = case_of(world, person_id, step.case, step.line)
    with world.app.read() as conn:
        return stories.instances_of(conn, person_id, None if case is None else case["id"])


def _instance(world: World, step: Step) -> int:
    found = _running(world, step)
    wanted = None
    if step.target is not True:
        known = catalogue(world.app.library)
        wanted = known.process(str(step.target)) or known.process(str(step.target).split("_")[0])
    for row in found:
        if row["process_id"] == wanted or (wanted is None and row["process_id"] != "P21_duty"):
            return int(row["id"])
    raise NotFound()


def on_instance(world: World, step: Step) -> None:
    """Suspend, resume, move, cancel an instance, or try again what failed (supervisor)."""
    area = who.area_of(world, step) if step.area is None else offices.area_path(world, step.area)
    actor = who.acting(world, step, world.role_actor("supervisor", area))
    reason = reason_of(step)
    command: c.Command
    if step.action == "retry":
        with world.app.read() as conn:
            found = stories.open_incidents(conn)
        if not found:
            raise NotFound()
        command = c.RetryIncident(found[-1]["id"])
    elif step.action == "suspend":
        command = c.SuspendInstance(_instance(world, step), reason)
    elif step.action == "resume":
        command = c.ResumeInstance(_instance(world, step))
    elif step.action == "cancel":
        command = c.CancelInstance(_instance(world, step), reason)
    else:
        begin = str(step.with_.get("from") or step.target)
        command = c.MoveToken(_instance(world, step), begin, str(step.with_.get("to") or ""), reason)
    world.app.do(command, actor)
