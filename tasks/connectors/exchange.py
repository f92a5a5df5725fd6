"""One record on its way to a system: asked for by a task that opens, sent by the worker, answered.

A receipt fills the task's form; where nothing else is asked and nobody has begun to type, it completes the
task. Nothing waits for a system: whoever does it by hand goes on, and the list shows both.
"""

from __future__ import annotations

import hashlib
from typing import Any

from engine import incidents, jobs, user_tasks
from engine.codec import canonical, loads
from engine.errors import FormInvalid, IllegalState, NotFound
from engine.graph import Node
from engine.ids import new_id
from engine.live import Live
from engine.runtime.state import Token
from tasks import access, contribution_list, prefill, taskwork
from tasks.access import Subject
from tasks.commands import CompleteTask, Done
from tasks.connectors import telling
from tasks.connectors.port import Outgoing, Receipt, Unreachable
from tasks.connectors.records import record_of
from tasks.connectors.systems import System
from tasks.desk import Desk
from tasks.exchange_commands import RetryExchange
from tasks.forms.prefill import prefill as fresh
from tasks.store import exchange as store
from tasks.store import rows, tables
from tasks.store.conn import RowMapping
from tasks.store.tables_exchange import exchange

JOB = telling.JOB
#: What may be sent again.
_AGAIN = frozenset({"refused", "dead"})


def ask(desk: Desk, live: Live, token: Token, node: Node) -> None:
    """Ask for the records a task that has just opened sends to connected systems."""
    for code in node.attr_list("autofill"):
        system = desk.library.systems.get(code)
        if system is None or code not in desk.connected or node.id not in system.sends:
            continue
        if all(live.state.vars.get(name) == value for name, value in system.when.items()):
            _ask(desk, live, token, node, code)


def _ask(desk: Desk, live: Live, token: Token, node: Node, code: str) -> None:
    made = new_id()
    rows.add(
        desk.conn, exchange, id=made, system=code, element=node.id, instance_id=live.id, token=token.id,
        trail_id=live.trail_id, area=desk.context_at(live, token.scope).area, state="waiting",
        asked_at=desk.now_us,
    )  # fmt: skip
    jobs.enqueue(desk.unit, JOB, {"exchange": str(made)}, trail_id=live.trail_id)


def outgoing(desk: Desk, job: jobs.Job) -> Outgoing | None:
    """Return what a job sends; None where it is done with: answered, or the task was done by hand."""
    row = _row(desk, job)
    if row["state"] not in ("waiting", "dead"):
        return None
    system = desk.library.systems[row["system"]]
    record: dict[str, Any] | None
    if row["told_task"] is None:
        kind, record = system.sends[row["element"]], _record_of_open(desk, system, row)
    else:
        kind, record = system.tells[row["element"]], telling.record_told(desk, row)
    if record is None:
        store.set_state(desk.conn, row["id"], ("waiting", "dead"), state="by_hand", answered_at=desk.now_us)
        return None
    laid_out = row["sent_at"] is not None
    return Outgoing(_key(row), row["system"], kind, row["element"], desk.today, record, laid_out)


def _record_of_open(desk: Desk, system: System, row: RowMapping) -> dict[str, Any] | None:
    """Return the record of a task that is open; None where it was done by hand."""
    task = store.open_task(desk.conn, row["instance_id"], row["token"], row["element"])
    if task is None:
        return None
    found = user_tasks.read(desk.unit, task["id"])
    context = desk.context_at(found.live, found.live.state.tokens[row["token"]].scope)
    return record_of(desk, system.sends[row["element"]], context, row["instance_id"])


def _key(row: RowMapping) -> str:
    """Return the key of a record: what was refused and is sent anew is another record to its receiver."""
    return f"{row['id']}-{row['again']}" if row["again"] else str(row["id"])


def _row(desk: Desk, job: jobs.Job) -> RowMapping:
    row = rows.first(desk.conn, exchange, id=int(job.payload["exchange"]))
    if row is None:
        raise NotFound
    return row


def answered(desk: Desk, job: jobs.Job, receipt: Receipt) -> CompleteTask | None:
    """Take what a system answered; an answer that came before changes nothing.

    Return what may complete the task: tried in a transaction of its own, that leaves nothing of a refusal.
    """
    row = _row(desk, job)
    desk.unit.lock(row["trail_id"])
    if row["sent_at"] is None:
        rows.change(desk.conn, exchange, row["id"], sent_at=desk.now_us)
        desk.emit(row["trail_id"], "RecordExported", None, row["element"], system=row["system"])
    if receipt.state == "refused":
        told = receipt.reason or "对方没有说明理由"
        if store.set_state(desk.conn, row["id"], ("waiting", "dead"), state="refused", reason=told,
                           answered_at=desk.now_us):  # fmt: skip
            incidents.open_incident(
                desk.unit, JOB, f"{desk.library.systems[row['system']].name}没有接收：{told}",
                trail_id=row["trail_id"], instance_id=row["instance_id"], element=row["element"],
            )  # fmt: skip
    elif receipt.state == "accepted":
        assert receipt.on is not None
        if store.set_state(desk.conn, row["id"], ("waiting", "dead"), state="accepted",
                           number=receipt.number, answered_on=receipt.on.isoformat(),
                           answered_at=desk.now_us):  # fmt: skip
            return _fill(desk, row, receipt)
    return None


