"""Queries over matters: what they go through, who has contributions, which processes run about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from engine.store.tables import instance, user_task
from tasks.store.casework import OPEN
from tasks.store.conn import Connection, RowMapping
from tasks.store.rows import Named
from tasks.store.tables import (
    benefit,
    case,
    contribution,
    deadline,
    duty_window,
    matter_item,
    process_context,
    referral,
)
from tasks.store.tables_people import person

#: A character after every digit and slash: a path below an area comes before it.
_END = ":"
_OPEN_NOW = instance.c.status.in_([sa.literal_column(f"'{status}'") for status in OPEN])

_ITEMS = Named(
    sa.select(matter_item).where(matter_item.c.matter == sa.bindparam("matter")).order_by(matter_item.c.n)
)
_RUNS = Named(
    sa.select(instance.c.id, instance.c.process_id)
    .join(process_context, process_context.c.instance_id == instance.c.id)
    .where(process_context.c.matter == sa.bindparam("matter"), _OPEN_NOW)
)
_OF_PERSON = Named(
    sa.select(instance.c.id, process_context.c.case_id)
    .join(process_context, process_context.c.instance_id == instance.c.id)
    .where(
        process_context.c.person_id == sa.bindparam("person_id"),
        instance.c.process_id == sa.bindparam("process_id"),
        _OPEN_NOW,
    )
)


def items(conn: Connection, matter: str) -> list[RowMapping]:
    """Return what a matter goes through, in order."""
    return _ITEMS.all(conn, matter=matter)


def drop_items(conn: Connection, matter: str) -> None:
    """Forget what a matter was to go through."""
    conn.execute(matter_item.delete().where(matter_item.c.matter == matter))


def set_outcome(conn: Connection, matter: str, person_id: int, outcome: str) -> None:
    """Note what came out for a person of a matter."""
    conn.execute(
        matter_item.update()
        .where(matter_item.c.matter == matter, matter_item.c.person_id == person_id)
        .values(outcome=outcome)
    )


def open_of(conn: Connection, matter: str) -> list[RowMapping]:
    """Return the open processes about a matter (`ix_process_context_matter`)."""
    return _RUNS.all(conn, matter=matter)


def open_of_person(conn: Connection, person_id: int, process_id: str) -> list[RowMapping]:
    """Return the open instances of a process about a person (`ix_process_context_person`)."""
    return _OF_PERSON.all(conn, person_id=person_id, process_id=process_id)


def put_contribution(conn: Connection, row: dict[str, Any]) -> None:
    """Write a month of contributions, over the same one where it is there."""
    same = (contribution.c.person_id == row["person_id"], contribution.c.month == row["month"])
    if not conn.execute(contribution.update().where(*same).values(**row)).rowcount:
        conn.execute(contribution.insert().values(**row))


def latest_month(conn: Connection, area: str, until: str) -> str | None:
    """Return the last month with contributions of an area's people, not after a month."""
    query = (
        sa.select(sa.func.max(contribution.c.month))
        .join(person, person.c.id == contribution.c.person_id)
        .where(contribution.c.month <= until, person.c.area >= area, person.c.area < area + _END)
    )
    found: str | None = conn.execute(query).scalar()
    return found


def paid_in_all(conn: Connection, area: str, months: Sequence[str]) -> list[int]:
    """Return the people of an area with contributions in every one of some months."""
    c = contribution.c
    query = (
        sa.select(c.person_id)
        .join(person, person.c.id == c.person_id)
        .where(c.month.in_(months), person.c.area >= area, person.c.area < area + _END)
        .group_by(c.person_id)
        .having(sa.func.count() == len(months))
        .order_by(c.person_id)
    )
    return list(conn.execute(query).scalars())


def paid_by(conn: Connection, person_id: int) -> RowMapping | None:
    """Return the latest month of contributions of a person."""
    query = (
        sa.select(contribution).where(contribution.c.person_id == person_id)
        .order_by(contribution.c.month.desc()).limit(1)
    )  # fmt: skip
    return conn.execute(query).mappings().first()


def cases_in(conn: Connection, area: str, process_id: str) -> list[RowMapping]:
    """Return the active cases of an area in which a process is open, the oldest first."""
    query = (
        sa.select(case.c.id, case.c.case_no, case.c.person_id, case.c.run_no, process_context.c.tier)
        .join(process_context, process_context.c.case_id == case.c.id)
        .join(instance, instance.c.id == process_context.c.instance_id)
        .where(
            case.c.area >= area, case.c.area < area + _END, case.c.status == "active",
            instance.c.process_id == process_id, _OPEN_NOW,
        )
        .order_by(case.c.opened_at, case.c.id)
    )  # fmt: skip
    return list(conn.execute(query).mappings())


