"""`aid595 audit bundle`: the evidence of one case in one file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click
from flask import g

from engine.errors import FormInvalid
from tasks import commands_audit, installation
from tasks.actor import Actor
from tasks.app import App
from tasks.auditing import need_reason
from tasks.queries import case_page
from tasks.queries.trail_owners import owner_of
from tasks.selftest import NotReady
from web.audit.bundle import pack
from web.audit.file import load
from web.cli_common import DATABASE, DEMO, NEW_FILE, opened
from web.cli_serve import config
from web.context import Ctx
from web.create_app import create_app
from web.numbers import LIMIT

#: Who exports from the command line: whoever may read the keys of the installation.
_AT_THE_MACHINE = Actor(user_id=None, name="命令行", origin="cli")


def _case(app: App, named: str) -> int:
    """Return the id of a trail, of a case by its number; raise NotReady."""
    with app.read() as conn:
        found = case_page.case_by_no(conn, named.upper())
        number = int(named) if named.isdecimal() and len(named) < 20 else 0
        if found is None and number < LIMIT and owner_of(conn, number) is not None:
            return number
    if found is None:
        raise NotReady(problem=f"没有案件“{named}”，请核对案件编号。")
    return found[0]


@click.command()
@click.argument("case")
@click.argument("file", type=NEW_FILE, required=False)
@DATABASE
@DEMO
@click.option("--reason", default="命令行导出证据包", show_default=True, help="Goes into the trail.")
def bundle(case: str, file: Path | None, database: str | None, is_demo: bool, reason: str) -> None:
    """Write the evidence of a trail to a new file: data, diagrams, a page to read, and what verifies it.

    CASE is the number of a case, or the id of any trail. The file holds personal data. Verify it
    anywhere with the verify_bundle.py inside it.

    Example: aid595 audit bundle 2026-000001 case.zip --reason "第12号投诉"
    """
    where = installation.place(database, is_demo)
    app = opened(where)
    file = file or Path(f"{Path(case).name}.zip")
    if file.exists():
        raise NotReady(problem=f"{file} 已经存在，不会覆盖，请换一个文件名。")
    try:
        need_reason(reason)
    except FormInvalid as refusal:
        raise NotReady(problem=refusal.problems[0][1]) from refusal
    case_id = _case(app, case.strip())
    setup = config(where, "127.0.0.1", 0)
    with create_app(app, setup).test_request_context():
        context = g.ctx = Ctx(app, setup, "zh", app.clock.now(), _AT_THE_MACHINE)
        whole = load(context, case_id, whole=True)
        packed = pack(context, whole, reason, where.checkpoints)
    digest = hashlib.sha256(packed).hexdigest()
    note = commands_audit.NoteExport("bundle", digest, len(whole.every), case_id, reason)
    try:
        with file.open("xb") as out:
            app.do(note, _AT_THE_MACHINE)  # what is not recorded does not leave
            out.write(packed)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    click.echo(f"证据包已写入 {file}，{len(whole.every)}条记录，SHA-256 {digest}")
