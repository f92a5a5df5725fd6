"""Work on one user task: claim, give back, save, complete, hand over, send back, withdraw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import user_tasks
from engine.clock import SHANGHAI, from_us
from engine.codec import canonical, dumps
from engine.errors import (
    AlreadyClaimed,
    FormInvalid,
    FourEyes,
    IllegalState,
    NotAssignee,
    StaleTask,
)
from engine.user_tasks import OpenTask, TaskRow
from tasks import (
    access,
    accounts,
    commands,
    deadlines,
    handovers,
    notices,
    office_duties,
    paper_extra,
    papers,
    people,
    redo,
    zero_families,
)
from tasks.access import Subject
from tasks.commands import Done
from tasks.connectors.telling import tell
from tasks.desk import Desk
from tasks.facts import FACTS
from tasks.forms.spec import FormSpec
from tasks.forms.validate import Validated, validate
from tasks.handlers import Completion, handle
from tasks.paper_text import kinds_to_issue
from tasks.prefill import forget, form_context, missing_post
from tasks.queries.chosen import chosen_names, with_vacancy
from tasks.registers import write
from tasks.store import casework, rows, tables
from tasks.text import need_reason

#: Events of a step that a withdrawal need not undo: what they say is said again with the next completion.
HARMLESS = frozenset({"FactChanged", "RegisterWritten"})
#: Whose a draft is that the program began, where no person did.
PROGRAM = 0
#: Setting value that switches a four-eyes rule, by the element that needs the second person.
FOUR_EYES = {"P03_Approve": "recognition", "P04_ConfirmOwn": "own_reason", "P13_Approve": "placement"}


def _read(
    desk: Desk, task_id: int, action: str, state: Callable[[Desk, OpenTask], None] | None = None
) -> OpenTask:
    """Lock and read a task; refuse in the order of J.6 up to the four eyes.

    `state` raises IllegalState where the action does not fit the task, which goes before area and role.
    """
    task = user_tasks.read(desk.unit, task_id)
    if not task.row.is_open and action != "withdraw":
        raise StaleTask(name=task.node.name, state=task.row.state, task_id=str(task_id))
    if state is not None:
        state(desk, task)
    access.authorize(desk.actor, action, Subject(task.row.area, task.row.role))
    user_tasks.require_open(task) if action != "withdraw" else None
    return task


def _four_eyes(desk: Desk, task: OpenTask) -> None:
    other = task.node.attrs.get("otherPersonThan")
    switch = FOUR_EYES.get(task.node.id)
    if not other or (switch and switch not in desk.setting("four_eyes")) or desk.actor.is_system:
        return
    before = casework.last_completion(desk.conn, task.live.id, other)
    if before is not None and accounts.one_person(desk.conn, before["ended_by"], desk.actor.user_id):
        raise FourEyes(who=desk.actor.name)


def claim(desk: Desk, command: commands.ClaimTask) -> Done:
    """Claim a task; the first claim of a task of a handed-up case accepts the hand-over."""
    task = _read(desk, command.task_id, "claim")
    _four_eyes(desk, task)
    holder = task.row.assignee_id
    if holder is not None and holder != desk.actor.user_id:
        when = from_us(task.row.claimed_at or 0).astimezone(SHANGHAI).strftime("%m-%d %H:%M")
        raise AlreadyClaimed(who=accounts.name_of(desk.conn, holder), when=when, who_id=str(holder))
    user_tasks.claim(desk.unit, task)
    handovers.accept_by_claim(desk, task.live)
    return Done(task_id=command.task_id, instance_id=task.live.id)


def unclaim(desk: Desk, command: commands.UnclaimTask) -> Done:
    """Give a task back; only its holder may."""
    task = _read(desk, command.task_id, "unclaim", _claimed)
    _only_holder(desk, task)
    user_tasks.unclaim(desk.unit, task)
    return Done(task_id=command.task_id, instance_id=task.live.id)


def _claimed(_desk: Desk, task: OpenTask) -> None:
    if task.row.state != "claimed":
        raise IllegalState(detail="任务尚未认领")


def _only_holder(desk: Desk, task: OpenTask) -> None:
    holder = task.row.assignee_id
    if holder is not None and holder != desk.actor.user_id and not desk.actor.is_system:
        raise NotAssignee(who=accounts.name_of(desk.conn, holder), who_id=str(holder))


def held(desk: Desk, task_id: int, action: str) -> OpenTask:
    """Return an open task that nobody else holds, under its lock; refuse in the order of J.6."""
    task = _read(desk, task_id, action)
    _only_holder(desk, task)
    return task


def save_draft(desk: Desk, command: commands.SaveDraft) -> Done:
    """Keep what was typed; later typing replaces it."""
    task = held(desk, command.task_id, "save_draft")
    store_form(desk, task.row, command.values, draft=True)
    return Done(task_id=command.task_id)


def store_form(
    desk: Desk, row: TaskRow, values: Mapping[str, Any], draft: bool, by: int | None = None
) -> None:
    """Keep a form, as a draft or as submitted, one of each a task; the actor keeps it, or who is named."""
    by = desk.actor.user_id if by is None else by
    context = desk.context_of(row.instance_id)
    person_id = context.person_id or row.subject_id
    where: dict[str, Any] = {"task_id": row.id, "draft": draft}
    found = rows.first(desk.conn, tables.form_data, **where)
    saved = {"values": dumps(dict(values)), "saved_at": desk.now_us, "saved_by": by or PROGRAM}
    if found is not None:
        casework.update_where(desk.conn, tables.form_data, where, **saved)
    else:
        rows.add(
            desk.conn, tables.form_data, **where, case_id=context.case_id, person_id=person_id,
            element=row.element, **saved,
        )  # fmt: skip


def complete(desk: Desk, command: commands.CompleteTask) -> Done:
    """Complete a task with its form."""
    task = _read(desk, command.task_id, "complete_task")
    _four_eyes(desk, task)
    _only_holder(desk, task)
    spec = desk.library_of(task.live).form_of(task.node)
    try:
        given = with_vacancy(desk.conn, spec, command.values)
        accepted = validate(spec, given, form_context(desk, task.live, spec))
    except FormInvalid as fault:
        missing_post(desk, task.live, spec, fault)
        raise
    finish(desk, task, spec, accepted)
    desk.unit.settle()
    deadlines.open_by_completion(desk, task.live, task.node.id, accepted.values, after=True)
    return Done(
        task_id=command.task_id, instance_id=task.live.id, case_id=desk.context(task.live).case_id,
        next_task_id=_next(desk, task),
    )  # fmt: skip


def finish(desk: Desk, task: OpenTask, spec: FormSpec, accepted: Validated) -> None:
    """Record an accepted form and let the process go on."""
    desk.form = accepted.values
    routing = dict(accepted.routing)
    context = desk.context_at(task.live, task.live.state.tokens[task.row.token].scope)
    done = Completion(desk, task, context, accepted.values, routing)

    def meanwhile() -> None:
        handovers.accept_by_claim(desk, task.live)
        desk.form = {**accepted.values, "_facts_before": _write_facts(desk, done, spec)}
        _issue_papers(desk, done, spec)
        handle(done)
        forget(desk, task.live, task.node.id)
        registers = task.node.attr_list("registers")
        write.enter(desk, task.live, task.node.id, registers, context, task.row.id, accepted.values)
        write.enter_service(desk, task.live, task.node.id, context, task.row.id)
        deadlines.open_by_completion(desk, task.live, task.node.id, accepted.values)
        deadlines.meet(desk, task.live, task.node.id, accepted.values)
        office_duties.acted(desk, task.live, task.node, accepted.values)
        tell(desk, task, context)

    store_form(desk, task.row, accepted.values, draft=False)
    casework.delete_draft(desk.conn, task.row.id)
    digest = {"form": desk.keys.blind("form", canonical(dict(accepted.values)))}
    user_tasks.complete(desk.unit, task, routing, digest, meanwhile)


def _write_facts(desk: Desk, done: Completion, spec: FormSpec) -> dict[str, Any]:
    """Write the answers that are facts back to the person, with date and source (J.5).

    Return what changed: fact -> stored value before.
    """
    if done.context.person_id is None:
        return {}
    given = {name: value for name, value in done.values.items() if name in FACTS and name in spec.fields}
    given.pop("unemployed", None) if "unemployed_since" in spec.fields else None
    changes = people.write_facts(
        desk.conn, done.context.person_id, given, desk.actor, desk.now, source=done.task.node.id
    )
    if changes:
        names = [change.name for change in changes]
        payload = {change.name: [change.old, change.new] for change in changes}
        desk.unit.emit(done.task.live.trail_id, "FactChanged", live=done.task.live,
                       element=done.task.node.id, data={"facts": names}, payload=payload)  # fmt: skip
        zero_families.look(desk, done.context.person_id)
    return {change.name: change.old for change in changes}


def _issue_papers(desk: Desk, done: Completion, spec: FormSpec) -> None:
    node, context = done.task.node, done.context
    for kind in kinds_to_issue(list(node.attr_list("papers")), done.values):
        field = next((f.name for f in spec if f.prefill == f"next_number:{kind}"), None)
        case = desk.case(context.case_id) if context.case_id is not None else None
        person = desk.person(context.person_id) if context.person_id is not None else None
        source = papers.PaperSource(
            kind=kind, area=context.area, spec=spec, values=done.values,
            person=person, case_id=context.case_id,
            case_no=case["case_no"] if case else "", instance_id=done.task.live.id, task_id=done.task.row.id,
            number=done.values.get(field) if field else None,
            names=chosen_names(desk.conn, spec, done.values),
            tier=access.tier_of(done.task.row.role) or context.tier,
        )  # fmt: skip
        issued = papers.issue(desk.conn, desk.actor, desk.now, paper_extra.told(desk, done, source))
        done.emit("PaperIssued", paper=issued.kind, number=issued.number, id=str(issued.id), hash=issued.hash)


def _next(desk: Desk, task: OpenTask) -> int | None:
    """Return an open task of the same trail the actor may go on with: his own, or one of his pool."""
    desk.unit.write_waits()
    candidates = casework.open_tasks_on_trail(desk.conn, task.live.trail_id)
    for row in candidates:
        if row["assignee_id"] == desk.actor.user_id:
            return int(row["id"])
    for row in candidates:
        subject = Subject(row["area"], row["role"])
        if row["state"] == "created" and access.allowed(desk.actor, "complete_task", subject):
            return int(row["id"])
    return None


def reassign(desk: Desk, command: commands.ReassignTask) -> Done:
    """Give a task to another person of its role for good (转办): the holder himself, or a supervisor."""
    task = user_tasks.read(desk.unit, command.task_id)
    if not task.row.is_open:
        raise StaleTask(name=task.node.name, state=task.row.state)
    mine = task.row.assignee_id is not None and task.row.assignee_id == desk.actor.user_id
    if not mine:
        access.authorize(desk.actor, "reassign", Subject(task.row.area, task.row.role))
    return _give(desk, task, command.to_user, command.reason, "TaskReassigned")


def delegate(desk: Desk, command: commands.DelegateTask) -> Done:
    """Let another person of the role do one's own task (委派)."""
    task = _read(desk, command.task_id, "delegate")
    _only_holder(desk, task)
    return _give(desk, task, command.to_user, command.reason, "TaskDelegated")


