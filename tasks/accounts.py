"""Accounts, passwords, roles and grants (SEC-A, 三员分立). Sessions are in `tasks.sessions`."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.clock import to_us
from engine.errors import AidError, FormInvalid, NotFound
from engine.ids import new_id
from tasks import org
from tasks.actor import ADMIN_ROLES, ROLES, Actor, Grant
from tasks.store import accounts as store
from tasks.store.conn import Connection, RowMapping

MIN_PASSWORD = 12
MAX_PASSWORD = 256


class RolesExclusive(AidError):
    """An administrator role stands beside another role of the same account or person (三员分立)."""

    code = "roles_exclusive"
    zh = "三员分立：系统、安全、审计管理员互不兼任，也不兼任其他岗位。请为该岗位另建账号，由另一人担任。"
    en = "Administrator roles exclude each other and every other role, for an account and for a person."


@dataclass(frozen=True, slots=True)
class Passwords:
    """How passwords are hashed; tests pass a cheap hasher."""

    hasher: PasswordHasher
    #: Checked for unknown names, so that they take as long as known ones.
    dummy: str

    @classmethod
    def make(cls, time_cost: int = 2, memory_kib: int = 19_456, parallelism: int = 1) -> Passwords:
        """Return argon2id with the given costs."""
        hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)
        return cls(hasher, hasher.hash("nobody has this password"))

    def hash(self, password: str) -> str:
        """Hash a password."""
        return self.hasher.hash(_normal(password))

    def fits(self, stored: str | None, password: str) -> bool:
        """Compare in the same time whether or not there is anything to compare with."""
        try:
            return self.hasher.verify(stored or self.dummy, _normal(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def check_password(password: str, username: str) -> None:
    """Refuse a new password that is too short, too long or the login name (ASVS 5.0 profile)."""
    problem: tuple[str, str] | None = None
    if len(password) < MIN_PASSWORD:
        problem = (
            f"密码至少{MIN_PASSWORD}个字符，可以用一句好记的话。",
            f"A password needs at least {MIN_PASSWORD} characters; a sentence is fine.",
        )
    elif len(password) > MAX_PASSWORD:
        problem = (f"密码最多{MAX_PASSWORD}个字符。", f"A password has at most {MAX_PASSWORD} characters.")
    elif username and username.lower() in password.lower():
        problem = ("密码不能包含登录名，请换一个。", "The password must not contain the login name.")
    elif len(set(password)) < 5:
        problem = ("密码中重复的字符太多，请换一个。", "The password repeats too few characters.")
    if problem:
        raise FormInvalid([("password", *problem)])


def create_account(
    conn: Connection,
    passwords: Passwords,
    username: str,
    display_name: str,
    password: str,
    now: datetime,
    *,
    phone: str | None = None,
    person_key: str | None = None,
    unit_id: int | None = None,
    must_change: bool = True,
    check: bool = True,
) -> int:
    """Make an account without any role and return its id; raise FormInvalid.

    `person_key` is the blind index of the holder's identity number. `check=False` is for the demo only.
    """
    username, problems = login_name(conn, username)
    if problems:
        raise FormInvalid(problems)
    if check:
        check_password(password, username)
    return add_account(
        conn, username, display_name, passwords.hash(password), now,
        phone=phone, person_key=person_key, unit_id=unit_id, must_change=must_change,
    )  # fmt: skip


def login_name(conn: Connection, typed: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Return a login name as it is stored, and what is wrong with it."""
    username = unicodedata.normalize("NFKC", typed).strip()
    if not username or len(username) > 64 or not username.isprintable() or " " in username:
        return username, [("username", "请填写登录名：不含空格，最多64个字符。", "Enter a login name.")]
    if store.account_by_username(conn, username) is not None:
        zh = f"登录名“{username}”已被使用，请换一个。"
        return username, [("username", zh, "This login name is taken.")]
    return username, []


def add_account(
    conn: Connection, username: str, display_name: str, password_hash: str, now: datetime, **more: Any
) -> int:
    """Store an account whose name was checked, and return its id."""
    user_id = new_id()
    store.insert_account(
        conn, id=user_id, username=username, display_name=display_name.strip() or username,
        password_hash=password_hash, duty_class="business", created_at=to_us(now), **more,
    )  # fmt: skip
    return user_id


#: Of a one-time password: nothing that looks like something else on paper.
_LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Return a password to be handed over on paper and changed at the first login (79 bits)."""
    return "-".join("".join(secrets.choice(_LEGIBLE) for _ in range(4)) for _ in range(4))


def get_account(conn: Connection, user_id: int) -> RowMapping:
    """Return an account row; raise NotFound."""
    row = store.account_by_id(conn, user_id)
    if row is None:
        raise NotFound
    return row


def name_of(conn: Connection, user_id: int | None) -> str:
    """Return how a person is called; the program itself where there is none."""
    try:
        return str(get_account(conn, user_id)["display_name"]) if user_id else "系统"
    except NotFound:
        return "—"


def one_person(conn: Connection, user_id: int | None, other: int | None) -> bool:
    """Tell whether two accounts are one natural person's: the same account, or one identity number."""
    if user_id is None or other is None:
        return False
    if user_id == other:
        return True
    keys = store.keys_of(conn, (user_id, other))
    return keys.get(user_id) is not None and keys.get(user_id) == keys.get(other)


