"""Reading one answer of the questionnaire, as typed on a page or as it stands in a cell of a workbook.

An answer is text, a list of codes, or nothing. Dates become ISO text, months `2026-01`, numbers digits.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

from tasks import idno, people
from tasks.survey.schema import NONE, Question, plain
from tasks.text import BrokenText, clean_line

LONGEST = 200
LONGEST_TEXT = 1_000
MOST_INCOME = 10_000_000
#: What people write for "nothing applies".
_NONES = frozenset({NONE, "無", "没有", "沒有", "无。", "无此项", "无此情况", "/", "-", "—", "——", "--"})
_ERRORS = re.compile(r"#(N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|SPILL!|CALC!)", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?", re.ASCII)
_PARTS = re.compile(r"[、,，;；/|\s]+")
_CODE_BEFORE = re.compile(r"([A-Z0-9]{1,3})\s*[.．、:：]\s*(.+)")
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050  # 2000-01-01 … 2099-12-31


class Wrong(ValueError):
    """An answer cannot be right; both sentences say what is wrong and the way out."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


def text_of(raw: Any) -> str:
    """Return what was given as clean half-width text on one line; raise Wrong."""
    if isinstance(raw, bool):
        raise Wrong("是逻辑值（TRUE/FALSE），请改为文字", "is TRUE or FALSE; write text")
    if isinstance(raw, float):
        if not math.isfinite(raw):
            raise Wrong("不是有效的数字，请重新填写", "is not a number")
        raw = int(raw) if raw == int(raw) else raw
    if not isinstance(raw, (str, int, float, date)):
        raise Wrong("格式不对，请改为文字", "has the wrong form")
    try:
        text = clean_line(unicodedata.normalize("NFKC", str(raw)))
    except BrokenText:
        raise Wrong("含有无法识别的字符，请重新填写", "holds a broken character") from None
    if _ERRORS.fullmatch(text):
        raise Wrong(f"是表格错误值“{text}”，请填写实际内容", f"is the error value {text}")
    return text


def read(question: Question, raw: Any) -> Any:
    """Return an answer, or None where nothing was given; raise Wrong."""
    if isinstance(raw, (list, tuple)):
        if question.type != "multi":
            raise Wrong("只能有一个答案", "takes one answer")
        return _chosen(question, [text_of(one) for one in raw])
    if raw is None:
        return None
    if question.type == "multi":
        return _several(question, text_of(raw))
    if question.type in ("date", "year_month"):
        return _READERS[question.type](raw)
    if question.type == "id_card":
        return _id_card(raw)
    text = text_of(raw)
    if not text:
        return None
    if question.is_choice:
        return _choice(question, text)
    if text in _NONES:
        if not question.none_ok:
            raise Wrong("不能填“无”，请如实填写", "cannot be “none”")
        return NONE
    reader = _READERS.get(question.type)
    return reader(text) if reader is not None else _text(text, question.type)


def _text(text: str, kind: str) -> str:
    most = LONGEST_TEXT if kind == "longtext" else LONGEST
    if text.startswith("="):
        raise Wrong("是公式，请复制后用“选择性粘贴→数值”", "is a formula; paste its value")
    if len(text) > most:
        raise Wrong(f"最多{most}个字，现在有{len(text)}个，请缩短", f"has more than {most} characters")
    return text


def _id_card(raw: Any) -> str | None:
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        raise Wrong(
            "被表格存成了数字，后几位已经丢失。请把这一列设为“文本”格式，再按户口本重新填写",
            "was stored as a number and has lost its last digits; make the column text and type it again",
        )
    text = idno.normalise(text_of(raw).lstrip("'"))
    if not text:
        return None
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", text, re.ASCII):
        raise Wrong(
            "是科学计数法，后几位已经丢失。请把这一列设为“文本”格式，再按户口本重新填写",
            "is in scientific notation and has lost digits; make the column text and type it again",
        )
    try:
        return idno.parse(text, date.max).value
    except idno.IdNumberError as fault:
        raise Wrong(f"不对：{fault.zh.rstrip('。')}", f"is wrong: {fault.en.rstrip('.')}") from None


