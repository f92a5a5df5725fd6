"""`reach`: complete whatever is open, with examples, until a task is open (J.7.16); the clock stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.clock import to_us
from engine.errors import AidError
from tasks import commands as c
from tasks.scenarios.faults import Difference
from tasks.scenarios.fill import task_values
from tasks.scenarios.model import Step
from tasks.scenarios.people_at_work import of_action, of_task
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
    zh = f"办结{MOST_TASKS}项任务后仍没有到达{target}。"
    raise Difference(step.line, zh, f"{target} was not reached after {MOST_TASKS} tasks.")


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
        zh = f"办结{task['element']}时被拒绝。{refusal(fault, 'zh')}"
        en = f"completing {task['element']} was refused: {refusal(fault, 'en')}"
        raise Difference(step.line, zh, en) from fault


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
        running = [row for row in stories.deadlines_of(conn, person_id, case_id) if row["due_at"] > now]
    names = "、".join(sorted({f"{element}({name})" for element, name in waiting})) or "—"
    due = [f"{row['rule_id']} {row['due_effective']}" for row in running if not row["completed_at"]]
    days = "、".join(due) or "—"
    zh = f"走不到{step.target}：没有可办的任务；等待：{names}；期限：{days}。"
    en = f"{step.target} cannot be reached: nothing to do; waits: {names}; due: {days}."
    return Difference(step.line, zh, en)
