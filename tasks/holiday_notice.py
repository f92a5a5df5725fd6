"""The State Council's yearly notice as published: pasted, it gives the days off and the working weekends.

Each holiday is one sentence or two: “二、春节：2月15日（农历腊月二十八、周日）至23日放假调休，共9天。
2月14日（周六）、2月28日（周六）上班。” What cannot be read is refused with its words, never guessed.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from engine.calendar import SATURDAY, CalendarYear
from engine.errors import FormInvalid
from tasks.text import written_day

_HEAD = re.compile(
    r"(?:^|[\n。；])\s*(?:[（(]?[一二三四五六七八九十\d]+[、．.）)]\s*)?([\u4e00-\u9fff、]{2,12})[:：]"
)
_BRACKETS = re.compile(r"[（(][^（()）]*[）)]")
_DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日"
_SPAN = re.compile(f"{_DAY}(?:\\s*(?:至|到|—|－|-|~|～)\\s*{_DAY})?")
_TITLE = re.compile(r"(国务院办公厅关于\s*\d{4}\s*年[^。]{0,24}?通知)")
_NUMBER = re.compile(r"(国办发(?:明电)?〔\d{4}〕\d+号)")
_LONGEST = 31

Part = tuple[str, str, str]


def read_notice(text: str, year: int) -> CalendarYear:
    """Return the year a notice arranges; raise FormInvalid naming every passage that cannot be read."""
    off: dict[date, str] = {}
    worked: set[date] = set()
    problems: list[Part] = []
    for name, passage in _holidays(text):
        try:
            days, weekends = _arrangement(passage, year)
        except ValueError as error:
            shown = f"{name}：{passage.strip()[:40]}"
            zh = f"“{shown}”没有读懂（{error}）：请写成“1月1日至3日放假。1月4日上班。”，或逐日填写。"
            problems.append(("paste", zh, f"{name}: {error}"))
            continue
        off |= dict.fromkeys(days, name)
        worked |= weekends
    if not off and not problems:
        problems.append(("paste", "没有找到放假安排，请粘贴通知正文。", "No arrangement was found."))
    if problems:
        raise FormInvalid(problems)
    return CalendarYear(year, True, off, frozenset(worked), _source(text))


def _source(text: str) -> str:
    title, number = _TITLE.search(text), _NUMBER.search(text)
    named = "".join(title[1].split()) if title else ""
    return named + (f"（{number[1]}）" if number and named else number[1] if number else "")


def _holidays(text: str) -> list[tuple[str, str]]:
    """Return the passages that arrange a holiday, each with its name."""
    heads = list(_HEAD.finditer(text))
    found = []
    for n, head in enumerate(heads):
        end = heads[n + 1].start() if n + 1 < len(heads) else len(text)
        passage = text[head.end() : end]
        if "放假" in passage or "上班" in passage:
            found.append((head[1], passage))
    return found


def _arrangement(passage: str, year: int) -> tuple[list[date], set[date]]:
    """Return the days off and the weekends worked of one holiday; raise ValueError."""
    off: list[date] = []
    worked: set[date] = set()
    for sentence in re.split(r"[。；;\n]", _BRACKETS.sub("", passage)):
        if "上班" in sentence:
            worked |= {day for day in _days(sentence, year) if _counts(day, year)}
        elif "放假" in sentence:
            off += [day for day in _days(sentence.partition("放假")[0], year) if _counts(day, year)]
    if not off:
        raise ValueError("没有放假日期")
    return off, worked


def _counts(day: date, year: int) -> bool:
    """Tell whether a day belongs to the year; a weekend of a neighbouring year goes without saying."""
    if day.year == year:
        return True
    if day.weekday() >= SATURDAY:
        return False
    raise ValueError(f"{written_day(day)}不在{year}年内")


def _days(sentence: str, year: int) -> list[date]:
    found: list[date] = []
    month = 0
    for span in _SPAN.finditer(sentence):
        year1, month1, day1, year2, month2, day2 = span.groups()
        month = int(month1 or month)
        first = date(int(year1 or year), month, int(day1)) if month else None
        if first is None:
            raise ValueError("日期缺少月份")
        last = first
        if day2:
            month = int(month2 or month)
            last = date(int(year2 or first.year), month, int(day2))
        if not 0 <= (last - first).days < _LONGEST:
            raise ValueError(f"{written_day(first)}至{written_day(last)}")
        found += [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return found
