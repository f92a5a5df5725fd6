"""What each action of a step asks of the program: one command through the one door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import NotFound
from tasks import calendar_runs, clock_commands
from tasks import commands as c
from tasks.actor import Actor
from tasks.forms.command_forms import COMMAND_FORMS
from tasks.person_commands import ExplainMissed
from tasks.scenarios import offices
from tasks.scenarios import people_at_work as who
from tasks.scenarios.about import case_of, person_of, reason_of
from tasks.scenarios.acts_instance import on_instance
from tasks.scenarios.clockwork import do_due, incidents
from tasks.scenarios.courses import COURSE, start_course
from tasks.scenarios.faults import Difference
from tasks.scenarios.fill import command_values, task_values
from tasks.scenarios.load_steps import ON_CASE, ON_INSTANCE
from tasks.scenarios.model import Step
from tasks.scenarios.reach import reach, reach_matter
from tasks.scenarios.telling import Names, differs, say
from tasks.scenarios.world import World
from tasks.store import stories
from tasks.store.conn import RowMapping
from tasks.store.papers import papers_of_case

#: What `add_paper` issues where a step names no kind: a further letter.
NEW_PAPER = "E17"

Act = Callable[[World, Step], None]


def act(world: World, step: Step) -> None:
    """Carry out a step's action; raise AidError for a refusal, Difference where it cannot be done."""
    if step.action in ON_CASE:
        _on_case(world, step)
    elif step.action in ON_INSTANCE:
        on_instance(world, step)
    else:
        _ACTS[step.action](world, step)


def find_task(world: World, step: Step) -> RowMapping:
    """Return the open task of a step, the one due first; a closed one where none is open.

    Raises NotFound where there never was one.
    """
    element = str(step.target)
    there = _tasks_of(world, step)
    found = [row for row in there if row["element"] == element]
    ended = [] if found else [row for row in _tasks_of(world, step, False) if row["element"] == element]
    if found:
        return found[0]
    if step.refused is None and step.action != "withdraw":
        now = [row["element"] for row in there]
        names = Names(world)
        words = say("not_open", step=names.step(element), found=names.steps(now))
        raise differs(step.line, words, [element, *now])
    if not ended:
        raise NotFound()
    return max(ended, key=lambda row: (row["ended_at"] or 0, row["id"]))


def _tasks_of(world: World, step: Step, opened: bool = True) -> list[RowMapping]:
    """Return the tasks a step may mean: those of its area or household, else those of its person."""
    if step.area is not None or step.household is not None:
        return offices.tasks_of(world, step, opened)
    person_id = person_of(world, step)
    case = case_of(world, person_id, step.case, step.line)
    with world.app.read() as conn:
        return stories.tasks_of(conn, person_id, None if case is None else case["id"], opened=opened)


def _complete(world: World, step: Step) -> None:
    task = find_task(world, step)
    actor = who.of_task(world, step, task)
    values = task_values(world, actor, task["id"], step.with_, task["area"], step.strict)
    world.app.do(c.CompleteTask(task["id"], values), actor)


def _claim(world: World, step: Step) -> None:
    task = find_task(world, step)
    world.app.do(c.ClaimTask(task["id"]), who.of_task(world, step, task))


def _unclaim(world: World, step: Step) -> None:
    task = find_task(world, step)
    world.app.do(c.UnclaimTask(task["id"]), who.of_task(world, step, task))


def _to_user(world: World, step: Step, area: str) -> int:
    named = str(step.with_.get("to") or "")
    found = world.user_id(named, area)
    if found is None:
        raise Difference(step.with_.at("to"), f"没有“{named}”这个人。", f"Nobody is called “{named}”.")
    return int(found)


def _reassign(world: World, step: Step) -> None:
    task = find_task(world, step)
    fallback = world.role_actor("supervisor", task["area"])
    actor = who.acting(world, step, fallback)
    reason = reason_of(step)
    world.app.do(c.ReassignTask(task["id"], _to_user(world, step, task["area"]), reason), actor)


def _delegate(world: World, step: Step) -> None:
    task = find_task(world, step)
    actor = who.of_task(world, step, task)
    to_user = _to_user(world, step, task["area"])
    world.app.do(c.DelegateTask(task["id"], to_user, reason_of(step)), actor)


def _send_back(world: World, step: Step) -> None:
    task = find_task(world, step)
    actor = who.of_task(world, step, task)
    world.app.do(c.SendBack(task["id"], str(step.with_.get("to") or ""), reason_of(step)), actor)


def _withdraw(world: World, step: Step) -> None:
    found = [row for row in _tasks_of(world, step, False) if row["element"] == str(step.target)]
    done = [row for row in found if row["state"] == "completed"]
    if not done:
        raise NotFound()
    task = max(done, key=lambda row: (row["ended_at"], row["id"]))
    fallback = world.by_id.get(task["ended_by"])
    world.app.do(c.Withdraw(task["id"], reason_of(step)), who.acting(world, step, fallback))


def _start(world: World, step: Step) -> None:
    process_id = str(step.target)
    if process_id in offices.MATTERS:
        offices.start(world, step)
        return
    with world.app.read() as conn:
        _unit, desk = world.app.desk(conn, who.starter(world, step, process_id))
        if not desk.deployed(process_id):
            words = say("not_deployed", name=Names(world).process(process_id))
            raise differs(step.line, words)
    actor = who.starter(world, step, process_id)
    values = dict(step.with_)
    if process_id == COURSE:
        start_course(world, step, actor)
        return
    if process_id.startswith("P07"):
        values = command_values(world, COMMAND_FORMS["found_work"], values, step.strict)
    world.app.do(c.StartProcess(process_id, person_of(world, step), values), actor)


