"""How days are written in Chinese: on papers, in registers and in sentences."""

from __future__ import annotations

from datetime import date


def day(value: date) -> str:
    """Return a date as papers write it: 2026年3月9日."""
    return f"{value.year}年{value.month}月{value.day}日"


def written(kind: str, text: str) -> str:
    """Return a kept `date` (2026-03-09) or `year_month` (2026-03) as it is read, others as they are."""
    try:
        if kind == "date":
            return day(date.fromisoformat(text))
        if kind == "year_month":
            first = date.fromisoformat(f"{text}-01")
            return f"{first.year}年{first.month}月"
    except ValueError:  # 无, or what an earlier form took
        return text
    return text
