"""Lists of other offices: months of contributions, and people who may need help. The whole or nothing.

People the office does not know, or who live elsewhere than the reader's areas, are counted and not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.clock import local_date
from tasks import access, contribution_list, contributions, discovery, id_papers
from tasks.access import Subject
from tasks.actor import Actor
from tasks.app import App
from tasks.contribution_list import KIND, known_in
from tasks.desk import Desk
from tasks.idno import IdNumberError
from tasks.imports import MOST_BYTES, ImportRefused, rows_of
from tasks.labels import label
from tasks.store import matters as store

__all__ = ["CONTRIBUTIONS", "KIND", "PERSONS", "Taken", "take_contributions", "take_listed", "take_persons"]

NUMBER, MONTH, EMPLOYER, NAME = "身份证号", "缴费月份", "单位名称", "姓名"
CONTRIBUTIONS = (NUMBER, MONTH, EMPLOYER, NAME)
PERSONS = (NUMBER, NAME)
#: Faults named before the rest is only counted.
MOST_FAULTS = 200


@dataclass(slots=True)
class Taken:
    """What came of a list: its rows, those of people on file, and for discovery the comparison."""

    rows: int
    known: int
    last_month: str = ""
    compared: discovery.Compared = field(default_factory=lambda: discovery.Compared(0))


def text_of(raw: bytes) -> str:
    """Return a list as text, UTF-8 or as spreadsheets here save it; raise ImportRefused."""
    if len(raw) > MOST_BYTES:
        raise ImportRefused([f"文件超过{MOST_BYTES // 1024 // 1024} MB，请分成几个文件。"])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ImportRefused(["文件不是CSV文本，请在表格软件中另存为“CSV UTF-8”。"])


def take_contributions(app: App, raw: bytes, name: str, actor: Actor) -> Taken:
    """Take months of contributions over (身份证号,缴费月份); raise ImportRefused naming every wrong row."""
    found = list(_read(app, raw, CONTRIBUTIONS, (NUMBER, MONTH)))

    def take(desk: Desk) -> Taken:
        known, last = contribution_list.keep(desk, found, _areas(desk), name, _digest(raw))
        return Taken(len(found), known, last)

    taken: Taken = app.run(take, actor)
    return taken


def take_persons(app: App, raw: bytes, kind: str, name: str, actor: Actor) -> Taken:
    """Compare a list of persons (身份证号) with those on file and start the visits; raise ImportRefused."""
    if kind not in discovery.PROVES:
        kinds = "、".join(label("list", one) for one in discovery.PROVES)
        raise ImportRefused([f"请选择名单种类：{kinds}。"])
    found = list(_read(app, raw, PERSONS, (NUMBER,)))

    def take(desk: Desk) -> Taken:
        areas = _areas(desk)
        known = [one for number, _m, _e in found if (one := known_in(desk, number, areas)) is not None]
        compared = discovery.compare(desk, kind, name, _digest(raw), known, len(found))
        return Taken(len(found), len(set(known)), compared=compared)

    taken: Taken = app.run(take, actor)
    return taken


def take_listed(app: App, kind: str, system: str, items: Sequence[Mapping[str, Any]]) -> int:
    """Compare the persons a system lists with those on file; return how many. Raises ImportRefused.

    A list comes again and again: whom one of its kind brought up already is not visited anew for it.
    """
    today = local_date(app.clock.now())
    numbers, problems = [], []
    for line, item in enumerate(items, 1):
        given = item.get("id_no")
        try:
            numbers.append(id_papers.check(given if isinstance(given, str) else "", today))
        except IdNumberError as fault:
            problems.append(f"第{line}行：{fault.zh}")
    if problems:
        raise ImportRefused(problems[:MOST_FAULTS])

    def take(desk: Desk) -> None:
        known = [one for number in numbers if (one := known_in(desk, number, ["/"])) is not None]
        raised = store.raised(desk.conn, known, f"LIST {kind}")
        fresh = [one for one in known if one not in raised]
        if fresh:
            digest = _digest("\n".join(sorted(numbers)).encode())
            discovery.compare(desk, kind, system, digest, fresh, len(numbers))

    if numbers:
        app.run(take)
    return len(numbers)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _areas(desk: Desk) -> list[str]:
    """Return the areas whose people an actor may bring lists for; raise NotCandidate for none."""
    if desk.actor.is_system:
        return ["/"]
    held = sorted({over for _role, over in desk.actor.grants})
    allowed = [area for area in held if access.allowed(desk.actor, "import_lists", Subject(area))]
    if not allowed:
        raise access.wrong_role("import_lists")
    return allowed


def _read(
    app: App, raw: bytes, columns: Sequence[str], needed: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield (identity number, month, employer) of every row; raise ImportRefused with all faults."""
    today = local_date(app.clock.now())
    found: list[tuple[str, str, str]] = []
    problems: list[str] = []
    for line, row in rows_of(text_of(raw), needed, columns):
        number, month = "", ""
        try:
            number = id_papers.check(row[NUMBER].strip("'"), today)
        except IdNumberError as fault:
            problems.append(f"第{line}行：{fault.zh}")
        if MONTH in needed:
            month = contributions.month_of(row[MONTH]) or ""
            if not month:
                problems.append(f"第{line}行：缴费月份“{row[MONTH][:20]}”应写成2026-06。")
            elif month > f"{today:%Y-%m}":
                problems.append(f"第{line}行：缴费月份{month}还没有到。")
        found.append((number, month, row.get(EMPLOYER, "")[:200]))
    if problems:
        more = len(problems) - MOST_FAULTS
        raise ImportRefused(problems[:MOST_FAULTS] + ([f"另有{more}处。"] if more > 0 else []))
    if not found:
        raise ImportRefused(["文件里只有列名，没有内容。"])
    yield from found
