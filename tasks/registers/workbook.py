"""Tables as an Excel workbook: titled, frozen, ready to print, and harmless (THR-15).

Text is written as text whatever it begins with, so that nothing becomes a formula; an identity number keeps
all its digits for the same reason.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from tasks.registers.sheet import Head, Sheet

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TITLE, _FACTS, _HEAD = 1, 2, 3
_FONT = "宋体"
_LINE = Side(style="thin", color="999999")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SHADE = PatternFill("solid", fgColor="E8EEF5")
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return tables as one workbook, a sheet each."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _write(book.create_sheet(sheet.name[:31]), sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(page: Worksheet, sheet: Sheet) -> None:
    columns = len(sheet.heads) + 1
    _across(page, _TITLE, columns, sheet.title, Font(name="黑体", size=18, bold=True), _MIDDLE)
    facts = "　　".join(f"{name}：{value}" for name, value in sheet.facts)
    _across(page, _FACTS, columns, facts, Font(name=_FONT, size=10.5), _LEFT)
    page.row_dimensions[_TITLE].height = 34
    page.row_dimensions[_FACTS].height = 32
    page.row_dimensions[_HEAD].height = 30
    for n, head in enumerate((Head("序号", "number", 6), *sheet.heads), 1):
        cell = _put(page, _HEAD, n, head.words)
        cell.font, cell.fill, cell.alignment = Font(name=_FONT, size=10.5, bold=True), _SHADE, _MIDDLE
        page.column_dimensions[get_column_letter(n)].width = head.width
    for number, row in enumerate(sheet.rows, 1):
        numbered = not (sheet.summed and number == len(sheet.rows))
        _line(page, _HEAD + number, number if numbered else None, sheet.heads, row)
    last = _HEAD + len(sheet.rows)
    if sheet.end:
        last += 1
        _across(page, last, columns, sheet.end, Font(name=_FONT, size=10.5), _LEFT)
    _lay_out(page, columns, last)


def _line(page: Worksheet, at: int, number: int | None, heads: Sequence[Head], row: Sequence[str]) -> None:
    first = _cell(page.cell(at, 1, number))
    first.font, first.border, first.alignment = Font(name=_FONT, size=10), _BOX, _MIDDLE
    for n, (head, text) in enumerate(zip(heads, row, strict=True), 2):
        cell = _typed(page, at, n, head.type, text)
        cell.font, cell.border = Font(name=_FONT, size=10), _BOX
        cell.alignment = _LEFT if head.type == "text" and head.width > 12 else _MIDDLE


def _typed(page: Worksheet, at: int, column: int, kind: str, text: str) -> Cell:
    if kind == "date":
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return _put(page, at, column, text)
        cell = page.cell(at, column, day)
        cell.number_format = "yyyy-mm-dd"
        return _cell(cell)
    if kind == "number":
        if not _NUMBER.fullmatch(text):  # NaN and 1e999 are numbers to us and a broken file to Excel
            return _put(page, at, column, text)
        number = float(text)
        return _cell(page.cell(at, column, int(number) if number.is_integer() else number))
    return _put(page, at, column, text)


def _put(page: Worksheet, at: int, column: int, text: str) -> Cell:
    """Write text as text: what looks like a formula stays what was typed."""
    cell = _cell(page.cell(at, column))
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:32_000]
    if text:
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(tuple("=+-@＝＋－＠\t\r"))
    cell.number_format = "@"
    return cell


def _cell(cell: object) -> Cell:
    assert isinstance(cell, Cell)
    return cell


def _across(page: Worksheet, at: int, columns: int, text: str, font: Font, alignment: Alignment) -> None:
    cell = _put(page, at, 1, text)
    cell.font, cell.alignment = font, alignment
    page.merge_cells(start_row=at, end_row=at, start_column=1, end_column=columns)


def _lay_out(page: Worksheet, columns: int, last: int) -> None:
    """Freeze the headings, repeat them on every printed page, fit the width of A4 lying down."""
    letter = get_column_letter(columns)
    page.freeze_panes = f"A{_HEAD + 1}"
    page.print_title_rows = f"{_TITLE}:{_HEAD}"
    page.print_area = f"A1:{letter}{last}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_options.horizontalCentered = True
    page.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("第 &P 页，共 &N 页"))
    page.page_margins.left = page.page_margins.right = 0.4
