"""The weekly conference of a street (P14): its agenda, and what it says of each case (R004-06.R2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.clock import local_date
from engine.codec import loads
from engine.graph import Node
from engine.live import Live
from tasks import matters, plans
from tasks.cases import context_of
from tasks.desk import Desk, with_tier
from tasks.store import casework, rows, tables
from tasks.store import matters as store

STREET = "P05_street_assistance"
MEETING = "P14_Meeting"
#: From so many failed referrals of the street on, a case counts as difficult.
DIFFICULT = 2


def agenda(desk: Desk, live: Live, node: Node) -> None:
    """Draw the agenda up: the street's cases under assistance, the overdue first, then the difficult."""
    context = desk.context(live)
    found = store.cases_in(desk.conn, context.area, STREET)
    ids = [row["id"] for row in found]
    overdue, failed = store.overdue_rules(desk.conn, ids), store.failures(desk.conn, ids)
    items: list[tuple[int, dict[str, Any]]] = []
    for row in found:
        why, rank = "OPEN", 2
        if row["id"] in overdue:
            why, rank = f"OVERDUE {overdue[row['id']][0]}", 0
        elif failed.get(row["id"], 0) >= DIFFICULT:
            why, rank = f"DIFFICULT {failed[row['id']]}", 1
        items.append((rank, {"case_id": row["id"], "person_id": row["person_id"], "why": why}))
    items.sort(key=lambda item: item[0])
    matters.set_items(desk, live.key, (item for _rank, item in items))


def results(desk: Desk, live: Live, node: Node) -> None:
    """Write what was decided into each case: the opinion, and the plan where it changes (MSG-20)."""
    form = _meeting(desk, live)
    held = form["held_at"]
    at = held if isinstance(held, datetime) else datetime.fromisoformat(str(held))
    on = local_date(at).isoformat()
    for row in sorted(form.get("decisions") or [], key=lambda row: int(row["case"])):
        _write(desk, live, int(row["case"]), on, row)


def _meeting(desk: Desk, live: Live) -> Mapping[str, Any]:
    """Return the minutes: those just written, or when the step is tried again those on file."""
    if "minutes" in desk.form:
        return desk.form
    task = casework.last_completion(desk.conn, live.id, MEETING)
    assert task is not None
    kept = rows.first(desk.conn, tables.form_data, task_id=task["id"], draft=False)
    return {} if kept is None else dict(loads(kept["values"]))


def _write(desk: Desk, live: Live, case_id: int, on: str, row: Mapping[str, Any]) -> None:
    case = desk.case(case_id)
    if case["status"] != "active":
        return
    said = {"on": on, "decision": row["decision"], "plan_change": row.get("plan_change") or ""}
    desk.change_case(case_id, {"conference": [*case["data"].get("conference", ()), said]})
    street = with_tier(context_of(desk, case_id), "street")
    version = plans.amend(desk, street, {**said, "matter": live.key}) if said["plan_change"] else None
    desk.emit(case_id, "MessageReceived", message="MSG-20", on=on, matter=live.key, plan=version)
    store.set_case_outcome(desk.conn, live.key, case_id, "DECIDED")
