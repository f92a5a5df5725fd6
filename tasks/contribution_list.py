"""Months of contributions as another office tells them, in a file or as the answer of a system (X11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from engine.errors import FormInvalid
from engine.ids import new_id
from tasks import contributions, id_papers, lists, people
from tasks.desk import Desk
from tasks.idno import IdNumberError
from tasks.store import matters as store

#: Kind of a list of contributions, beside those of discovery.
KIND = "CONTRIBUTION"

#: Identity number, month (2026-06), employer.
Paid = tuple[str, str, str]


def read_items(items: Iterable[Mapping[str, Any]], today: date) -> list[Paid]:
    """Return what a system says of contributions; raise FormInvalid naming the first wrong line."""
    found: list[Paid] = []
    for line, item in enumerate(items, 1):
        number, employer = item.get("id_no"), item.get("employer") or ""
        month = contributions.month_of(str(item.get("month")))
        try:
            known = id_papers.check(number if isinstance(number, str) else "", today)
        except IdNumberError as fault:
            raise FormInvalid([("items", f"第{line}行：{fault.zh}", f"Line {line}: {fault.en}")]) from None
        if month is None or month > f"{today:%Y-%m}" or not isinstance(employer, str):
            zh = f"第{line}行：缴费月份或单位名称不对。"
            raise FormInvalid([("items", zh, f"Line {line}: month or employer is wrong.")])
        found.append((known, month, employer[:200]))
    return found


def known_in(desk: Desk, number: str, areas: Sequence[str]) -> int | None:
    """Return who has an identity number, of the people of some areas; None for everybody else."""
    row = people.find_by_id_no(desk.conn, desk.keys, number)
    if row is None or not any(str(row["area"]).startswith(area) for area in areas):
        return None
    return int(row["id"])


def keep(
    desk: Desk, found: Sequence[Paid], areas: Sequence[str], name: str, digest: str
) -> tuple[int, str]:
    """Keep months of people on file; return how many lines were known, and the last month."""
    known, last, list_id = 0, "", new_id()
    for number, month, employer in found:
        person_id = known_in(desk, number, areas)
        if person_id is not None:
            known, last = known + 1, max(last, month)
            row: dict[str, Any] = {"person_id": person_id, "month": month, "employer": employer or None}
            store.put_contribution(desk.conn, {**row, "list_id": list_id})
    lists.keep(desk, list_id, KIND, areas[0], name, digest, len(found), known)
    return known, last
