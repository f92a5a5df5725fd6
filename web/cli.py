"""The command line: `aid595`. Each command opens the installation, does one thing, and says what it did."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from engine.errors import AidError, IllegalState
from tasks import accounts, demo, installation, selftest
from web import (
    cli_audit,
    cli_cases,
    cli_data,
    cli_demo,
    cli_import,
    cli_prune,
    cli_rules,
    cli_serve,
    cli_survey,
)
from web.cli_common import (
    DATABASE,
    DEMO,
    FILE,
    FILE_OR_FOLDER,
    NEW_FILE,
    PORT,
    THREADS,
    open_app,
    opened,
    tell,
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aid595")
def cli() -> None:
    """aid595: 顺义区“595”就业援助。

    \b
    aid595 run --demo        the demo on http://127.0.0.1:5950
    aid595 migrate           make or upgrade the tables
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("alembic", "apscheduler", "spiff"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@cli.command()
@DATABASE
@DEMO
@click.option("--host", default="127.0.0.1", show_default=True)
@PORT
@THREADS
@click.option("--simulate", is_flag=True, help="With --demo: connect simulated outside systems.")
def run(database: str | None, is_demo: bool, host: str, port: int, threads: int, simulate: bool) -> None:
    """Serve web and worker together on one machine.

    Example: aid595 run --demo
    """
    selftest.require_loopback(is_demo, host)
    where = installation.place(database, is_demo)
    app = opened(where, create=True)
    cli_data.prepare(app)
    if is_demo:
        cli_data.load_demo_once(app, where)
        cli_data.print_demo(f"http://{host}:{port}")
    cli_serve.examine(app, where)
    with cli_serve.simulated(app) if simulate and is_demo else nullcontext():
        cli_serve.run(app, where, host, port, threads)


@cli.command()
@DATABASE
@DEMO
@click.option("--host", default="127.0.0.1", show_default=True)
@PORT
@THREADS
def serve(database: str | None, is_demo: bool, host: str, port: int, threads: int) -> None:
    """Serve the web; any number of these may run on one database.

    Example: aid595 serve --port 5951
    """
    selftest.require_loopback(is_demo, host)
    where = installation.place(database, is_demo)
    app = opened(where)
    cli_serve.examine(app, where)
    cli_serve.serve(app, where, host, port, threads)


@cli.command()
@DATABASE
@DEMO
@click.option("--once", is_flag=True, help="Do what is due now, and stop.")
def worker(database: str | None, is_demo: bool, once: bool) -> None:
    """Fire timers, open duties, seal the trails; any number may run on one database.

    Example: aid595 worker --once
    """
    where = installation.place(database, is_demo)
    app = opened(where)
    cli_serve.examine(app, where)
    done = cli_serve.work(app, where, once)
    if once:
        click.echo(f"已办理到期事项{done}件。")


@cli.command()
@DATABASE
@DEMO
def migrate(database: str | None, is_demo: bool) -> None:
    """Make or upgrade the tables, and publish the shipped diagrams where none are.

    Example: aid595 migrate --database postgresql://user@host/aid595
    """
    app = opened(installation.place(database, is_demo), create=True)
    cli_data.prepare(app)
    click.echo("数据库已是最新结构。")


@cli.command()
@DATABASE
@click.option("--district", default="顺义区", show_default=True)
def init(database: str | None, district: str) -> None:
    """First start: make the three administrators, each with a one-time password.

    Example: aid595 init
    """
    if not district.strip():
        raise click.BadParameter("区的名称不能空着", param_hint="--district")
    app = opened(installation.place(database), create=True)
    cli_data.prepare(app)
    if demo.is_loaded(app.db):
        raise IllegalState(detail="数据库里已有账号，管理员只在首次启动时建立")
    roles = ("system_admin", "security_admin", "audit_admin")
    codes = {role: accounts.one_time_password() for role in roles}
    cli_data.make_administrators(app, accounts.Passwords.make(), district.strip(), codes)
    for role, code in codes.items():
        click.echo(f"{role.replace('_', '.')}\t{code}")
    click.echo(cli_data.NEXT_STEPS)


@cli.command()
@click.argument("username")
@click.option("--reason", default="运维重设", show_default=True, help="Kept in the trail.")
@DATABASE
def password(username: str, reason: str, database: str | None) -> None:
    """Give an account a new one-time password, as when an administrator lost his.

    Example: aid595 password system.admin
    """
    secret = cli_data.reset_password(open_app(database), username, reason)
    click.echo(f"{username}\t{secret}")
    click.echo("以上为一次性密码，首次登录须修改。原密码和登录已失效，已记入管理轨迹。")


@cli.command(name="second-factor")
@click.argument("username")
@click.option("--reason", default="运维重置", show_default=True, help="Kept in the trail.")
@DATABASE
def second_factor(username: str, reason: str, database: str | None) -> None:
    """Take an account's login code away, as when an administrator lost the telephone.

    Example: aid595 second-factor security.admin
    """
    cli_data.reset_second_factor(open_app(database), username, reason)
    click.echo(f"{username}的登录验证码已取消，登录已失效，已记入管理轨迹。仍要求验证码的账号下次登录时重新启用。")


@cli.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@DATABASE
@DEMO
@click.option("--reason", default="命令行发布", show_default=True)
def deploy(files: tuple[Path, ...], database: str | None, is_demo: bool, reason: str) -> None:
    """Publish diagrams as new active versions after the gate, each with NAME.annex.json beside it.

    Example: aid595 deploy bpmn/community/P04_community_assistance.bpmn
    """
    for process, version in cli_data.deploy(open_app(database, is_demo), files, reason).items():
        click.echo(f"{process}\t第{version}版")


@cli.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--json", "as_json", is_flag=True)
def lint(files: tuple[Path, ...], as_json: bool) -> None:
    """Check diagrams, NAME.annex.json beside them, and decision tables (.dmn), without publishing.

    Example: aid595 lint my.bpmn
    """
    found = cli_data.lint(files)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    for row in [] if as_json else found:
        said = f"[{row['rule']}] {row['zh']}{row['way_zh']}"
        click.echo(f"{row['file']}:{row['line']}: {row['severity']}: {said}")
    sys.exit(1 if any(row["severity"] == "error" for row in found) else 0)


@cli.group()
def scenario() -> None:
    """Scenarios: cases in the office's words on a virtual clock.

    Example: aid595 scenario run bpmn/scenarios
    """


@scenario.command(name="run")
@click.argument("paths", nargs=-1, required=True, type=FILE_OR_FOLDER)
@click.option("--junit", type=NEW_FILE)
@click.option("--coverage", is_flag=True, help="Print what the set has not touched.")
@click.option("--json", "as_json", is_flag=True)
@DATABASE
def scenario_run(
    paths: tuple[Path, ...], junit: Path | None, coverage: bool, as_json: bool, database: str | None
) -> None:
    """Run scenario files or folders against the real diagrams and a real database.

    Example: aid595 scenario run bpmn/scenarios --junit report.xml
    """
    from tasks.scenarios import cli_run

    code, lines = cli_run(list(paths), junit, coverage, database, as_json)
    for line in lines:
        click.echo(line)
    sys.exit(code)


@cli.group()
def audit() -> None:
    """The trail and its proof.

    Example: aid595 audit verify
    """


@audit.command()
@DATABASE
@DEMO
def seal(database: str | None, is_demo: bool) -> None:
    """Seal all trails now and tell the file of checkpoints.

    Example: aid595 audit seal
    """
    where = installation.place(database, is_demo)
    click.echo(f"第{cli_data.seal_now(opened(where), where)}次封存。")


@audit.command()
@DATABASE
@DEMO
@click.option("--slip", "written", multiple=True, help="A seal on paper, as scanned; may be repeated.")
@click.option("--json", "as_json", is_flag=True)
def verify(database: str | None, is_demo: bool, written: tuple[str, ...], as_json: bool) -> None:
    """Prove that nothing in the trail was altered, removed or cut off.

    Example: aid595 audit verify --demo
    """
    where = installation.place(database, is_demo)
    found: dict[str, Any] = cli_data.verify(opened(where), where, written)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        click.echo(found["zh"])
        faults = (f"  {fault}" for fault in found["faults"])
        for line in (*faults, *found["slips"], *filter(None, (found["note"],))):
            click.echo(line)
    sys.exit(0 if found["ok"] else 1)


@cli.command()
@DATABASE
@DEMO
@click.option("--json", "as_json", is_flag=True)
def doctor(database: str | None, is_demo: bool, as_json: bool) -> None:
    """Compare state, tasks, timers and trail; say what does not agree.

    Example: aid595 doctor
    """
    faults = cli_data.examine(open_app(database, is_demo))
    if as_json:
        click.echo(json.dumps({"faults": faults}, ensure_ascii=False, indent=1))
        sys.exit(1 if faults else 0)
    for fault in faults:
        click.echo(fault)
    click.echo(f"发现{len(faults)}处不一致。" if faults else "一切一致。")
    sys.exit(1 if faults else 0)


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure speed beside the raw database and a naive engine.

    Example: aid595 bench --quick
    """
    sys.exit(subprocess.call([sys.executable, "-m", "bench", *arguments]))  # noqa: S603 - no shell


audit.add_command(cli_audit.bundle)
cli.add_command(cli_prune.prune)
cli_import.import_group.add_command(cli_survey.import_survey)
cli_import.export_group.add_command(cli_survey.export_template)
for _command in (
    cli_import.import_group, cli_import.export_group, cli_import.backup, cli_import.restore,
    cli_cases.cases_group, cli_rules.rules, cli_demo.load_demo,
):  # fmt: skip
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code. A refusal is one Chinese sentence on stderr."""
    os.umask(0o077)  # what the office writes is for nobody else on the machine
    try:
        done = cli.main(arguments, prog_name="aid595", standalone_mode=False)
    except (AidError, click.ClickException, click.Abort, OSError) as error:
        return tell(error)
    return done if isinstance(done, int) else 0
