"""Named queries over questionnaires."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from tasks.store.conn import Connection, RowMapping
from tasks.store.tables import trail_owner
from tasks.store.tables_clock import deadline
from tasks.store.tables_people import person, person_fact
from tasks.store.tables_survey import questionnaire as table

_STREAM = {"yield_per": 2_000}


def add(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Add questionnaires."""
    conn.execute(table.insert(), rows)


def by_id(conn: Connection, questionnaire_id: int) -> RowMapping | None:
    """Return a questionnaire with the person's name."""
    query = sa.select(table, person.c.name).join(person, person.c.id == table.c.person_id)
    return conn.execute(query.where(table.c.id == questionnaire_id)).mappings().first()


def of_person(conn: Connection, person_id: int, year: int | None = None) -> list[RowMapping]:
    """Return a person's questionnaires, the newest first (`ix_questionnaire_person`)."""
    query = sa.select(table).where(table.c.person_id == person_id)
    if year is not None:
        query = query.where(table.c.year == year)
    return list(conn.execute(query.order_by(table.c.year.desc(), table.c.id.desc())).mappings())


def of_persons(conn: Connection, person_ids: Iterable[int], years: Iterable[int]) -> list[RowMapping]:
    """Return digest and standing of what some persons answered in some years."""
    columns = (table.c.id, table.c.person_id, table.c.year, table.c.digest, table.c.standing)
    query = sa.select(*columns).where(table.c.person_id.in_(list(person_ids)))
    return list(conn.execute(query.where(table.c.year.in_(list(years)))).mappings())


def set_standing(conn: Connection, questionnaire_id: int, standing: str) -> None:
    """Say how a questionnaire stands."""
    conn.execute(table.update().where(table.c.id == questionnaire_id).values(standing=standing))


def _in(areas: Iterable[str]) -> sa.ColumnElement[bool]:
    return sa.or_(sa.false(), *(table.c.area.startswith(area, autoescape=True) for area in areas))


def beside(conn: Connection, areas: Iterable[str], limit: int = 50) -> list[RowMapping]:
    """Return questionnaires that stand beside another, oldest first (`ix_questionnaire_beside`)."""
    query = sa.select(
        table.c.id, table.c.person_id, table.c.year, table.c.surveyed_on, table.c.area, person.c.name
    ).join(person, person.c.id == table.c.person_id)
    query = query.where(table.c.standing == "beside", _in(areas)).order_by(table.c.id).limit(limit)
    return list(conn.execute(query).mappings())


def latest_since(
    conn: Connection, person_ids: Iterable[int], names: Iterable[str]
) -> dict[tuple[int, str], str]:
    """Return from which day the newest record of each fact holds, by person and fact."""
    query = sa.select(person_fact.c.person_id, person_fact.c.name, sa.func.max(person_fact.c.since))
    query = query.where(
        person_fact.c.person_id.in_(list(person_ids)), person_fact.c.name.in_(list(names))
    ).group_by(person_fact.c.person_id, person_fact.c.name)
    return {(row[0], row[1]): row[2] for row in conn.execute(query)}


def years(conn: Connection, areas: Iterable[str]) -> list[int]:
    """Return the years of which there are questionnaires, the newest first."""
    query = sa.select(table.c.year).where(_in(areas)).distinct().order_by(table.c.year.desc())
    return list(conn.execute(query).scalars())


def found(
    conn: Connection, areas: Iterable[str], *, year: int, area: str = "", choice: str = "",
    category: str = "", visit_class: int | None = None, before: int | None = None, limit: int = 51,
) -> list[RowMapping]:
    """Return questionnaires that hold, of some areas, the newest first: behind a number of the analysis."""
    query = sa.select(
        table.c.id, table.c.person_id, table.c.area, table.c.surveyed_on, table.c.visit_class,
        table.c.candidates, person.c.name,
    ).join(person, person.c.id == table.c.person_id)
    query = query.where(table.c.year == year, table.c.standing == "held", _in(areas))
    if area:
        query = query.where(table.c.area.startswith(area, autoescape=True))
    for column, word in ((table.c.choices, choice), (table.c.candidates, category)):
        if word:
            query = query.where((sa.literal(" ") + column + " ").contains(f" {word} ", autoescape=True))
    if visit_class is not None:
        query = query.where(table.c.visit_class == visit_class)
    if before is not None:
        query = query.where(table.c.id < before)
    return list(conn.execute(query.order_by(table.c.id.desc()).limit(limit)).mappings())


def held(conn: Connection, year: int, area: str) -> Iterator[Any]:
    """Yield (area, choices, visit class, candidates, surveyed on) of a year's questionnaires of an area."""
    query = sa.select(
        table.c.area, table.c.choices, table.c.visit_class, table.c.candidates, table.c.surveyed_on
    ).where(
        table.c.year == year, table.c.standing == "held", table.c.area.startswith(area, autoescape=True)
    )
    yield from conn.execution_options(**_STREAM).execute(query)


def persons_by_index(
    conn: Connection, indexes: Iterable[str], lock: bool = False
) -> dict[str, RowMapping]:
    """Return persons by the blind index of their number; with `lock` their rows are held."""
    query = sa.select(person).where(person.c.id_index.in_(list(indexes))).order_by(person.c.id)
    if lock:
        query = query.with_for_update()
    return {row["id_index"]: row for row in conn.execute(query).mappings()}


def rounds(
    conn: Connection, communities: Iterable[int], years: Iterable[int]
) -> list[tuple[int, str, str | None]]:
    """Return survey rounds (DL-002): of which community, begun when, reported when."""
    about = {f"P01:{unit}:{year}-01-01": unit for year in years for unit in communities}
    query = (
        sa.select(trail_owner.c.matter, deadline.c.trigger_on, deadline.c.completed_on)
        .join(deadline, deadline.c.trail_id == trail_owner.c.trail_id)
        .where(
            trail_owner.c.matter.in_(list(about)), deadline.c.rule_id == "DL-002",
            deadline.c.trigger_on.is_not(None),
        )
        .order_by(deadline.c.trigger_on)
    )  # fmt: skip
    return [(about[row[0]], row[1], row[2]) for row in conn.execute(query)]


def residents(conn: Connection, area: str) -> list[tuple[str, int]]:
    """Return how many persons are on file in each community of an area, by its path."""
    query = sa.select(person.c.area, sa.func.count()).where(person.c.area.startswith(area, autoescape=True))
    return [(row[0], int(row[1])) for row in conn.execute(query.group_by(person.c.area))]
