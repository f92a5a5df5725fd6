"""What typed text may contain (SEC-S5): NFC, no control and no direction-changing characters."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from engine.errors import FormInvalid

# Controls but tab and line feed, zero-width and bidirectional controls, byte-order mark, non-characters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


class BrokenText(ValueError):
    """The text holds half a character (a lone surrogate) and cannot be stored."""


def clean(text: str) -> str:
    """Return text in NFC without unwanted characters, trimmed; raise BrokenText."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as fault:
        raise BrokenText("lone surrogate") from fault
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", unified)).strip()


def clean_line(text: str) -> str:
    """Return text on one line, runs of blanks as one; raise BrokenText."""
    return re.sub(r"\s+", " ", clean(text))


def written_day(value: date) -> str:
    """Return a date as papers and sentences write it: 2026年3月9日."""
    return f"{value.year}年{value.month}月{value.day}日"


def written(kind: str, text: str) -> str:
    """Return a kept `date` (2026-03-09) or `year_month` (2026-03) as it is read, others as they are."""
    try:
        if kind == "date":
            return written_day(date.fromisoformat(text))
        if kind == "year_month":
            first = date.fromisoformat(f"{text}-01")
            return f"{first.year}年{first.month}月"
    except ValueError:  # 无, or what an earlier form took
        return text
    return text


def need_reason(reason: str) -> str:
    """Return a reason without its margins; raise FormInvalid when there is none."""
    if not reason.strip():
        raise FormInvalid([("reason", "请填写理由。", "Give a reason.")])
    return reason.strip()
