"""Questionnaires for tests: the words a worker would write, and workbooks of them."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from tasks import idno
from tasks.survey.columns import SHEET, headers
from tasks.survey.schema import questionnaire

TODAY = date(2026, 3, 9)
IDS = [one.id for one in questionnaire()]


def number(n: int = 1, born: date = date(1982, 1, 1)) -> str:
    """Return a valid identity number, a different one for each n; an even n is a woman's."""
    first = f"110113{born:%Y%m%d}{n:03d}"
    return first + idno.check_character(first)


def filled(n: int = 2, **given: Any) -> dict[str, Any]:
    """Return a questionnaire of somebody out of work who wants some, in words; None leaves an answer out."""
    row: dict[str, Any] = {
        "id_no": number(n), "name": "王秀英", "ethnicity": "汉族", "mobile": "13800001234",
        "home_phone": "无", "education": "初中", "health": "健康", "new_labour": "否",
        "only_child_family": "是", "hukou": "非农业", "person_type": "就业转失业", "family_economy": "一般",
        "dibao": "否", "hukou_place_town": "仁和镇", "hukou_place_village": "河南村",
        "residence_province": "北京市", "residence_county": "顺义区", "residence_town": "仁和镇",
        "residence_village": "河南村1号", "top_skill": "无", "skills_other": "无", "q01": "未就业",
        "q10": "否", "q11": "是", "q12": "A、E", "q13": "工资待遇", "q14": "A、B、H", "q15": "物流、电工",
        "q15_other": "无", "q16_difficulty": "孩子小", "q16_suggestion": "无", "interviewer": "李明",
        "interviewer_village": "河南村", "survey_date": "2026-01-20",
    } | given  # fmt: skip
    return {name: answer for name, answer in row.items() if answer is not None}


def employed(n: int = 3, **given: Any) -> dict[str, Any]:
    """Return a questionnaire of somebody in formal work."""
    out = dict.fromkeys(("q10", "q11", "q12"))
    work = {
        "person_type": "在业人员", "q01": "已就业", "q02": "商务服务业（三产）",
        "q03": "正规就业（签合同、上保险、保工资）", "q04": "顺义某企业", "q05": "固定期限劳动合同",
        "q05_from": "2024-01", "q05_to": "2027-01", "q06": "3500", "q07": "ABCDE",
    }  # fmt: skip
    return filled(n, **out | work | given)


def cells(row: dict[str, Any]) -> list[Any]:
    """Return a questionnaire as the cells of a row."""
    return [row.get(name) for name in IDS]


def book(*rows: dict[str, Any], head: list[Any] | None = None, sheet: str = SHEET) -> Workbook:
    """Return a workbook of some questionnaires."""
    made = Workbook()
    page: Any = made.active
    page.title = sheet
    page.append(list(headers()) if head is None else head)
    for row in rows:
        page.append(cells(row))
    return made


def raw(made: Workbook) -> bytes:
    """Return a workbook as the content of its file."""
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def saved(folder: Path, content: Workbook | bytes, name: str = "survey.xlsx") -> Path:
    """Write a workbook or other content to a file."""
    path = folder / name
    path.write_bytes(raw(content) if isinstance(content, Workbook) else content)
    return path
