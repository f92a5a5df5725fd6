"""Named queries over the ledger, the roster of a survey round, and what a person has outside any case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from engine.codec import loads
from engine.store.tables import instance
from tasks.store.casework import OPEN
from tasks.store.conn import Connection, Record, RowMapping
from tasks.store.tables import deadline, duty, duty_window, process_context
from tasks.store.tables_ledger import person_exit, survey_roster, training_need
from tasks.store.tables_people import person


def facts_of(row: Record) -> dict[str, Any]:
    """Return the facts of a person row as stored."""
    found: dict[str, Any] = loads(row["facts"])
    return found


def forget_exit(conn: Connection, person_id: int) -> None:
    """Remove what says that a person has left."""
    conn.execute(person_exit.delete().where(person_exit.c.person_id == person_id))


def open_of_person(conn: Connection, person_id: int, process_id: str | None = None) -> list[int]:
    """Return the instances of a person outside any case that are not over, the latest first."""
    query = (
        sa.select(instance.c.id)
        .join(process_context, process_context.c.instance_id == instance.c.id)
        .where(
            process_context.c.person_id == person_id, process_context.c.case_id.is_(None),
            instance.c.status.in_(OPEN),
        )
        .order_by(instance.c.id.desc())
    )  # fmt: skip
    if process_id is not None:
        query = query.where(instance.c.process_id == process_id)
    return list(conn.execute(query).scalars())


def move(conn: Connection, person_id: int, area: str) -> None:
    """Give what a person has outside any case to another community."""
    for table in (process_context, deadline, duty):
        conn.execute(
            table.update()
            .where(table.c.person_id == person_id, table.c.case_id.is_(None))
            .values(area=area)
        )


def unlisted(
    conn: Connection, round_id: int, area: str, born: dict[str, tuple[date, date]], outside: Iterable[str],
    most: int | None,
) -> list[int]:  # fmt: skip
    """Return persons of a community who are not on the roster of a round yet, at most so many, by id.

    Born within the days given for their sex; those who left with one of the codes `outside` are left out.
    """
    listed = sa.and_(survey_roster.c.person_id == person.c.id, survey_roster.c.round_id == round_id)
    query = _residents(area, born, outside).outerjoin(survey_roster, listed)
    query = query.where(survey_roster.c.person_id.is_(None)).order_by(person.c.id).limit(most)
    return list(conn.execute(query).scalars())


def residents(
    conn: Connection, area: str, born: dict[str, tuple[date, date]], outside: Iterable[str]
) -> list[int]:
    """Return whom a round in a community would visit today, by id."""
    return list(conn.execute(_residents(area, born, outside).order_by(person.c.id)).scalars())


def count_residents(
    conn: Connection, area: str, born: dict[str, tuple[date, date]], outside: Iterable[str]
) -> int:
    """Return how many a round in a community would visit today."""
    everybody = _residents(area, born, outside).subquery()
    return int(conn.execute(sa.select(sa.func.count()).select_from(everybody)).scalar_one())


def _residents(area: str, born: dict[str, tuple[date, date]], outside: Iterable[str]) -> sa.Select[Any]:
    ages = [
        sa.and_(
            person.c.sex == sex,
            person.c.birth_date > first.isoformat(),
            person.c.birth_date <= last.isoformat(),
        )
        for sex, (first, last) in born.items()
    ]
    left = sa.and_(person_exit.c.person_id == person.c.id, person_exit.c.end_code.in_(sorted(outside)))
    return (
        sa.select(person.c.id)
        .outerjoin(person_exit, left)
        .where(person.c.area == area, person_exit.c.person_id.is_(None), sa.or_(*ages))
    )


def not_visited(conn: Connection, round_id: int, most: int) -> tuple[int, list[str]]:
    """Return how many of a round's roster are still to be visited, and the names of some."""
    still = (survey_roster.c.round_id == round_id, survey_roster.c.state == "open")
    count = conn.execute(sa.select(sa.func.count()).select_from(survey_roster).where(*still)).scalar_one()
    names = (
        sa.select(person.c.name)
        .join(survey_roster, survey_roster.c.person_id == person.c.id)
        .where(*still)
        .order_by(person.c.name, person.c.id)
        .limit(most)
    )
    return int(count), list(conn.execute(names).scalars())


