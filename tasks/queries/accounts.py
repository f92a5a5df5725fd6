"""Accounts as administrators see them: who, where, with which roles, who is logged in, who is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from engine.store.tables import user_task
from tasks import throttle
from tasks.queries.areas import under
from tasks.queries.rows import each
from tasks.store.conn import Connection
from tasks.store.tables_org import (
    login_throttle,
    role_grant,
    second_factor,
    unit,
    user_account,
    user_session,
)

PAGE = 50
#: Which accounts a list shows.
KINDS = ("all", "without", "disabled")


class Account(NamedTuple):
    """One account of a list."""

    id: int
    username: str
    display_name: str
    phone: str | None
    unit_id: int | None
    unit: str | None
    path: str | None
    duty_class: str
    must_change: bool
    has_number: bool
    created_at: int
    created_by: int | None
    disabled_at: int | None
    has_factor: bool


class Held(NamedTuple):
    """A role over a unit."""

    user_id: int
    role: str
    unit_id: int
    unit: str
    level: str
    granted_at: int
    granted_by: int | None


class Session(NamedTuple):
    """Somebody who is logged in."""

    user_id: int
    username: str
    display_name: str
    address: str
    created_at: int
    last_seen_at: int


@dataclass(frozen=True, slots=True)
class Lock:
    """An account whose logins fail; `until` is when the next try is let through (0: at once)."""

    user_id: int
    username: str
    display_name: str
    failures: int
    last_at: int
    until: int


_A = user_account.c
_COLUMNS = (
    _A.id, _A.username, _A.display_name, _A.phone, _A.unit_id, unit.c.name, unit.c.path, _A.duty_class,
    _A.must_change, _A.person_key.is_not(None), _A.created_at, _A.created_by, _A.disabled_at,
    second_factor.c.user_id.is_not(None),
)  # fmt: skip
_FROM = user_account.outerjoin(unit, unit.c.id == user_account.c.unit_id).outerjoin(
    second_factor, second_factor.c.user_id == user_account.c.id
)


def accounts(
    conn: Connection, *, text: str = "", area: str = "", kind: str = "all", beyond: str = "",
    limit: int = PAGE,
) -> list[Account]:  # fmt: skip
    """Return accounts by login name after `beyond`: named so, of an area, without roles, or shut."""
    query = sa.select(*_COLUMNS).select_from(_FROM).where(_A.username > beyond)
    if text:
        like = [one.contains(text, autoescape=True) for one in (_A.username, _A.display_name)]
        query = query.where(sa.or_(*like))
    if area:
        query = query.where(under(unit.c.path, [area]))
    if kind == "disabled":
        query = query.where(_A.disabled_at.is_not(None))
    if kind == "without":
        grants = sa.exists().where(role_grant.c.user_id == _A.id)
        query = query.where(~grants, _A.disabled_at.is_(None))
    return each(conn, query.order_by(_A.username).limit(limit), Account)


def account(conn: Connection, user_id: int) -> Account | None:
    """Return one account."""
    query = sa.select(*_COLUMNS).select_from(_FROM).where(_A.id == user_id)
    return next(iter(each(conn, query, Account)), None)


def roles_of(conn: Connection, users: Iterable[int]) -> dict[int, list[Held]]:
    """Return the roles of some accounts."""
    ids = sorted(set(users))
    r = role_grant.c
    query = (
        sa.select(r.user_id, r.role, r.unit_id, unit.c.name, unit.c.level, r.granted_at, r.granted_by)
        .select_from(role_grant.join(unit, unit.c.id == r.unit_id))
        .where(r.user_id.in_(ids))
        .order_by(r.role, r.area)
    )
    found: dict[int, list[Held]] = {one: [] for one in ids}
    for row in each(conn, query, Held) if ids else ():
        found[row.user_id].append(row)
    return found


def sessions(conn: Connection, now_us: int, user_id: int | None = None, limit: int = 200) -> list[Session]:
    """Return who is logged in, the last seen first."""
    s = user_session.c
    query = (
        sa.select(s.user_id, _A.username, _A.display_name, s.address, s.created_at, s.last_seen_at)
        .select_from(user_session.join(user_account, _A.id == s.user_id))
        .where(s.expires_at > now_us)
    )
    if user_id is not None:
        query = query.where(s.user_id == user_id)
    return each(conn, query.order_by(s.last_seen_at.desc()).limit(limit), Session)


def locks(conn: Connection, now_us: int) -> list[Lock]:
    """Return the accounts whose logins failed lately, the most often refused first."""
    rows = conn.execute(sa.select(login_throttle).where(login_throttle.c.key.like("user:%"))).mappings()
    failed = {row["key"]: row for row in rows if row["failures"]}
    if not failed:
        return []
    found = []
    for user_id, username, name in conn.execute(sa.select(_A.id, _A.username, _A.display_name)):
        row = failed.get(throttle.user_key(username))
        if row is not None:
            until = row["blocked_until"] if row["blocked_until"] > now_us else 0
            found.append(Lock(user_id, username, name, row["failures"], row["last_failure_at"], until))
    return sorted(found, key=lambda one: (-one.failures, one.username))


def claimed_by(conn: Connection, user_id: int, most: int = 100) -> int:
    """Return how many tasks somebody holds, at most so many (`ix_user_task_mine`)."""
    u = user_task.c
    rows = sa.select(u.id).where(u.assignee_id == user_id, u.state == sa.literal_column("'claimed'"))
    return int(conn.execute(sa.select(sa.func.count()).select_from(rows.limit(most).subquery())).scalar_one())


class Standing(NamedTuple):
    """How far an office is set up."""

    streets: int
    communities: int
    accounts: int
    without: int


def standing(conn: Connection) -> Standing:
    """Count what an office needs before its first case: units in use, accounts, accounts without a role."""

    def count(of: sa.Table, *terms: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        return sa.select(sa.func.count()).select_from(of).where(*terms).scalar_subquery()

    business = (_A.duty_class == "business", _A.disabled_at.is_(None))
    granted = sa.exists().where(role_grant.c.user_id == _A.id)
    query = sa.select(
        count(unit, unit.c.level == "street", unit.c.active),
        count(unit, unit.c.level == "community", unit.c.active),
        count(user_account, *business),
        count(user_account, *business, ~granted),
    )
    return Standing(*conn.execute(query).one())
