"""One process of a person's road, for the supervisor who has to put something right with it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from engine.store.tables import definition, instance, user_task
from tasks.queries.rows import each, one
from tasks.store.conn import Connection
from tasks.store.tables import case, process_context
from tasks.store.tables_org import user_account
from tasks.store.tables_people import person


@dataclass(frozen=True, slots=True)
class InstanceHead:
    """A process with what it is about."""

    id: int
    process_id: str
    definition_id: int
    version: int
    status: str
    started_at: int
    ended_at: int | None
    area: str
    tier: str
    run_no: int
    case_id: int | None
    case_no: str | None
    person_id: int | None
    person_name: str | None

    @property
    def open(self) -> bool:
        """Tell whether it is not over."""
        return self.status in ("running", "suspended")


def instance_head(conn: Connection, instance_id: int) -> InstanceHead | None:
    """Return a process by its primary key."""
    i, x = instance.c, process_context.c
    query = (
        sa.select(
            i.id, i.process_id, i.definition_id, definition.c.version, i.status, i.started_at, i.ended_at,
            x.area, x.tier, x.run_no, x.case_id, case.c.case_no, x.person_id, person.c.name,
        )
        .select_from(
            instance.join(definition, definition.c.id == i.definition_id)
            .join(process_context, x.instance_id == i.id)
            .outerjoin(case, case.c.id == x.case_id)
            .outerjoin(person, person.c.id == x.person_id)
        )
        .where(i.id == instance_id)
    )
    return one(conn, query, InstanceHead)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open task of the process."""

    id: int
    element: str
    role: str
    state: str
    assignee: str | None
    due_at: int


def waiting_tasks(conn: Connection, instance_id: int) -> list[Waiting]:
    """Return the open tasks of a process (`ix_user_task_open_instance`)."""
    t = user_task.c
    query = (
        sa.select(t.id, t.element, t.role, t.state, user_account.c.display_name, t.due_at)
        .outerjoin(user_account, user_account.c.id == t.assignee_id)
        .where(
            t.instance_id == instance_id,
            t.state.in_([sa.literal_column("'created'"), sa.literal_column("'claimed'")]),
        )
        .order_by(t.due_at, t.id)
    )
    return each(conn, query, Waiting)
