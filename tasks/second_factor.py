"""The second factor of a login (SEC-A4, THR-18): a code of a telephone (TOTP, RFC 6238) or a recovery code.

A secret stands in the database sealed for its account, recovery codes as keyed hashes. A code that was used,
and every earlier one, is refused: the step is noted in the transaction that takes it, on one row, so that of
two processes one wins.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import pyotp
from pyotp.exceptions import OTPVerificationError

from engine.clock import to_us
from engine.errors import AidError, FormInvalid, IllegalState
from tasks import access, accounts, notices, office_trail, staff
from tasks import admin_commands as commands
from tasks.access import Subject
from tasks.accounts import one_time_password
from tasks.actor import ADMIN_ROLES
from tasks.commands import Done
from tasks.crypto import Keys
from tasks.desk import Desk
from tasks.office_trail import account as named
from tasks.paper_code import Drawing, square
from tasks.sessions import SessionEnded
from tasks.store import accounts as account_store
from tasks.store import factors as store
from tasks.text import need_reason

#: The setting that says of whom a second factor is asked.
SETTING = "second_factor"
PRIVILEGED = ADMIN_ROLES | {"supervisor", "auditor"}
RECOVERY_CODES = 10
#: A telephone's clock may be a step off, either way.
_STEPS_OFF = 1
_ISSUER = "aid595"
Wanted = Literal["", "code", "enrol"]


class CodeWrong(AidError):
    """A code does not fit, or was used before; which of the two is never said."""

    code = "code_wrong"
    zh = "验证码不对或已经用过。请等手机上出现新的6位数字再填；手机不在身边，可以填一个恢复码。"
    en = "The code is wrong or was used before. Wait for the next six digits, or give a recovery code."


class SecondFactorRequired(AidError):
    """A program logged in without the code that its account needs."""

    code = "second_factor_required"
    zh = "该账号登录还须填写验证码（code）。"
    en = "This account also needs a code to log in (member `code`)."


class SecondFactorDue(AidError):
    """An account has to be given its second factor, in the browser, before it logs in by program."""

    code = "second_factor_due"
    zh = "该账号须先启用登录验证码，请用浏览器登录后按提示启用。"
    en = "This account has to set up its login code first; log in with a browser."


class Offer(NamedTuple):
    """What a page shows to whoever sets a telephone up."""

    username: str
    groups: tuple[str, ...]  #: the secret, to be typed
    drawing: Drawing  #: the same, to be scanned


def wanted_of(desk: Desk, user_id: int) -> Wanted:
    """Return what a login needs beside the password: nothing, a code, or that a telephone be set up."""
    if store.factor_of(desk.conn, user_id) is not None:
        return "code"
    roles = {grant.role for grant in accounts.grants_of(desk.conn, user_id)}
    return "enrol" if _asked_of(desk.settings, roles) else ""


def _asked_of(settings: Mapping[str, Any], roles: set[str]) -> bool:
    value = settings[SETTING]
    return bool(value == "ALL" or (value == "PRIVILEGED" and roles & PRIVILEGED))


def new_secret(keys: Keys, token_hash: str) -> str:
    """Return a fresh secret, sealed for the step in which a telephone is set up."""
    return keys.seal(pyotp.random_base32(), _step_place(token_hash))


def _step_place(token_hash: str) -> str:
    return f"login_step.secret:{token_hash}"


def _place(user_id: int) -> str:
    return f"second_factor.secret:{user_id}"


def offer(keys: Keys, username: str, sealed: str, token_hash: str) -> Offer:
    """Return what a page shows of the secret of a step."""
    secret = keys.open(sealed, _step_place(token_hash))
    address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=_ISSUER)
    groups = tuple(secret[at : at + 4] for at in range(0, len(secret), 4))
    return Offer(username, groups, square(address))


def _typed(text: str) -> str:
    """Return a code as it is compared: digits of any width, without blanks and hyphens."""
    return "".join(unicodedata.normalize("NFKC", text).replace("-", "").split()).lower()


def _step_of(secret: str, typed: str, desk: Desk) -> int | None:
    """Return the step of time a code belongs to; None for one that does not fit."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(typed, for_time=desk.now, valid_window=_STEPS_OFF)
    except OTPVerificationError:
        return None


def enrol(desk: Desk, user_id: int, sealed: str, token_hash: str, code: str) -> list[str]:
    """Give an account the telephone of a step, proved by a code of it, and return its recovery codes.

    Raise FormInvalid where the code does not fit, SessionEnded where the step was used by somebody else just
    now. Every step begun for the account is over then.
    """
    secret = desk.keys.open(sealed, _step_place(token_hash))
    step = _step_of(secret, _typed(code), desk)
    if step is None:
        zh = "验证码不对。请核对手机的时间是否自动校准，再填现在显示的6位数字。"
        en = "The code is wrong. See that the telephone's time is right and give the digits shown now."
        raise FormInvalid([("code", zh, en)])
    if token_hash not in store.delete_steps_of(desk.conn, user_id):
        raise SessionEnded
    store.put_factor(
        desk.conn, user_id, secret=desk.keys.seal(secret, _place(user_id)), last_step=step,
        enrolled_at=to_us(desk.now),
    )  # fmt: skip
    codes = [one_time_password() for _ in range(RECOVERY_CODES)]
    store.put_recovery(desk.conn, user_id, (_hash(desk.keys, user_id, one) for one in codes))
    office_trail.emit(desk, "SecondFactorEnrolled", named(user_id), office_trail.ACCESS)
    return codes


def _hash(keys: Keys, user_id: int, code: str) -> str:
    return keys.blind("recovery_code", f"{user_id}:{_typed(code)}")


def takes(desk: Desk, user_id: int, code: str) -> bool:
    """Use a code or a recovery code of an account up; tell whether it was good."""
    held = store.factor_of(desk.conn, user_id)
    typed = _typed(code)
    if held is None or not typed:
        return False
    if typed.isdecimal() and len(typed) == 6:
        step = _step_of(desk.keys.open(held["secret"], _place(user_id)), typed, desk)
        return step is not None and store.take_step(desk.conn, user_id, step)
    if not store.take_recovery(desk.conn, user_id, _hash(desk.keys, user_id, code)):
        return False
    left = store.recovery_left(desk.conn, user_id)
    office_trail.emit(desk, "RecoveryCodeUsed", named(user_id), office_trail.ACCESS, left=str(left))
    return True


def reset(desk: Desk, command: commands.ResetSecondFactor) -> Done:
    """Take the second factor of another account away; raise OwnAccount, IllegalState without one."""
    access.authorize(desk.actor, "reset_second_factor", Subject("/"))
    if accounts.one_person(desk.conn, desk.actor.user_id, command.user_id):
        raise staff.OwnAccount
    account = staff.begin(desk, "reset_second_factor", command.user_id)
    remove(desk, account["id"], need_reason(command.reason))
    return Done()


def remove(desk: Desk, user_id: int, reason: str) -> None:
    """Take a second factor away, end every session, tell its holder; raise IllegalState without one."""
    office_trail.hold(desk)
    if not store.delete_factor(desk.conn, user_id):
        raise IllegalState(detail="该账号没有启用登录验证码")
    account_store.delete_sessions_of(desk.conn, user_id)
    notices.tell(desk, user_id, "SecondFactorReset", None, {"reason": reason})
    office_trail.emit(desk, "SecondFactorReset", named(user_id), reason=reason)
