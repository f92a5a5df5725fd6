"""Where an instance stands and the way it came, as marks on its diagram (from the state and the trail)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from engine.codec import loads
from engine.runtime.state import load
from engine.store.tables import event, incident, instance, user_task
from tasks.store.conn import Connection
from tasks.store.tables import process_context


@dataclass(frozen=True, slots=True)
class Standing:
    """What is needed to colour a diagram."""

    trail_id: int
    definition_id: int
    status: str
    active: tuple[str, ...]
    taken: tuple[str, ...]  #: sequence flows, in the order they were first taken
    visits: dict[str, int]  #: completed user tasks
    overdue: tuple[str, ...]
    incidents: tuple[str, ...]


def standing(conn: Connection, instance_id: int, now: int) -> Standing | None:
    """Return where an instance stands (its row, its trail's events, `ix_user_task_open_instance`)."""
    i, e, t = instance.c, event.c, user_task.c
    row = conn.execute(
        sa.select(i.trail_id, i.definition_id, i.status, i.state).where(i.id == instance_id)
    ).first()
    if row is None:
        return None
    running = row.status in ("running", "suspended")
    active = sorted({token.node for token in load(row.state).tokens.values()}) if running else []
    taken: dict[str, None] = {}
    visits: Counter[str] = Counter()
    mine = sa.and_(e.trail_id == row.trail_id, e.instance_id == instance_id)
    told = sa.select(e.kind, e.element, e.data).where(mine)
    for kind, element, data in conn.execute(told.order_by(e.seq)):
        if kind == "TaskCompleted":
            visits[element] += 1
        taken.update(dict.fromkeys(loads(data).get("path", ())))
    late = sa.select(t.element).where(
        t.instance_id == instance_id,
        t.state.in_([sa.literal_column("'created'"), sa.literal_column("'claimed'")]),
        t.due_at <= now,
    )
    broken = sa.select(incident.c.element).where(
        incident.c.instance_id == instance_id, incident.c.state == sa.literal_column("'open'")
    )
    return Standing(
        row.trail_id, row.definition_id, row.status, tuple(active), tuple(taken), dict(visits),
        tuple(conn.execute(late).scalars()),
        tuple(one for one in conn.execute(broken).scalars() if one),
    )


def area_of(conn: Connection, instance_id: int) -> str | None:
    """Return the area path of what an instance is about."""
    query = sa.select(process_context.c.area).where(process_context.c.instance_id == instance_id)
    return conn.execute(query).scalar()