def _give(desk: Desk, task: OpenTask, to_user: int, reason: str, kind: str) -> Done:
    need_reason(reason)
    if to_user not in {row["id"] for row in accounts.staff(desk.conn, task.row.role, task.row.area)}:
        zh = "所选人员没有办理这项任务的岗位，请重新选择。"
        raise FormInvalid([("to_user", zh, "This person does not hold the role of the task.")])
    user_tasks.reassign(desk.unit, task, to_user, reason, kind)
    notices.tell(desk, to_user, kind, desk.context(task.live).case_id, {"reason": reason}, task.row.id)
    return Done(task_id=task.row.id, instance_id=task.live.id)


def send_back(desk: Desk, command: commands.SendBack) -> Done:
    """Return the work to an earlier step, with a reason (退回)."""
    to = command.to_element
    task = _read(desk, command.task_id, "send_back", lambda d, t: redo.require_returnable(d, t, to))
    _only_holder(desk, task)
    need_reason(command.reason)
    redo.undo(desk, task, to)
    user_tasks.send_back(desk.unit, task, to, command.reason)
    return Done(task_id=command.task_id, instance_id=task.live.id, next_task_id=_next(desk, task))


def withdraw(desk: Desk, command: commands.Withdraw) -> Done:
    """Take back one's own completed step (撤回)."""
    task = _read(desk, command.task_id, "withdraw", _own_completed)
    need_reason(command.reason)
    user_tasks.withdraw(desk.unit, task, command.reason, HARMLESS)
    write.strike_task(desk, command.task_id, task.live.id)
    return Done(task_id=command.task_id, instance_id=task.live.id, next_task_id=_next(desk, task))


def _own_completed(desk: Desk, task: OpenTask) -> None:
    if task.row.state != "completed" or task.row.ended_by != desk.actor.user_id:
        raise IllegalState(detail="只能撤回本人刚办结的任务")
