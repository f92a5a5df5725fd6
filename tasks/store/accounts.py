"""Named queries over accounts, grants, sessions and the login throttle."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from tasks.store.conn import Connection, RowMapping
from tasks.store.rows import Named, numbered, several
from tasks.store.tables_org import (
    login_step,
    login_throttle,
    role_grant,
    unit,
    user_account,
    user_session,
)

_GRANTS = Named(
    sa.select(role_grant)
    .where(role_grant.c.user_id == sa.bindparam("user_id"))
    .order_by(role_grant.c.role, role_grant.c.area)
)
#: Every page and every command asks for its session.
_SESSION = Named(
    sa.select(
        user_session,
        user_account.c.display_name,
        user_account.c.must_change,
        user_account.c.disabled_at,
    )
    .join(user_account, user_account.c.id == user_session.c.user_id)
    .where(user_session.c.token_hash == sa.bindparam("token_hash"))
)


def insert_account(conn: Connection, **values: Any) -> None:
    """Add an account."""
    conn.execute(user_account.insert().values(**values))


def update_account(conn: Connection, user_id: int, **values: Any) -> None:
    """Change columns of an account."""
    conn.execute(user_account.update().where(user_account.c.id == user_id).values(**values))


def account_by_id(conn: Connection, user_id: int) -> RowMapping | None:
    """Return one account."""
    return conn.execute(sa.select(user_account).where(user_account.c.id == user_id)).mappings().first()


def account_by_username(conn: Connection, username: str) -> RowMapping | None:
    """Return the account of a login name."""
    query = sa.select(user_account).where(user_account.c.username == username)
    return conn.execute(query).mappings().first()


def accounts_of_person(conn: Connection, person_key: str) -> list[RowMapping]:
    """Return the accounts of one natural person."""
    query = sa.select(user_account).where(user_account.c.person_key == person_key)
    return list(conn.execute(query).mappings())


def keys_of(conn: Connection, user_ids: Collection[int]) -> dict[int, str | None]:
    """Return whose accounts some are, as far as the holder's identity number is known."""
    query = sa.select(user_account.c.id, user_account.c.person_key).where(user_account.c.id.in_(user_ids))
    return {row[0]: row[1] for row in conn.execute(query)}


def accounts_of_phone(conn: Connection, phone: str) -> list[RowMapping]:
    """Return the accounts that name one telephone."""
    query = sa.select(user_account).where(user_account.c.phone == phone)
    return list(conn.execute(query).mappings())


def holders(conn: Connection, role: str) -> list[int]:
    """Return the accounts in use that hold a role anywhere (`ix_role_grant_role_area`)."""
    query = (
        sa.select(user_account.c.id)
        .join(role_grant, role_grant.c.user_id == user_account.c.id)
        .where(role_grant.c.role == role, user_account.c.disabled_at.is_(None))
        .distinct()
    )
    return list(conn.execute(query).scalars())


def insert_grant(conn: Connection, **values: Any) -> None:
    """Add a grant."""
    conn.execute(role_grant.insert().values(**values))


def delete_grant(conn: Connection, user_id: int, role: str, unit_id: int) -> int:
    """Remove a grant; return how many rows went."""
    grant = role_grant
    return conn.execute(
        grant.delete().where(grant.c.user_id == user_id, grant.c.role == role, grant.c.unit_id == unit_id)
    ).rowcount


def grants_of(conn: Connection, user_id: int) -> list[RowMapping]:
    """Return the grants of an account."""
    return _GRANTS.all(conn, user_id=user_id)


def users_with(conn: Connection, role: str, areas: list[str]) -> list[RowMapping]:
    """Return the accounts in use that hold a role over exactly one of the areas, by name."""
    return _with_role(len(areas)).all(conn, role=role, **numbered("area", areas)) if areas else []


@lru_cache(maxsize=32)
def _with_role(areas: int) -> Named:
    return Named(
        sa.select(
            user_account.c.id,
            user_account.c.username,
            user_account.c.display_name,
            role_grant.c.area,
            unit.c.name.label("unit_name"),
        )
        .join(role_grant, role_grant.c.user_id == user_account.c.id)
        .join(unit, unit.c.id == role_grant.c.unit_id)
        .where(
            role_grant.c.role == sa.bindparam("role"),
            role_grant.c.area.in_(several("area", areas)),
            user_account.c.disabled_at.is_(None),
        )
        .order_by(user_account.c.display_name, user_account.c.id)
    )


def insert_session(conn: Connection, **values: Any) -> None:
    """Open a session."""
    conn.execute(user_session.insert().values(**values))


def session_by_hash(conn: Connection, token_hash: str) -> RowMapping | None:
    """Return a session with the account it belongs to."""
    return _SESSION.first(conn, token_hash=token_hash)


def touch_session(conn: Connection, token_hash: str, now_us: int) -> None:
    """Note that a session was used."""
    where = user_session.c.token_hash == token_hash
    conn.execute(user_session.update().where(where).values(last_seen_at=now_us))


def move_sessions(conn: Connection, by_us: int) -> None:
    """Let every session begin, be used and end later by so many microseconds."""
    moved = {name: user_session.c[name] + by_us for name in ("created_at", "last_seen_at", "expires_at")}
    conn.execute(user_session.update().values(moved))


def delete_session(conn: Connection, token_hash: str) -> None:
    """End one session."""
    conn.execute(user_session.delete().where(user_session.c.token_hash == token_hash))


def delete_sessions_of(conn: Connection, user_id: int, but: str = "") -> int:
    """End the sessions of an account, one excepted, and its half-done logins; return how many ended."""
    step = sa.and_(login_step.c.user_id == user_id, login_step.c.token_hash != but)
    conn.execute(login_step.delete().where(step))
    where = sa.and_(user_session.c.user_id == user_id, user_session.c.token_hash != but)
    return conn.execute(user_session.delete().where(where)).rowcount


def delete_old_sessions(conn: Connection, expired_before: int, idle_before: int) -> int:
    """Remove sessions past their end or idle too long; return how many."""
    where = sa.or_(user_session.c.expires_at <= expired_before, user_session.c.last_seen_at <= idle_before)
    return conn.execute(user_session.delete().where(where)).rowcount


def throttles(conn: Connection, keys: list[str]) -> dict[str, RowMapping]:
    """Return the throttle rows of some keys."""
    query = sa.select(login_throttle).where(login_throttle.c.key.in_(keys)).with_for_update()
    return {row["key"]: row for row in conn.execute(query).mappings()}


def put_throttle(conn: Connection, key: str, failures: int, last_failure_at: int, blocked_until: int) -> None:
    """Write a throttle row."""
    conn.execute(
        sa.text(
            "INSERT INTO login_throttle (key, failures, last_failure_at, blocked_until)"
            " VALUES (:key, :failures, :at, :until)"
            " ON CONFLICT (key) DO UPDATE SET failures = excluded.failures,"
            " last_failure_at = excluded.last_failure_at, blocked_until = excluded.blocked_until"
        ),
        {"key": key, "failures": failures, "at": last_failure_at, "until": blocked_until},
    )


def delete_throttle(conn: Connection, key: str) -> None:
    """Forget the failures of a key."""
    conn.execute(login_throttle.delete().where(login_throttle.c.key == key))


def delete_old_throttles(conn: Connection, before: int) -> int:
    """Forget failures older than an instant; return how many rows went."""
    return conn.execute(login_throttle.delete().where(login_throttle.c.last_failure_at < before)).rowcount
