"""`reach`: complete whatever is open, with examples, until a task is open (J.7.16); the clock stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.clock import to_us
from engine.errors import AidError
from tasks import commands as c
from tasks.phrases import labelled
from tasks.scenarios import offices
from tasks.scenarios.faults import Difference
from tasks.scenarios.fill import task_values
from tasks.scenarios.model import Step, day
from tasks.scenarios.people_at_work import of_action, of_task
from tasks.scenarios.telling import Names, all_of, differs, say
from tasks.scenarios.world import World, refusal
from tasks.store import stories
from tasks.store.conn import RowMapping

#: Tasks one `reach` completes at most.
MOST_TASKS = 300
#: The public notice runs beside the assistance and is left alone unless the target lies in it.
NOTICE = frozenset({"P03_Verify", "P03_Publish", "P03_Objection", "P03_Card"})
_LEFT_ALONE = ("P17_", "P21_")
#: Messages that are given where the way goes on only through them.
_GIVEN = frozenset({"MSG-17", "MSG-23"})


def reach(world: World, step: Step, person_id: int, case_id: int | None) -> None:
    """Complete tasks of a person, of a case where there is one, until the target is open.

    Raises Difference where the way ends before it.
    """
    target = str(step.target)
    for _task in range(MOST_TASKS):
        with world.app.read() as conn:
            open_now = stories.tasks_of(conn, person_id, case_id)
        if any(row["element"] == target for row in open_now):
            return
        todo = [row for row in open_now if _on_the_way(row["element"], target)]
        if todo and _accept(world, step, todo, person_id, case_id):
            continue
        if todo:
            _complete(world, step, min(todo, key=lambda row: row["id"]))
        elif not _message(world, step, person_id, case_id):
            raise _stuck(world, step, person_id, case_id)
    words = say("unreached", most=MOST_TASKS, step=Names(world).step(target))
    raise differs(step.line, words, [target])


def reach_matter(world: World, step: Step) -> None:
    """Complete tasks of the target's process in an area or household until the target is open.

    What else an office has to do stays as it is. Raises Difference where the way ends before the target.
    """
    target = str(step.target)
    for _task in range(MOST_TASKS):
        if any(row["element"] == target for row in offices.tasks_of(world, step)):
            return
        there = offices.tasks_of(world, replace(step, person=None))
        todo = [row for row in there if row["process_id"].split("_")[0] == target.split("_")[0]]
        if not todo:
            words = say("stuck", step=Names(world).step(target), waits=all_of([]), due=all_of([]))
            raise differs(step.line, words, [target])
        _complete(world, step, min(todo, key=lambda row: row["id"]))
    words = say("unreached", most=MOST_TASKS, step=Names(world).step(target))
    raise differs(step.line, words, [target])


def _on_the_way(element: str, target: str) -> bool:
    if element.startswith(_LEFT_ALONE):
        return False
    return element not in NOTICE or target in NOTICE


def _complete(world: World, step: Step, task: RowMapping) -> None:
    actor = of_task(world, _anybody(step), task)
    given: Mapping[str, Any] = step.with_.get(task["element"]) or {}
    values = task_values(world, actor, task["id"], given, task["area"], also=("other_outcomes",))
    try:
        world.app.do(c.CompleteTask(task["id"], values), actor)
    except AidError as fault:
        if step.refused is not None:
            raise
        here = Names(world).step(task["element"])
        words = say("refused_at", step=here, found=refusal(fault))
        raise differs(step.line, words, [task["element"]]) from fault


def _accept(world: World, step: Step, todo: list[RowMapping], person_id: int, case_id: int | None) -> bool:
    """Claim a task above where the target lies below, behind the acceptance of a hand-over."""
    below = str(step.target).split("_")[0]
    above = [row for row in todo if not row["element"].startswith(below)]
    if not above or len(above) < len(todo):
        return False
    with world.app.read() as conn:
        waiting = stories.waiting_in(conn, case_id)
    if not any(name == "MSG-04" and element.startswith(below) for element, name in waiting):
        return False
    task = min(above, key=lambda row: row["id"])
    world.app.do(c.ClaimTask(task["id"]), of_task(world, _anybody(step), task))
    return True


def _anybody(step: Step) -> Step:
    """Return the step without its `as`: on the way everybody does his own work."""
    return replace(step, who=None)


def _message(world: World, step: Step, person_id: int, case_id: int | None) -> bool:
    if case_id is None:
        return False
    with world.app.read() as conn:
        waiting = stories.waiting_in(conn, case_id)
        case = stories.cases_of(conn, person_id)[-1]
    for _element, name in waiting:
        if name in _GIVEN:
            actor = of_action(world, _anybody(step), "send_message", case["area"], case["tier"], ())
            world.app.do(c.SendMessage(name, case_id, {}), actor)
            return True
    return False


def _stuck(world: World, step: Step, person_id: int, case_id: int | None) -> Difference:
    now = to_us(world.clock.now())
    with world.app.read() as conn:
        waiting = stories.waiting_in(conn, case_id)
        running = [row for row in stories.deadlines_of(conn, case_id, person_id) if row["due_at"] > now]
    due = [row for row in running if not row["completed_at"]]
    names, target = Names(world), str(step.target)
    waits = [
        say("waits", step=names.step(element), message=labelled("message", name))
        for element, name in sorted(set(waiting))
    ]
    days = [
        say("due_on", rule=names.rule(row["rule_id"]), day=names.day(day(row["due_effective"])))
        for row in due
    ]
    words = say("stuck", step=names.step(target), waits=all_of(waits), due=all_of(days))
    rules = [row["rule_id"] for row in due]
    return differs(step.line, words, [target, *(element for element, _name in waiting), *rules])