def grant_role(
    conn: Connection, user_id: int, role: str, unit_id: int, now: datetime, granted_by: int | None = None
) -> None:
    """Give a role over a unit and all below it; giving it again changes nothing.

    Raise RolesExclusive where 三员分立 forbids it, NotFound for an unknown account or unit.
    """
    if role not in ROLES:
        raise FormInvalid([("role", f"没有“{role}”这个岗位。", "There is no such role.")])
    account = get_account(conn, user_id)
    unit = org.get_unit(conn, unit_id)
    held = store.grants_of(conn, user_id)
    if any(row["role"] == role and row["unit_id"] == unit_id for row in held):
        return
    duty_class = role if role in ADMIN_ROLES else "business"
    if any(row["duty_class"] != duty_class for row in held):
        raise RolesExclusive
    require_one_duty(conn, account, duty_class)
    if account["duty_class"] != duty_class:
        store.update_account(conn, user_id, duty_class=duty_class)
    store.insert_grant(
        conn,
        id=new_id(),
        user_id=user_id,
        duty_class=duty_class,
        role=role,
        unit_id=unit_id,
        area=unit.path,
        granted_by=granted_by,
        granted_at=to_us(now),
    )


def require_one_duty(conn: Connection, account: RowMapping, duty_class: str) -> None:
    """Raise RolesExclusive where the holder, known by number or telephone, has another duty elsewhere."""
    others = store.accounts_of_person(conn, account["person_key"]) if account["person_key"] else []
    others += store.accounts_of_phone(conn, account["phone"]) if account["phone"] else []
    for other in others:
        has_grants = other["id"] != account["id"] and store.grants_of(conn, other["id"])
        if has_grants and other["duty_class"] != duty_class:
            raise RolesExclusive


def revoke_role(conn: Connection, user_id: int, role: str, unit_id: int) -> bool:
    """Take a role away and end the sessions that had it; tell whether it was there."""
    gone = store.delete_grant(conn, user_id, role, unit_id) > 0
    if gone:
        store.delete_sessions_of(conn, user_id)
    return gone


def disable_account(conn: Connection, user_id: int, now: datetime) -> None:
    """Lock an account for good and end its sessions at once."""
    get_account(conn, user_id)
    store.update_account(conn, user_id, disabled_at=to_us(now))
    store.delete_sessions_of(conn, user_id)


def change_password(
    conn: Connection, passwords: Passwords, user_id: int, old: str, new: str, keep_session: str = ""
) -> None:
    """Set a new password and end all other sessions; raise FormInvalid.

    `keep_session` is the hash of the session that may stay (`tasks.sessions.token_hash`).
    """
    account = get_account(conn, user_id)
    if not passwords.fits(account["password_hash"], old):
        raise FormInvalid([("old_password", "原密码不对，请重新输入。", "The old password is wrong.")])
    check_password(new, account["username"])
    if passwords.fits(account["password_hash"], new):
        raise FormInvalid([("password", "新密码不能与原密码相同。", "Choose a different password.")])
    store.update_account(conn, user_id, password_hash=passwords.hash(new), must_change=False)
    store.delete_sessions_of(conn, user_id, but=keep_session)


def reset_password(conn: Connection, passwords: Passwords, user_id: int, new: str) -> None:
    """Set a one-time password for somebody who lost his; it must be changed at the next login."""
    get_account(conn, user_id)
    put_password(conn, user_id, passwords.hash(new))


def put_password(conn: Connection, user_id: int, password_hash: str, **more: Any) -> None:
    """Store the hash of a one-time password, and more of the account with it; end its sessions."""
    store.update_account(conn, user_id, password_hash=password_hash, must_change=True, **more)
    store.delete_sessions_of(conn, user_id)


def load_actor(conn: Connection, user_id: int, origin: str) -> Actor:
    """Return the account as an actor with its grants; raise NotFound when it is gone or disabled."""
    account = get_account(conn, user_id)
    if account["disabled_at"] is not None:
        raise NotFound
    return Actor(user_id, account["display_name"], grants_of(conn, user_id), origin)


def grants_of(conn: Connection, user_id: int) -> tuple[Grant, ...]:
    """Return the roles of an account with their areas."""
    return tuple(Grant(row["role"], row["area"]) for row in store.grants_of(conn, user_id))


def staff(conn: Connection, role: str, area: str) -> list[RowMapping]:
    """Return who may work under a role for a unit: grants on the unit itself or on one above it.

    Rows carry id, username, display_name, area (of the grant) and unit_name.
    """
    return store.users_with(conn, role, org.prefixes(area))
