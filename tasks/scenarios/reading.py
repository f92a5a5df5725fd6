"""Small checked readers over tables with lines: each refuses what does not fit, naming the line."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from typing import Any

from engine.clock import SHANGHAI
from tasks.scenarios.faults import BadScenario, near
from tasks.scenarios.model import day
from tasks.scenarios.nodes import Rows, Table

NINE = time(9, 0)


def only(table: Table, known: Collection[str], where: str) -> None:
    """Refuse keys nobody knows."""
    for key in table:
        if key not in known:
            meant = near(key, known)
            zh = f"{where}中没有“{key}”这个键。{meant[0]}"
            raise BadScenario(table.at(key), zh, f"Unknown key “{key}” in {where}.{meant[1]}")


def need(table: Table, key: str, where: str) -> Any:
    """Return what stands under a key that must be there."""
    if table.get(key) is None:
        raise BadScenario(table.line, f"{where}缺少“{key}”。", f"{where} lacks “{key}”.")
    return table[key]


def as_table(value: Any, line: int, where: str) -> Table:
    """Return a mapping; nothing counts as an empty one."""
    if value is None:
        return Table(line)
    if not isinstance(value, Table):
        raise BadScenario(line, f"“{where}”须是“键: 值”的表。", f"“{where}” must be a mapping.")
    return value


def as_rows(value: Any, line: int, where: str) -> Rows:
    """Return a sequence; nothing counts as an empty one."""
    if value is None:
        return Rows(line)
    if not isinstance(value, Rows):
        raise BadScenario(line, f"“{where}”须是列表。", f"“{where}” must be a list.")
    return value


def text(table: Table, key: str, default: str = "") -> str:
    """Return plain text; numbers are taken as written."""
    value = table.get(key)
    if value is None:
        return default
    if isinstance(value, (Table, Rows, bool)):
        raise BadScenario(table.at(key), f"“{key}”须是文字。", f"“{key}” must be text.")
    return str(value)


def truth(table: Table, key: str, default: bool | None = None) -> bool | None:
    """Return true or false."""
    value = table.get(key, default)
    if value is not None and not isinstance(value, bool):
        raise BadScenario(table.at(key), f"“{key}”须是true或false。", f"“{key}” must be true or false.")
    return value


def whole(value: Any, line: int, where: str) -> int:
    """Return a whole number that is not negative."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadScenario(line, f"“{where}”须是整数。", f"“{where}” must be a whole number.")
    return value


def words(value: Any, line: int, where: str) -> list[tuple[str, int]]:
    """Return one word or a list of words, each with its line."""
    if not isinstance(value, (Rows, Table)) and value is not None:
        return [(str(value), line)]
    rows = as_rows(value, line, where)
    for item, here in zip(rows, rows.lines, strict=True):
        if isinstance(item, (Rows, Table)) or item is None:
            raise BadScenario(here, f"“{where}”须是文字的列表。", f"“{where}” must be a list of words.")
    return [(str(item), here) for item, here in zip(rows, rows.lines, strict=True)]


def moment(value: Any, line: int) -> datetime:
    """Return an instant of Asia/Shanghai; a date alone means nine in the morning."""
    on = day(value)
    if on is not None:
        return datetime.combine(on, NINE, SHANGHAI)
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=SHANGHAI)
    except ValueError:
        zh = f"“{value}”不是时间，请按2026-03-09 10:00的样子填写。"
        raise BadScenario(line, zh, f"“{value}” is no time; write 2026-03-09 10:00.") from None
