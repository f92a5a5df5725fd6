"""The analysis as a workbook: what the community reports to the street (01.D3a, 01.D3c)."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from tasks.survey.analysis import WAYS, Analysis
from tasks.survey.columns import header_of
from tasks.survey.template import safe

_EDGE = Side(style="thin", color="FFB8B8B8")
_BOX = Border(_EDGE, _EDGE, _EDGE, _EDGE)
_HEAD = PatternFill("solid", fgColor="FFD9E2EF")
_TITLES = {"community": "各社区（村）", "visit_class": "走访类别", "category": "初判困难类别"}


def report(found: Analysis, place: str, unit: str, today: date, name: Callable[[str, str], str]) -> bytes:
    """Return the workbook; `name` says a group of a way in Chinese."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "汇总"
    _title(sheet, f"{found.year}年百姓就业服务需求调查分析（{place}）", unit, today, 6)
    head = ("社区（村）", "在册人数", "已调查", "覆盖率", "初判困难人员", "未就业而希望就业")
    lines: list[Sequence[Any]] = [
        (one.name, one.residents, one.surveyed, one.surveyed / one.residents if one.residents else None,
         one.candidates, one.willing)
        for one in found.communities
    ]  # fmt: skip
    whole = found.sum
    lines.append(("合计", whole.residents, whole.surveyed,
                  whole.surveyed / whole.residents if whole.residents else None,
                  whole.candidates, whole.willing))  # fmt: skip
    _table(sheet, 4, head, lines)
    for line in range(5, 5 + len(lines)):
        sheet.cell(line, 4).number_format = "0.0%"
    for way in WAYS:
        _by(book.create_sheet(f"按{_TITLES[way]}"), found, way, place, unit, today, name)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _by(
    sheet: Any, found: Analysis, way: str, place: str, unit: str, today: date, name: Callable[[str, str], str]
) -> None:
    groups = found.groups(way)
    _title(sheet, f"{found.year}年各题统计，按{_TITLES[way]}（{place}）", unit, today, 4 + len(groups))
    head = ("问题", "选项", "合计", "占比", *(name(way, group) for group in groups))
    lines: list[Sequence[Any]] = [
        ("问卷份数", "", found.total, 1 if found.total else None, *(found.sizes[way][one] for one in groups))
    ]
    for question in found.questions():
        asked = found.asked(question)
        for option in question.options:
            key = f"{question.id}={option.code}"
            share = found.whole[key] / asked if asked else None
            counts = (found.counts[way][group][key] for group in groups)
            lines.append((header_of(question), option.zh, found.whole[key], share, *counts))
    _table(sheet, 4, head, lines)
    for line in range(5, 5 + len(lines)):
        sheet.cell(line, 4).number_format = "0.0%"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 40, 34


def _title(sheet: Any, title: str, unit: str, today: date, width: int) -> None:
    sheet["A1"] = safe(title)
    sheet["A1"].font = Font(bold=True, size=15)
    sheet["A2"] = safe(f"制表单位：{unit}    制表日期：{today.isoformat()}")
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=max(2, width))
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=max(2, width))
    sheet.freeze_panes = "A5"
    sheet.print_title_rows = "4:4"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _table(sheet: Any, first: int, head: Sequence[str], lines: Sequence[Sequence[Any]]) -> None:
    for number, text in enumerate(head, 1):
        cell = sheet.cell(first, number, safe(text))
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _BOX
        cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = 16
    for line, values in enumerate(lines, first + 1):
        for number, value in enumerate(values, 1):
            cell = sheet.cell(line, number, safe(value))
            cell.border = _BOX
            cell.alignment = Alignment(wrap_text=True, vertical="top")
