"""Aide, officer, expert: one helper per person and tier (CR-11), proposed by load, fixed by a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.codec import dumps
from engine.errors import FormInvalid
from engine.ids import new_id
from engine.live import Live
from tasks import accounts
from tasks.desk import Context, Desk
from tasks.store import casework, rows, tables
from tasks.store.conn import RowMapping

#: Role of the helper -> tier it belongs to, and staff role until one is designated.
TIER = {"community_aide": "community", "street_officer": "street", "district_expert": "district"}
UNTIL = {
    "community_aide": "community_staff",
    "street_officer": "street_staff",
    "district_expert": "district_staff",
}


def active(desk: Desk, case_id: int, role: str) -> int | None:
    """Return the user who is the active helper of a role in a case."""
    row = rows.first(desk.conn, tables.helper, case_id=case_id, tier=TIER[role], released_at=None)
    return None if row is None else int(row["user_id"])


def propose(desk: Desk, role: str, area: str) -> dict[str, Any] | None:
    """Propose the person with the fewest cases for a role, with the loads that were compared."""
    found = accounts.staff(desk.conn, role, desk.pool(role, area, ""))
    if not found:
        return None
    loads = casework.loads(desk.conn, [row["id"] for row in found])
    best = min(found, key=lambda row: (loads[row["id"]], row["id"]))
    compared = [{"user": str(row["id"]), "name": row["display_name"], "cases": loads[row["id"]]}
                for row in found]  # fmt: skip
    return {"user": str(best["id"]), "name": best["display_name"], "by": "load", "compared": compared}


def designate(desk: Desk, live: Live, role: str, user_id: int, on: str, reason: str | None) -> None:
    """Make a person the helper of a case's tier; open tasks of the role pass to them.

    Raises FormInvalid when the person does not hold the role there.
    """
    context = desk.context(live)
    assert context.case_id is not None
    allowed = {row["id"] for row in accounts.staff(desk.conn, role, context.area)}
    if user_id not in allowed:
        field = {"community_aide": "aide", "street_officer": "assistant"}.get(role, "expert")
        zh = "所选人员不在本辖区担任这一岗位，请重新选择。"
        raise FormInvalid([(field, zh, "This person does not hold the role here.")])
    release(desk, context.case_id, TIER[role])
    proposal = propose(desk, role, context.area) or {}
    rows.add(
        desk.conn, tables.helper, id=new_id(), case_id=context.case_id, tier=TIER[role],
        run_no=context.run_no, user_id=user_id, designated_on=on,
        proposal=dumps({**proposal, "reason": reason or ""}),
    )  # fmt: skip
    desk.emit(
        context.case_id, "HelperDesignated", live=live, role=role, user=str(user_id),
        proposed=proposal.get("user"), reason=reason or "",
    )  # fmt: skip
    _hand_tasks(desk, live, role, user_id)


def _hand_tasks(desk: Desk, live: Live, role: str, user_id: int) -> None:
    desk.unit.write_waits()
    for task in casework.open_tasks_of(desk.conn, [live.id]):
        node = live.graph.nodes[task["element"]]
        if node.attrs.get("role") == role and task["state"] == "created":
            casework.hand_task(desk.conn, task["id"], role, user_id, desk.now_us)
            desk.emit(live.trail_id, "TaskReassigned", live=live, element=task["element"],
                      task=str(task["id"]), to=str(user_id), reason="designated")  # fmt: skip


def release(desk: Desk, case_id: int, tier: str) -> None:
    """End the active assignment of a tier."""
    row = rows.first(desk.conn, tables.helper, case_id=case_id, tier=tier, released_at=None)
    if row is not None:
        rows.change(desk.conn, tables.helper, row["id"], released_at=desk.now_us)
        desk.emit(case_id, "HelperReleased", tier=tier, user=str(row["user_id"]))


def release_all(desk: Desk, case_id: int) -> None:
    """End all assignments of a case."""
    for tier in ("community", "street", "district"):
        release(desk, case_id, tier)


def after_transfer(desk: Desk, case_id: int, instances: list[int], area: str) -> None:
    """Release helpers who do not work in the new area; what they held goes back to the staff there."""
    for role, tier in TIER.items():
        helper = active(desk, case_id, role)
        if helper is not None and helper not in {row["id"] for row in accounts.staff(desk.conn, role, area)}:
            release(desk, case_id, tier)
    free_held(desk, casework.open_tasks_of(desk.conn, instances), area)


def free_held(desk: Desk, tasks: Iterable[RowMapping], area: str) -> None:
    """Give open tasks back to the staff of an area where who holds them does not work there."""
    for task in tasks:
        holder = task["assignee_id"]
        if holder is None or holder in {row["id"] for row in accounts.staff(desk.conn, task["role"], area)}:
            continue
        casework.return_task(desk.conn, task["id"], UNTIL.get(str(task["role"]), str(task["role"])))
        desk.emit(task["trail_id"], "TaskUnclaimed", element=task["element"], task=str(task["id"]),
                  reason="transferred")  # fmt: skip


def effective(desk: Desk, context: Context, role: str, until: str | None) -> tuple[str, int | None]:
    """Return the role a new task belongs to, and the helper who gets it where one is designated."""
    if role not in TIER or context.case_id is None:
        return role, None
    user_id = active(desk, context.case_id, role)
    if user_id is None:
        return until or UNTIL[role], None
    return role, user_id
