"""Workbooks of registers: what goes into the file, and that it is recorded before it leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.clock import SHANGHAI
from engine.codec import loads
from tasks import org, people
from tasks.access import HIDDEN, Subject, classes_for
from tasks.commands_register import AskExport, ExportRegister
from tasks.queries import registers as found
from tasks.registers import exporting, lines, tables
from tasks.registers import period as periods
from tasks.registers.approval import MOST
from tasks.registers.lines import Line
from tasks.registers.sheet import Head, Sheet, digest
from tasks.registers.spec import RegisterSpec
from tasks.registers.workbook import workbook
from tasks.store.conn import Connection, Record
from tasks.text import written_day
from web.context import Ctx
from web.registerview import Asked


def _made(context: Ctx) -> tuple[tuple[str, str], ...]:
    now = context.now.astimezone(SHANGHAI)
    on = written_day(now.date())
    return (("制表日期", on), ("制表人", context.actor.name), ("制表时间", f"{now:%H:%M}"))


def _marked(sheet: Sheet) -> Sheet:
    """Return a table that says which content it had when it was made."""
    return replace(sheet, end=f"{sheet.end}　内容校验 SHA-256 {digest(sheet)}")


def register(
    context: Ctx, spec: RegisterSpec, asked: Asked, whole: bool, reason: str
) -> tuple[bytes, str]:
    """Return a register as a workbook, and its name; raise what the rights, or too many lines, refuse."""
    with context.app.read() as conn:
        told = [lines.veiled(context.actor, spec, one) for one in _lines(conn, spec, asked)]
        office = org.full_name(conn, asked.area)
        if whole and exporting.may_see_whole(context.actor, asked.area):
            told = [_whole(context, conn, spec, one) for one in told]
    sheet = _marked(tables.register_sheet(spec, told, office, asked.period, _made(context)))
    persons = tuple(sorted({line.person_id for line in told if line.person_id is not None}))
    _record(context, spec.id, asked.area, sheet, asked, persons, whole, reason)
    return workbook([sheet]), f"{spec.title('zh')}-{asked.period.first}-{asked.period.last}"


def _lines(conn: Connection, spec: RegisterSpec, asked: Asked) -> list[Line]:
    entries = found.entries(conn, spec, asked.wanted, most=MOST + 1)
    return lines.lines_of(conn, spec, list(reversed(entries)))


def question(context: Ctx, spec: RegisterSpec, asked: Asked, whole: bool, reason: str) -> AskExport:
    """Return the request for a second person to let a register be taken along."""
    with context.app.read() as conn:
        rows = len(_lines(conn, spec, asked))
    first, last = asked.first.isoformat(), asked.last.isoformat()
    return AskExport(spec.id, asked.area, rows, reason, whole, first, last, asked.facet)


def question_of_month(row: Record, area: str, reason: str) -> AskExport:
    """Return the request for a second person to let a closed month be taken along."""
    return AskExport(f"{row['register']}:{row['month']}", area, row["rows"], reason)


def _whole(context: Ctx, conn: Connection, spec: RegisterSpec, line: Line) -> Line:
    """Return a line with the whole identity number, where the reader may have it."""
    seen = classes_for(context.actor, Subject(line.area, tier=line.case_tier or line.tier))
    if line.person_id is None or exporting.WHOLE not in seen:
        return line
    number = people.reveal_id(conn, context.app.keys, line.person_id)
    cells = tuple(
        number if column.name == "id_no" and cell and cell != HIDDEN else cell
        for column, cell in zip(spec.columns, line.cells, strict=True)
    )
    return replace(line, cells=cells)


def _record(
    context: Ctx, name: str, area: str, sheet: Sheet, asked: Asked | None = None,
    persons: tuple[int, ...] = (), whole: bool = False, reason: str = "",
) -> None:  # fmt: skip
    given = {} if asked is None else {
        "first": asked.first.isoformat(), "last": asked.last.isoformat(), "facet": asked.facet
    }  # fmt: skip
    command = ExportRegister(name, area, len(sheet.rows), digest(sheet), persons, whole, reason, **given)
    context.app.do(command, context.actor)


def summary(context: Ctx, asked: Asked) -> tuple[bytes, str]:
    """Return the summary of an office as a workbook, and its name."""
    with context.app.read() as conn:
        made = tables.Summary(conn, asked.area, asked.period)
        sheet = _marked(made.sheet(org.full_name(conn, asked.area), _made(context)))
    _record(context, tables.SUMMARY, asked.area, sheet, asked)
    return workbook([sheet]), f"{sheet.title}-{asked.period.first}-{asked.period.last}"


def closed(context: Ctx, row: Record, title: str, shown: list[Line], fixed: list[dict[str, Any]]) -> bytes:
    """Return a closed month as a workbook: the lines, and on a sheet of its own the corrections."""
    content = loads(row["content"])
    heads = tuple(Head(*one) for one in content["heads"])
    period = periods.of_month(row["month"])
    facts = (
        ("单位", content["name"]), ("期间", tables.period_words(period)),
        ("封存", "已封存"), *_made(context),
    )  # fmt: skip
    summed = row["register"] == tables.SUMMARY
    end = f"{'' if summed else f'合计{len(shown)}条。　'}封存校验 SHA-256 {row['hash']}"
    rows = [one.cells for one in shown]
    sheets = [Sheet(title, f"{title}（{row['month']}）", facts, heads, rows, end, summed)]
    if fixed:
        more = (Head("所属月份", "text", 12), Head("更正情况", "text", 12))
        wrong = [[one["month"], one["said"], *one["cells"]] for one in fixed]
        sheets.append(Sheet("更正", f"{title}更正（{row['month']}）", facts, (*more, *heads), wrong))
    _record(context, f"{row['register']}:{row['month']}", content["unit"], sheets[0])
    return workbook(sheets)
