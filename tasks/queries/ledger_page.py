"""What the page of a person shows of the ledger, of the visits, and of work outside any case."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.codec import loads
from engine.store.tables import instance, user_task
from tasks.queries.areas import under
from tasks.queries.case_page import OpenTask
from tasks.queries.rows import each, one
from tasks.store.conn import Connection
from tasks.store.tables import duty, duty_window, process_context
from tasks.store.tables_ledger import ledger_row, training_need
from tasks.store.tables_org import user_account
from tasks.store.tables_people import person

#: Windows of visits a page shows.
MOST_VISITS = 8
#: Persons a course may be chosen from.
MOST_NEEDS = 200


class LedgerRow(NamedTuple):
    """A person's row of the ledger."""

    source: str
    listed_on: str
    confirmed_on: str | None
    categories_json: str
    visit_class: int | None
    grounds_json: str
    paused: str | None
    ended_on: str | None
    end_code: str | None

    @property
    def categories(self) -> list[str]:
        """Return the likely categories of the confirmed row."""
        return list(loads(self.categories_json))

    @property
    def grounds(self) -> dict[str, Any]:
        """Return how the visit class came about: row of DT-05, or the reason of a worker."""
        return dict(loads(self.grounds_json))


def ledger_of(conn: Connection, person_id: int) -> LedgerRow | None:
    """Return the row of a person by the primary key, or None."""
    r = ledger_row.c
    query = sa.select(
        r.source, r.listed_on, r.confirmed_on, r.categories, r.visit_class, r.grounds, r.paused, r.ended_on,
        r.end_code,
    ).where(r.person_id == person_id)
    return one(conn, query, LedgerRow)


class Visit(NamedTuple):
    """One window of the visits."""

    starts_on: str
    ends_on: str
    due_at: int
    state: str
    done_on: str | None
    task_id: int | None


def visits_of(conn: Connection, person_id: int) -> list[Visit]:
    """Return the latest windows of a person's visits, newest first (`ix_duty_person`)."""
    w = duty_window.c
    open_now: list[sa.ColumnElement[str]] = [sa.literal_column("'created'"), sa.literal_column("'claimed'")]
    task = (
        sa.select(sa.func.min(user_task.c.id))
        .where(user_task.c.instance_id == w.instance_id, user_task.c.state.in_(open_now))
        .scalar_subquery()
    )
    query = (
        sa.select(w.starts_on, w.ends_on, w.due_at, w.state, w.done_on, task)
        .join(duty, duty.c.id == w.duty_id)
        .where(duty.c.person_id == person_id, duty.c.kind == "P21_Visit", w.state != "closed")
        .order_by(w.starts_on.desc(), w.id.desc())
        .limit(MOST_VISITS)
    )
    return each(conn, query, Visit)


def own_tasks(conn: Connection, person_id: int) -> list[OpenTask]:
    """Return what is open about a person outside any case, first due first."""
    t = user_task.c
    query = (
        sa.select(
            t.id, t.element, instance.c.process_id, instance.c.definition_id, t.instance_id, t.role, t.state,
            t.assignee_id, user_account.c.display_name, t.due_at,
        )
        .select_from(
            process_context.join(user_task, t.instance_id == process_context.c.instance_id)
            .join(instance, instance.c.id == t.instance_id)
            .outerjoin(user_account, user_account.c.id == t.assignee_id)
        )
        .where(
            process_context.c.person_id == person_id,
            process_context.c.case_id.is_(None),
            t.state.in_([sa.literal_column("'created'"), sa.literal_column("'claimed'")]),
        )
        .order_by(t.due_at, t.id)
    )  # fmt: skip
    return each(conn, query, OpenTask)


class Need(NamedTuple):
    """Somebody who asked for training and is in no course yet."""

    person_id: int
    name: str
    area: str
    registered_on: str


def training_needs(conn: Connection, areas: list[str]) -> list[Need]:
    """Return who waits for a course in some areas, the longest waiting first (`ix_training_need_open`)."""
    n, p = training_need.c, person.c
    query = (
        sa.select(n.person_id, p.name, p.area, n.registered_on)
        .join(person, p.id == n.person_id)
        .where(n.course_instance.is_(None), under(p.area, areas))
        .order_by(n.registered_on, n.id)
        .limit(MOST_NEEDS)
    )
    return each(conn, query, Need)
