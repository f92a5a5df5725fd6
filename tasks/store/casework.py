"""Named queries over cases, deadlines and duties."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from engine.store.statements import Statement
from engine.store.tables import event, instance, user_task
from tasks.store.conn import Connection, RowMapping
from tasks.store.rows import Named, numbered, several
from tasks.store.tables import (
    case,
    deadline,
    duty,
    duty_window,
    form_data,
    helper,
    placement,
    post,
    process_context,
    referral,
)

OPEN = ("running", "suspended")

_CONTEXT = Named(
    sa.select(process_context).where(process_context.c.instance_id == sa.bindparam("instance_id"))
)
_OPEN_INSTANCES = Named(
    sa.select(instance.c.id, instance.c.process_id, instance.c.status, process_context.c.tier,
              process_context.c.run_no, process_context.c.duty_id)
    .join(process_context, process_context.c.instance_id == instance.c.id)
    .where(
        process_context.c.case_id == sa.bindparam("case_id"),
        instance.c.status.in_([sa.literal_column(f"'{status}'") for status in OPEN]),
    )
    .order_by(instance.c.id.desc())
)  # fmt: skip
_OPEN_ON_TRAIL = Named(
    sa.select(instance.c.id)
    .where(
        instance.c.trail_id == sa.bindparam("trail_id"),
        instance.c.status.in_([sa.literal_column(f"'{status}'") for status in OPEN]),
    )
    .order_by(instance.c.id.desc())
)
#: In the text, so that the partial index over open tasks serves it.
_IS_OPEN = user_task.c.state.in_([sa.literal_column("'created'"), sa.literal_column("'claimed'")])
_TASKS_ON_TRAIL = Named(
    sa.select(user_task)
    .join(instance, instance.c.id == user_task.c.instance_id)
    .where(
        instance.c.trail_id == sa.bindparam("trail_id"),
        instance.c.status.in_([sa.literal_column(f"'{status}'") for status in OPEN]),
        _IS_OPEN,
    )
    .order_by(user_task.c.due_at, user_task.c.id)
)
_DROP_DRAFT = Statement(
    form_data.delete().where(form_data.c.task_id == sa.bindparam("b_task"), form_data.c.draft)
)


def context_of(conn: Connection, instance_id: int) -> RowMapping | None:
    """Return the business context of an instance."""
    return _CONTEXT.first(conn, instance_id=instance_id)


def open_instances(conn: Connection, case_id: int) -> list[RowMapping]:
    """Return the instances of a case that are not over, the latest first."""
    return _OPEN_INSTANCES.all(conn, case_id=case_id)


def open_on_trail(conn: Connection, trail_id: int) -> list[RowMapping]:
    """Return (id,) of the instances of a trail that are not over, the latest first."""
    return _OPEN_ON_TRAIL.all(conn, trail_id=trail_id)


def instances_of(conn: Connection, case_id: int) -> list[RowMapping]:
    """Return all instances of a case, the earliest first."""
    query = (
        sa.select(instance.c.id, instance.c.process_id, instance.c.status, process_context.c.tier,
                  process_context.c.run_no, process_context.c.duty_id)
        .join(process_context, process_context.c.instance_id == instance.c.id)
        .where(process_context.c.case_id == case_id)
        .order_by(instance.c.id)
    )  # fmt: skip
    return list(conn.execute(query).mappings())


def open_tasks_of(conn: Connection, instance_ids: Iterable[int]) -> list[RowMapping]:
    """Return the open user tasks of some instances, the one due first first."""
    ids = list(instance_ids)
    return _open_tasks(len(ids)).all(conn, **numbered("id", ids)) if ids else []


def open_tasks_on_trail(conn: Connection, trail_id: int) -> list[RowMapping]:
    """Return the open user tasks of what runs on a trail, the one due first first."""
    return _TASKS_ON_TRAIL.all(conn, trail_id=trail_id)


@lru_cache(maxsize=64)
def _open_tasks(instances: int) -> Named:
    return Named(
        sa.select(user_task)
        .where(user_task.c.instance_id.in_(several("id", instances)), _IS_OPEN)
        .order_by(user_task.c.due_at, user_task.c.id)
    )


def last_completion(conn: Connection, instance_id: int, element: str) -> RowMapping | None:
    """Return the latest completed task of an element in an instance."""
    query = (
        sa.select(user_task)
        .where(
            user_task.c.instance_id == instance_id,
            user_task.c.element == element,
            user_task.c.state == "completed",
        )
        .order_by(user_task.c.ended_at.desc(), user_task.c.id.desc())
        .limit(1)
    )
    return conn.execute(query).mappings().first()


def move_tasks(conn: Connection, instance_ids: list[int], area: str, pools: dict[str, str]) -> None:
    """Give the open tasks of some instances to another area: pool before -> pool after."""
    for before, after in pools.items():
        conn.execute(
            sa.update(user_task)
            .where(
                user_task.c.instance_id.in_(instance_ids),
                user_task.c.state.in_(("created", "claimed")),
                user_task.c.pool == before,
            )
            .values(pool=after, area=area)
        )


def hand_task(conn: Connection, task_id: int, role: str, user_id: int, at_us: int) -> None:
    """Give an open task of the pool to the person just designated for its role."""
    conn.execute(
        sa.update(user_task)
        .where(user_task.c.id == task_id)
        .values(role=role, state="claimed", assignee_id=user_id, claimed_at=at_us)
    )


def return_task(conn: Connection, task_id: int, role: str) -> None:
    """Put a held task back into the pool of a role."""
    conn.execute(
        sa.update(user_task)
        .where(user_task.c.id == task_id)
        .values(role=role, state="created", assignee_id=None, claimed_at=None)
    )


def set_task_due(conn: Connection, instance_ids: list[int], element: str, due_at: int) -> None:
    """Move the due date of the open tasks of an element."""
    conn.execute(
        sa.update(user_task)
        .where(
            user_task.c.instance_id.in_(instance_ids),
            user_task.c.element == element,
            user_task.c.state.in_(("created", "claimed")),
        )
        .values(due_at=due_at)
    )


_ACTIVE_CASE = Named(
    sa.select(case).where(
        case.c.person_id == sa.bindparam("person_id"), case.c.status == sa.literal_column("'active'")
    )
)


def active_case(conn: Connection, person_id: int) -> RowMapping | None:
    """Return the active case of a person."""
    return _ACTIVE_CASE.first(conn, person_id=person_id)


def running_deadlines(
    conn: Connection, trail_id: int, rule_id: str | None = None, run_no: int | None = None
) -> list[RowMapping]:
    """Return deadlines neither met nor closed, the oldest first; missed ones still run."""
    asked = {"rule_id": rule_id, "run_no": run_no}
    given = {name: value for name, value in asked.items() if value is not None}
    return _running(tuple(given)).all(conn, trail_id=trail_id, **given)


@lru_cache(maxsize=4)
def _running(names: tuple[str, ...]) -> Named:
    query = sa.select(deadline).where(
        *(deadline.c[name] == sa.bindparam(name) for name in ("trail_id", *names)),
        deadline.c.completed_at.is_(None),
        deadline.c.closed_reason.is_(None),
    )
    return Named(query.order_by(deadline.c.created_at, deadline.c.id))


_UNTRIGGERED = Named(
    sa.select(deadline).where(
        *(deadline.c[name] == sa.bindparam(name) for name in ("trail_id", "rule_id", "run_no")),
        deadline.c.trigger_on.is_(None),
        deadline.c.closed_reason.is_(None),
    )
)
_DEADLINE_COUNT = Named(
    sa.select(sa.func.count().label("rows")).where(
        *(deadline.c[name] == sa.bindparam(name) for name in ("trail_id", "rule_id"))
    )
)


def untriggered_deadline(conn: Connection, trail_id: int, rule_id: str, run_no: int) -> RowMapping | None:
    """Return the row of a rule and run that waits for its trigger, done or not; None where none does."""
    return _UNTRIGGERED.first(conn, trail_id=trail_id, rule_id=rule_id, run_no=run_no)


def deadline_count(conn: Connection, trail_id: int, rule_id: str) -> int:
    """Return how many rows a rule has had on a trail."""
    return int(_DEADLINE_COUNT.all(conn, trail_id=trail_id, rule_id=rule_id)[0]["rows"])


def pending_deadlines(conn: Connection) -> list[RowMapping]:
    """Return deadlines whose date waits for a calendar year or for a trigger."""
    query = sa.select(deadline).where(
        deadline.c.due_literal.is_(None),
        deadline.c.closed_reason.is_(None),
        deadline.c.trigger_on.is_not(None),
    )
    return list(conn.execute(query.order_by(deadline.c.id)).mappings())


def counted_deadlines_open(conn: Connection) -> list[RowMapping]:
    """Return counted deadlines that still run: what a changed calendar may move."""
    query = sa.select(deadline).where(
        deadline.c.due_literal.is_not(None),
        deadline.c.completed_at.is_(None),
        deadline.c.closed_reason.is_(None),
    )
    return list(conn.execute(query.order_by(deadline.c.id)).mappings())


_WINDOWS_TO_DO = Named(
    sa.select(duty_window)
    .where(
        duty_window.c.duty_id == sa.bindparam("duty_id"),
        duty_window.c.state.in_([sa.literal_column("'open'"), sa.literal_column("'missed'")]),
    )
    .order_by(duty_window.c.starts_on)
)


def windows_to_do(conn: Connection, duty_id: int) -> list[RowMapping]:
    """Return the windows of a duty that are not done, the oldest first."""
    return _WINDOWS_TO_DO.all(conn, duty_id=duty_id)


def open_duties(
    conn: Connection, case_id: int | None = None, person_id: int | None = None, kind: str | None = None
) -> list[RowMapping]:
    """Return open duties of a case or person."""
    asked = {"case_id": case_id, "person_id": person_id, "kind": kind}
    given = {name: value for name, value in asked.items() if value is not None}
    return _open_duties(tuple(given)).all(conn, **given)


@lru_cache(maxsize=8)
def _open_duties(names: tuple[str, ...]) -> Named:
    given = (duty.c[name] == sa.bindparam(name) for name in names)
    open_now = duty.c.state == sa.literal_column("'open'")
    return Named(sa.select(duty).where(open_now, *given).order_by(duty.c.id))


def loads(conn: Connection, user_ids: list[int]) -> dict[int, int]:
    """Return how many cases each person helps with now."""
    query = (
        sa.select(helper.c.user_id, sa.func.count())
        .where(helper.c.user_id.in_(user_ids), helper.c.released_at.is_(None))
        .group_by(helper.c.user_id)
    )
    counts = {row[0]: row[1] for row in conn.execute(query)}
    return {user_id: counts.get(user_id, 0) for user_id in user_ids}


def failed_referrals(conn: Connection, case_id: int, tier: str, run_no: int) -> int:
    """Return the NOT_HIRED outcomes of a tier in a run (RULES C.1: what the counters count)."""
    query = sa.select(sa.func.count()).where(
        referral.c.case_id == case_id,
        referral.c.tier == tier,
        referral.c.run_no == run_no,
        referral.c.outcome == "NOT_HIRED",
    )
    return int(conn.execute(query).scalar_one())


def lock_post(conn: Connection, post_id: int) -> RowMapping | None:
    """Return a post; whoever gives its places away holds the row until the end of the transaction."""
    return conn.execute(sa.select(post).where(post.c.id == post_id).with_for_update()).mappings().first()


def taken_places(conn: Connection, post_id: int) -> int:
    """Return how many places of a public-welfare post are reserved or filled."""
    query = sa.select(sa.func.count()).where(
        placement.c.post_id == post_id, placement.c.state.in_(("reserved", "placed"))
    )
    return int(conn.execute(query).scalar_one())


def waiting_for_post(conn: Connection, level: str, but_case: int) -> list[RowMapping]:
    """Return the placements of a level that have a rank and no post yet."""
    query = sa.select(placement).where(
        placement.c.state == "waiting", placement.c.level == level, placement.c.case_id != but_case
    )
    return list(conn.execute(query).mappings())


def branches(conn: Connection, trail_id: int, instance_ids: list[int]) -> list[tuple[int, str, str]]:
    """Return (instance, gateway, data) of every branch taken, in order."""
    query = (
        sa.select(event.c.instance_id, event.c.element, event.c.data)
        .where(
            event.c.trail_id == trail_id, event.c.kind == "BranchTaken", event.c.instance_id.in_(instance_ids)
        )
        .order_by(event.c.seq)
    )
    return [(row[0], row[1], row[2]) for row in conn.execute(query)]


def update_where(conn: Connection, table: sa.Table, equal: dict[str, Any], **values: Any) -> int:
    """Update rows by equality; return how many."""
    where = [table.c[k] == v if v is not None else table.c[k].is_(None) for k, v in equal.items()]
    return conn.execute(table.update().where(*where).values(**values)).rowcount


def delete_draft(conn: Connection, task_id: int) -> None:
    """Remove the draft of a task that was completed."""
    _DROP_DRAFT.run(conn, {"b_task": task_id})
