"""Lists an office takes along, as CSV in UTF-8. Personal data is in none of them: handing those out is a task
of its own, with a reason and somebody who approves (THR-14).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.clock import SHANGHAI, from_us
from tasks import vacancies
from tasks.app import App
from tasks.imports import VACANCIES
from tasks.labels import label
from tasks.selftest import NotReady
from tasks.store import market
from tasks.store.conn import Connection, RowMapping

#: A cell that begins with one of these would be taken for a formula (THR-15).
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")

Rows = Callable[[Connection], Sequence[RowMapping]]
#: What can be taken along -> its columns (in Chinese above a list for people) and rows.
LISTS: Mapping[str, tuple[Mapping[str, str], Rows]] = {
    "vacancies": (
        {name: name for name in VACANCIES},
        market.vacancies,
    ),
    "posts": ({"name": "name", "level": "level", "area": "area", "number": "number"}, market.posts),
    "cases": (
        {
            "case_no": "档案编号", "area": "社区（村）", "status": "状态", "tier": "层级", "run_no": "轮次",
            "opened_at": "建档时间", "closed_at": "结案时间",
        },
        market.cases,
    ),
}  # fmt: skip


def export(app: App, what: str, file: Path) -> int:
    """Write a list to a new file; return how many rows it has. Raises NotReady."""
    if file.exists():
        raise NotReady(problem=f"{file} 已经存在，请换一个文件名。")
    columns, rows = LISTS[what]
    with app.read() as conn:
        found = rows(conn)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns.values())
    writer.writerows([_cell(name, row[name]) for name in columns] for row in found)
    file.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    return len(found)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name.endswith("_at"):
        return from_us(value).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if name in ("status", "tier"):
        return label("case_status" if name == "status" else name, value)
    text = str(vacancies.told(name, value))
    return f"'{text}" if text.startswith(_FORMULA) else text
