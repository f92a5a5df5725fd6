"""The list that reconciles what was sent to outside systems with what they and we say."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.tables import instance
from tasks.queries.areas import under
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import case
from tasks.store.tables_exchange import exchange, feed

PAGE = 50
STATES = ("waiting", "accepted", "refused", "dead", "by_hand")


class Exchange(NamedTuple):
    """One record and what became of it."""

    id: int
    system: str
    element: str
    definition_id: int
    case_id: int | None
    case_no: str | None
    state: str
    asked_at: int
    answered_at: int | None
    number: str | None
    reason: str | None


class Feed(NamedTuple):
    """How far a list of a system was fetched."""

    system: str
    fetched_at: int
    taken: int
    problem: str


def exchanges(
    conn: Connection, areas: list[str] | None, system: str = "", state: str = "", before: int | None = None
) -> list[Exchange]:
    """Return a page of records of some areas (None: all), the newest first; one more says it goes on."""
    e = exchange.c
    query = (
        sa.select(
            e.id, e.system, e.element, instance.c.definition_id, case.c.id, case.c.case_no, e.state,
            e.asked_at, e.answered_at, e.number, e.reason,
        )
        .select_from(
            exchange.join(instance, instance.c.id == e.instance_id).outerjoin(
                case, case.c.id == e.trail_id
            )
        )
        .where(*_narrowed(areas, system, state))
    )
    if before is not None:
        query = query.where(e.id < before)
    return each(conn, query.order_by(e.id.desc()).limit(PAGE + 1), Exchange)


def _narrowed(areas: list[str] | None, system: str, state: str) -> list[sa.ColumnElement[bool]]:
    e = exchange.c
    terms: list[sa.ColumnElement[bool]] = [] if areas is None else [under(e.area, areas)]
    if system:
        terms.append(e.system == system)
    if state:
        terms.append(e.state == state)
    return terms


def counts(conn: Connection, areas: list[str] | None) -> dict[str, dict[str, int]]:
    """Return how many records each system has in each state."""
    e = exchange.c
    query = sa.select(e.system, e.state, sa.func.count()).where(*_narrowed(areas, "", ""))
    found: dict[str, dict[str, int]] = {}
    for system, state, number in conn.execute(query.group_by(e.system, e.state)):
        found.setdefault(system, {})[state] = number
    return found


def feeds(conn: Connection) -> dict[str, Feed]:
    """Return how far each list was fetched, by system."""
    columns = (feed.c.system, feed.c.fetched_at, feed.c.taken, feed.c.problem)
    return {row.system: row for row in each(conn, sa.select(*columns), Feed)}


def of_task(conn: Connection, instance_id: int, element: str) -> list[Any]:
    """Return (system, state, number, day, reason) of the records of a step, the oldest first."""
    e = exchange.c
    query = sa.select(e.system, e.state, e.number, e.answered_on, e.reason).where(
        e.instance_id == instance_id, e.element == element
    )
    return list(conn.execute(query.order_by(e.id)))
