"""Who acts in a step: the one it names, else whoever the work belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from tasks import access
from tasks.access import Subject
from tasks.actor import ROLES, Actor
from tasks.scenarios.faults import Difference
from tasks.scenarios.model import Step
from tasks.scenarios.world import World, actor_of
from tasks.store.conn import RowMapping

#: Staff roles of a tier in the order in which they take up what belongs to nobody in particular.
_OF_TIER = {
    "community": ("community_staff", "community_aide"),
    "street": ("street_staff", "street_officer"),
    "district": ("district_staff", "district_welfare", "district_expert", "district_centre"),
}


def area_of(world: World, step: Step) -> str:
    """Return the community path of the person a step is about, else the scenario's home."""
    return world.areas.get(step.person or "", world.home)


def acting(world: World, step: Step, fallback: Actor | None = None) -> Actor:
    """Return who a step names (`as`), else the fallback; raise Difference when there is nobody."""
    if step.who is None and fallback is not None:
        return fallback
    found = None
    if step.who is not None:
        found = world.staff.get(step.who) or world.role_actor(step.who, area_of(world, step))
    if found is None:
        who = step.who or "—"
        raise Difference(step.line, f"本辖区没有“{who}”。", f"Nobody here is “{who}”.")
    return found


def of_task(world: World, step: Step, task: RowMapping) -> Actor:
    """Return who acts on a task: named, its holder, or the user of its role in the person's area."""
    if step.who is None and task["assignee_id"] is not None:
        return actor_of(world, task["assignee_id"])
    return acting(world, step, world.role_actor(task["role"], task["area"]))


def of_action(world: World, step: Step, action: str, area: str, tier: str, holders: Iterable[int]) -> Actor:
    """Return who may do an action on a case: named, else the staff of its tier, else any role that may."""
    if step.who is not None:
        return acting(world, step)
    subject = Subject(area, tier=tier, holders=frozenset(holders))
    for role in (*_OF_TIER.get(tier, ()), "supervisor", *ROLES):
        actor = world.role_actor(role, area)
        if actor is not None and access.allowed(actor, action, subject):
            return actor
    return acting(world, step, world.role_actor("supervisor", area))


def starter(world: World, step: Step, process_id: str) -> Actor:
    """Return who starts a process by hand: named, else the first role that may."""
    may = access.permissions().start.get(process_id, frozenset())
    role = next((role for role in ROLES if role in may), "street_staff")
    return acting(world, step, world.role_actor(role, area_of(world, step)))
