"""What the command line does to data: tables, demo, diagrams, proof, backup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from engine import seals, slips
from engine.definitions import NO_ANNEX
from engine.errors import IllegalState, NotFound
from engine.store import migrate
from tasks import accounts, annex, commands, demo, office_trail, org, release, second_factor, selftest
from tasks.actor import OPERATOR, SYSTEM
from tasks.app import App
from tasks.desk import Desk
from tasks.installation import Place
from tasks.labels import label
from tasks.library import Library
from tasks.queries import proof
from tasks.store import accounts as store
from web.cli_common import content

#: What `init` says of the road to the first case.
NEXT_STEPS = """以上为一次性密码，首次登录须修改。请分别交给三位管理员，三员由不同的人担任。
下一步：
  1. 启动：aid595 run（或 serve 和 worker），用浏览器打开所示地址。
  2. 系统管理员登录，在“机构”中建立街（镇）和社区（村），在“账号”中为工作人员建账号；
     人多时用 aid595 import units 机构.csv 和 aid595 import staff 人员.csv。
  3. 安全管理员登录，在“账号”中逐人授予岗位和辖区。
  4. 系统管理员在“设置”中核对本单位决定的事项和工作日历。
  5. 街（镇）工作人员用一次性密码登录，修改密码后在“居民”中建档、受理第一个案件。
  6. 审计管理员在“管理轨迹”中查看以上每一步；核对完整性用 aid595 audit verify。
管理员忘记密码：aid595 password 登录名；丢了登录验证码的手机：aid595 second-factor 登录名"""


def prepare(app: App) -> None:
    """Bring the tables up to date; publish the shipped diagrams where there are none.

    The demo's are published when it is loaded, on the first day of its own clock.
    """
    migrate.upgrade(app.db)
    selftest.keep_canary(app)
    with app.read() as conn:
        empty = not app.definitions.all_active(conn)
    if empty and app.demo is None:
        demo.deploy_all(app)


def load_demo_once(app: App, where: Place) -> None:
    """Load the demo into an empty database and seal it; a loaded one is left as it is."""
    if not demo.is_loaded(app.db):
        demo.load(app.db, app.keys, accounts.Passwords.make(), click.echo)
        if app.demo is not None:
            app.demo.refresh()
        where.checkpoints.unlink(missing_ok=True)  # of a demo whose database was removed
        seals.seal(app.db, app.keys.trail, app.clock.now(), where.checkpoints)


def accounts_table() -> str:
    """Return the demo accounts as a Markdown table."""
    lines = ["| 账号 | 岗位 | 地方 |", "|---|---|---|"]
    lines += [
        f"| `{user.username}` | {label('role', user.role)} | {user.place.replace('/', ' ')} |"
        for user in demo.users()
    ]
    return "\n".join([*lines, "", f"密码均为 / the password of all: `{demo.PASSWORD}`"])


def print_demo(address: str) -> None:
    """Say where the demo is and what to try."""
    click.echo(f"\n演示系统：{address}　密码均为 {demo.PASSWORD}\n")
    for user in demo.users():
        click.echo(f"  {user.username:<16}{label('role', user.role)}　{user.place}")
    click.echo(
        "\n试一试：用 staff.rh 登录，登记一位居民并受理认定申请；sup.rh 复核；aide.hnc 推荐岗位，"
        "三次未成上交街镇；\nstaff.rh、officer.rh 接着办，上报区级；expert.sy 三次推荐未成后由 welfare.sy "
        "安置公益性岗位。"
        "\n页面顶部可把演示时钟向前调。按 Ctrl+C 停止。\n"
    )


def make_administrators(
    app: App, passwords: accounts.Passwords, district: str, secrets: Mapping[str, str]
) -> None:
    """Make the district and the administrators, who must change these passwords at their first login."""

    def act(desk: Desk) -> None:
        unit = org.ensure_unit(desk.conn, district)
        for role, secret in secrets.items():
            made = accounts.create_account(
                desk.conn, passwords, role.replace("_", "."), label("role", role), secret, desk.now,
                check=False,
            )  # fmt: skip
            store.update_account(desk.conn, made, unit_id=unit.id)
            accounts.grant_role(desk.conn, made, role, unit.id, desk.now)
            office_trail.emit(desk, "OfficeOpened", office_trail.account(made), role=role, unit=unit.id)

    app.run(act, OPERATOR)


def reset_password(app: App, username: str, reason: str) -> str:
    """Give an account a one-time password and return it; raise NotFound. Put on the office's trail."""
    secret = accounts.one_time_password()

    def act(desk: Desk) -> None:
        found = store.account_by_username(desk.conn, username)
        if found is None:
            raise NotFound(zh=f"没有登录名为“{username}”的账号。")
        if found["disabled_at"] is not None:
            raise IllegalState(detail="账号已停用，请系统管理员先恢复使用")
        office_trail.hold(desk)
        accounts.put_password(desk.conn, found["id"], accounts.Passwords.make().hash(secret))
        office_trail.emit(desk, "PasswordReset", office_trail.account(found["id"]), reason=reason)

    app.run(act, OPERATOR)
    return secret


