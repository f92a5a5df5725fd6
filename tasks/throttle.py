"""Slow down guessing at the login: 3·2ⁿ seconds, at most 60, after five failures (SEC-A3).

Counted per account and per address. Nobody is locked out for good by a stranger's failures: one try
is let through after each wait, and what was counted is forgotten after a quarter of an hour's quiet.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from engine.clock import to_us
from tasks.store import accounts as store
from tasks.store.conn import Connection

FREE_FAILURES = 5
FORGET_AFTER = timedelta(minutes=15)
_FIRST_WAIT = 3
_LONGEST_WAIT = 60


def _key(kind: str, text: str) -> str:
    # Hashed: people type passwords into the name field.
    return f"{kind}:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def user_key(username: str) -> str:
    """Return under which key the failures of a login name are counted."""
    return _key("user", username)


def _keys(username: str, address: str) -> tuple[str, str]:
    return user_key(username), _key("address", address)


def wait_seconds(failures: int) -> int:
    """Return the wait that follows this many failures in a row, in seconds."""
    if failures < FREE_FAILURES:
        return 0
    return min(_LONGEST_WAIT, _FIRST_WAIT << min(failures - FREE_FAILURES, 5))


def seconds_left(conn: Connection, username: str, address: str, now: datetime) -> int:
    """Return for how many seconds a login under this name or from this address is refused."""
    rows = store.throttles(conn, list(_keys(username, address)))
    until = max((row["blocked_until"] for row in rows.values()), default=0)
    return max(0, -(-(until - to_us(now)) // 1_000_000))


def failed(conn: Connection, username: str, address: str, now: datetime) -> int:
    """Count a failure; return the wait it brings, in seconds."""
    keys = _keys(username, address)
    rows = store.throttles(conn, list(keys))
    forget = to_us(now - FORGET_AFTER)
    longest = 0
    for key in keys:
        row = rows.get(key)
        failures = 1 + (row["failures"] if row and row["last_failure_at"] > forget else 0)
        wait = wait_seconds(failures)
        store.put_throttle(conn, key, failures, to_us(now), to_us(now + timedelta(seconds=wait)))
        longest = max(longest, wait)
    return longest


def succeeded(conn: Connection, username: str, address: str) -> None:
    """Forget the account's failures and take them off the address, which other people may share."""
    user_key, address_key = _keys(username, address)
    rows = store.throttles(conn, [user_key, address_key])
    of_user = rows.get(user_key)
    if of_user is None:
        return
    store.delete_throttle(conn, user_key)
    of_address = rows.get(address_key)
    if of_address is not None:
        left = max(0, of_address["failures"] - of_user["failures"])
        store.put_throttle(conn, address_key, left, of_address["last_failure_at"], 0)


def forget_old(conn: Connection, now: datetime) -> int:
    """Remove what no longer counts; return how many rows went."""
    return store.delete_old_throttles(conn, to_us(now - FORGET_AFTER))
