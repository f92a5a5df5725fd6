"""Units and staff an office brings along as CSV lists with Chinese column names. The whole or nothing."""

from __future__ import annotations

from engine.errors import FormInvalid
from tasks import accounts, office_trail, org, staff, units
from tasks import admin_commands as commands
from tasks.actor import OPERATOR
from tasks.app import App
from tasks.desk import Desk
from tasks.imports import Row, take_rows, unit_named
from tasks.store import org as store

UNITS = ("区", "街镇", "社区")
STAFF = ("登录名", "姓名", "机构", "手机", "身份证号")


def import_units(app: App, raw: bytes) -> tuple[int, int]:
    """Make the units of a list that are missing; return how many rows and how many were made."""
    made: list[int] = []

    def take(desk: Desk, row: Row) -> None:
        office_trail.hold(desk)
        names = [row[column] for column in UNITS]
        if not names[0] or (names[2] and not names[1]):
            zh = "区没有填写。" if not names[0] else "有社区而没有街镇。"
            raise FormInvalid([("unit", zh, "A unit above is missing.")])
        found = org.ensure_city(desk.conn)
        for name in [units.named(one) for one in names if one]:
            there = store.child_named(desk.conn, found.id, name)
            if there is None:
                found = units.make(desk, found, name)
                made.append(found.id)
            elif not there["active"]:
                raise FormInvalid([("unit", f"“{name}”已停用，请先恢复使用。", "The unit is closed.")])
            else:
                found = org.get_unit(desk.conn, there["id"])

    return take_rows(app, raw, UNITS, UNITS, take, OPERATOR), len(made)


def import_staff(app: App, raw: bytes) -> list[tuple[str, str]]:
    """Make an account without role for every row; return login names with their one-time passwords."""
    passwords = accounts.Passwords.make()
    made: list[tuple[str, str]] = []

    def take(desk: Desk, row: Row) -> None:
        office_trail.hold(desk)
        unit = unit_named(desk.conn, row["机构"], None, "机构").id
        secret = accounts.one_time_password()
        command = commands.CreateAccount(
            row["登录名"], row["姓名"], unit, passwords.hash(secret), row.get("手机", ""),
            row.get("身份证号", ""),
        )  # fmt: skip
        staff.make(desk, command)
        made.append((row["登录名"], secret))

    take_rows(app, raw, STAFF[:3], STAFF, take, OPERATOR)
    return made
