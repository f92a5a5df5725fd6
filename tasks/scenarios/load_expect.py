"""The keys of `expect` and what may stand in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tasks import duties
from tasks.actor import ROLES
from tasks.cases import ENDS
from tasks.office_duties import OFFICES
from tasks.scenarios import reading as read
from tasks.scenarios.catalogue import Catalogue, is_paper
from tasks.scenarios.faults import BadScenario, near
from tasks.scenarios.model import day
from tasks.scenarios.nodes import Table

KEYS = (
    "for", "case", "in", "open", "includes", "excludes", "duties", "took", "due", "overdue", "tier",
    "counters", "status", "events", "papers", "registers", "hints", "no_hints", "categories", "visit_class",
    "followup_class", "alarms", "assigned", "note", "windows", "in_area", "household",
    "national",
)  # fmt: skip
_DUE = ("rule", "nth", "literal", "effective", "met", "pending")
_TIERS = ("community", "street", "district")


def check_expectation(table: Table, known: Catalogue, people: set[str], staff: set[str]) -> None:
    """Refuse keys and ids nobody knows; raise BadScenario with the line."""
    read.only(table, KEYS, "expect")
    if "windows" in table and "in_area" not in table:
        zh = "windows只用于机构：请写明in_area。"
        raise BadScenario(table.at("windows"), zh, "windows are those of an office: name it with in_area.")
    named = read.text(table, "for")
    if named and named not in people:
        raise BadScenario(table.at("for"), f"没有“{named}”这个人。", f"There is nobody called “{named}”.")
    for key in ("open", "includes", "excludes"):
        _each(table, key, lambda word: word in known.tasks, "任务", "task", known.tasks)
    _each(table, "in", lambda word: known.process(word) is not None, "流程", "process")
    _each(table, "duties", lambda word: word in {*duties.KINDS, *OFFICES}, "周期任务", "duty")
    branches = [f"{gateway}={key}" for gateway, keys in known.branches.items() for key in keys]
    _each(table, "took", lambda word: _branch(word, known), "分支", "branch", branches)
    _each(table, "overdue", lambda word: word in known.deadlines, "期限", "deadline")
    _each(table, "events", lambda word: word in known.events, "事件", "event", known.events)
    _each(table, "hints", lambda word: word in known.benefits, "政策", "benefit")
    _each(table, "no_hints", lambda word: word in known.benefits, "政策", "benefit")
    for key in ("categories", "national"):
        _each(table, key, lambda word: word in known.categories, "困难类别", "category")
    _counted(table, "papers", is_paper, "文书", "paper")
    _counted(table, "registers", is_paper, "台账", "register")
    _counted(table, "counters", lambda word: word in _TIERS, "层级", "tier")
    _due(table, known)
    _words(table)
    assigned = read.as_table(table.get("assigned"), table.at("assigned"), "assigned")
    for task, who in assigned.items():
        if task not in known.tasks or (who is not None and who not in staff and who not in ROLES):
            raise BadScenario(assigned.at(task), f"没有“{task}: {who}”。", f"Unknown “{task}: {who}”.")


def _branch(word: str, known: Catalogue) -> bool:
    gateway, equals, key = word.partition("=")
    return bool(equals) and key in known.branches.get(gateway, frozenset())


def _each(
    table: Table, key: str, fits: Callable[[str], bool], zh: str, en: str, known: Iterable[str] = ()
) -> None:
    for word, line in read.words(table.get(key), table.at(key), key):
        if not fits(word):
            meant = near(word, known)
            said = f"没有“{word}”这个{zh}。{meant[0]}"
            raise BadScenario(line, said, f"There is no {en} “{word}”.{meant[1]}")


def _counted(table: Table, key: str, fits: Callable[[str], bool], zh: str, en: str) -> None:
    rows = read.as_table(table.get(key), table.at(key), key)
    for word, number in rows.items():
        if not fits(word):
            raise BadScenario(rows.at(word), f"没有“{word}”这个{zh}。", f"There is no {en} “{word}”.")
        read.whole(number, rows.at(word), f"{key}.{word}")


def _due(table: Table, known: Catalogue) -> None:
    rows = read.as_rows(table.get("due"), table.at("due"), "due")
    for value, line in zip(rows, rows.lines, strict=True):
        row = read.as_table(value, line, "due")
        read.only(row, _DUE, "due")
        rule = str(read.need(row, "rule", "due"))
        if rule not in known.deadlines:
            raise BadScenario(row.at("rule"), f"没有“{rule}”这条期限。", f"There is no deadline “{rule}”.")
        for key in ("literal", "effective"):
            if row.get(key) is not None and day(row[key]) is None:
                raise BadScenario(row.at(key), f"“{row[key]}”不是日期。", f"“{row[key]}” is no date.")
        if row.get("nth") is not None and read.whole(row["nth"], row.at("nth"), "nth") < 1:
            raise BadScenario(row.at("nth"), "“nth”从1开始。", "“nth” begins at 1.")
        read.truth(row, "met")
        read.truth(row, "pending")


def _words(table: Table) -> None:
    tier, status = table.get("tier"), table.get("status")
    if tier is not None and tier not in _TIERS:
        raise BadScenario(table.at("tier"), f"没有“{tier}”这个层级。", f"There is no tier “{tier}”.")
    if status is not None and status != "active" and status not in ENDS:
        raise BadScenario(table.at("status"), f"没有“{status}”这个状态。", f"There is no status “{status}”.")
    case: Any = table.get("case")
    if case not in (None, "latest"):
        read.whole(case, table.at("case"), "case")
    read.words(table.get("alarms"), table.at("alarms"), "alarms")
