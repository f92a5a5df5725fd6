"""Continued training (step 19): who asked for it, and the course of an employer that takes him in (E45)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.codec import loads
from engine.errors import FormInvalid
from engine.graph import Node
from engine.ids import new_id
from engine.live import Live
from tasks.desk import Context, Desk
from tasks.store import casework, rows, tables
from tasks.store import ledger as store
from tasks.store.tables_ledger import training_need

#: Register of who asked for training, and of who takes part.
REGISTER = "E45"


def register_need(desk: Desk, context: Context) -> None:
    """Keep that a person asked for training; once is enough until a course takes him in."""
    assert context.person_id is not None
    open_now = rows.first(desk.conn, training_need, person_id=context.person_id, course_instance=None)
    if open_now is None:
        rows.add(
            desk.conn, training_need, id=new_id(), person_id=context.person_id, case_id=context.case_id,
            registered_on=desk.today.isoformat(), course_instance=None,
        )  # fmt: skip


def trainees(desk: Desk, live: Live) -> list[dict[str, Any]] | None:
    """Return whom a course was begun with, else who there has waited longest for one; None if nobody."""
    for task in casework.open_tasks_of(desk.conn, [live.id]):
        draft = rows.first(desk.conn, tables.form_data, task_id=task["id"], draft=True)
        begun = loads(draft["values"]).get("trainees") if draft is not None else None
        if begun:
            return list(begun)
    waiting = store.needs_under(desk.conn, desk.context(live).area)
    return [{"person": str(waiting[0]["person_id"])}] if waiting else None


def enrol(desk: Desk, live: Live, node: Node, trainees: Iterable[Mapping[str, Any]]) -> None:
    """Register each trainee where his own history is, and take the needs in (E45, 19.D1b)."""
    area = desk.context(live).area
    ids = [int(row["person"]) for row in trainees]
    if len(set(ids)) != len(ids):
        raise FormInvalid([("trainees", "同一人员重复登记，请删去重复的一行。", "Somebody is named twice.")])
    for row in trainees:
        person = desk.person(int(row["person"]))
        if not person["area"].startswith(area):
            zh = f"{person['name']}不在本街（镇），不能登记。"
            raise FormInvalid([("trainees", zh, "Somebody lives in another street.")])
        active = casework.active_case(desk.conn, person["id"])
        trail = active["id"] if active is not None else desk.person_trail(person["id"])
        told = {name: row[name] for name in ("skill_level", "trade", "training_level") if row.get(name)}
        desk.emit(trail, "RegisterWritten", element=node.id, register=REGISTER, **told)
    store.take_needs(desk.conn, ids, live.id)
