"""The workbooks the office gets from us: the template to fill in, and the rows that have to be mended."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from tasks.survey.columns import REASONS, ROW_NUMBER, SHEET, header_of, headers
from tasks.survey.importing import Fault
from tasks.survey.schema import NONE, Question, questionnaire
from tasks.text import clean

EXPLAIN, OPTIONS = "填写说明", "选项"
#: Rows of the template that are prepared with formats and lists.
PREPARED = 5_000
_FONT, _EDGE = "宋体", Side(style="thin", color="FFB8B8B8")
_HEAD = PatternFill("solid", fgColor="FF1F4E79")
_MUST = PatternFill("solid", fgColor="FFFFF8E1")
_WIDTHS = {
    "id_card": 21, "phone": 16, "date": 13, "year_month": 11, "longtext": 28, "multi": 22, "single": 20,
}  # fmt: skip
_TEXT = "@"


def safe(value: Any) -> Any:
    """Return a value as a cell may hold it: text that would be a formula is shown, never run (THR-15)."""
    if not isinstance(value, str):
        return value
    text = clean(value)[:32_000]
    return f"'{text}" if text[:1] in "=+-@＝＋－＠\t" and text not in ("-", "—") else text


def template() -> bytes:
    """Return the template: the sheet to fill in, what to write, and the lists of options."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = SHEET
    _explain(book.create_sheet(EXPLAIN))
    lists = _lists(book.create_sheet(OPTIONS))
    _prepare(sheet, lists, 0)
    return _bytes(book)


def _bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _lists(sheet: Any) -> dict[str, str]:
    """Write the options of every single choice, one a column; return where each list is."""
    places: dict[str, str] = {}
    singles = [one for one in questionnaire() if one.type == "single"]
    for number, one in enumerate(singles, 1):
        column = get_column_letter(number)
        sheet.cell(1, number, header_of(one)).font = Font(bold=True)
        for line, option in enumerate(one.options, 2):
            sheet.cell(line, number, option.zh)
        sheet.column_dimensions[column].width = 24
        places[one.id] = f"'{OPTIONS}'!${column}$2:${column}${len(one.options) + 1}"
    sheet.sheet_state = "hidden"
    return places


def _prepare(sheet: Any, lists: dict[str, str], first: int) -> None:
    """Give the sheet its header, its formats and its lists; the questions begin after `first` columns."""
    sheet.freeze_panes = sheet.cell(2, first + 3)
    sheet.row_dimensions[1].height = 62
    sheet.sheet_view.zoomScale = 90
    for number, one in enumerate(questionnaire(), first + 1):
        column = get_column_letter(number)
        head = sheet.cell(1, number, header_of(one))
        _head(head)
        head.comment = Comment(_how(one), "aid595", width=320, height=140)
        dimension = sheet.column_dimensions[column]
        dimension.width = _WIDTHS.get(one.type, 14)
        dimension.number_format = _TEXT
        if one.id in lists:
            choice = DataValidation("list", formula1=f"={lists[one.id]}", allow_blank=True)
            choice.error, choice.errorTitle = "请从下拉列表中选择。", "不在选项内"
            sheet.add_data_validation(choice)
            choice.add(f"{column}2:{column}{PREPARED + 1}")
    for line in range(2, 202):
        for number, one in enumerate(questionnaire(), first + 1):
            cell = sheet.cell(line, number)
            cell.number_format = _TEXT
            cell.border = Border(_EDGE, _EDGE, _EDGE, _EDGE)
            if one.asked is None:
                cell.fill = _MUST
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _head(cell: Any) -> None:
    cell.font = Font(name=_FONT, bold=True, color="FFFFFFFF")
    cell.fill = _HEAD
    cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    cell.border = Border(_EDGE, _EDGE, _EDGE, _EDGE)


