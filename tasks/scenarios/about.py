"""Whom and what a step is about: the person, one of the cases, the reason given."""

from __future__ import annotations

from tasks.scenarios.faults import Difference
from tasks.scenarios.model import Step
from tasks.scenarios.world import World
from tasks.store import stories
from tasks.store.conn import RowMapping


def person_of(world: World, step: Step) -> int:
    """Return the person of a step; raise Difference where it names none."""
    handle = step.person or step.household
    if handle is None and step.area is None and len(world.people) == 1:
        handle = next(iter(world.people))
    if handle is None:
        raise Difference(step.line, "这一步须写“for”。", "This step needs “for”.")
    return world.people[handle]


def case_of(world: World, person_id: int, case: int | None, line: int) -> RowMapping | None:
    """Return the case a step or expectation means: the latest, or the n-th; None where there is none."""
    with world.app.read() as conn:
        found = stories.cases_of(conn, person_id)
    if case is None:
        return found[-1] if found else None
    if not 1 <= case <= len(found):
        raise Difference(line, f"没有第{case}个案件，共{len(found)}个。", f"There is no case {case}.")
    return found[case - 1]


def reason_of(step: Step) -> str:
    """Return the reason of a step; a plain one where it says none, unless it is strict."""
    given = step.with_.get("reason")
    if given is None:
        return "" if step.strict else "工作需要"
    return str(given)