def _phone(text: str) -> str:
    phone, problems = people.phone_of(text)
    if problems:
        zh = "应只含数字，例如13800001234或010-69441234；没有电话填“无”"
        raise Wrong(zh, "takes digits only, or 无")
    return phone


def _number(text: str) -> str:
    plain = text.replace(",", "").removesuffix("元").strip()
    if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", plain, re.ASCII) or float(plain) > MOST_INCOME:
        raise Wrong("应填数字，例如3500；没有填“无”", "takes a number such as 3500, or 无")
    return plain.removesuffix(".0").removesuffix(".00")


def _year(text: str) -> str:
    plain = text.removesuffix("年").strip()
    if not re.fullmatch(r"(19|20)\d\d", plain, re.ASCII):
        raise Wrong("应填年份，例如2009", "takes a year such as 2009")
    return plain


def _month(raw: Any) -> str | None:
    if isinstance(raw, date):
        return f"{raw:%Y-%m}"
    text = text_of(raw)
    match = _MONTH.fullmatch(text.replace(" ", "")) or _DATE.fullmatch(text.replace(" ", ""))
    if not text:
        return None
    if match is None or not 1 <= int(match[2] or 0) <= 12 or not 1950 <= int(match[1]) <= 2099:
        raise Wrong("应填年月，例如2024-01", "takes a month such as 2024-01")
    return f"{int(match[1]):04d}-{int(match[2]):02d}"


def _date(raw: Any) -> str | None:
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and _FIRST_SERIAL <= raw <= _LAST_SERIAL:
        # a date in a cell whose format was set to a number: days since 30 December 1899
        return (date(1899, 12, 30) + timedelta(days=int(raw))).isoformat()
    text = text_of(raw).replace(" ", "")
    if not text:
        return None
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        return date(*(int(part) for part in match.groups() if part is not None)).isoformat()
    except ValueError:
        zh = "不是有效日期，请按2026-01-12的样子填写"
        raise Wrong(zh, "is no date; write 2026-01-12") from None


_READERS: dict[str, Any] = {
    "phone": _phone, "number": _number, "year": _year, "year_month": _month, "date": _date,
}  # fmt: skip


def _find(question: Question, text: str) -> str | None:
    found = question.by_text.get(plain(text))
    if found is not None:
        return found
    before = _CODE_BEFORE.fullmatch(text.strip().upper())
    if before is not None and question.by_text.get(plain(before[2])) == before[1]:
        return before[1]
    return None


def _choice(question: Question, text: str) -> str:
    found = _find(question, text)
    if found is None:
        shown = "、".join(option.zh for option in question.options[:6])
        more = "等" if len(question.options) > 6 else ""
        zh = f"“{text[:20]}”不在选项内，请从下拉列表选择（{shown}{more}）"
        raise Wrong(zh, "must be one of the options")
    return found


def _chosen(question: Question, given: list[str]) -> list[str] | None:
    codes = {_choice(question, one) for one in given if one}
    return [code for code in question.codes if code in codes] or None


def _several(question: Question, text: str) -> list[str] | None:
    if not text or text in _NONES:
        # 无 stands for "no box ticked" where none may be ticked
        if text and question.least > 0 and not question.spared_by:
            raise Wrong("不能填“无”，请填写所选项的字母", "cannot be “none”; write the letters")
        return None
    whole = _find(question, text)
    if whole is not None:
        return [whole]
    if re.fullmatch(r"[A-Z]{2,9}", text.upper()) and all(len(code) == 1 for code in question.codes):
        return _chosen(question, list(text.upper()))
    lines = [one for one in re.split(r"[;；|\n]+", text) if one.strip()]
    if len(lines) > 1 and all(_find(question, one) for one in lines):
        return _chosen(question, lines)
    return _chosen(question, [one for one in _PARTS.split(text) if one])
