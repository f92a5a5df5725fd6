"""The columns of the office's workbook and the questions they answer."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from tasks.survey.schema import Question, plain, questionnaire

SHEET = "问卷"
#: Columns of a corrected-rows workbook; what they hold is ours and is not read.
ROW_NUMBER, REASONS = "原行号", "错误原因"
_IGNORED = frozenset({ROW_NUMBER, REASONS})
_SIGNS = re.compile(r"[？?．.、：:，,《》“”\"*＊]")
_MOST_LISTED = 12


def header_of(one: Question) -> str:
    """Return the name of the column of a question."""
    return f"{one.no}. {one.zh}" if one.no is not None else one.zh


@cache
def headers() -> tuple[str, ...]:
    """Return the names of all columns in their order."""
    return tuple(header_of(one) for one in questionnaire())


def _key(name: str) -> str:
    return _SIGNS.sub("", plain(name))


@cache
def _by_key() -> Mapping[str, str]:
    """Return the question of a column name as it is compared: with its number, or without where one fits."""
    found = {_key(header_of(one)): one.id for one in questionnaire()}
    short: dict[str, list[str]] = {}
    for one in questionnaire():
        short.setdefault(_key(one.zh), []).append(one.id)
    return found | {key: ids[0] for key, ids in short.items() if len(ids) == 1 and key not in found}


def match(row: Sequence[Any]) -> tuple[list[str | None], list[str]]:
    """Return the question of each column of a header row (None: not read), and what is wrong with the row."""
    problems: list[str] = []
    names = ["" if cell is None else str(cell).strip() for cell in row]
    while names and not names[-1]:
        names.pop()
    found: list[str | None] = []
    for number, name in enumerate(names, 1):
        question = _by_key().get(_key(name))
        if question in found and question is not None:
            problems.append(f"第1行第{number}列“{name[:30]}”重复出现，请删去一列。")
        elif not name:
            problems.append(f"第1行第{number}列没有列名，可能是合并单元格。请取消合并，每列写一个列名。")
        elif question is None and name not in _IGNORED:
            problems.append(f"第1行第{number}列“{name[:30]}”不是问卷的列名{_near(name)}。")
        found.append(question)
    missing = [header_of(one) for one in questionnaire() if one.id not in found]
    if missing:
        shown = "、".join(f"“{name}”" for name in missing[:_MOST_LISTED])
        more = f"等{len(missing)}列" if len(missing) > _MOST_LISTED else ""
        problems.append(f"第1行缺少列：{shown}{more}。请使用下载的模板，不要改动第1行。")
    return found, problems


def _near(name: str) -> str:
    near = difflib.get_close_matches(name, headers(), 1, 0.5)
    return f"，是不是“{near[0]}”？请改回模板的列名" if near else "，请删去这一列，或改回模板的列名"
