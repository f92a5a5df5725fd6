"""User tasks of a migrating instance: the row stays with its number, holder and due date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.clock import to_us
from engine.graph import HUMAN
from engine.live import Live
from engine.migration.plan import Plan
from engine.migration.said import Said, named
from engine.store import migrating as store
from engine.unit import Unit


def keep_tasks(
    unit: Unit, live: Live, plan: Plan, rows: Mapping[int, store.TaskRow], recompute: bool
) -> list[Said]:
    """Let the open tasks of tokens that stay stand at their new element; return what is worth telling.

    A task that belongs to another role now goes to that role; its due date changes with `recompute` only.
    """
    notes: list[Said] = []
    for row in rows.values():
        token = live.state.tokens[row.token]
        old, new = plan.old.graph.nodes[row.element], live.graph.nodes[token.node]
        values: dict[str, Any] = {} if new.id == old.id else {"element": new.id}
        if recompute or dict(old.attrs) != dict(new.attrs):
            wanted = unit.kernel.world.task(unit, live, token, new)
            if recompute and wanted.due_at != row.due_at:
                values["due_at"] = wanted.due_at
            if wanted.role != row.role:
                values |= {"role": wanted.role, "pool": wanted.pool, "area": wanted.area}
                values |= _hand_over(wanted.assignee_id, unit)
                notes.append(Said(
                    new.id, f"{named(new)}改由另一岗位办理，原来的认领不再有效。",
                    f"{named(new)} belongs to another role now; it is no longer held.",
                ))  # fmt: skip
        if values:
            store.change_task(unit.conn, row.id, values)
    return notes


def _hand_over(holder: int | None, unit: Unit) -> dict[str, Any]:
    at = None if holder is None else to_us(unit.now)
    return {"assignee_id": holder, "state": "created" if holder is None else "claimed", "claimed_at": at}


def rename_completed(unit: Unit, live: Live, plan: Plan) -> None:
    """Let the completed tasks of renamed steps be found under the new name (who did the step before).

    The trail keeps the name they had.
    """
    graph = plan.old.graph
    renamed = {old: new for old, new in plan.renamed.items() if graph.nodes[old].kind in HUMAN}
    if not renamed:
        return
    for kind, element, _at, data in list(store.told(unit.conn, live.trail_id, live.id)):
        if kind == "TaskCompleted" and element in renamed:
            store.change_task(unit.conn, int(data["task"]), {"element": renamed[element]})
