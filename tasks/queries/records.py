"""What records are drawn up from: one completed task, the service ledger of a case, the turns of its way."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from engine.store.tables import event, user_task
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables import form_data
from tasks.store.tables_org import user_account
from tasks.store.tables_registers import register_row


def completed(conn: Connection, task_id: int) -> RowMapping | None:
    """Return a completed task with its answers, and the person its entries are about."""
    t, f = user_task.c, form_data.c
    query = (
        sa.select(t.id, t.element, t.instance_id, t.area, t.role, f["values"], f.person_id)
        .join(form_data, sa.and_(f.task_id == t.id, f.draft.is_(sa.false())))
        .where(t.id == task_id, t.state == "completed")
    )
    return conn.execute(query).mappings().first()


def service_of(conn: Connection, case_id: int) -> list[RowMapping]:
    """Return what was done in a case, oldest first (`ix_register_row_case`)."""
    return _service(conn, register_row.c.case_id == case_id)


def service_to(conn: Connection, person_id: int) -> list[RowMapping]:
    """Return what was done for a person in and outside cases, oldest first (`ix_register_row_person`)."""
    return _service(conn, register_row.c.person_id == person_id)


def _service(conn: Connection, whose: sa.ColumnElement[bool]) -> list[RowMapping]:
    r, f = register_row.c, form_data.c
    query = (
        sa.select(r.at, r.element, r.tier, user_account.c.display_name.label("worker"), f["values"])
        .select_from(
            register_row.outerjoin(user_account, user_account.c.id == r.user_id).outerjoin(
                form_data, sa.and_(f.task_id == r.task_id, f.draft.is_(sa.false()))
            )
        )
        .where(whose, r.register == "E50", r.struck_at.is_(None))
        .order_by(r.at, r.id)
    )
    return list(conn.execute(query).mappings())


def last_visit(conn: Connection, person_id: int) -> RowMapping | None:
    """Return the last visit entered for a person, with its answers (`ix_register_row_person`)."""
    r, f = register_row.c, form_data.c
    query = (
        sa.select(r.at, user_account.c.display_name.label("worker"), f["values"])
        .select_from(
            register_row.join(form_data, sa.and_(f.task_id == r.task_id, f.draft.is_(sa.false()))).outerjoin(
                user_account, user_account.c.id == r.user_id
            )
        )
        .where(r.person_id == person_id, r.register == "E02", r.struck_at.is_(None))
        .order_by(r.at.desc(), r.id.desc())
        .limit(1)
    )
    return conn.execute(query).mappings().first()


def turns_of(conn: Connection, trail_id: int, kinds: Sequence[str]) -> list[RowMapping]:
    """Return events of some kinds of a trail, in order."""
    e = event.c
    query = sa.select(e.at, e.kind, e.data).where(e.trail_id == trail_id, e.kind.in_(kinds)).order_by(e.seq)
    return list(conn.execute(query).mappings())


def drawable(
    conn: Connection, elements: Sequence[str], case_id: int | None, person_id: int | None
) -> list[RowMapping]:
    """Return the tasks of a case, or of a person outside any, that a record can be drawn up from."""
    r = register_row.c
    query = sa.select(r.task_id, r.element, r.at, r.tier, r.area).where(
        r.register == "E50", r.element.in_(elements), r.task_id.is_not(None), r.struck_at.is_(None)
    )
    if case_id is not None:
        query = query.where(r.case_id == case_id)
    else:
        query = query.where(r.person_id == person_id, r.case_id.is_(None))
    return list(conn.execute(query.order_by(r.at.desc(), r.id.desc())).mappings())
