"""`aid595 cases migrate`: take the open cases of a version of a process to another one."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import click

from engine.errors import NotFound
from tasks import accounts, migration_runs
from tasks.actor import SYSTEM, Actor
from tasks.app import App
from tasks.migration_commands import StartMigration
from tasks.queries import migrations, studio
from tasks.queries.studio import Version
from tasks.store import accounts as account_store
from web.cli_common import DATABASE, DEMO, open_app


@click.group(name="cases")
def cases_group() -> None:
    """Cases that are at work.

    Example: aid595 cases migrate P04 --reason 新版 --dry-run
    """


@cases_group.command(name="migrate")
@click.argument("process")
@click.option("--from", "old", type=int, help="Version to leave; default: the newest with open cases.")
@click.option("--to", "new", type=int, help="Version to go to; default: the active one.")
@click.option("--map", "pairs", multiple=True, metavar="OLD=NEW", help="Where a step is now; OLD= ends it.")
@click.option("--recompute", is_flag=True, help="Count deadlines and timers again by the new version.")
@click.option("--reason", default="", help="Why; goes into every case's history.")
@click.option("--as", "username", default="", metavar="LOGIN", help="In whose name; default: the system.")
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would become of each case.")
@click.option("--json", "as_json", is_flag=True)
@DATABASE
@DEMO
def migrate(
    process: str, old: int | None, new: int | None, pairs: tuple[str, ...], recompute: bool, reason: str,
    username: str, dry: bool, as_json: bool, database: str | None, is_demo: bool,
) -> None:  # fmt: skip
    """Take every open case of a version to another one, one transaction each.

    PROCESS is an id or its code, such as P04. The same call goes on with a batch that was cut off. It ends
    with 1 where a case was refused.

    Example: aid595 cases migrate P04 --map P04_Wishes=P04_Match --reason 新版 --dry-run
    """
    app = open_app(database, is_demo)
    actor = _actor(app, username)
    key, of, to = _versions(app, process, old, new)
    command = StartMigration(key, of, to, _mapping(pairs), recompute, dry, reason)
    begun = app.do(command, actor).extra
    batch = int(begun["migration"])
    progress = _work(app, batch)
    with app.read() as conn:
        rows = migrations.items(conn, batch, None, limit=sys.maxsize)
    found = {
        "process": key, "from": of, "to": to, "dry": dry, "batch": str(batch), "state": progress.state,
        "resumed": bool(begun.get("resumed")), "done": progress.done, "refused": progress.refused,
        "gone": progress.gone, "waiting": progress.waiting,
        "cases": [
            {"case": row.case_no, "instance": str(row.instance_id), "state": row.state, "said": row.said}
            for row in rows
        ],
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _tell(found)
    sys.exit(1 if progress.refused or progress.state != "done" else 0)


def _tell(found: Mapping[str, Any]) -> None:
    word = {
        "done": "可以迁移" if found["dry"] else "已迁移", "refused": "不能迁移",
        "gone": "已办结或已在其他版本", "waiting": "等待处理",
    }  # fmt: skip
    for row in found["cases"]:
        said = "".join(one["zh"] for one in row["said"])
        if said or row["state"] != "done":
            click.echo(f"{row['case'] or row['instance']}\t{word[row['state']]}\t{said}")
    head = f"{found['process']} 第{found['from']}版 → 第{found['to']}版{'（试算）' if found['dry'] else ''}"
    counted = "，".join(f"{text}{found[state]}件" for state, text in word.items() if found[state])
    click.echo(f"{head}：{counted or '没有在办案件'}。")


def _work(app: App, batch: int) -> migration_runs.Progress:
    """Work a batch off, with a bar where somebody looks on."""
    total = migration_runs.progress(app, batch)
    with click.progressbar(length=total.total, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        bar.update(total.total - total.waiting)
        return migration_runs.run(app, batch, hears=lambda _item: bar.update(1))


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        old, equal, new = pair.partition("=")
        if not equal or not old.strip():
            raise click.UsageError(f"--map 要写成 旧编号=新编号，不是“{pair}”")
        found[old.strip()] = new.strip()
    return found


def _actor(app: App, username: str) -> Actor:
    if not username:
        return SYSTEM
    with app.read() as conn:
        row = account_store.account_by_username(conn, username)
        if row is None:
            raise NotFound(zh=f"没有登录名为“{username}”的账号。", en=f"There is no account “{username}”.")
        return accounts.load_actor(conn, row["id"], "cli")


def _versions(app: App, process: str, old: int | None, new: int | None) -> tuple[str, int, int]:
    """Return the process and the two versions; what was not said is what stands to reason."""
    with app.read() as conn:
        known = studio.versions(conn)
    named = [one for one in known if one.key == process or one.key.split("_")[0] == process]
    if not named:
        raise NotFound(zh=f"没有流程“{process}”。", en=f"There is no process “{process}”.")
    to = new or next((one.version for one in named if one.status == "active"), named[0].version)
    return named[0].key, old or _newest_at_work(named, to), to


def _newest_at_work(versions: list[Version], to: int) -> int:
    found = next((one.version for one in versions if one.version != to and one.running), None)
    if found is None:
        raise NotFound(zh="没有在旧版本上办理的案件，无需迁移。", en="No case is at work on another version.")
    return found
