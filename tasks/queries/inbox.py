"""The lists of the inbox. A page reads a limited run of an index for each pool, merges, and joins 50 rows.

Statements are made once for a number of pools and a set of filters, so that a page costs no assembling.
Indexes: `ix_user_task_pool`, `ix_user_task_mine`, `ix_user_task_done`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.store.statements import Statement
from engine.store.tables import instance, user_task
from tasks.queries.areas import END, outermost
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables import case, trail_owner
from tasks.store.tables_people import person

LISTS = ("mine", "pool", "overdue", "week", "done")
PAGE = 50
#: Counts stop here: "99+".
COUNT_LIMIT = 100
#: More pools than this are read as ranges of the index and sorted.
MOST_POOLS = 60

t = user_task.c
# Literal, not bound: SQLite uses a partial index only where it can see the index's own condition.
_CREATED = t.state == sa.literal_column("'created'")
_CLAIMED = t.state == sa.literal_column("'claimed'")


class Cursor(NamedTuple):
    """Where a page ends: the next begins after it."""

    at: int
    id: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list: a process such as `P04`, an area path, persons."""

    process: str = ""
    area: str = ""
    persons: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The instants that divide a list, microseconds UTC: now, and the end of this week."""

    now: int
    week_end: int


@dataclass(frozen=True, slots=True)
class Row:
    """One task of a list. `at` is the due instant, or when it was done."""

    id: int
    instance_id: int
    definition_id: int
    element: str
    state: str
    role: str
    area: str
    assignee_id: int | None
    due_at: int
    at: int
    priority: int
    created_at: int
    person_id: int | None
    person_name: str | None
    case_id: int | None
    case_no: str | None
    tier: str | None
    #: Key of the matter a task is about where that is no case.
    matter: str | None


class Shape(NamedTuple):
    """What a statement looks like; equal shapes share one statement."""

    which: str
    pools: int
    ranges: bool
    process: bool
    area: bool
    persons: bool
    after: bool


class Counts(NamedTuple):
    """How many each list holds, up to `COUNT_LIMIT`."""

    mine: int
    pool: int
    overdue: int
    week: int
    done: int


def page(
    conn: Connection,
    which: str,
    user_id: int,
    pools: Sequence[tuple[str, str]],
    span: Span,
    filters: Filters = Filters(),
    after: Cursor | None = None,
    limit: int = PAGE,
) -> list[Row]:
    """Return a page of a list in due order (`done`: newest first); one row more says it goes on."""
    if filters.persons == () or which not in LISTS:
        return []
    drawn = _draw(pools)
    shape = Shape(
        which, len(drawn), _ranges(pools), bool(filters.process), bool(filters.area),
        filters.persons is not None, after is not None,
    )
    values: dict[str, Any] = {"me": user_id, "limit": limit, "now": span.now, "week_end": span.week_end}
    for n, (role, pool) in enumerate(drawn):
        values |= {f"role{n}": role, f"pool{n}": pool, f"pool_end{n}": pool + END}
    if filters.process:
        values |= {"process": f"{filters.process}_", "process_end": f"{filters.process}`"}
    if filters.area:
        values |= {"area": filters.area, "area_end": filters.area + END}
    if filters.persons is not None:
        values["persons"] = list(filters.persons)
    if after is not None:
        values |= {"after_at": after.at, "after_id": after.id}
    if filters.persons is not None:  # a list of any length: not among the prepared statements
        return each(conn, _page_query(shape), Row, values)
    return [Row(*row) for row in _page_statement(shape).run(conn, values).all()]


def _ranges(pools: Sequence[tuple[str, str]]) -> bool:
    return len(pools) > MOST_POOLS


def _draw(pools: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pools themselves, or where there are too many the areas that hold them, by role."""
    if not _ranges(pools):
        return list(pools)
    found: list[tuple[str, str]] = []
    for role in sorted({role for role, _pool in pools}):
        mine = [pool for held, pool in pools if held == role]
        top = mine[0][: mine[0].index("/", 1) + 1]
        found += [(role, area) for area in (outermost(mine) if len(mine) <= MOST_POOLS else [top])]
    return found[:MOST_POOLS]


def _pool_branches(shape: Shape) -> list[sa.ColumnElement[bool]]:
    branches = []
    for n in range(shape.pools):
        pool = (
            sa.and_(t.pool >= sa.bindparam(f"pool{n}"), t.pool < sa.bindparam(f"pool_end{n}"))
            if shape.ranges
            else t.pool == sa.bindparam(f"pool{n}")
        )
        branches.append(sa.and_(_CREATED, t.role == sa.bindparam(f"role{n}"), pool))
    return branches


