"""What failed under a hand is kept, and a completion tried again in the name of who sent it.

What was sent stays as the draft of its task; the incident keeps whose it was, who held the task, and a keyed
hash of the form, so that a form somebody went on typing in is never sent for him.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from engine import incidents, user_tasks
from engine.codec import canonical, loads
from engine.errors import AidError, EngineFault, FormInvalid, NotFound
from engine.expressions import ExpressionError
from engine.history import By
from engine.user_tasks import TaskRow
from tasks import accounts, commands, taskwork
from tasks.actor import Actor
from tasks.commands import Done
from tasks.desk import Desk
from tasks.store import rows, tables
from tasks.store.conn import RowMapping

#: From where a completion came that was tried again.
ORIGIN = "retry"


class NotRetried(AidError):
    """A kept completion cannot be sent again for who sent it; `task_id` is where a person goes on."""

    code = "not_retried"
    zh = "不能代为重新提交：{why}请在任务页上办理；故障单仍然待处理。"
    en = "It cannot be sent again for whoever sent it: {reason} Go on at the task; the incident stays open."


def keep_failed(desk: Desk, command: commands.Command, fault: AidError) -> None:
    """Keep the form of a task whose process failed as a draft, and open an incident for what failed."""
    said = fault.sentence("zh")
    if isinstance(command, commands.RetryIncident):
        incidents.fail_again(desk.unit, command.incident_id, said, fault.data.get("element_id"))
        return
    task_id = getattr(command, "task_id", None)
    if task_id is None:
        data = {"command": type(command).__name__}
        case_id = getattr(command, "case_id", None)
        incidents.open_incident(desk.unit, "command", said, trail_id=case_id, data=data)
        return
    row = user_tasks.read_row(desk.unit, task_id)  # the state itself may be what is broken (FLT-23)
    about = {"task": str(task_id)}
    if row.is_open and isinstance(command, commands.CompleteTask):
        values = {name: value for name, value in command.values.items() if not name.startswith("_")}
        taskwork.store_form(desk, row, values, draft=True)
        about |= _sent(desk, row, values)
    incidents.open_incident(
        desk.unit, "task", said, trail_id=row.trail_id, instance_id=row.instance_id,
        element=str(fault.data.get("element_id") or row.element), data=about, same=("task",),
    )  # fmt: skip


def _sent(desk: Desk, row: TaskRow, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an incident keeps of a completion that failed: never an answer of the form."""
    person = desk.actor.user_id
    return {
        "by": None if person is None else str(person),
        "held": None if row.assignee_id is None else str(row.assignee_id), "form": _digest(desk, values),
    }  # fmt: skip


def _digest(desk: Desk, values: Mapping[str, Any]) -> str:
    return desk.keys.blind("form", canonical(dict(values)))


def complete_again(desk: Desk, row: RowMapping) -> Done:
    """Carry out the kept completion of an incident; raise NotRetried, or the fault when it fails again.

    A task that is no longer open needs no further try: its incident is closed.
    """
    about = loads(row["data"])
    task = user_tasks.read_row(desk.unit, int(about["task"]))
    if not task.is_open:
        incidents.resolve(desk.unit, row["id"])
        return Done(task_id=task.id, instance_id=task.instance_id, extra={"outcome": "over"})
    sender, values = _sender(desk, task, about), _form(desk, task, about)
    incidents.resolve(desk.unit, row["id"], "IncidentRetried")
    try:
        with _as(desk, sender):
            done = taskwork.complete(desk, commands.CompleteTask(task.id, values))
    except (EngineFault, ExpressionError):
        raise
    except AidError as refusal:
        zh, en = _sentences(refusal)
        why, reason = f"{sender.name}现在办结会被拒绝，“{zh}”", f"{sender.name} would be refused: “{en}”."
        raise _refused(task.id, why, reason) from refusal
    return Done(done.task_id, done.instance_id, done.case_id, extra={"outcome": "completed"})


def _sender(desk: Desk, task: TaskRow, about: Mapping[str, Any]) -> Actor:
    """Return who sent the form, with the rights he has now; raise NotRetried."""
    if about.get("by") is None:
        raise _refused(task.id, "没有保存由谁提交的表单。", "no form of a person was kept.")
    held = None if about["held"] is None else int(about["held"])
    if task.assignee_id != held:
        if task.assignee_id is None:
            raise _refused(task.id, "任务已退回，现在没有人办理。", "nobody holds the task any more.")
        who = accounts.name_of(desk.conn, task.assignee_id)
        raise _refused(task.id, f"任务现在由{who}办理。", f"{who} holds the task now.")
    try:
        return accounts.load_actor(desk.conn, int(about["by"]), ORIGIN)
    except NotFound as gone:
        raise _refused(task.id, "提交人的账号已停用。", "the account it came from is disabled.") from gone


def _form(desk: Desk, task: TaskRow, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form as it was sent; raise NotRetried when it was changed since."""
    kept = rows.first(desk.conn, tables.form_data, task_id=task.id, draft=True)
    values = None if kept is None else dict(loads(kept["values"]))
    if values is None or _digest(desk, values) != about["form"]:
        raise _refused(task.id, "表单在提交之后又有改动。", "the form was changed since it was sent.")
    return values


@contextmanager
def _as(desk: Desk, sender: Actor) -> Iterator[None]:
    """Let the desk act for the sender, so that rights, four eyes and trail are his."""
    actor, by = desk.actor, desk.unit.by
    desk.actor = sender
    desk.unit.by = By(sender.user_id, ",".join(sorted(sender.roles)), ORIGIN)
    try:
        yield
    finally:
        desk.actor, desk.unit.by = actor, by


def _sentences(refusal: AidError) -> tuple[str, str]:
    if isinstance(refusal, FormInvalid):
        return "".join(zh for _name, zh, _en in refusal.problems), " ".join(e for *_, e in refusal.problems)
    return refusal.sentence("zh"), refusal.sentence("en")


def _refused(task_id: int, why: str, reason: str) -> NotRetried:
    return NotRetried(why=why, reason=reason, task_id=str(task_id))
