"""Logins that are half done: the password was right and no session is open yet (SEC-A4).

A step has a token of its own, which only the browser holds that gave the password, and opens nothing but the
page it leads to. It is over after some minutes, with the end of any session of its account, and once used.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from engine.clock import to_us
from tasks import second_factor
from tasks.crypto import Keys
from tasks.desk import Desk
from tasks.second_factor import Offer
from tasks.sessions import SessionEnded, token_hash
from tasks.store import factors as store
from tasks.store.conn import Connection, RowMapping

#: `code`: asked for a code; `enrol`: has to set a telephone up; `own`: does so while logged in.
Kind = Literal["code", "enrol", "own"]
#: How long a step lasts: a code is at hand, a telephone may need its application first.
LASTS = {
    "code": timedelta(minutes=5), "enrol": timedelta(minutes=15), "own": timedelta(minutes=15),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HalfLogin:
    """A login that goes on with a page; `token` goes into a cookie and is stored nowhere else."""

    token: str
    kind: Kind


def begin(desk: Desk, user_id: int, kind: Kind, token: str = "") -> HalfLogin:
    """Begin a step; `token` is that of the session where one is open."""
    half = HalfLogin(token or secrets.token_urlsafe(32), kind)
    key = token_hash(half.token)
    store.delete_old_steps(desk.conn, to_us(desk.now))
    store.insert_step(
        desk.conn, token_hash=key, user_id=user_id, kind=kind,
        secret=None if kind == "code" else second_factor.new_secret(desk.keys, key),
        expires_at=to_us(desk.now + LASTS[kind]),
    )  # fmt: skip
    return half


def find(conn: Connection, token: str, kind: Kind, now: datetime) -> RowMapping:
    """Return a step with its account; raise SessionEnded where there is none of this kind any more."""
    row = store.step_by_hash(conn, token_hash(token), kind, to_us(now)) if token else None
    if row is None:
        raise SessionEnded
    return row


def use_up(conn: Connection, token: str) -> None:
    """End a step that reached its end; raise SessionEnded where somebody else just did."""
    if not store.delete_step(conn, token_hash(token)):
        raise SessionEnded


def offer(conn: Connection, keys: Keys, token: str, kind: Kind, now: datetime) -> Offer:
    """Return what the page of a step shows to set a telephone up; raise SessionEnded."""
    row = find(conn, token, kind, now)
    return second_factor.offer(keys, row["username"], row["secret"], row["token_hash"])
