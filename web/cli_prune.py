"""`aid595 prune`: what is no record of anybody's assistance and may go after a time (docs/operations.md)."""

from __future__ import annotations

import click

from tasks import installation, retention
from tasks.labels import label
from web.cli_common import DATABASE, DEMO, opened


@click.command()
@DATABASE
@DEMO
@click.option("--remove", is_flag=True, help="Remove it; without, only say how much there is.")
def prune(database: str | None, is_demo: bool, remove: bool) -> None:
    """Say what may be removed after a time; with --remove do it, and tell the office's trail.

    Never: cases, papers, registers, files, questionnaires, trails.

    Example: aid595 prune --remove
    """
    app = opened(installation.place(database, is_demo))
    for name, kind in retention.LEFTOVERS.items():
        number = retention.prune(app, name) if remove else retention.waiting(app, name)
        done = "已删除" if remove else "可删除"
        click.echo(f"{label('leftover', name)}（超过{kind.days}天）：{done}{number}条")
    past = retention.past_their_years(app)
    if past is not None:
        click.echo(f"已过保存年限的案卷：{past}件，全部仍在保存；如何处理由本单位按档案管理规定决定。")
    if not remove:
        click.echo("没有删除任何内容；确认后加 --remove 执行。案件、文书、台账、附件、问卷和轨迹永久保存。")
