"""Rows by column name, on both databases: what goes in comes out, of the same type."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.db import Database
from tasks.store import rows
from tasks.store.rows import Named, numbered, several
from tasks.store.tables import form_data

_VALUES = {
    "case_id": 7, "person_id": None, "element": "P03_Check", "values": "{}", "saved_at": 1, "saved_by": 2,
}  # fmt: skip


def _add(db: Database, task_id: int, draft: bool) -> None:
    with db.transaction() as conn:
        rows.add(conn, form_data, task_id=task_id, draft=draft, **_VALUES)


def test_yes_and_no_come_back_as_yes_and_no(database: Database) -> None:
    _add(database, 1, True)
    _add(database, 2, False)
    with database.read() as conn:
        found = rows.rows(conn, form_data, "task_id", case_id=7)
    assert [row["draft"] for row in found] == [True, False]
    assert all(isinstance(row["draft"], bool) for row in found)


def test_none_asks_for_what_is_empty_and_minus_orders_down(database: Database) -> None:
    _add(database, 1, True)
    _add(database, 2, True)
    with database.read() as conn:
        assert [row["task_id"] for row in rows.rows(conn, form_data, "-task_id", person_id=None)] == [2, 1]
        assert rows.first(conn, form_data, person_id=9) is None
        first = rows.first(conn, form_data, "task_id", draft=True)
    assert first is not None
    assert first["values"] == "{}"


def test_a_named_query_takes_a_list_of_values(database: Database) -> None:
    for task_id in (1, 2, 3):
        _add(database, task_id, False)
    query = Named(
        sa.select(form_data.c.task_id)
        .where(form_data.c.task_id.in_(several("id", 2)))
        .order_by(form_data.c.task_id)
    )
    with database.read() as conn:
        assert [row["task_id"] for row in query.all(conn, **numbered("id", [1, 3]))] == [1, 3]
        assert query.first(conn, **numbered("id", [8, 9])) is None
