"""Named queries over second factors, recovery codes and logins that are half done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from tasks.store.conn import Connection, RowMapping
from tasks.store.tables_org import login_step, recovery_code, second_factor, user_account

_F, _R, _S = second_factor.c, recovery_code.c, login_step.c


def factor_of(conn: Connection, user_id: int) -> RowMapping | None:
    """Return the second factor of an account."""
    return conn.execute(sa.select(second_factor).where(_F.user_id == user_id)).mappings().first()


def put_factor(conn: Connection, user_id: int, **values: Any) -> None:
    """Give an account a second factor, in place of the one it may have."""
    if not conn.execute(second_factor.update().where(_F.user_id == user_id).values(**values)).rowcount:
        conn.execute(second_factor.insert().values(user_id=user_id, **values))


def take_step(conn: Connection, user_id: int, step: int) -> bool:
    """Note that the code of a step was used; tell whether neither it nor a later one had been."""
    unused = sa.and_(_F.user_id == user_id, _F.last_step < step)
    return conn.execute(second_factor.update().where(unused).values(last_step=step)).rowcount == 1


def delete_factor(conn: Connection, user_id: int) -> bool:
    """Remove the second factor of an account with its recovery codes; tell whether there was one."""
    put_recovery(conn, user_id, ())
    return conn.execute(second_factor.delete().where(_F.user_id == user_id)).rowcount == 1


def put_recovery(conn: Connection, user_id: int, hashes: Iterable[str]) -> None:
    """Store the recovery codes of an account, in place of those before."""
    conn.execute(recovery_code.delete().where(_R.user_id == user_id))
    for one in hashes:
        conn.execute(recovery_code.insert().values(user_id=user_id, code_hash=one))


def take_recovery(conn: Connection, user_id: int, code_hash: str) -> bool:
    """Use a recovery code up; tell whether it was there."""
    found = sa.and_(_R.user_id == user_id, _R.code_hash == code_hash)
    return conn.execute(recovery_code.delete().where(found)).rowcount == 1


def recovery_left(conn: Connection, user_id: int) -> int:
    """Return how many recovery codes an account has left."""
    query = sa.select(sa.func.count()).select_from(recovery_code).where(_R.user_id == user_id)
    return int(conn.execute(query).scalar_one())


def insert_step(conn: Connection, **values: Any) -> None:
    """Begin a step, in place of one with the same token."""
    delete_step(conn, values["token_hash"])
    conn.execute(login_step.insert().values(**values))


def step_by_hash(conn: Connection, token_hash: str, kind: str, now_us: int) -> RowMapping | None:
    """Return a step of a kind that is not over, with the account it belongs to, unless that is shut."""
    query = (
        sa.select(login_step, user_account.c.username, user_account.c.must_change)
        .join(user_account, user_account.c.id == _S.user_id)
        .where(
            _S.token_hash == token_hash, _S.kind == kind, _S.expires_at > now_us,
            user_account.c.disabled_at.is_(None),
        )
    )  # fmt: skip
    return conn.execute(query).mappings().first()


def delete_step(conn: Connection, token_hash: str) -> bool:
    """End a step; tell whether it was there."""
    return conn.execute(login_step.delete().where(_S.token_hash == token_hash)).rowcount == 1


def delete_steps_of(conn: Connection, user_id: int) -> set[str]:
    """End every step of an account; return the hashes of their tokens."""
    ended = login_step.delete().where(_S.user_id == user_id).returning(_S.token_hash)
    return set(conn.execute(ended).scalars())


def delete_old_steps(conn: Connection, before_us: int) -> int:
    """Remove steps that are over; return how many."""
    return conn.execute(login_step.delete().where(_S.expires_at <= before_us)).rowcount
