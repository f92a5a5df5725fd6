"""Holding what the program did against what the scenario says; the first difference is told with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.clock import to_us
from tasks.scenarios import reading as read
from tasks.scenarios.about import case_of
from tasks.scenarios.catalogue import catalogue
from tasks.scenarios.faults import Difference
from tasks.scenarios.look import Look, is_duty
from tasks.scenarios.model import Step, day
from tasks.scenarios.nodes import Table
from tasks.scenarios.places import PlaceLook, path_of
from tasks.scenarios.world import World
from tasks.store.conn import RowMapping


def hold(world: World, step: Step) -> None:
    """Check every key of a step's `expect` in the order it is written; raise Difference at the first."""
    table = step.expect
    assert table is not None
    handle = read.text(table, "for") or step.person
    look: Look
    place = read.text(table, "in_area") or (step.area if handle is None else None)
    if place:
        look = PlaceLook(world, path_of(world, place, table.line))
    else:
        look = _of_person(world, step, table, handle)
    for key in table:
        check = _CHECKS.get(key)
        if check is not None:
            check(look, table, key)


def _of_person(world: World, step: Step, table: Table, handle: str | None) -> Look:
    if handle is None and len(world.people) == 1:
        handle = next(iter(world.people))
    if handle is None:
        raise Difference(table.line, "“expect”须写“for”。", "“expect” needs “for”.")
    person_id = world.people[handle]
    number = table.get("case")
    case = case_of(world, person_id, number if isinstance(number, int) else step.case, table.at("case"))
    return Look(world, person_id, case)


def differ(table: Table, key: str, wanted: Any, found: Any, line: int | None = None) -> Difference:
    """Return the difference of one key."""
    zh = f"{key}：应为{_show(wanted)}，实为{_show(found)}。"
    return Difference(line or table.at(key), zh, f"{key}: expected {_show(wanted)}, found {_show(found)}.")