def _how(one: Question) -> str:
    """Return how a column is filled in."""
    lines = [f"{one.mark}{one.help}".strip()]
    if one.type == "single":
        lines.append("从下拉列表选择一项。")
    elif one.type == "multi":
        sure = f"，共{one.most}项" if one.most else "，可多选" + ("，没有可不填" if one.least == 0 else "")
        shown = "；".join(f"{option.code} {option.zh}" for option in one.options[:9])
        more = f"……见“{EXPLAIN}”" if len(one.options) > 9 else ""
        lines.append(f"填字母，用顿号隔开，如 A、C{sure}。{shown}{more}")
    elif one.type == "date":
        lines.append("写成 2026-01-12。")
    elif one.type == "year_month":
        lines.append("写成 2024-01。")
    elif one.type == "id_card":
        lines.append("18位，本列已设为文本；从别处复制时用“选择性粘贴→数值”。")
    if one.none_ok:
        lines.append(f"没有请填“{NONE}”。")
    if one.spared_by:
        lines.append("“最高技能工种”填“无”时不填。")
    always = one.asked is None and not one.spared_by
    lines.append("必填。" if always else "按跳转规则需要回答时必填，否则留空。")
    return "\n".join(line for line in lines if line)


def _explain(sheet: Any) -> None:
    form = questionnaire()
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 92
    rows: list[tuple[str, str]] = [
        (form.title_zh, form.header_zh),
        ("怎样填", f"在“{SHEET}”表第2行起填写，一人一行。不要改动第1行的列名，不要合并单元格，不要写公式。"),
        ("身份证号", "“身份证号”列已设为文本。若变成1.10113E+17，后几位已丢失，须按户口本重新填写。"),
        ("户口所在地", "填系统“机构”中的街（镇）和社区（村）名称。没有档案的人在该社区（村）建档。"),
        ("填“无”", "需手动填写而没有的填“无”。无任何技能的，“最高技能工种”填“无”，等级和已掌握的技能不填。"),
        ("跳转", "不需要回答的题留空。未就业的不答第2至9题；第11题选“否”的，答到第11题为止，签字仍须填写。"),
        ("重复", "同一人同一年只有一份。系统中已有而内容不同的，并列保存，由人工核对，不会覆盖。"),
        ("隐藏的行", "隐藏和被筛选掉的行同样会导入，请先删去不要的行。"),
        ("检查", "上传后先检查整个文件。有错的行列出行号、列名、原因，可单独下载，改正后再导入。"),
        ("保密", "您的个人信息我们将严格保密。文件导入后请按规定保管或删除。"),
        ("", ""), ("列名", "填法"),
    ]  # fmt: skip
    rows += [(header_of(one), _how(one)) for one in form]
    several = [one for one in form if one.type == "multi"]
    rows += [("", ""), ("多选题的字母", "")]
    rows += [(header_of(one), "；".join(f"{o.code} {o.zh}" for o in one.options)) for one in several]
    for line, (left, right) in enumerate(rows, 1):
        for number, text in enumerate((left, right), 1):
            cell = sheet.cell(line, number, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(name=_FONT, bold=number == 1 or line == 1, size=14 if line == 1 else 11)
    sheet.freeze_panes = "A2"


def faulty_rows(faults: Iterable[Fault]) -> bytes:
    """Return the rows with faults as a workbook to mend and import again; the reasons stand before them."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(SHEET)
    sheet.freeze_panes = "C2"
    names = [one.id for one in questionnaire()]
    sheet.column_dimensions["B"].width = 60
    for number, one in enumerate(questionnaire(), 3):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(one.type, 14)
    sheet.append([_styled(sheet, name, head=True) for name in (ROW_NUMBER, REASONS, *headers())])
    for fault in faults:
        wrong = {name for name, _zh, _en in fault.problems}
        reasons = "\n".join(zh for _name, zh, _en in fault.problems)
        cells = [_styled(sheet, str(fault.row)), _styled(sheet, reasons)]
        cells += [_styled(sheet, fault.cells.get(name), name in wrong) for name in names]
        sheet.append(cells)
    explain = book.create_sheet(EXPLAIN)
    for line in _mending():
        explain.append(line)
    return _bytes(book)


def _mending() -> Sequence[Sequence[str]]:
    return (
        ("怎样改正",),
        (f"“{REASONS}”列写明每行的问题，出错的单元格标为红色。改正后直接上传本文件，前两列不会导入。",),
        (f"“{ROW_NUMBER}”是原文件中的行号。",),
    )


def _styled(sheet: Any, value: Any, wrong: bool = False, head: bool = False) -> Any:
    cell: Any = WriteOnlyCell(sheet, None if value is None else safe(value))
    cell.number_format = _TEXT
    if head:
        _head(cell)
    elif wrong:
        cell.fill = PatternFill("solid", fgColor="FFFFC7CE")
    return cell
