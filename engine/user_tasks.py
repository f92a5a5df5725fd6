"""User tasks: claim, give back, hand over, complete, send back, withdraw. The caller checks the rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.clock import to_us
from engine.codec import loads
from engine.errors import AlreadyClaimed, IllegalState, NotFound, Paused, StaleTask
from engine.graph import HUMAN, Node
from engine.history import Chain
from engine.live import Live
from engine.regions import regions, same_region
from engine.store import queries
from engine.store import user_tasks as store
from engine.store.conn import Connection
from engine.store.migrating import former_names
from engine.store.statements import together

if TYPE_CHECKING:
    from engine.unit import Unit

_TASK = len(queries.TASK_COLUMNS)
_INSTANCE = len(queries.INSTANCE_COLUMNS)
#: Events in which a completion must be found to be withdrawn: more came after it than one step makes.
_LOOK_BACK = 30


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A user task as stored, under the lock of its case."""

    id: int
    instance_id: int
    trail_id: int
    token: int
    element: str
    state: str
    role: str
    pool: str
    area: str
    assignee_id: int | None
    subject_id: int | None
    due_at: int
    claimed_at: int | None
    ended_at: int | None
    ended_by: int | None

    @property
    def is_open(self) -> bool:
        """Tell whether somebody may still work on it."""
        return self.state in ("created", "claimed")


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task with its instance and node."""

    row: TaskRow
    live: Live
    node: Node


def read(unit: Unit, task_id: int, lock: bool = True) -> OpenTask:
    """Lock the case of a task and read the task with its instance; raise NotFound.

    Without `lock` nothing waits and nothing may be changed: for pages that only show.
    """
    row, found = _found(unit, task_id, lock)
    live = unit.lives.get(row.instance_id) or unit.adopt(found[_TASK : _TASK + _INSTANCE])
    return OpenTask(row, live, live.graph.nodes[row.element])


def read_row(unit: Unit, task_id: int) -> TaskRow:
    """Lock the case of a task and read the task alone, whatever became of its instance; raise NotFound."""
    return _found(unit, task_id, lock=True)[0]


def _found(unit: Unit, task_id: int, lock: bool) -> tuple[TaskRow, Any]:
    if unit.lives:
        unit.write_waits()
    with together(unit.conn):
        if lock and unit.on_postgres:
            queries.LOCK_TRAIL_OF_TASK.run(unit.conn, {"task_id": task_id})
        rows = queries.READ_TASK.run(unit.conn, {"task_id": task_id})
    found = rows.first()
    if found is None:
        raise NotFound()
    row = TaskRow(*found[:_TASK])
    if row.trail_id not in unit.chains:
        seq, last, at = found[_TASK + _INSTANCE :]
        unit.chains[row.trail_id] = (
            Chain(row.trail_id) if seq is None else Chain(row.trail_id, seq, bytes(last), at)
        )
    return row, found


def require_open(task: OpenTask) -> None:
    """Raise StaleTask when the task is over, Paused when its instance is suspended."""
    if not task.row.is_open:
        raise StaleTask(name=task.node.name, state=task.row.state, ended_at=task.row.ended_at)
    if task.live.status == "suspended":
        raise Paused()


def claim(unit: Unit, task: OpenTask) -> None:
    """Give a task of the pool to the actor; the actor's own claim again changes nothing.

    Raises StaleTask, Paused or AlreadyClaimed.
    """
    require_open(task)
    row = task.row
    if row.state == "claimed":
        if row.assignee_id == unit.by.id:
            return
        raise AlreadyClaimed(who_id=row.assignee_id, at=row.claimed_at)
    now = to_us(unit.now)
    if queries.CLAIM_TASK.run(unit.conn, {"b_id": row.id, "by": unit.by.id, "at": now}).rowcount != 1:
        raise AlreadyClaimed()
    unit.emit(row.trail_id, "TaskClaimed", live=task.live, element=row.element, data={"task": str(row.id)})


def unclaim(unit: Unit, task: OpenTask) -> None:
    """Give a task back to its pool; raise StaleTask, Paused, or IllegalState when nobody holds it."""
    require_open(task)
    if task.row.state != "claimed":
        raise IllegalState(detail="任务尚未认领")
    queries.UNCLAIM_TASK.run(unit.conn, {"b_id": task.row.id})
    unit.emit(
        task.row.trail_id, "TaskUnclaimed", live=task.live, element=task.row.element,
        data={"task": str(task.row.id)},
    )  # fmt: skip


def reassign(unit: Unit, task: OpenTask, to_user: int, reason: str, kind: str = "TaskReassigned") -> None:
    """Give a task to another person for good; raise StaleTask or Paused."""
    require_open(task)
    queries.REASSIGN_TASK.run(unit.conn, {"b_id": task.row.id, "by": to_user, "at": to_us(unit.now)})
    data = {"task": str(task.row.id), "to": str(to_user), "reason": reason}
    if task.row.assignee_id is not None:
        data["from"] = str(task.row.assignee_id)
    unit.emit(task.row.trail_id, kind, live=task.live, element=task.row.element, data=data)


def complete(
    unit: Unit, task: OpenTask, routing: dict[str, Any], data: Mapping[str, Any] | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """Complete a task with routing variables; `data` goes into the event. Raises StaleTask or Paused.

    `meanwhile` runs after the event and before the process goes on; it may add to `routing`.
    """
    require_open(task)
    row = task.row
    facts: dict[str, Any] = {"task": str(row.id), **(data or {})}
    cause = unit.emit(row.trail_id, "TaskCompleted", live=task.live, element=row.element, data=facts)
    if meanwhile is not None:
        meanwhile()
    if routing:
        cause.data["set"] = dict(routing)
    unit.step(task.live, lambda machine: machine.complete(row.token, routing), cause)


def send_back(unit: Unit, task: OpenTask, to_element: str, reason: str) -> None:
    """Return the work of an open task to an earlier step its instance has been at.

    Raises StaleTask, Paused, or IllegalState when the instance has not been there.
    """
    require_open(task)
    row = task.row
    if to_element not in returnable(unit.conn, task):
        raise IllegalState(detail="只能退回到本流程已办过的环节")
    data = {"task": str(row.id), "to": to_element, "reason": reason}
    cause = unit.emit(row.trail_id, "TaskSentBack", live=task.live, element=row.element, data=data)
    unit.step(task.live, lambda machine: machine.move(row.token, to_element), cause)


def returnable(conn: Connection, task: OpenTask) -> list[str]:
    """Return the user tasks this instance has completed and a task may be sent back to, latest first.

    Only tasks of the same parallel region: beyond a fork or join the other branches would be left behind.
    """
    nodes, where = task.live.graph.nodes, regions(task.live.graph)
    completed = store.completed_elements(conn, task.row.trail_id, task.live.id)
    if any(element not in nodes for element in completed):  # done under a version in which it had another id
        names = former_names(conn, task.row.trail_id, task.live.id)
        completed = list(dict.fromkeys(names.get(element, element) for element in completed))
    return [
        element
        for element in completed
        if element != task.row.element
        and element in nodes
        and nodes[element].kind in HUMAN
        and nodes[element].scope == task.node.scope
        and where.get(element) == where.get(task.row.element)
    ]


def withdraw(unit: Unit, task: OpenTask, reason: str, harmless: frozenset[str] = frozenset()) -> None:
    """Take back the actor's own completed task while nothing after it was touched.

    Raises IllegalState when it is not the actor's, not completed, or something happened since: the next
    task claimed, another step of the instance taken, or a message sent.
    """
    row = task.row
    if row.state != "completed" or row.ended_by != unit.by.id:
        raise IllegalState(detail="只能撤回本人刚办结的任务")
    since = store.latest_events(unit.conn, row.trail_id, row.instance_id, _LOOK_BACK)
    mine = next((e for e in since if e.kind == "TaskCompleted" and e.element == row.element), None)
    if mine is not None and loads(mine.data).get("task") != str(row.id):
        mine = None
    later = [e for e in since if mine is not None and e.seq > mine.seq]
    quiet = {"TaskCreated", "BranchTaken", "DecisionMade"} | harmless
    opened = [e.element for e in later if e.kind == "TaskCreated"]
    if mine is None or any(e.kind not in quiet or e.rev != mine.rev for e in later) or len(opened) != 1:
        raise IllegalState(detail="后续环节已经开始，不能撤回，请使用退回")
    token = next((t for t in task.live.state.tokens.values() if t.node == opened[0]), None)
    if token is None or not same_region(task.live.graph, token.node, row.element):
        raise IllegalState(detail="后续环节已经开始，不能撤回，请使用退回")
    data = {"task": str(row.id), "reason": reason}
    cause = unit.emit(row.trail_id, "TaskWithdrawn", live=task.live, element=row.element, data=data)
    unit.step(task.live, lambda machine: machine.move(token.id, row.element), cause)