def _show(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_show(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_show(item) for item in value) + "]"
    return "—" if value is None else str(value)


def _list(table: Table, key: str) -> list[str]:
    return [word for word, _line in read.words(table.get(key), table.at(key), key)]


def _tasks(look: Look, table: Table) -> list[RowMapping]:
    known = catalogue(look.world.app.library)
    wanted = {known.process(word) for word in _list(table, "in")}
    if not wanted:
        return [row for row in look.tasks if not is_duty(row)]
    return [row for row in look.tasks if row["process_id"] in wanted]


def _open(look: Look, table: Table, key: str) -> None:
    found = sorted(row["element"] for row in _tasks(look, table))
    wanted = sorted(_list(table, key))
    if found != wanted:
        raise differ(table, key, wanted, found)


def _includes(look: Look, table: Table, key: str) -> None:
    found = sorted(row["element"] for row in look.tasks)
    for word, line in read.words(table.get(key), table.at(key), key):
        if word not in found:
            raise differ(table, key, word, found, line)


def _excludes(look: Look, table: Table, key: str) -> None:
    found = [row["element"] for row in look.tasks]
    for word, line in read.words(table.get(key), table.at(key), key):
        if word in found:
            zh, en = f"任务{word}不应打开，却打开着。", f"{word} must not be open, but is."
            raise Difference(line, f"{key}：{zh}", f"{key}: {en}")


def _duties(look: Look, table: Table, key: str) -> None:
    found = sorted({row["kind"] for row in look.duties})
    wanted = sorted(set(_list(table, key)))
    if found != wanted:
        raise differ(table, key, wanted, found)


def _in_order(wanted: Iterable[tuple[str, int]], found: Sequence[str]) -> int | None:
    """Return the line of the first wanted word that does not follow in order, or None."""
    place = 0
    for word, line in wanted:
        try:
            place = found.index(word, place) + 1
        except ValueError:
            return line
    return None


def _took(look: Look, table: Table, key: str) -> None:
    found = look.branches()
    wanted = read.words(table.get(key), table.at(key), key)
    line = _in_order(wanted, found)
    if line is not None:
        raise differ(table, key, _list(table, key), found, line)


def _events(look: Look, table: Table, key: str) -> None:
    found = [row["kind"] for row in look.events]
    wanted = read.words(table.get(key), table.at(key), key)
    line = _in_order(wanted, found)
    if line is not None:
        raise differ(table, key, _list(table, key), list(dict.fromkeys(found)), line)


def _due(look: Look, table: Table, key: str) -> None:
    rows = read.as_rows(table.get(key), table.at(key), key)
    for wanted, line in zip(rows, rows.lines, strict=True):
        _due_row(look, table, wanted, line)


def _due_row(look: Look, table: Table, wanted: Table, line: int) -> None:
    rule = str(wanted["rule"])
    of_rule = [row for row in look.deadlines if row["rule_id"] == rule]
    nth = wanted.get("nth")
    rows = of_rule if nth is None else of_rule[nth - 1 : nth]
    found = [_due_facts(row) for row in rows]
    asked = {name: value for name, value in wanted.items() if name not in ("rule", "nth")}
    for name in ("literal", "effective"):
        if name in asked:
            asked[name] = day(asked[name])
    if asked.get("met") is not None and asked.get("pending") is None and not rows:
        found = []
    if not any(all(facts[name] == value for name, value in asked.items()) for facts in found):
        names = ("literal", "effective", "met", "pending")
        shown = [{name: facts[name] for name in names} for facts in found]
        label = rule if nth is None else f"{rule} #{nth}"
        raise differ(table, f"due {label}", asked, shown or None, line)


def _due_facts(row: RowMapping) -> dict[str, Any]:
    met = row["met"]
    if met is None and row["missed_at"] is not None and row["completed_at"] is None:
        met = False
    return {
        "literal": day(row["due_literal"]) if row["due_literal"] else None,
        "effective": day(row["due_effective"]) if row["due_effective"] else None,
        "met": None if met is None else bool(met),
        "pending": row["due_literal"] is None,
    }


def _overdue(look: Look, table: Table, key: str) -> None:
    now = to_us(look.world.clock.now())
    found = sorted(
        {
            row["rule_id"]
            for row in look.deadlines
            if row["due_at"] <= now and row["completed_at"] is None and row["closed_reason"] is None
        }
    )
    wanted = sorted(set(_list(table, key)))
    if found != wanted:
        raise differ(table, key, wanted, found)


def _of_case(column: str) -> Callable[[Look, Table, str], None]:
    def check(look: Look, table: Table, key: str) -> None:
        found = None if look.case is None else look.case[column]
        if found != table[key]:
            raise differ(table, key, table[key], found)

    return check


def _counts(part: str) -> Callable[[Look, Table, str], None]:
    def check(look: Look, table: Table, key: str) -> None:
        found: Mapping[str, int] = getattr(look, part)
        for name, wanted in table[key].items():
            if found.get(name, 0) != wanted:
                raise differ(table, f"{key}.{name}", wanted, found.get(name, 0), table[key].at(name))

    return check


def _hints(look: Look, table: Table, key: str) -> None:
    found = look.hints()
    for word, line in read.words(table.get(key), table.at(key), key):
        if (word in found) == (key == "no_hints"):
            raise differ(table, key, word, found, line)


def _categories(look: Look, table: Table, key: str) -> None:
    found, wanted = look.categories(), _list(table, key)
    if not set(wanted) <= set(found) or (found and not wanted):
        raise differ(table, key, wanted, found)


def _of_day(ask: Callable[[Look], Any]) -> Callable[[Look, Table, str], None]:
    def check(look: Look, table: Table, key: str) -> None:
        found = ask(look)
        if found != table[key]:
            raise differ(table, key, table[key], found)

    return check


def _alarms(look: Look, table: Table, key: str) -> None:
    found = look.alarms
    wanted = _list(table, key)
    years = {alarm["since"] for alarm in found}
    names = {"calendar", "CalendarAlarm", "calendar_unknown", "AMB-52", *years}
    if bool(wanted) != bool(found) or not set(wanted) <= names:
        raise differ(table, key, wanted, found)


def _assigned(look: Look, table: Table, key: str) -> None:
    for element, who in table[key].items():
        line = table[key].at(element)
        holders = [row for row in look.tasks if row["element"] == element]
        if not holders:
            raise differ(table, f"{key}.{element}", who, "没有打开 not open", line)
        held = [row["assignee_id"] for row in holders]
        wanted = None if who is None else look.world.user_id(str(who), holders[0]["area"])
        if (None if wanted is None else int(wanted)) not in held:
            names = [look.world.by_id[user].name if user in look.world.by_id else user for user in held]
            raise differ(table, f"{key}.{element}", who, names, line)


_CHECKS: Mapping[str, Callable[[Look, Table, str], None]] = {
    "open": _open,
    "includes": _includes,
    "excludes": _excludes,
    "duties": _duties,
    "took": _took,
    "due": _due,
    "overdue": _overdue,
    "tier": _of_case("tier"),
    "status": _of_case("status"),
    "counters": _counts("failures"),
    "papers": _counts("papers"),
    "registers": _counts("registers"),
    "events": _events,
    "hints": _hints,
    "no_hints": _hints,
    "categories": _categories,
    "visit_class": _of_day(lambda look: look.visit_class()),
    "followup_class": _of_day(lambda look: look.followup_class()),
    "alarms": _alarms,
    "assigned": _assigned,
}
