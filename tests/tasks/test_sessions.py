"""Login, sessions and the throttle, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher

from engine.clock import VirtualClock
from engine.errors import NotFound, RateLimited
from engine.store.db import Database
from tasks import accounts, org, sessions, throttle
from tasks.accounts import Passwords
from tasks.actor import Grant
from tasks.sessions import LoginFailed, LoginRefused, SessionEnded, SessionToken
from tasks.store import accounts as store
from tasks.store.conn import Connection

PASSWORD = "一句好记的话 no 595"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords.make(time_cost=1, memory_kib=8)


def _account(conn: Connection, passwords: Passwords, now: datetime, name: str = "lisi", **more: str) -> int:
    return accounts.create_account(conn, passwords, name, "李四", PASSWORD, now, **more)


def _login(
    conn: Connection, passwords: Passwords, now: datetime, password: str = PASSWORD, name: str = "lisi",
    address: str = "10.0.0.1",
) -> SessionToken | LoginRefused:  # fmt: skip
    account = sessions.identify(conn, passwords, name, password, address, now)
    if isinstance(account, LoginRefused):
        return account
    return sessions.open_session(conn, account, address, now)


def _token(conn: Connection, passwords: Passwords, now: datetime) -> str:
    opened = _login(conn, passwords, now)
    assert isinstance(opened, SessionToken)
    return opened.token


def test_login_gives_a_session_that_knows_the_roles(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        unit = org.ensure_unit(conn, "顺义区", "仁和镇")
        user = _account(conn, passwords, clock.now())
        accounts.grant_role(conn, user, "street_staff", unit.id, clock.now())
        accounts.grant_role(conn, user, "street_staff", unit.id, clock.now())
        token = _token(conn, passwords, clock.now())
        actor = sessions.session_user(conn, token, clock.now())
    assert (actor.user_id, actor.name) == (user, "李四")
    assert actor.grants == (Grant("street_staff", unit.path),)
    assert actor.has("street_staff", unit.path + "9/")
    assert not actor.has("street_staff", "/")


def test_the_database_keeps_neither_token_nor_password(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        user = _account(conn, passwords, clock.now())
        token = _token(conn, passwords, clock.now())
        account = accounts.get_account(conn, user)
        session = store.session_by_hash(conn, sessions.token_hash(token))
    assert account["password_hash"].startswith("$argon2id$")
    assert session is not None
    assert token not in str(dict(session))


@pytest.mark.parametrize(
    ("later", "alive"),
    [(timedelta(minutes=29, seconds=59), True), (timedelta(minutes=30), False), (timedelta(hours=12), False)],
)
def test_a_session_ends_after_half_an_hour_without_use(
    database: Database, passwords: Passwords, clock: VirtualClock, later: timedelta, alive: bool
) -> None:
    with database.transaction() as conn:
        _account(conn, passwords, clock.now())
        token = _token(conn, passwords, clock.now())
        clock.advance(later)
        if alive:
            assert sessions.find_session(conn, token, clock.now()).stale
        else:
            with pytest.raises(SessionEnded):
                sessions.find_session(conn, token, clock.now())


def test_a_session_in_use_ends_after_twelve_hours(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        _account(conn, passwords, clock.now())
        token = _token(conn, passwords, clock.now())
        for _quarter in range(47):
            clock.advance(timedelta(minutes=15))
            assert sessions.find_session(conn, token, clock.now()).stale
            sessions.touch(conn, token, clock.now())
            assert not sessions.find_session(conn, token, clock.now()).stale
        clock.advance(timedelta(minutes=15))
        with pytest.raises(SessionEnded):
            sessions.find_session(conn, token, clock.now())
        assert sessions.sweep(conn, clock.now()) == 1


@pytest.mark.parametrize("how", ["logout", "kill all", "disabled", "role taken", "password changed"])
def test_a_session_is_dead_at_once(
    database: Database, passwords: Passwords, clock: VirtualClock, how: str
) -> None:
    with database.transaction() as conn:
        unit = org.ensure_unit(conn, "顺义区", "仁和镇")
        user = _account(conn, passwords, clock.now())
        accounts.grant_role(conn, user, "street_staff", unit.id, clock.now())
        token = _token(conn, passwords, clock.now())
        if how == "logout":
            sessions.logout(conn, token)
        elif how == "kill all":
            assert sessions.end_all(conn, user) == 1
        elif how == "disabled":
            accounts.disable_account(conn, user, clock.now())
        elif how == "role taken":
            assert accounts.revoke_role(conn, user, "street_staff", unit.id)
        else:
            accounts.change_password(conn, passwords, user, PASSWORD, "eine ganz andere Wendung")
        with pytest.raises(SessionEnded):
            sessions.find_session(conn, token, clock.now())


def test_the_session_that_changed_the_password_may_stay(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        user = _account(conn, passwords, clock.now())
        kept, other = _token(conn, passwords, clock.now()), _token(conn, passwords, clock.now())
        new = "eine ganz andere Wendung"
        accounts.change_password(conn, passwords, user, PASSWORD, new, sessions.token_hash(kept))
        assert not sessions.find_session(conn, kept, clock.now()).must_change
        with pytest.raises(SessionEnded):
            sessions.find_session(conn, other, clock.now())
        assert isinstance(_login(conn, passwords, clock.now()), LoginRefused)
        assert isinstance(_login(conn, passwords, clock.now(), new), SessionToken)


def test_a_wrong_name_and_a_wrong_password_are_refused_with_the_same_words(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        _account(conn, passwords, clock.now())
        wrong = _login(conn, passwords, clock.now(), "wrong")
        unknown = _login(conn, passwords, clock.now(), name="nobody")
    assert isinstance(wrong, LoginRefused)
    assert isinstance(unknown, LoginRefused)
    assert isinstance(wrong.error, LoginFailed)
    assert wrong.error.sentence() == unknown.error.sentence()


def test_a_disabled_account_does_not_log_in(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        user = _account(conn, passwords, clock.now())
        accounts.disable_account(conn, user, clock.now())
        assert isinstance(_login(conn, passwords, clock.now()), LoginRefused)
        with pytest.raises(NotFound):
            accounts.load_actor(conn, user, "test")


def test_the_fifth_failure_brings_a_wait_that_doubles_up_to_a_minute() -> None:
    assert [throttle.wait_seconds(n) for n in range(12)] == [0, 0, 0, 0, 0, 3, 6, 12, 24, 48, 60, 60]


def test_during_the_wait_even_the_right_password_is_refused_and_afterwards_it_is_not(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        _account(conn, passwords, clock.now())
        waits = []
        for _attempt in range(5):
            refused = _login(conn, passwords, clock.now(), "wrong")
            assert isinstance(refused, LoginRefused)
            waits.append(refused.wait_seconds)
        assert waits == [0, 0, 0, 0, 3]
        held = _login(conn, passwords, clock.now())
        assert isinstance(held, LoginRefused)
        assert isinstance(held.error, RateLimited)
        assert "3秒" in held.error.sentence()
        clock.advance(timedelta(seconds=3))
        assert isinstance(_login(conn, passwords, clock.now()), SessionToken)
        assert throttle.seconds_left(conn, "lisi", "10.0.0.1", clock.now()) == 0


def test_guessing_many_names_from_one_address_is_slowed_and_other_addresses_are_not(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        _account(conn, passwords, clock.now())
        for number in range(5):
            _login(conn, passwords, clock.now(), name=f"guess{number}", address="10.9.9.9")
        assert isinstance(_login(conn, passwords, clock.now(), address="10.9.9.9"), LoginRefused)
        assert isinstance(_login(conn, passwords, clock.now()), SessionToken)


def test_a_success_of_ones_own_does_not_wash_away_the_guesses_of_an_address(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        _account(conn, passwords, clock.now())
        for number in range(4):
            _login(conn, passwords, clock.now(), name=f"guess{number}")
        assert isinstance(_login(conn, passwords, clock.now()), SessionToken)
        refused = _login(conn, passwords, clock.now(), name="guess9")
    assert isinstance(refused, LoginRefused)
    assert refused.wait_seconds == 3


def test_failures_are_forgotten_after_a_quarter_of_an_hour(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        for _attempt in range(4):
            _login(conn, passwords, clock.now(), "wrong")
        clock.advance(timedelta(minutes=15))
        refused = _login(conn, passwords, clock.now(), "wrong")
    assert isinstance(refused, LoginRefused)
    assert refused.wait_seconds == 0


class _CountingHasher(PasswordHasher):
    """A real hasher that counts how often it compared."""

    compared = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
        type(self).compared += 1
        return super().verify(hash, password)


def test_an_unknown_name_costs_the_same_one_comparison_as_a_known_one(
    sqlite_database: Database, clock: VirtualClock
) -> None:
    hasher = _CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords = Passwords(hasher, hasher.hash("nobody"))
    counts = []
    with sqlite_database.transaction() as conn:
        _account(conn, passwords, clock.now())
        for name in ("lisi", "nobody"):
            _CountingHasher.compared = 0
            _login(conn, passwords, clock.now(), "wrong", name)
            counts.append(_CountingHasher.compared)
        assert not passwords.fits(None, "nobody")
    assert counts == [1, 1]