def overdue_rules(conn: Connection, case_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the rules that some cases have missed and not yet met, by case."""
    d = deadline.c
    query = (
        sa.select(d.case_id, d.rule_id)
        .where(
            d.case_id.in_(case_ids), d.missed_at.is_not(None), d.completed_at.is_(None),
            d.closed_reason.is_(None),
        )
        .order_by(d.due_at)
    )  # fmt: skip
    found: dict[int, list[str]] = {}
    for case_id, rule_id in conn.execute(query):
        found.setdefault(case_id, []).append(rule_id)
    return found


def failures(conn: Connection, case_ids: Collection[int]) -> dict[int, int]:
    """Return how many referrals of the street failed in the present run, by case."""
    query = (
        sa.select(referral.c.case_id, sa.func.count())
        .join(case, sa.and_(case.c.id == referral.c.case_id, case.c.run_no == referral.c.run_no))
        .where(
            referral.c.case_id.in_(case_ids), referral.c.tier == "street", referral.c.outcome == "NOT_HIRED"
        )
        .group_by(referral.c.case_id)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def overdue_in(conn: Connection, area: str) -> int:
    """Return how many deadlines of an area are missed and still to be met."""
    d = deadline.c
    query = sa.select(sa.func.count()).where(
        d.area >= area, d.area < area + _END, d.missed_at.is_not(None), d.completed_at.is_(None),
        d.closed_reason.is_(None),
    )  # fmt: skip
    return int(conn.execute(query).scalar() or 0)


def latest_windows(conn: Connection, duty_id: int, most: int) -> list[str]:
    """Return the states of the latest windows of a duty that are over, the last first."""
    query = (
        sa.select(duty_window.c.state)
        .where(duty_window.c.duty_id == duty_id, duty_window.c.state != "open")
        .order_by(duty_window.c.starts_on.desc())
        .limit(most)
    )
    return list(conn.execute(query).scalars())


def benefits_ending(conn: Connection, after: str) -> list[RowMapping]:
    """Return the benefit periods that end on or after a day."""
    return list(conn.execute(sa.select(benefit).where(benefit.c.ends_on >= after)).mappings())


def set_case_outcome(conn: Connection, matter: str, case_id: int, outcome: str) -> None:
    """Note that something was decided about a case of a matter."""
    conn.execute(
        matter_item.update()
        .where(matter_item.c.matter == matter, matter_item.c.case_id == case_id)
        .values(outcome=outcome)
    )


def being_checked(conn: Connection, person_id: int) -> bool:
    """Tell whether a comparison of lists still has a person to visit."""
    m = matter_item.c
    query = sa.select(m.n).where(
        m.person_id == person_id, m.outcome.is_(None), m.matter.like("discovery:%")
    )
    return conn.execute(query).first() is not None


def tasks_about(conn: Connection, person_id: int, process_id: str) -> list[RowMapping]:
    """Return the open tasks about a person in the runs of a process that goes through many persons."""
    query = (
        sa.select(user_task)
        .join(instance, instance.c.id == user_task.c.instance_id)
        .where(
            user_task.c.subject_id == person_id, user_task.c.state.in_(("created", "claimed")),
            instance.c.process_id == process_id,
        )
        .order_by(user_task.c.id)
    )  # fmt: skip
    return list(conn.execute(query).mappings())


def place_task(conn: Connection, task_id: int, pool: str, area: str) -> None:
    """Give one open task to another pool and area."""
    conn.execute(sa.update(user_task).where(user_task.c.id == task_id).values(pool=pool, area=area))


def raised(conn: Connection, person_ids: Collection[int], why: str) -> set[int]:
    """Return who of some people was a candidate for a reason before."""
    m = matter_item.c
    query = sa.select(m.person_id).where(m.person_id.in_(list(person_ids)), m.why == why)
    return {int(one) for one in conn.execute(query).scalars()}


def in_register(conn: Connection, area: str, ledger: str) -> list[int]:
    """Return the people of an area with an open case or an open row of the ledger."""
    inside = (person.c.area >= area, person.c.area < area + _END)
    cases = sa.select(case.c.person_id).join(person, person.c.id == case.c.person_id).where(
        case.c.status == "active", *inside
    )
    rows = (
        sa.select(process_context.c.person_id)
        .join(instance, instance.c.id == process_context.c.instance_id)
        .join(person, person.c.id == process_context.c.person_id)
        .where(instance.c.process_id == ledger, _OPEN_NOW, *inside)
    )
    return sorted(int(one) for one in conn.execute(sa.union(cases, rows)).scalars())
