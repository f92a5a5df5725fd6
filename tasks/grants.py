"""Roles as the security administrator gives and takes them, and the sessions he ends (三员分立)."""

from __future__ import annotations

from engine.errors import AidError, FormInvalid, FourEyes, IllegalState
from tasks import accounts, office_trail, org
from tasks import admin_commands as commands
from tasks.actor import ADMIN_ROLES, ROLES
from tasks.commands import Done
from tasks.desk import LEVEL_OF_ROLE, Desk
from tasks.labels import label
from tasks.office_trail import account as named
from tasks.staff import begin, require_another
from tasks.store import accounts as store
from tasks.store import org as store_org
from tasks.store.conn import RowMapping
from tasks.text import need_reason


def lowest_level(role: str) -> str:
    """Return the lowest level of unit a role makes sense at: its own work lies there, not below."""
    if role in ADMIN_ROLES:
        return "district"
    return "community" if role == "auditor" else LEVEL_OF_ROLE[role]


def fits(role: str, level: str) -> bool:
    """Tell whether a role may be held over a unit of a level."""
    return org.LEVELS.index(level) <= org.LEVELS.index(lowest_level(role))


def grant(desk: Desk, command: commands.GrantRole) -> Done:
    """Give a role; raise RolesExclusive, FourEyes where the same hand made the account, FormInvalid."""
    account = begin(desk, "grant_role", command.user_id)
    _give(desk, account, command.role, command.unit_id, need_reason(command.reason))
    return Done()


def grant_many(desk: Desk, command: commands.GrantRoles) -> Done:
    """Give several accounts a role, or none; raise FormInvalid naming every account it does not fit."""
    reason = need_reason(command.reason)
    if not command.user_ids:
        raise FormInvalid([("users", "请先勾选账号。", "Tick some accounts first.")])
    problems = []
    for user_id in dict.fromkeys(command.user_ids):
        account = begin(desk, "grant_role", user_id)
        try:
            _give(desk, account, command.role, command.unit_id or account["unit_id"] or 0, reason)
        except AidError as refusal:
            said = [zh for _name, zh, _en in getattr(refusal, "problems", ())] or [refusal.sentence("zh")]
            zh = f"{account['display_name']}：{''.join(said)}"
            problems.append(("users", zh, f"{account['display_name']}: {refusal.sentence('en')}"))
    if problems:
        raise FormInvalid(problems)
    return Done(extra={"granted": len(set(command.user_ids))})


def _give(desk: Desk, account: RowMapping, role: str, unit_id: int, reason: str) -> None:
    if role not in ROLES:
        raise FormInvalid([("role", "请选择岗位。", "Choose a role.")])
    unit = store_org.unit_by_id(desk.conn, unit_id)
    if unit is None or not unit["active"] or not fits(role, unit["level"]):
        at = label("unit_level", lowest_level(role))
        zh = f"“{label('role', role)}”的辖区应是在用的{at}或其上级。"
        raise FormInvalid([("unit_id", zh, "The area does not fit the role.")])
    if account["disabled_at"] is not None:
        raise IllegalState(detail="账号已停用，不能授予岗位")
    if account["created_by"] is not None and account["created_by"] == desk.actor.user_id:
        raise FourEyes(who=desk.actor.name)
    if role in ADMIN_ROLES and not account["person_key"]:
        zh = "授予管理员岗位前，请系统管理员补录该账号持有人的身份证号，用于核对三员不由一人兼任。"
        raise FormInvalid([("role", zh, "An administrator's account needs its holder's identity number.")])
    held = {(row["role"], row["unit_id"]) for row in store.grants_of(desk.conn, account["id"])}
    if (role, unit_id) in held:
        return
    accounts.grant_role(desk.conn, account["id"], role, unit_id, desk.now, desk.actor.user_id)
    store.delete_sessions_of(desk.conn, account["id"])  # SEC-A1: a session does not outlive a change of roles
    office_trail.emit(
        desk, "RoleGranted", named(account["id"]), role=role, unit=unit_id, area=unit["path"], reason=reason
    )


def revoke(desk: Desk, command: commands.RevokeRole) -> Done:
    """Take a role away; raise IllegalState where it is not held, LastAdministrator."""
    account = begin(desk, "grant_role", command.user_id)
    reason = need_reason(command.reason)
    if command.role in ADMIN_ROLES:
        require_another(desk, account)
    if not accounts.revoke_role(desk.conn, account["id"], command.role, command.unit_id):
        raise IllegalState(detail="该账号没有这个岗位")
    office_trail.emit(
        desk, "RoleRevoked", named(account["id"]), role=command.role, unit=command.unit_id, reason=reason
    )
    return Done()


def end_sessions(desk: Desk, command: commands.EndSessions) -> Done:
    """End every session of an account at once."""
    account = begin(desk, "end_sessions", command.user_id)
    reason = need_reason(command.reason)
    ended = store.delete_sessions_of(desk.conn, account["id"])
    office_trail.emit(desk, "SessionsEnded", named(account["id"]), count=ended, reason=reason)
    return Done(extra={"ended": ended})
