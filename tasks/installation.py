"""Opens an installation: where its database and keys lie, and the `App` over them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.clock import SystemClock, local_date
from engine.store import condition
from engine.store.db import Database
from tasks import selftest
from tasks.app import App
from tasks.connectors.config import load_adapters
from tasks.crypto import ENVIRONMENT, KeyFault, Keys, load_keys
from tasks.demo_clock import DemoClock
from tasks.selftest import NotReady
from tasks.store import all_tables

assert all_tables
VAR = Path("var")
#: As a URL begins that we can serve.
HOW = "请用 sqlite:///文件 或 postgresql://用户@主机/库名"
KINDS = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installation keeps its things; a demo keeps its own beside them."""

    database: str
    keys: Path
    demo: bool = False

    @property
    def checkpoints(self) -> Path:
        """Return the file of seals outside the database."""
        return self.keys.with_suffix(".checkpoints")

    @property
    def connectors(self) -> Path:
        """Return the operator's file of connected systems."""
        return self.keys.with_suffix(".connectors.toml")


def place(database: str | None, demo: bool = False, environ: Mapping[str, str] | None = None) -> Place:
    """Return where to look: the option, the environment (`AID595_DATABASE`), or `AID595_HOME` (`var/`).

    Raises NotReady when the folder cannot be made.
    """
    env = os.environ if environ is None else environ
    home = Path(env.get("AID595_HOME") or VAR)
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror
        raise NotReady(problem=f"不能建立数据文件夹 {home}（{why}），请检查AID595_HOME。") from error
    name = "demo" if demo else "aid595"
    url = database or env.get("AID595_DATABASE") or f"sqlite:///{(home / name).with_suffix('.db')}"
    return Place(url, Path(env.get("AID595_KEY_FILE") or home / f"{name}.keys"), demo)


def open_app(where: Place, create: bool = False) -> App:
    """Open an installation whose tables, keys and kind fit; `create` lets database and keys be made.

    Raises NotReady, IllegalState for the tables of a newer program, Unavailable.
    """
    db = _database(where.database, create)
    try:
        if not create:
            selftest.require_tables(db)
        selftest.require_kind(db, where.demo)
        keys = _keys(db, where, create)
        selftest.require_keys(db, keys, where.keys)
    except BaseException:
        db.dispose()
        raise
    clock = DemoClock(db) if where.demo else None
    app = App(db, clock or SystemClock(), keys, demo=clock, demo_settings=where.demo)
    return connected(app, where)


def connected(app: App, where: Place) -> App:
    """Return an app with ways to the outside systems the operator has named; raise NotReady."""
    app.adapters = load_adapters(
        where.connectors, app.library.systems, lambda: local_date(app.clock.now())
    )
    return app


def _database(url: str, create: bool) -> Database:
    if not url.startswith(KINDS):
        kind = url.partition("://")[0]
        raise NotReady(problem=f"不认识数据库地址“{kind}”，{HOW}。")
    try:
        db = Database(url)
    except Exception as error:
        raise NotReady(problem=f"数据库地址写得不对，{HOW}。") from error
    file = condition.file_of(db)
    if file is not None and not file.exists():
        if not create:
            raise NotReady(problem=f"没有数据库文件 {file}，请核对地址，或先运行 aid595 migrate。")
        if not file.parent.is_dir():
            raise NotReady(problem=f"没有文件夹 {file.parent}，请先建立，或核对数据库地址。")
    elif file is not None:
        try:
            condition.require_database_file(file)
        except OSError as error:
            raise NotReady(problem=f"读不了数据库文件 {file}（{error.strerror}）。") from error
    return db


def require_key_file(where: Place) -> None:
    """Raise NotReady where there are no keys yet and new ones would be of no use."""
    if not os.environ.get(ENVIRONMENT) and not where.keys.exists():
        problem = f"没有找到密钥文件 {where.keys}，请从备份恢复；没有它读不出个人信息，也验不了轨迹。"
        raise NotReady(problem=problem)


def _keys(db: Database, where: Place, create: bool) -> Keys:
    if not create or condition.stored_setting(db, selftest.CANARY) is not None:
        require_key_file(where)
    try:
        return load_keys(where.keys)
    except (KeyFault, UnicodeDecodeError) as fault:
        raise NotReady(problem=f"密钥文件 {where.keys} 已损坏，请从备份恢复。") from fault
    except OSError as error:
        raise NotReady(problem=f"不能读写密钥文件 {where.keys}（{error.strerror}）。") from error