def _case_id(world: World, step: Step) -> int:
    case = case_of(world, person_of(world, step), step.case, step.line)
    if case is None:
        raise NotFound()
    return int(case["id"])


def _action_actor(world: World, step: Step, action: str) -> Actor:
    case = case_of(world, person_of(world, step), step.case, step.line)
    area = who.area_of(world, step) if case is None else case["area"]
    return who.of_action(world, step, action, area, "community" if case is None else case["tier"], ())


def _message(world: World, step: Step) -> None:
    if step.target == offices.FAMILY:
        offices.tell_family(world, step)
        return
    actor = _action_actor(world, step, "send_message")
    values = {name: _plain(value) for name, value in step.with_.items()}
    world.app.do(c.SendMessage(str(step.target), _case_id(world, step), values), actor)


def _plain(value: Any) -> Any:
    """Return what a scenario gives as a message carries it: days as text, rows of lists too."""
    if isinstance(value, Mapping):
        return {name: _plain(cell) for name, cell in value.items()}
    if isinstance(value, list):
        return [_plain(row) for row in value]
    return value if isinstance(value, str | bool | int) else str(value)


def _duty(world: World, step: Step) -> None:
    actor = _action_actor(world, step, "explain_missed")
    world.app.do(_for_person(world, step, c.StartDuty, str(step.target)), actor)


def _load_calendar(world: World, step: Step) -> None:
    actor = who.acting(world, step, world.role_actor("system_admin", world.home))
    calendar_runs.load(world.app, c.LoadCalendar(int(step.target), dict(step.with_)), actor)


def _run_jobs(world: World, step: Step) -> None:
    do_due(world, step.line)
    incidents(world, step.line)


_ON_CASE: Mapping[str, Callable[[int, Mapping[str, Any]], c.Command]] = {
    "accept": lambda case, values: c.AcceptHandOver(case),
    "return": c.ReturnHandOver,
    "waive": c.Waive,
    "job_lost": c.LostJob,
    "propose_close": c.ProposeClose,
    "extend": c.ExtendDeadline,
    "ask_clock": clock_commands.AskClockChange,
    "decide_clock": clock_commands.DecideClockChange,
    "suspend_clock": clock_commands.SuspendClock,
    "resume_clock": clock_commands.ResumeClock,
    "add_paper": c.AddPaper,
    "void_paper": c.VoidPaper,
}
_FOR_PERSON: Mapping[str, Callable[..., c.Command]] = {
    "exit": c.Exit,
    "found_work": c.FoundWork,
    "explain_missed": ExplainMissed,
    "transfer_community": c.TransferCommunity,
    "record_benefit": c.RecordBenefit,
}


def _on_case(world: World, step: Step) -> None:
    if step.action == "explain_missed" and step.area is not None:
        offices.explain(world, step)
        return
    actor = _action_actor(world, step, step.action)
    form = COMMAND_FORMS.get(step.action)
    values = dict(step.with_) if form is None else command_values(world, form, step.with_, step.strict)
    person_id = person_of(world, step)
    if step.action in ("add_paper", "void_paper") and not step.strict:
        values = _paper(world, step, values)
    if step.action == "set_facts":
        world.app.do(c.SetFacts(person_id, values), actor)
    elif step.action in _FOR_PERSON:
        world.app.do(_for_person(world, step, _FOR_PERSON[step.action], values), actor)
        _moved(world, step)
    else:
        world.app.do(_ON_CASE[step.action](_case_id(world, step), values), actor)


def _for_person(world: World, step: Step, command: Callable[..., c.Command], said: Any) -> c.Command:
    """Return a command for the case that is active (or named) where there is one, else for the person."""
    person_id = person_of(world, step)
    case = case_of(world, person_id, step.case, step.line)
    active = case is not None and (case["status"] == "active" or step.case is not None)
    return command(said, case_id=case["id"] if case is not None and active else None, person_id=person_id)


def _paper(world: World, step: Step, values: dict[str, Any]) -> dict[str, Any]:
    """Say which paper is meant where a step does not: the last one issued; a new one is a further note."""
    if step.action == "add_paper":
        kind = values.pop("paper", None)
        return {"kind": kind or NEW_PAPER, "content": "补充说明", **values}
    with world.app.read() as conn:
        valid = [row for row in papers_of_case(conn, _case_id(world, step)) if row["voided_at"] is None]
    return {"paper": str(valid[-1]["id"]), **values} if valid else values


def _moved(world: World, step: Step) -> None:
    """A person who was transferred is looked for in the new community from now on."""
    if step.action == "transfer_community" and step.person is not None:
        with world.app.read() as conn:
            _unit, desk = world.app.desk(conn, who.acting(world, step, next(iter(world.by_id.values()))))
            world.areas[step.person] = desk.person(world.people[step.person])["area"]


def _reach(world: World, step: Step) -> None:
    if step.area is not None or step.household is not None:
        reach_matter(world, step)
        return
    person_id = person_of(world, step)
    case = case_of(world, person_id, step.case, step.line)
    reach(world, step, person_id, None if case is None else case["id"])


_ACTS: Mapping[str, Act] = {
    "complete": _complete,
    "claim": _claim,
    "unclaim": _unclaim,
    "reassign": _reassign,
    "delegate": _delegate,
    "send_back": _send_back,
    "withdraw": _withdraw,
    "start": _start,
    "message": _message,
    "duty": _duty,
    "load_calendar": _load_calendar,
    "run_jobs": _run_jobs,
    "reach": _reach,
    "expect": lambda world, step: None,
}
