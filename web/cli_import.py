"""`aid595 import …`, `aid595 backup` and `aid595 restore`: data that comes from files and goes to them."""

from __future__ import annotations

from pathlib import Path

import click

from tasks import backups, imports, installation
from web.cli_common import DATABASE, DEMO, FILE, NEW_FILE, content, open_app, opened


@click.group(name="import")
def import_group() -> None:
    """Read lists that an office brings along.

    Example: aid595 import calendar 2027.toml
    """


@import_group.command(name="calendar")
@click.argument("file", type=FILE)
@DATABASE
@DEMO
def import_calendar(file: Path, database: str | None, is_demo: bool) -> None:
    """Load the official calendar of a year, in the form of bpmn/calendars/*.toml.

    Deadlines that waited for it are counted, running ones counted again.

    Example: aid595 import calendar 2027.toml
    """
    year, moved = imports.load_calendar(open_app(database, is_demo), content(file))
    click.echo(f"已导入{year}年工作日历，{moved}个期限已重新计算。")


@import_group.command(name="people")
@click.argument("file", type=FILE)
@DATABASE
@DEMO
def import_people(file: Path, database: str | None, is_demo: bool) -> None:
    """Open files of persons from a CSV list in UTF-8: name,id_no,community,phone,address.

    One wrong row and none is imported; every wrong row is listed.

    Example: aid595 import people people.csv
    """
    click.echo(f"已导入{imports.import_people(open_app(database, is_demo), content(file))}人。")


@click.command()
@click.argument("file", type=NEW_FILE)
@DATABASE
@DEMO
def backup(file: Path, database: str | None, is_demo: bool) -> None:
    """Copy a running SQLite database consistently to a new file (PostgreSQL: use pg_dump).

    Example: aid595 backup /backup/aid595-monday.db
    """
    where = installation.place(database, is_demo)
    backups.backup(opened(where), file)
    click.echo(f"已备份到 {file}。密钥文件 {where.keys} 和封存文件 {where.checkpoints} 请另行保管。")


@click.command()
@click.argument("file", type=FILE)
@DATABASE
@DEMO
@click.option("--replace", is_flag=True, help="Replace the data that is there; a copy of it is kept beside.")
def restore(file: Path, database: str | None, is_demo: bool, replace: bool) -> None:
    """Put a backup of a SQLite database back, after checking that it is sound and fits the keys.

    Example: aid595 restore /backup/aid595-monday.db
    """
    where = installation.place(database, is_demo)
    installation.require_key_file(where)
    app = opened(where, create=True)
    kept = backups.restore(app, file, replace)
    click.echo(f"已从 {file} 恢复。" + (f"原有数据保存在 {kept}。" if kept else ""))
