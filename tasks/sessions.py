"""Login and sessions: random 256-bit tokens, hashed in the database, idle 30 minutes, absolute 12 hours."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.clock import from_us, to_us
from engine.errors import AidError, RateLimited
from tasks import throttle
from tasks.accounts import Passwords, grants_of
from tasks.actor import Actor
from tasks.store import accounts as store
from tasks.store import factors
from tasks.store.conn import Connection, RowMapping

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
#: A page view writes at most one row a minute.
TOUCH_EVERY = timedelta(minutes=1)


class LoginFailed(AidError):
    """Name and password do not fit; which of the two is never said."""

    code = "login_failed"
    zh = "登录名或密码不对。请检查大小写后重试；忘记密码请联系系统管理员。"
    en = "The login name or the password is wrong."


class SessionEnded(AidError):
    """There is no such session any more."""

    code = "session_ended"
    zh = "登录已过期，请重新登录；您填写的内容会保留。"
    en = "The session has ended; please log in again."


@dataclass(frozen=True, slots=True)
class SessionToken:
    """A fresh session; `token` goes into the cookie and is stored nowhere else."""

    token: str
    csrf: str
    user_id: int
    must_change: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """A refused login. Returned and not raised, so that the caller commits the counted failure."""

    error: AidError
    wait_seconds: int


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session in use. `stale`: the caller should call `touch` in a writing transaction."""

    actor: Actor
    csrf: str
    must_change: bool
    created_at: datetime
    stale: bool


def token_hash(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def identify(
    conn: Connection, passwords: Passwords, username: str, password: str, address: str, now: datetime
) -> RowMapping | LoginRefused:
    """Return the account of name and password, or why not. The caller commits in both cases.

    Failures are not forgotten yet: whoever has the password alone does not begin anew (`open_session`).
    """
    username = username.strip()
    refused = held_back(conn, username, address, now)
    if refused is not None:
        return refused
    account = store.account_by_username(conn, username)
    fits = passwords.fits(account["password_hash"] if account else None, password)
    if account is None or not fits or account["disabled_at"] is not None:
        return failed(conn, LoginFailed(), username, address, now)
    if passwords.hasher.check_needs_rehash(account["password_hash"]):
        store.update_account(conn, account["id"], password_hash=passwords.hash(password))
    return account


def held_back(conn: Connection, username: str, address: str, now: datetime) -> LoginRefused | None:
    """Return why nothing is looked at now: too many failures under this name or from this address."""
    left = throttle.seconds_left(conn, username, address, now)
    return LoginRefused(_too_many(left), left) if left else None


def failed(
    conn: Connection, error: AidError, username: str, address: str, now: datetime
) -> LoginRefused:
    """Count a failure, of password or code alike, and return it as a refusal."""
    return LoginRefused(error, throttle.failed(conn, username, address, now))


def _too_many(seconds: int) -> RateLimited:
    return RateLimited(
        "登录失败次数较多，请{seconds}秒后再试。",
        "Too many failed logins; try again in {seconds} seconds.",
        seconds=seconds,
    )


def open_session(
    conn: Connection, account: RowMapping, address: str, now: datetime, agent: str = ""
) -> SessionToken:
    """Open a session for an account that has shown all it must, and forget its failures."""
    throttle.succeeded(conn, account["username"], address)
    user_id, must_change = account["id"], bool(account["must_change"])
    token, csrf, expires = secrets.token_urlsafe(32), secrets.token_urlsafe(32), now + ABSOLUTE
    store.insert_session(
        conn,
        token_hash=token_hash(token),
        user_id=user_id,
        csrf=csrf,
        address=address[:64],
        agent=agent[:200],
        created_at=to_us(now),
        last_seen_at=to_us(now),
        expires_at=to_us(expires),
    )
    return SessionToken(token, csrf, user_id, must_change, expires)


def find_session(conn: Connection, token: str, now: datetime, address: str = "") -> LiveSession:
    """Return the live session of a cookie; only reads. Raise SessionEnded."""
    row = store.session_by_hash(conn, token_hash(token))
    if row is None or row["disabled_at"] is not None:
        raise SessionEnded
    now_us = to_us(now)
    if now_us >= row["expires_at"] or now_us >= row["last_seen_at"] + IDLE // timedelta(microseconds=1):
        raise SessionEnded
    stale = now_us >= row["last_seen_at"] + TOUCH_EVERY // timedelta(microseconds=1)
    held = grants_of(conn, row["user_id"])
    actor = Actor(row["user_id"], row["display_name"], held, origin=address or row["address"])
    return LiveSession(actor, row["csrf"], bool(row["must_change"]), from_us(row["created_at"]), stale)


def session_user(conn: Connection, token: str, now: datetime) -> Actor:
    """Return who a cookie belongs to; raise SessionEnded."""
    return find_session(conn, token, now).actor


def touch(conn: Connection, token: str, now: datetime) -> None:
    """Note that a session is in use, which begins its idle time anew."""
    store.touch_session(conn, token_hash(token), to_us(now))


def logout(conn: Connection, token: str) -> None:
    """End one session on the server."""
    store.delete_session(conn, token_hash(token))


def end_all(conn: Connection, user_id: int) -> int:
    """End every session of an account; return how many there were."""
    return store.delete_sessions_of(conn, user_id)


def sweep(conn: Connection, now: datetime) -> int:
    """Remove sessions and steps that are over and failures that no longer count; return how many rows."""
    gone = store.delete_old_sessions(conn, to_us(now), to_us(now - IDLE))
    return gone + factors.delete_old_steps(conn, to_us(now)) + throttle.forget_old(conn, now)
