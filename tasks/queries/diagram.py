"""Where an instance stands and the way it came, as marks on its diagram (from the state and the trail).

After a migration the diagram is that of the new version. What was done and passed before counts on it where
both draw it; what only the old version drew is left to the audit, which shows each version's own way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from engine.codec import mapping
from engine.graph import Graph
from engine.runtime.state import load
from engine.store.tables import event, incident, instance, user_task
from tasks.actor import Actor
from tasks.queries import areas, trail
from tasks.queries.trail import Left
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
    left: tuple[Left, ...] = ()  #: versions it ran before


def standing(
    conn: Connection, instance_id: int, now: int, graph: Callable[[int], Graph]
) -> Standing | None:
    """Return where an instance stands (its row, its trail's events, `ix_user_task_open_instance`).

    `graph` gives the diagram of a version.
    """
    i, e, t = instance.c, event.c, user_task.c
    row = conn.execute(
        sa.select(i.trail_id, i.definition_id, i.status, i.state).where(i.id == instance_id)
    ).first()
    if row is None:
        return None
    running = row.status in ("running", "suspended")
    active = sorted({token.node for token in load(row.state).tokens.values()}) if running else []
    left = tuple(trail.left(conn, row.trail_id).get(instance_id, ()))
    versions = iter([*(one.definition_id for one in left), row.definition_id])
    changes = {one.seq for one in left}
    here = next(versions)
    taken: dict[str, None] = {}
    visits: Counter[str] = Counter()
    mine = sa.and_(e.trail_id == row.trail_id, e.instance_id == instance_id)
    told = sa.select(e.seq, e.kind, e.element, e.data).where(mine)
    for seq, kind, element, data in conn.execute(told.order_by(e.seq)):
        given = mapping(data)
        if kind == "TaskCompleted":
            visits[element] += 1
        if seq in changes:
            before, here = here, next(versions)
            both = _Both(graph(before), graph(here), given.get("renamed"))
            taken, visits = both.taken(taken), both.visits(visits)
        taken.update(dict.fromkeys(given.get("path", ())))
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
        tuple(one for one in conn.execute(broken).scalars() if one), left,
    )  # fmt: skip


class _Both:
    """What two versions both draw: elements by the name they have in the newer one."""

    def __init__(self, old: Graph, new: Graph, renamed: object) -> None:
        self.old, self.new = old, new
        given = renamed if isinstance(renamed, dict) else {}
        # a step that goes on at one of the old version's other steps is not the same under another name
        self.renamed: Mapping[str, str] = {one: name for one, name in given.items() if name not in old.nodes}

    def visits(self, found: Mapping[str, int]) -> Counter[str]:
        """Return how often the steps of both were done."""
        kept: Counter[str] = Counter()
        for element, times in found.items():
            name = self.renamed.get(element, element)
            old, new = self.old.nodes.get(element), self.new.nodes.get(name)
            if old is not None and new is not None and old.kind is new.kind:
                kept[name] += times
        return kept

    def taken(self, found: Mapping[str, None]) -> dict[str, None]:
        """Return the flows of both that lead from the same to the same, in their order."""
        return dict.fromkeys(name for one in found if (name := self._flow(one)))

    def _flow(self, flow_id: str) -> str | None:
        name = self.renamed.get(flow_id, flow_id)
        old, new = self.old.flows.get(flow_id), self.new.flows.get(name)
        if old is None or new is None:
            return None
        ends = tuple(self.renamed.get(one, one) for one in (old.source, old.target))
        return name if ends == (new.source, new.target) else None


def area_of(conn: Connection, instance_id: int) -> str | None:
    """Return the area path of what an instance is about."""
    query = sa.select(process_context.c.area).where(process_context.c.instance_id == instance_id)
    return conn.execute(query).scalar()


def has_work_in(conn: Connection, actor: Actor, instance_id: int) -> bool:
    """Tell whether an actor holds a task of an instance, did one, or may take one from a pool of theirs."""
    pool = sa.tuple_(user_task.c.role, user_task.c.pool).in_(areas.pools_of(conn, actor))
    mine = sa.or_(user_task.c.assignee_id == actor.user_id, pool)
    query = sa.select(user_task.c.id).where(user_task.c.instance_id == instance_id, mine).limit(1)
    return conn.execute(query).scalar() is not None
