"""Accounts as the system administrator keeps them: made, changed, shut, given a new one-time password.

Passwords are made and hashed by who asks; a command carries the hash only, so that no secret reaches the
trail. Of an administrator's account the password is reset by the operator alone: who resets a password can
log in with it, and the three watch each other.
"""

from __future__ import annotations

from typing import Any

from engine.clock import local_date
from engine.errors import AidError, FormInvalid, IllegalState
from tasks import access, accounts, idno, office_trail, people
from tasks import admin_commands as commands
from tasks.access import Subject
from tasks.actor import ADMIN_ROLES
from tasks.commands import Done
from tasks.desk import Desk
from tasks.labels import label
from tasks.office_trail import account as named
from tasks.store import accounts as store
from tasks.store import org as store_org
from tasks.store.conn import RowMapping
from tasks.text import BrokenText, clean_line, need_reason

LONGEST_NAME = 50
Problems = list[tuple[str, str, str]]


class OwnAccount(AidError):
    """An administrator would act on the account in use."""

    code = "own_account"
    zh = "不能对自己的账号做这项操作，请由另一位管理员办理；自己的密码请在“修改密码”中更改。"
    en = "You cannot do this to your own account; another administrator has to."


class LastAdministrator(AidError):
    """Nobody would be left to do one of the three duties."""

    code = "last_administrator"
    zh = "这是唯一在用的{role}，停用后无人可以接任。请先为另一人授予该岗位。"
    en = "This is the only {role} in use; grant the role to somebody else first."


def begin(desk: Desk, action: str, user_id: int) -> RowMapping:
    """Hold the accounts and return the one meant; raise OwnAccount, NotCandidate, NotFound."""
    access.authorize(desk.actor, action, Subject("/"))
    office_trail.hold(desk)
    if user_id == desk.actor.user_id:
        raise OwnAccount
    return accounts.get_account(desk.conn, user_id)


def require_another(desk: Desk, account: RowMapping) -> None:
    """Raise LastAdministrator where an account is the only one in use of its administrator role."""
    role = account["duty_class"]
    if role in ADMIN_ROLES and store.holders(desk.conn, role) == [account["id"]]:
        raise LastAdministrator(role=label("role", role))


def create(desk: Desk, command: commands.CreateAccount) -> Done:
    """Make an account without any role; raise FormInvalid naming every field that is wrong."""
    access.authorize(desk.actor, "create_account", Subject("/"))
    office_trail.hold(desk)
    user_id = make(desk, command)
    return Done(extra={"user_id": str(user_id), "mark": command.mark})


def make(desk: Desk, command: commands.CreateAccount) -> int:
    """Store a checked account with its event, and return its id."""
    username, problems = accounts.login_name(desk.conn, command.username)
    values, more = _checked(desk, command)
    if problems or more:
        raise FormInvalid(problems + more)
    name = values.pop("display_name")
    user_id = accounts.add_account(
        desk.conn, username, name, command.secret, desk.now, must_change=True,
        created_by=desk.actor.user_id, **values,
    )  # fmt: skip
    office_trail.emit(desk, "AccountCreated", named(user_id), unit=values["unit_id"])
    return user_id


def _checked(
    desk: Desk, command: commands.CreateAccount | commands.ChangeAccount
) -> tuple[dict[str, Any], Problems]:
    """Return what an account stores of a form, and what is wrong with it."""
    problems: Problems = []
    name = _line(command.display_name)
    if not 1 < len(name) <= LONGEST_NAME:
        zh = f"请填写姓名，2至{LONGEST_NAME}个字。"
        problems.append(("display_name", zh, f"Enter the name, 2 to {LONGEST_NAME} characters."))
    unit = store_org.unit_by_id(desk.conn, command.unit_id)
    if unit is None or not unit["active"]:
        problems.append(("unit_id", "请选择在用的机构。", "Choose a unit that is in use."))
    phone, wrong = people.phone_of(command.phone)
    problems += wrong
    values: dict[str, Any] = {"display_name": name, "unit_id": command.unit_id, "phone": phone or None}
    if command.id_no.strip():
        try:
            number = idno.parse(command.id_no, local_date(desk.now)).value
            values["person_key"] = desk.keys.blind("id_no", number)
        except idno.IdNumberError as fault:
            problems.append(("id_no", fault.zh, fault.en))
    return values, problems


def _line(text: str) -> str:
    try:
        return clean_line(text)
    except BrokenText:
        return ""


def change(desk: Desk, command: commands.ChangeAccount) -> Done:
    """Change what an account says of its holder; raise RolesExclusive where that shows a second duty."""
    account = begin(desk, "create_account", command.user_id)
    reason = need_reason(command.reason)
    values, problems = _checked(desk, command)
    if problems:
        raise FormInvalid(problems)
    changed = sorted(name for name, value in values.items() if value != account[name])
    if changed:
        store.update_account(desk.conn, account["id"], **values)
        if store.grants_of(desk.conn, account["id"]):
            accounts.require_one_duty(desk.conn, {**account, **values}, account["duty_class"])
        office_trail.emit(desk, "AccountChanged", named(account["id"]), fields=changed, reason=reason)
    return Done()


def _require_no_administrator(account: RowMapping) -> None:
    if account["duty_class"] in ADMIN_ROLES:
        detail = f"管理员的密码由运维人员重设：aid595 password {account['username']}"
        raise IllegalState(detail=detail)


def reset_password(desk: Desk, command: commands.ResetPassword) -> Done:
    """Give an account a one-time password; raise IllegalState for an administrator's."""
    account = begin(desk, "create_account", command.user_id)
    reason = need_reason(command.reason)
    _require_no_administrator(account)
    if account["disabled_at"] is not None:
        raise IllegalState(detail="账号已停用，请先恢复使用")
    accounts.put_password(desk.conn, account["id"], command.secret)
    office_trail.emit(desk, "PasswordReset", named(account["id"]), reason=reason)
    return Done(extra={"user_id": str(account["id"]), "mark": command.mark})


def disable(desk: Desk, command: commands.DisableAccount) -> Done:
    """Shut an account and end its sessions; its claimed tasks stay for a supervisor to hand on."""
    account = begin(desk, "disable_account", command.user_id)
    reason = need_reason(command.reason)
    if account["disabled_at"] is not None:
        raise IllegalState(detail="账号已停用")
    require_another(desk, account)
    accounts.disable_account(desk.conn, account["id"], desk.now)
    office_trail.emit(desk, "AccountDisabled", named(account["id"]), reason=reason)
    return Done()


def enable(desk: Desk, command: commands.EnableAccount) -> Done:
    """Open a shut account again, with the roles it had and a one-time password."""
    account = begin(desk, "create_account", command.user_id)
    reason = need_reason(command.reason)
    _require_no_administrator(account)
    if account["disabled_at"] is None:
        raise IllegalState(detail="账号正在使用")
    accounts.put_password(desk.conn, account["id"], command.secret, disabled_at=None)
    office_trail.emit(desk, "AccountEnabled", named(account["id"]), reason=reason)
    return Done(extra={"user_id": str(account["id"]), "mark": command.mark})
