"""What a step said, told to an outside system once the step is done: a result, a suggestion of guidance."""

from __future__ import annotations

from typing import Any

from engine import jobs
from engine.codec import loads
from engine.ids import new_id
from engine.user_tasks import OpenTask
from tasks.connectors import records
from tasks.desk import Context, Desk
from tasks.store import rows, tables
from tasks.store.conn import RowMapping
from tasks.store.tables_exchange import exchange

JOB = "exchange"


def tell(desk: Desk, task: OpenTask, context: Context) -> None:
    """Ask for the records that tell connected systems of a task that is being completed."""
    for code in task.node.attr_list("autofill"):
        system = desk.library.systems.get(code)
        if system is None or code not in desk.connected or task.node.id not in system.tells:
            continue
        made = new_id()
        rows.add(
            desk.conn, exchange, id=made, system=code, element=task.node.id, instance_id=task.live.id,
            token=task.row.token, trail_id=task.live.trail_id, area=context.area, state="waiting",
            asked_at=desk.now_us, told_task=task.row.id,
        )  # fmt: skip
        jobs.enqueue(desk.unit, JOB, {"exchange": str(made)}, trail_id=task.live.trail_id)


def record_told(desk: Desk, row: RowMapping) -> dict[str, Any]:
    """Return the record that tells of a completed task, as its form was accepted."""
    said = rows.first(desk.conn, tables.form_data, task_id=row["told_task"], draft=False)
    assert said is not None  # a task is completed with its form
    context = desk.context_of(row["instance_id"])
    record = records.of_person(desk, context)
    record["forms"] = {row["element"]: loads(said["values"])}
    made = [
        one for one in rows.rows(desk.conn, tables.referral, "seq", case_id=context.case_id,
                                 tier=context.tier, run_no=context.run_no)
        if one["created_at"] <= said["saved_at"]
    ]  # fmt: skip
    if made:
        record["referral"] = {name: made[-1][name] for name in ("seq", "employer", "post", "referred_on")}
    return record