def roster_counts(conn: Connection, round_id: int) -> dict[str, int]:
    """Return how many rows of a round's roster are in each state."""
    s = survey_roster.c
    query = sa.select(s.state, sa.func.count()).where(s.round_id == round_id).group_by(s.state)
    return {state: int(number) for state, number in conn.execute(query)}


def rosters_of(conn: Connection, person_id: int) -> list[RowMapping]:
    """Return the roster rows of a person that are still open, with the round each belongs to."""
    query = sa.select(survey_roster).where(
        survey_roster.c.person_id == person_id, survey_roster.c.state == "open"
    )
    return list(conn.execute(query).mappings())


def close_roster(conn: Connection, where: dict[str, Any], state: str, reason: str | None, on: str) -> int:
    """Close open rows of rosters; return how many."""
    query = survey_roster.update().where(
        *(survey_roster.c[name] == value for name, value in where.items()), survey_roster.c.state == "open"
    )
    return conn.execute(query.values(state=state, reason=reason, closed_on=on)).rowcount


def round_of(conn: Connection, process_id: str, area: str) -> int | None:
    """Return the yearly round that runs in a community, or None; a survey of a chosen group is none."""
    query = (
        sa.select(instance.c.id)
        .join(process_context, process_context.c.instance_id == instance.c.id)
        .where(
            instance.c.process_id == process_id, process_context.c.area == area, instance.c.status.in_(OPEN),
            process_context.c.duty_id.is_not(None),
        )
        .order_by(instance.c.id.desc())
        .limit(1)
    )
    return conn.execute(query).scalar()


def needs_under(conn: Connection, area: str, ids: Iterable[int] | None = None) -> list[RowMapping]:
    """Return who asked for training under an area and is in no course yet, the longest waiting first."""
    query = (
        sa.select(training_need, person.c.name, person.c.area)
        .join(person, person.c.id == training_need.c.person_id)
        .where(training_need.c.course_instance.is_(None), person.c.area.startswith(area, autoescape=True))
        .order_by(training_need.c.registered_on, training_need.c.id)
    )
    if ids is not None:
        query = query.where(training_need.c.person_id.in_(list(ids)))
    return list(conn.execute(query).mappings())


def take_needs(conn: Connection, person_ids: Iterable[int], course: int) -> None:
    """Note the course that takes persons in who asked for training."""
    conn.execute(
        training_need.update()
        .where(training_need.c.person_id.in_(list(person_ids)), training_need.c.course_instance.is_(None))
        .values(course_instance=course)
    )


def follow_interview(conn: Connection, round_id: int, person_id: int, interview: int) -> None:
    """Let the row of a roster wait for another interview: the one before was given up."""
    conn.execute(
        survey_roster.update()
        .where(survey_roster.c.round_id == round_id, survey_roster.c.person_id == person_id)
        .values(instance_id=interview)
    )


def last_visit(conn: Connection, person_id: int, kind: str) -> str | None:
    """Return the last day on which the act of a person's duty of a kind was done, or None."""
    query = (
        sa.select(sa.func.max(duty_window.c.done_on))
        .join(duty, duty.c.id == duty_window.c.duty_id)
        .where(duty.c.person_id == person_id, duty.c.kind == kind)
    )
    return conn.execute(query).scalar()


def visits_in_month(conn: Connection, person_id: int, kind: str, day: date) -> list[str]:
    """Return the days of a month on which the act of a person's duty of a kind was done."""
    query = (
        sa.select(duty_window.c.done_on)
        .join(duty, duty.c.id == duty_window.c.duty_id)
        .where(duty.c.person_id == person_id, duty.c.kind == kind)
        .where(duty_window.c.done_on.startswith(f"{day:%Y-%m}-"))
        .order_by(duty_window.c.done_on)
    )
    return list(conn.execute(query).scalars())
