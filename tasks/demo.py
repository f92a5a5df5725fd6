"""The demo district: 顺义区, two streets, four communities, an account per role and area, thirty persons.

Everything is made through the same door as in an office, on a virtual clock; afterwards the demo's own clock
goes on from there. Loopback only, passwords are public: never beside a real installation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.clock import SHANGHAI, VirtualClock
from engine.errors import IllegalState
from engine.store.db import Database
from tasks import accounts, commands, office_duties, org
from tasks.actor import SYSTEM
from tasks.app import App
from tasks.crypto import Keys
from tasks.demo_clock import DemoClock
from tasks.store.rows import count

PASSWORD = "aid595-demo"  # noqa: S105 - public, for the demo only
DISTRICT = "顺义区"
#: street -> (short name, communities with short names)
STREETS = {
    "仁和镇": ("rh", {"河南村": "hnc", "石门苑社区": "smy"}),
    "南法信镇": ("nfx", {"三家店村": "sjd", "华英园社区": "hyy"}),
}
#: Where the history of the demo begins, and where its clock stands afterwards.
BEGINS = datetime(2026, 2, 2, 9, tzinfo=SHANGHAI)
STANDS = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)

_NAMES = (
    "张敏 李建国 王芳 刘洋 陈静 杨帆 赵磊 黄丽 周杰 吴桐 徐蕾 孙浩 马超 朱琳 胡军 郭燕 何鹏 高洁 林峰 罗兰 "
    "梁辉 宋佳 郑爽 谢宁 韩冰"
)


@dataclass(frozen=True, slots=True)
class DemoUser:
    """An account of the demo."""

    username: str
    name: str
    role: str
    place: str


def users() -> list[DemoUser]:
    """Return the accounts of the demo, from the communities up."""
    names = iter(_NAMES.split())
    found: list[DemoUser] = []
    for street, (_short, communities) in STREETS.items():
        for community, short in communities.items():
            place = f"{DISTRICT}/{street}/{community}"
            found.append(DemoUser(f"staff.{short}", next(names), "community_staff", place))
            found.append(DemoUser(f"aide.{short}", next(names), "community_aide", place))
    for street, (short, _communities) in STREETS.items():
        for prefix, role in (("staff", "street_staff"), ("officer", "street_officer"), ("sup", "supervisor")):
            found.append(DemoUser(f"{prefix}.{short}", next(names), role, f"{DISTRICT}/{street}"))
    for prefix, role in (
        ("staff", "district_staff"), ("centre", "district_centre"), ("expert", "district_expert"),
        ("welfare", "district_welfare"), ("sup", "supervisor"), ("auditor", "auditor"),
    ):  # fmt: skip
        found.append(DemoUser(f"{prefix}.sy", next(names), role, DISTRICT))
    found += [
        DemoUser(role.replace("_", "."), next(names), role, DISTRICT)
        for role in ("system_admin", "security_admin", "audit_admin")
    ]
    return found


def is_loaded(db: Database) -> bool:
    """Tell whether the database already holds a demo (or anything else)."""
    with db.read() as conn:
        return count(conn, "user_account") > 0


def load(db: Database, keys: Keys, passwords: accounts.Passwords, say: Callable[[str], None]) -> None:
    """Fill an empty database with the demo district; raise IllegalState when it is not empty."""
    from tasks.scenarios.play import play_file

    if is_loaded(db):
        raise IllegalState(detail="数据库不是空的，演示数据只能装入空库")
    clock = VirtualClock(BEGINS)
    app = App(db, clock, keys, demo_settings=True)
    say("发布流程图 …")
    with db.hurried():
        deploy_all(app)
        say("建立机构和账号 …")
        make_accounts(app, passwords)
        say("办理三十位居民的案件 …")
        play_file(app, clock, app.library.folder / "demo" / "district.yaml")
    DemoClock(db).shift_to(STANDS, backwards=True)


def deploy_all(app: App) -> None:
    """Publish the shipped diagrams."""
    files = tuple((path.name, path.read_bytes()) for path in app.library.diagrams())
    app.do(commands.Deploy(files, "随产品发布", heard=True), SYSTEM)


def make_accounts(app: App, passwords: accounts.Passwords) -> None:
    """Make the units and accounts of the demo; all share one hash, which takes long to make."""
    now = app.clock.now()
    with app.write() as conn:
        for user in users():
            district, *below = user.place.split("/")
            unit = org.ensure_unit(conn, district, *below)
            made = accounts.create_account(
                conn, passwords, user.username, user.name, PASSWORD, now, unit_id=unit.id,
                must_change=False, check=False,
            )  # fmt: skip
            accounts.grant_role(conn, made, user.role, unit.id, now)
    app.run(office_duties.open_missing)
