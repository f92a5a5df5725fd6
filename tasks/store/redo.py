"""What happened in a case since a step was completed: what a return to that step has to undo."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.migrating import former_names
from engine.store.tables import event, instance
from tasks.store.conn import Connection, RowMapping

KINDS = ("TaskCompleted", "ReferralMade", "OutcomeRecorded", "DeadlineSet", "DeadlinePending")


def since_completion(conn: Connection, trail_id: int, instance_id: int, element: str) -> list[RowMapping]:
    """Return the events of a trail from the last completion of an element on, that one included, in order.

    What was done under a former name of the element counts.
    """
    former = former_names(conn, trail_id, instance_id)
    names = [element, *(old for old, new in former.items() if new == element)]
    last = (
        sa.select(sa.func.max(event.c.seq))
        .where(
            event.c.trail_id == trail_id, event.c.instance_id == instance_id, event.c.element.in_(names),
            event.c.kind == "TaskCompleted",
        )
        .scalar_subquery()
    )  # fmt: skip
    query = (
        sa.select(event.c.at, event.c.kind, event.c.instance_id, event.c.element, event.c.data)
        .where(event.c.trail_id == trail_id, event.c.seq >= last, event.c.kind.in_(KINDS))
        .order_by(event.c.seq)
    )
    return list(conn.execute(query).mappings())


def called_by(conn: Connection, trail_id: int, instance_id: int) -> frozenset[int]:
    """Return the instances that an instance called, and those these called in turn."""
    rows = conn.execute(
        sa.select(instance.c.id, instance.c.parent_id).where(instance.c.trail_id == trail_id)
    ).all()
    found: set[int] = set()
    new = {instance_id}
    while new:
        new = {child for child, parent in rows if parent in new}
        found |= new
    return frozenset(found)