def _branches(shape: Shape) -> list[sa.ColumnElement[bool]]:
    mine = sa.and_(_CLAIMED, t.assignee_id == sa.bindparam("me"))
    match shape.which:
        case "mine":
            return [mine]
        case "pool":
            return _pool_branches(shape)
        case "overdue":
            return [sa.and_(b, t.due_at <= sa.bindparam("now")) for b in (mine, *_pool_branches(shape))]
        case "week":
            week = sa.and_(t.due_at > sa.bindparam("now"), t.due_at <= sa.bindparam("week_end"))
            return [sa.and_(b, week) for b in (mine, *_pool_branches(shape))]
        case _:
            return [sa.and_(t.ended_by == sa.bindparam("me"), t.state == sa.literal_column("'completed'"))]


def _narrowed(shape: Shape, branch: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    terms = [branch]
    if shape.process:
        terms += [t.element >= sa.bindparam("process"), t.element < sa.bindparam("process_end")]
    if shape.area:
        terms += [t.area >= sa.bindparam("area"), t.area < sa.bindparam("area_end")]
    if shape.persons:
        terms.append(t.subject_id.in_(sa.bindparam("persons", expanding=True)))
    if shape.after:
        at = t.ended_at if shape.which == "done" else t.due_at
        end = sa.tuple_(sa.bindparam("after_at"), sa.bindparam("after_id"))
        here = sa.tuple_(at, t.id)
        terms.append(here < end if shape.which == "done" else here > end)
    return sa.and_(*terms)


@lru_cache(maxsize=512)
def _page_statement(shape: Shape) -> Statement:
    return Statement(_page_query(shape))


@lru_cache(maxsize=512)
def _page_query(shape: Shape) -> sa.Select[Any]:
    done = shape.which == "done"
    at = (t.ended_at if done else t.due_at).label("at")
    columns = (
        t.id, t.instance_id, t.element, t.state, t.role, t.area, t.assignee_id, t.due_at, at, t.priority,
        t.created_at, t.subject_id, t.trail_id,
    )
    order = (at.desc(), t.id.desc()) if done else (at, t.id)
    limit = sa.bindparam("limit", type_=sa.Integer)
    start: sa.ColumnElement[Any] = sa.literal_column("0")  # SQLite's dialect would bind a nought of its own
    runs: list[sa.Select[Any]] = [
        sa.select(*columns).where(_narrowed(shape, branch)).order_by(*order).limit(limit).offset(start)
        .subquery().select()
        for branch in _branches(shape)
    ] or [sa.select(*columns).where(sa.false())]
    rows = (runs[0] if len(runs) == 1 else sa.union_all(*runs)).subquery("u")
    u = rows.c
    return (
        sa.select(
            u.id, u.instance_id, instance.c.definition_id, u.element, u.state, u.role, u.area, u.assignee_id,
            u.due_at, u["at"], u.priority, u.created_at, person.c.id, person.c.name, case.c.id,
            case.c.case_no, case.c.tier, trail_owner.c.matter,
        )
        .select_from(
            rows.join(instance, instance.c.id == u.instance_id)
            .outerjoin(person, person.c.id == u.subject_id)
            .outerjoin(case, case.c.id == u.trail_id)
            .outerjoin(trail_owner, trail_owner.c.trail_id == u.trail_id)
        )
        .order_by(*((u["at"].desc(), u.id.desc()) if done else (u["at"], u.id)))
        .limit(limit)
        .offset(start)
    )


def counts(conn: Connection, user_id: int, pools: Sequence[tuple[str, str]], span: Span) -> Counts:
    """Return how many tasks each list holds, in one statement that stops counting at `COUNT_LIMIT`."""
    drawn = _draw(pools)
    values: dict[str, Any] = {"me": user_id, "now": span.now, "week_end": span.week_end}
    for n, (role, pool) in enumerate(drawn):
        values |= {f"role{n}": role, f"pool{n}": pool, f"pool_end{n}": pool + END}
    return Counts(*_count_statement(len(drawn), _ranges(pools)).run(conn, values).one())


@lru_cache(maxsize=64)
def _count_statement(pools: int, ranges: bool) -> Statement:
    most = sa.literal_column(str(COUNT_LIMIT), sa.Integer)
    columns: list[sa.ColumnElement[Any]] = []
    for which in LISTS:
        branches = _branches(Shape(which, pools, ranges, False, False, False, False))
        runs: list[sa.Select[Any]] = [
            sa.select(sa.literal_column("1").label("one")).where(branch) for branch in branches
        ]
        if not runs:
            columns.append(sa.literal_column("0").label(which))
            continue
        all_runs = runs[0] if len(runs) == 1 else sa.union_all(*runs).subquery().select()
        bounded = all_runs.limit(most).offset(sa.literal_column("0")).subquery()
        columns.append(sa.select(sa.func.count()).select_from(bounded).scalar_subquery().label(which))
    return Statement(sa.select(*columns))
