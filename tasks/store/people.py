"""Named queries over persons, their facts, households and the search index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from tasks.store.conn import Connection, RowMapping
from tasks.store.rows import Named
from tasks.store.tables_ledger import person_exit
from tasks.store.tables_people import household, person, person_fact, person_token
from tasks.store.tables_work import employment

_BY_ID = sa.select(person).where(person.c.id == sa.bindparam("person_id"))
_PERSON, _LOCKED = Named(_BY_ID), Named(_BY_ID.with_for_update())


def insert_person(conn: Connection, **values: Any) -> None:
    """Add a person."""
    conn.execute(person.insert().values(**values))


def insert_persons(
    conn: Connection, persons: list[dict[str, Any]], tokens: list[dict[str, Any]]
) -> None:
    """Add some persons with the tokens they are found by."""
    conn.execute(person.insert(), persons)
    conn.execute(person_token.insert(), tokens)


def update_person(conn: Connection, person_id: int, **values: Any) -> None:
    """Change columns of a person."""
    conn.execute(person.update().where(person.c.id == person_id).values(**values))


def person_by_id(conn: Connection, person_id: int, lock: bool = False) -> RowMapping | None:
    """Return one person; with `lock` the row is held until the transaction ends."""
    return (_LOCKED if lock else _PERSON).first(conn, person_id=person_id)


def persons_by_ids(conn: Connection, ids: list[int]) -> dict[int, RowMapping]:
    """Return some persons by id."""
    query = sa.select(person).where(person.c.id.in_(ids))
    return {row["id"]: row for row in conn.execute(query).mappings()}


def person_by_index(conn: Connection, id_index: str) -> RowMapping | None:
    """Return the person of a blind index."""
    return conn.execute(sa.select(person).where(person.c.id_index == id_index)).mappings().first()


def persons_alike(conn: Connection, name: str, birth_date: str) -> list[RowMapping]:
    """Return the persons of a name and a birth date, the oldest file first (`ix_person_name_birth`)."""
    query = sa.select(person).where(person.c.name == name, person.c.birth_date == birth_date)
    return list(conn.execute(query.order_by(person.c.id)).mappings())


def members_of(conn: Connection, household_id: int) -> list[RowMapping]:
    """Return the members of a household, oldest first."""
    query = sa.select(person).where(person.c.household_id == household_id)
    return list(conn.execute(query.order_by(person.c.birth_date, person.c.id)).mappings())


def living_members(conn: Connection, household_id: int, gone: Iterable[str]) -> list[RowMapping]:
    """Return the members of a household who did not leave it by one of some end codes, oldest first."""
    left = sa.select(person_exit.c.person_id).where(person_exit.c.end_code.in_(list(gone)))
    query = sa.select(person).where(person.c.household_id == household_id, person.c.id.not_in(left))
    return list(conn.execute(query.order_by(person.c.birth_date, person.c.id)).mappings())


def jobs_of(conn: Connection, ids: list[int]) -> dict[int, list[tuple[date, date | None]]]:
    """Return the first day of each job of some persons, and the day it was lost, by person."""
    query = sa.select(employment.c.person_id, employment.c.employed_on, employment.c.lost_on)
    found: dict[int, list[tuple[date, date | None]]] = {}
    for who, began, lost in conn.execute(query.where(employment.c.person_id.in_(ids))):
        job = date.fromisoformat(began), None if lost is None else date.fromisoformat(lost)
        found.setdefault(who, []).append(job)
    return found


def household_urban(conn: Connection, household_id: int) -> bool | None:
    """Return whether a household is one of urban residents; None: not said."""
    found: bool | None = conn.execute(
        sa.select(household.c.urban).where(household.c.id == household_id)
    ).scalar_one_or_none()
    return found


def insert_household(conn: Connection, **values: Any) -> None:
    """Add a household."""
    conn.execute(household.insert().values(**values))


def update_household(conn: Connection, household_id: int, **values: Any) -> None:
    """Change columns of a household."""
    conn.execute(household.update().where(household.c.id == household_id).values(**values))


def insert_facts(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Add to the history of facts."""
    conn.execute(person_fact.insert(), rows)


def fact_rows(conn: Connection, person_id: int, name: str | None = None) -> list[RowMapping]:
    """Return the history of a person's facts (of one fact), newest first."""
    query = sa.select(person_fact).where(person_fact.c.person_id == person_id)
    if name is not None:
        query = query.where(person_fact.c.name == name)
    order = query.order_by(person_fact.c.recorded_at.desc(), person_fact.c.id.desc())
    return list(conn.execute(order).mappings())


def replace_tokens(conn: Connection, person_id: int, tokens: Iterable[str]) -> None:
    """Index a person anew."""
    conn.execute(person_token.delete().where(person_token.c.person_id == person_id))
    rows = [{"token": token, "person_id": person_id} for token in sorted(set(tokens))]
    if rows:
        conn.execute(person_token.insert(), rows)


def search_persons(conn: Connection, tokens: list[str], areas: list[str], limit: int) -> list[RowMapping]:
    """Return the persons in the areas that have every token, by name."""
    query = sa.select(person)
    for n, token in enumerate(tokens):
        hit = person_token.alias(f"t{n}")
        query = query.join(hit, sa.and_(hit.c.person_id == person.c.id, hit.c.token == token))
    query = query.where(sa.or_(*(person.c.area.startswith(area, autoescape=True) for area in areas)))
    return list(conn.execute(query.order_by(person.c.name, person.c.id).limit(limit)).mappings())