def _fill(desk: Desk, row: RowMapping, receipt: Receipt) -> CompleteTask | None:
    """Put a receipt into the form of its task; return what completes the task once all have answered."""
    assert receipt.on is not None
    if row["told_task"] is not None:
        return None
    desk.emit(row["trail_id"], "TaskAutoFilled", None, row["element"], system=row["system"],
              number=receipt.number, on=receipt.on.isoformat())  # fmt: skip
    task = store.open_task(desk.conn, row["instance_id"], row["token"], row["element"])
    if task is None:
        return None
    system = desk.library.systems[row["system"]]
    if row["element"] in system.brings:
        _bring(desk, row, receipt)
    given = system.filled(row["element"], receipt.on, receipt.number, receipt.values)
    draft = rows.first(desk.conn, tables.form_data, task_id=task["id"], draft=True)
    if draft is not None and draft["saved_by"]:  # somebody is typing: the number stands beside the form
        return None
    found = user_tasks.read(desk.unit, task["id"])
    values = {**_prefilled(desk, found), **({} if draft is None else loads(draft["values"])), **given}
    others = store.of_task(desk.conn, row["instance_id"], row["token"], row["element"])
    taskwork.store_form(desk, found.row, values, draft=True)
    answered_all = all(other["state"] == "accepted" for other in others)
    return CompleteTask(task["id"], values) if answered_all else None


def _prefilled(desk: Desk, task: user_tasks.OpenTask) -> dict[str, Any]:
    spec = desk.library_of(task.live).form_of(task.node)
    context = prefill.form_context(desk, task.live, spec)
    facts = prefill.facts(desk, desk.context(task.live))
    return fresh(spec, context, facts, prefill.resolver(desk, task.live))


def _bring(desk: Desk, row: RowMapping, receipt: Receipt) -> None:
    """Keep the list a receipt brings, of the people of the office that asked; raise Unreachable."""
    try:
        found = contribution_list.read_items(receipt.items, desk.today)
    except FormInvalid as fault:
        raise Unreachable(why=fault.problems[0][1].rstrip("。")) from fault
    digest = hashlib.sha256(canonical([list(one) for one in found]).encode()).hexdigest()
    contribution_list.keep(desk, found, [row["area"]], row["system"], digest)


def complete_filled(desk: Desk, command: CompleteTask) -> None:
    """Complete a task that receipts filled, unless somebody has begun to type; raise what refuses it."""
    found = user_tasks.read(desk.unit, command.task_id)
    desk.unit.lock(found.live.trail_id)
    draft = rows.first(desk.conn, tables.form_data, task_id=command.task_id, draft=True)
    if draft is not None and not draft["saved_by"]:
        taskwork.complete(desk, command)


def gave_up(desk: Desk, job: jobs.Job, error: str) -> None:
    """Put a failed job off; when it has had its tries the list shows it."""
    row = _row(desk, job)
    jobs.failed(desk.unit, job, error)
    dead = job.attempt > len(jobs.BACK_OFF)
    store.set_state(desk.conn, row["id"], ("waiting",), reason=error, **({"state": "dead"} if dead else {}))


def retry(desk: Desk, command: RetryExchange) -> Done:
    """Send a record again that was refused or had all its tries; raise NotFound, IllegalState."""
    row = rows.first(desk.conn, exchange, id=command.exchange_id)
    if row is None:
        raise NotFound
    access.authorize(desk.actor, "retry", Subject(row["area"]))
    desk.unit.lock(row["trail_id"])
    anew = {"again": row["again"] + 1, "sent_at": None} if row["state"] == "refused" else {}
    if not store.set_state(desk.conn, row["id"], _AGAIN & {row["state"]},
                           state="waiting", reason=None, answered_at=None, **anew):  # fmt: skip
        raise IllegalState(detail="这一条不在被退回或发送失败的状态")
    if not store.unsettled(desk.conn, row["trail_id"]):  # the incidents tell of these as well
        for incident in store.open_incidents(desk.conn, row["trail_id"], JOB):
            incidents.resolve(desk.unit, incident, "IncidentRetried")
    jobs.enqueue(desk.unit, JOB, {"exchange": str(row["id"])}, trail_id=row["trail_id"])
    return Done(extra={"exchange_id": str(row["id"])})
