"""`aid595 import survey FILE` and `export survey-template FILE`: questionnaires of the household survey."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tasks.actor import OPERATOR
from tasks.app import App
from tasks.imports import ImportRefused
from tasks.survey import importing
from tasks.survey.importing import Import
from tasks.survey.rowcheck import columns_of
from web.cli_common import DATABASE, DEMO, FILE, NEW_FILE, open_app

#: Faulty rows that are said on the terminal; all of them are in the workbook to mend.
_SAID = 50
_EVERY = 0.5


@click.command(name="survey")
@click.argument("file", type=FILE)
@click.option("--good-rows", is_flag=True, help="Take the rows without fault even where others have some.")
@click.option("--mend", type=NEW_FILE, help="Write the rows with faults to a new workbook, with the reasons.")
@DATABASE
@DEMO
def import_survey(
    file: Path, good_rows: bool, mend: Path | None, database: str | None, is_demo: bool
) -> None:
    """Import questionnaires from a workbook (xlsx) or CSV with the columns of the template.

    The whole file is checked first. With one faulty row nothing is imported, unless --good-rows says so. A
    broken-off import of the same file goes on where it stopped; every row is written once.

    Example: aid595 import survey 问卷.xlsx --mend 需改正.xlsx
    """
    app = open_app(database, is_demo)
    import_id = _broken_off(app, file)
    if import_id is None:
        import_id = importing.start(app, OPERATOR, file.resolve(), file.name)
        found = _follow(app, import_id, "检查")
        _refuse(app, found, good_rows, mend)
    else:
        click.echo("继续上次中断的导入。", err=True)
    importing.go_on(app, OPERATOR, import_id)
    done = _follow(app, import_id, "导入")
    if done.state != "done":
        raise ImportRefused(done.problem.split("\n") if done.problem else ["导入中断，请再运行一次继续。"])
    click.echo(
        f"已导入{done.done}份问卷：新建档案{done.opened}人，已有相同问卷{done.same}份，"
        f"与已有问卷不同、待核对{done.beside}份，有错未导入{done.faulty}行。"
    )


def _broken_off(app: App, file: Path) -> int | None:
    """Return the import of the same file that was broken off while it was taken over."""
    with app.read() as conn:
        mine = importing.listed(conn, OPERATOR)
    found = (one for one in mine if one.name == file.name and one.state == "lost")
    return next((one.id for one in found if one.stored == "importing"), None)


def _follow(app: App, import_id: int, what: str) -> Import:
    """Show how far the child is until it ends."""
    shown = sys.stderr.isatty()
    while not importing.wait(import_id, _EVERY):
        if shown:
            with app.read() as conn:
                now = importing.mine(conn, OPERATOR, import_id)
            rows = f"{now.done}/{now.good}" if now.stored == "importing" else f"{now.rows}"
            click.echo(f"\r{what} {rows}行", nl=False, err=True)
    if shown:
        click.echo(err=True)
    with app.read() as conn:
        return importing.mine(conn, OPERATOR, import_id)


def _refuse(app: App, found: Import, good_rows: bool, mend: Path | None) -> None:
    """Raise ImportRefused where a file cannot be imported as it is."""
    if found.state != "checked":
        raise ImportRefused(found.problem.split("\n") if found.problem else ["检查中断，请再运行一次。"])
    if not found.faulty:
        return
    with app.read() as conn:
        faults = importing.faults(app, conn, found.id, limit=_SAID)
        if mend is not None:
            from tasks.survey.template import faulty_rows

            mend.write_bytes(faulty_rows(importing.all_faults(app, conn, found.id)))
    said = [f"第{one.row}行 {column}：{zh}" for one in faults for column, zh in columns_of(one.problems)]
    if found.faulty > len(faults):
        said.append(f"……共{found.faulty}行有错。")
    if good_rows and found.good and not found.cut:
        for line in said:
            click.echo(f"  {line}", err=True)
        return
    importing.drop(app, OPERATOR, found.id)
    raise ImportRefused(said)


@click.command(name="survey-template")
@click.argument("file", type=NEW_FILE)
def export_template(file: Path) -> None:
    """Write the workbook in which questionnaires are filled in.

    Example: aid595 export survey-template 问卷模板.xlsx
    """
    from tasks.survey.template import template

    with file.open("xb") as stream:
        stream.write(template())
    click.echo(f"已写入 {file}。")
