"""What is looked at at every start: do keys, tables and database fit, does a commit outlive a power cut.

What forbids the start raises NotReady; what somebody should know is returned as a sentence (SEC-O1).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import shutil
from pathlib import Path
from typing import Any

from lxml import etree

from engine.clock import local_date, to_us
from engine.codec import dumps, loads
from engine.errors import AidError
from engine.store import condition, migrate
from engine.store.db import Database
from tasks import demo_clock
from tasks.app import App
from tasks.crypto import KeyFault, Keys
from tasks.store.office import put_setting
from tasks.store.rows import count

CANARY = "key_canary"
_PLACE = "installation.canary"
_PLAIN = "aid595"
#: Older ones resolve entities that we forbid.
OLDEST_LXML = (6, 1, 3)
LEAST_FREE = 256 * 1024 * 1024
#: From this month on the calendar of the coming year should be there.
NOVEMBER = 11


class NotReady(AidError):
    """The installation cannot be opened as it is; `problem` says why and what to do."""

    code = "not_ready"
    zh = "{problem}"
    en = "{problem}"


def canary(keys: Keys) -> dict[str, str]:
    """Return what tells later whether keys are the same, without telling anything of them."""
    marks = {
        name: hmac.digest(key, _PLAIN.encode(), hashlib.sha256).hex()[:16]
        for name, key in (("trail", keys.trail), ("state", keys.state), ("index", keys.index))
    }
    return {**marks, "field": keys.seal(_PLAIN, _PLACE)}


def keep_canary(app: App) -> None:
    """Store the canary where there is none yet."""
    if condition.stored_setting(app.db, CANARY) is None:
        with app.write() as conn:
            put_setting(conn, CANARY, dumps(canary(app.keys)), to_us(app.clock.now()))


def require_keys(db: Database, keys: Keys, file: Path) -> None:
    """Raise NotReady when the database was written with other keys."""
    stored = condition.stored_setting(db, CANARY)
    if stored is None:
        return
    kept: dict[str, Any] = loads(stored)
    mine = canary(keys)
    wrong = [name for name in ("trail", "state", "index") if kept[name] != mine[name]]
    try:
        keys.open(kept["field"], _PLACE)
    except KeyFault:
        wrong.append("field")
    if wrong:
        names = "、".join(wrong)
        raise NotReady(problem=f"密钥与数据库不符（{names}）：{file}。请换回这个数据库的密钥文件。")


def require_tables(db: Database) -> None:
    """Raise NotReady when migrations are pending, IllegalState when a newer program made the tables."""
    missing = migrate.pending(db)
    if missing:
        raise NotReady(problem=f"数据库还差{len(missing)}步升级，请先运行 aid595 migrate。")


def require_kind(db: Database, demo: bool) -> None:
    """Raise NotReady when a demo would open a real installation, or the other way round."""
    if migrate.current(db) is None:
        return
    is_demo = condition.stored_setting(db, demo_clock.NAME) is not None
    if is_demo and not demo:
        raise NotReady(problem="这是演示数据库，请加上 --demo。")
    if demo and not is_demo:
        with db.read() as conn:
            filled = count(conn, "user_account") > 0
        if filled:
            problem = "数据库里已有数据，但不是演示数据，不能用 --demo 打开，请换一个空数据库。"
            raise NotReady(problem=problem)


def require_loopback(demo: bool, host: str) -> None:
    """Raise NotReady when a demo, whose passwords are public, would answer other machines."""
    try:
        is_local = host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        is_local = False
    if demo and not is_local:
        raise NotReady(problem=f"演示系统的密码是公开的，只能在本机使用，不能监听 {host}，请用 127.0.0.1。")


def examine(app: App, home: Path) -> list[str]:
    """Look at what a serving process needs; return warnings, raise NotReady."""
    if etree.LXML_VERSION < OLDEST_LXML:
        need = ".".join(map(str, OLDEST_LXML))
        raise NotReady(problem=f"lxml版本过低，需要{need}或更高，请重新安装锁定的软件包。")
    return [*_durability(app.db), *_calendar(app), *_space(home)]


def _durability(db: Database) -> list[str]:
    said = condition.durability(db)
    if not db.is_postgres:
        if said["journal_mode"] != "wal" or said["synchronous"] not in ("2", "3"):
            found = f"{said['journal_mode']}、{said['synchronous']}"
            raise NotReady(problem=f"SQLite未能设为WAL和FULL（{found}），断电会丢失数据，请检查文件系统。")
        return []
    if said["synchronous_commit"] == "off":
        raise NotReady(problem="PostgreSQL的synchronous_commit为off，断电会丢失已保存的数据，请改为on。")
    if said["server_encoding"] != "UTF8":
        raise NotReady(problem=f"数据库的字符编码是{said['server_encoding']}，请用UTF8重新建库。")
    risky = [name for name in ("fsync", "full_page_writes") if said[name] == "off"]
    return [f"PostgreSQL的{name}为off，断电可能损坏数据库。" for name in risky]


def _calendar(app: App) -> list[str]:
    today = local_date(app.clock.now())
    with app.read() as conn:
        known = app.work_calendar(conn).years
    wanted = [today.year] + ([today.year + 1] if today.month >= NOVEMBER else [])
    missing = [year for year in wanted if year not in known or not known[year].official]
    return [f"{year}年的工作日历尚未正式公布，公布后请用 aid595 import calendar 导入。" for year in missing]


def _space(home: Path) -> list[str]:
    free = shutil.disk_usage(home).free
    return [f"磁盘只剩{free // 1024 // 1024} MB，请尽快清理。"] if free < LEAST_FREE else []