def reset_second_factor(app: App, username: str, reason: str) -> None:
    """Take the second factor of an account away; raise NotFound, IllegalState. Put on the office's trail."""

    def act(desk: Desk) -> None:
        found = store.account_by_username(desk.conn, username)
        if found is None:
            raise NotFound(zh=f"没有登录名为“{username}”的账号。")
        second_factor.remove(desk, found["id"], reason)

    app.run(act, OPERATOR)


def deploy(app: App, paths: tuple[Path, ...], reason: str) -> dict[str, int]:
    """Publish files with what they bring; return the version of each process."""
    files = tuple((path.name, content(path)) for path in paths)
    annexes = tuple((path.name, annex_beside(path)) for path in paths)
    done = app.do(commands.Deploy(files, reason, annexes=annexes), SYSTEM)
    found: dict[str, int] = done.extra["versions"]
    return found


def annex_beside(path: Path) -> str:
    """Return the forms and rules a diagram brings: `name.annex.json` beside `name.bpmn`; none without it."""
    beside = path.with_suffix(".annex.json")
    return annex.canonical(content(beside).decode("utf-8", "replace")) if beside.exists() else NO_ANNEX


def lint(files: tuple[Path, ...]) -> list[dict[str, Any]]:
    """Return what the gate says of files and what they bring, with the way out and the second opinion.

    Files named `.dmn` are decision tables, all others diagrams.
    """
    tables = {path: release.examine_table(content(path)) for path in files if path.suffix == ".dmn"}
    drawn = [path for path in files if path not in tables]
    found = release.examine_files(Library(), [(content(path), annex_beside(path)) for path in drawn])
    told = {**tables, **dict(zip(drawn, found, strict=True))}
    return [{"file": str(path), **asdict(finding)} for path in files for finding in told[path]]


def seal_now(app: App, where: Place) -> int:
    """Seal all trails; return the number of the seal."""
    return seals.seal(app.db, app.keys.trail, app.clock.now(), where.checkpoints).n


def verify(app: App, where: Place, written: Sequence[str] = ()) -> dict[str, Any]:
    """Verify chains, seals, checkpoints and slips of seals; return the result with a Chinese summary.

    Raises SlipUnread.
    """
    rows = [slips.read(text) for text in written]
    with app.read() as conn:
        report = proof.prove(conn, app.keys, where.checkpoints)
        compared = [slips.compare(conn, row) for row in rows]
    found = report.as_dict() | {"slips": [str(one) for one in compared]}
    return found | {"ok": report.ok and all(one.ok for one in compared)}


def examine(app: App) -> list[str]:
    """Return what the doctor finds, a sentence each."""
    from engine.doctor import examine as examine_all

    with app.read() as conn:
        found = examine_all(conn, app.definitions, app.keys.trail, app.keys.state)
        return [str(finding) for finding in found]
