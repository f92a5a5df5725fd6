"""`aid595 import …`, `export …`, `backup` and `restore`: data that comes from files and goes to them."""

from __future__ import annotations

from pathlib import Path

import click

from tasks import (
    backups,
    discovery,
    exports,
    imports,
    installation,
    list_import,
    rosters,
)
from tasks.actor import OPERATOR
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
    """Load the official calendar of a year, as bpmn/calendars/*.toml or CSV (类型,名称,开始日期,结束日期).

    Deadlines that waited for it are counted, running ones counted again.

    Example: aid595 import calendar 2027.toml
    """
    year, moved = imports.load_calendar(open_app(database, is_demo), content(file), file.name)
    click.echo(f"已导入{year}年工作日历，{moved}个期限已重新计算。")


@import_group.command(name="units")
@click.argument("file", type=FILE)
@DATABASE
@DEMO
def import_units(file: Path, database: str | None, is_demo: bool) -> None:
    """Make districts, streets and communities from a CSV list in UTF-8: 区,街镇,社区.

    What is there already stays. One wrong row and none is made; every wrong row is listed.

    Example: aid595 import units units.csv
    """
    rows, made = rosters.import_units(open_app(database, is_demo), content(file))
    click.echo(f"已读入{rows}行，新建机构{made}个。")


@import_group.command(name="staff")
@click.argument("file", type=FILE)
@click.option("--passwords", "target", type=NEW_FILE, help="Write the one-time passwords to a new file.")
@DATABASE
@DEMO
def import_staff(file: Path, target: Path | None, database: str | None, is_demo: bool) -> None:
    """Make accounts without roles from a CSV list in UTF-8: 登录名,姓名,机构,手机,身份证号.

    The last two may be missing. One wrong row and no account is made; every wrong row is listed. The
    security administrator then grants the roles.

    Example: aid595 import staff staff.csv --passwords passwords.csv
    """
    app = open_app(database, is_demo)
    if target is None:
        for name, code in rosters.import_staff(app, content(file)):
            click.echo(f"{name}\t{code}")
    else:
        with target.open("x", encoding="utf-8-sig") as stream:
            try:
                lines = [f"{name},{code}\n" for name, code in rosters.import_staff(app, content(file))]
            except BaseException:
                target.unlink()
                raise
            stream.writelines(["登录名,一次性密码\n", *lines])
    where = "如上" if target is None else f"已写入 {target}"
    click.echo(f"一次性密码{where}，首次登录须修改。请安全管理员在“账号”中授予岗位。", err=True)


@import_group.command(name="people")
@click.argument("file", type=FILE)
@DATABASE
@DEMO
def import_people(file: Path, database: str | None, is_demo: bool) -> None:
    """Open files of persons from a CSV list in UTF-8: name,id_no,community.

    phone, address and, for papers other than a card, id_kind, sex and birth_date may follow. Where a file of
    the same name and birth date exists, distinct_reason says why it is another person.

    One wrong row and none is imported; every wrong row is listed.

    Example: aid595 import people people.csv
    """
    click.echo(f"已导入{imports.import_people(open_app(database, is_demo), content(file))}人。")


@import_group.command(name="vacancies")
@click.argument("file", type=FILE)
@DATABASE
@DEMO
def import_vacancies(file: Path, database: str | None, is_demo: bool) -> None:
    """Take over vacancies from a CSV list in UTF-8: employer,name,area,number,wage.

    The area is a district, street or community. A vacancy that is there already is brought up to date.

    Example: aid595 import vacancies vacancies.csv
    """
    click.echo(f"已导入{imports.import_vacancies(open_app(database, is_demo), content(file))}个岗位。")


@import_group.command(name="posts")
@click.argument("file", type=FILE)
@DATABASE
@DEMO
def import_posts(file: Path, database: str | None, is_demo: bool) -> None:
    """Take over public-welfare posts from a CSV list in UTF-8: name,level,area,number.

    The level is STREET or DISTRICT. A post that is there already is brought up to date.

    Example: aid595 import posts posts.csv
    """
    click.echo(f"已导入{imports.import_posts(open_app(database, is_demo), content(file))}个公益性岗位。")


@import_group.command(name="contributions")
@click.argument("file", type=FILE)
@DATABASE
@DEMO
def import_contributions(file: Path, database: str | None, is_demo: bool) -> None:
    """Take over months of social insurance from a CSV list: 身份证号,缴费月份,单位名称,姓名.

    The last two may be missing. A month that is there already is replaced. The month-end check (P08) then
    proposes who has three months in a row. People without a file are counted and not kept.

    Example: aid595 import contributions june.csv
    """
    app = open_app(database, is_demo)
    done = list_import.take_contributions(app, content(file), file.name, OPERATOR)
    click.echo(f"已读入{done.rows}行，其中{done.known}行是本系统人员。")


@import_group.command(name="candidates")
@click.argument("kind", type=click.Choice(list(discovery.PROVES), case_sensitive=False))
@click.argument("file", type=FILE)
@DATABASE
@DEMO
def import_candidates(kind: str, file: Path, database: str | None, is_demo: bool) -> None:
    """Compare a CSV list (身份证号,姓名) of another office with the people on file (P18).

    Whoever may need help and is not in the ledger gets a visit by the community.

    Example: aid595 import candidates DISABLED disabled.csv
    """
    app = open_app(database, is_demo)
    done = list_import.take_persons(app, content(file), kind.upper(), file.name, OPERATOR)
    found = sum(count for _street, count, _run in done.compared.runs)
    click.echo(f"已读入{done.rows}行，其中{done.known}人已建档，{found}人需上门核查。")


@click.group(name="export")
def export_group() -> None:
    """Write lists without personal data to CSV files in UTF-8.

    Example: aid595 export cases cases.csv
    """


def _export_command(what: str, said: str) -> None:
    @export_group.command(
        name=what, help=f"Write {said} to a new file.\n\nExample: aid595 export {what} {what}.csv"
    )
    @click.argument("file", type=NEW_FILE)
    @DATABASE
    @DEMO
    def export(file: Path, database: str | None, is_demo: bool) -> None:
        click.echo(f"已导出{exports.export(open_app(database, is_demo), what, file)}行到 {file}。")


_export_command("cases", "every case with area, state and dates")
_export_command("vacancies", "the open vacancies, as they are imported,")
_export_command("posts", "the public-welfare posts, as they are imported,")


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
