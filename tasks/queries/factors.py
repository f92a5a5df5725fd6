"""What a person may see of a second factor: whether there is one, since when, and how many codes are left."""

from __future__ import annotations

from typing import NamedTuple

from tasks.store import factors as store
from tasks.store.conn import Connection


class State(NamedTuple):
    """The second factor of an account."""

    enrolled_at: int
    codes_left: int


def state_of(conn: Connection, user_id: int) -> State | None:
    """Return the second factor of an account; None where it has none."""
    held = store.factor_of(conn, user_id)
    return None if held is None else State(held["enrolled_at"], store.recovery_left(conn, user_id))
