"""Holding what the program did against what the scenario says; the first difference is told with its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.clock import to_us
from tasks import labels
from tasks.phrases import Words, labelled, same
from tasks.scenarios import reading as read
from tasks.scenarios.about import case_of
from tasks.scenarios.catalogue import catalogue
from tasks.scenarios.expect_due import hold_due
from tasks.scenarios.faults import Difference
from tasks.scenarios.look import Look, is_duty
from tasks.scenarios.model import Step
from tasks.scenarios.nodes import Table
from tasks.scenarios.offices import MatterLook
from tasks.scenarios.telling import Names, all_of, coded, differs, say
from tasks.scenarios.world import World, actor_of
from tasks.store.conn import RowMapping


def hold(world: World, step: Step) -> None:
    """Check every key of a step's `expect` in the order it is written; raise Difference at the first."""
    table = step.expect
    assert table is not None
    area, family = read.text(table, "in_area") or step.area, read.text(table, "household") or step.household
    if (area or family) and "for" not in table:
        _hold(MatterLook(world, area, family), table)
        return
    handle = read.text(table, "for") or step.person
    if handle is None and len(world.people) == 1:
        handle = next(iter(world.people))
    if handle is None:
        raise Difference(table.line, "“expect”须写“for”。", "“expect” needs “for”.")
    person_id = world.people[handle]
    number = table.get("case")
    case = case_of(world, person_id, number if isinstance(number, int) else step.case, table.at("case"))
    _hold(Look(world, person_id, case), table)


def _hold(look: Look, table: Table) -> None:
    for key in table:
        check = _CHECKS.get(key)
        if check is not None:
            check(look, table, key)


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
        names = Names(look.world)
        words = say("open", wanted=names.steps(wanted), found=names.steps(found))
        raise differs(table.at(key), words, _one_sided(wanted, found))


def _one_sided(wanted: Iterable[str], found: Iterable[str]) -> list[str]:
    """Return what only one side has."""
    there, asked = Counter(found), Counter(wanted)
    return [*(asked - there), *(there - asked)]


def _includes(look: Look, table: Table, key: str) -> None:
    found = sorted(row["element"] for row in look.tasks)
    for word, line in read.words(table.get(key), table.at(key), key):
        if word not in found:
            names = Names(look.world)
            raise differs(line, say(key, step=names.step(word), found=names.steps(found)), [word])


def _excludes(look: Look, table: Table, key: str) -> None:
    found = [row["element"] for row in look.tasks]
    for word, line in read.words(table.get(key), table.at(key), key):
        if word in found:
            raise differs(line, say(key, step=Names(look.world).step(word)), [word])


def _duties(look: Look, table: Table, key: str) -> None:
    found = sorted({row["kind"] for row in look.duties})
    wanted = sorted(set(_list(table, key)))
    if found != wanted:
        raise differs(table.at(key), say(key, wanted=coded("duty", wanted), found=coded("duty", found)))


def _in_order(wanted: Iterable[tuple[str, int]], found: Sequence[str]) -> tuple[str, int] | None:
    """Return the first wanted word that does not follow in order, with its line, or None."""
    place = 0
    for word, line in wanted:
        try:
            place = found.index(word, place) + 1
        except ValueError:
            return word, line
    return None


def _took(look: Look, table: Table, key: str) -> None:
    found = look.branches()
    wanted = read.words(table.get(key), table.at(key), key)
    missing = _in_order(wanted, found)
    if missing is not None:
        names, (word, line) = Names(look.world), missing
        gateways = {one.partition("=")[0] for one, _line in wanted}
        of_these = [one for one in found if one.partition("=")[0] in gateways]
        words = say(
            key, wanted=all_of(names.branch(one) for one, _line in wanted), missing=names.branch(word),
            found=all_of(map(names.branch, of_these)),
        )  # fmt: skip
        raise differs(line, words, [word.partition("=")[0]])


def _events(look: Look, table: Table, key: str) -> None:
    found = [row["kind"] for row in look.events]
    wanted = read.words(table.get(key), table.at(key), key)
    missing = _in_order(wanted, found)
    if missing is not None:
        word, line = missing
        every = coded("event", [one for one, _line in wanted])
        raise differs(line, say(key, wanted=every, missing=coded("event", [word])))


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
        names = Names(look.world)
        words = say(key, wanted=names.rules(wanted), found=names.rules(found))
        raise differs(table.at(key), words, _one_sided(wanted, found))


def _coded(ask: Callable[[Look], Any], kinds: Sequence[str]) -> Callable[[Look, Table, str], None]:
    """Hold one value against another; both are told by the first of these labels they have."""

    def told(value: Any) -> Words:
        if value is None:
            return say("nothing")
        known = (kind for kind in kinds if labels.catalogue().find(kind, str(value)))
        return labelled(next(known, ""), str(value))

    def check(look: Look, table: Table, key: str) -> None:
        found = ask(look)
        if found != table[key]:
            raise differs(table.at(key), say(key, wanted=told(table[key]), found=told(found)))

    return check


def _of_case(column: str) -> Callable[[Look], Any]:
    return lambda look: None if look.case is None else look.case[column]


def _counts(part: str, kind: str) -> Callable[[Look, Table, str], None]:
    def check(look: Look, table: Table, key: str) -> None:
        found: Mapping[str, int] = getattr(look, part)
        for name, wanted in table[key].items():
            there = found.get(name, 0)
            if there != wanted:
                words = say(part, name=labelled(kind, name), wanted=wanted, found=there)
                raise differs(table[key].at(name), words)

    return check


def _hints(look: Look, table: Table, key: str) -> None:
    found = look.hints()
    for word, line in read.words(table.get(key), table.at(key), key):
        if (word in found) == (key == "no_hints"):
            raise differs(line, say(key, name=labelled("benefit", word), found=coded("benefit", found)))


def _categories(look: Look, table: Table, key: str) -> None:
    found, wanted = look.categories(), _list(table, key)
    if not set(wanted) <= set(found) or (found and not wanted):
        words = say(key, wanted=coded("category", wanted), found=coded("category", found))
        raise differs(table.at(key), words)


def _national(look: Look, table: Table, key: str) -> None:
    found, wanted = look.national(), _list(table, key)
    if set(wanted) != set(found):
        words = say("categories", wanted=coded("category", wanted), found=coded("category", found))
        raise differs(table.at(key), words)


def _alarms(look: Look, table: Table, key: str) -> None:
    found = look.alarms
    wanted = _list(table, key)
    years = {alarm["since"] for alarm in found}
    names = set(years)
    if not isinstance(look, MatterLook) or any(alarm["kind"] == "calendar" for alarm in found):
        names |= {"calendar", "CalendarAlarm", "calendar_unknown", "AMB-52"}
    if bool(wanted) != bool(found) or not set(wanted) <= names:
        said = "warnings" if isinstance(look, MatterLook) else key
        words = say(said, wanted=all_of(map(_alarm, wanted)), found=all_of(map(_alarm, sorted(years))))
        raise differs(table.at(key), words)


def _alarm(word: str) -> Words:
    if word.isdigit():
        return same(word)
    known = word in labels.catalogue().kinds.get("warning", {})
    return labelled("warning", word) if known else labelled("error", "calendar_unknown")


def _assigned(look: Look, table: Table, key: str) -> None:
    for element, who in table[key].items():
        line = table[key].at(element)
        wanted_name = say("nobody") if who is None else labelled("role", str(who))
        holders = [row for row in look.tasks if row["element"] == element]
        if not holders:
            words = say("assigned_closed", step=Names(look.world).step(element), wanted=wanted_name)
            raise differs(line, words, [element])
        held = [row["assignee_id"] for row in holders]
        wanted = None if who is None else look.world.user_id(str(who), holders[0]["area"])
        if (None if wanted is None else int(wanted)) not in held:
            found = all_of(_holder(look, user) for user in held)
            words = say(key, step=Names(look.world).step(element), wanted=wanted_name, found=found)
            raise differs(line, words, [element])


def _holder(look: Look, user: int | None) -> Words:
    return say("nobody") if user is None else same(actor_of(look.world, user).name)


_CHECKS: Mapping[str, Callable[[Look, Table, str], None]] = {
    "open": _open,
    "includes": _includes,
    "excludes": _excludes,
    "duties": _duties,
    "took": _took,
    "due": hold_due,
    "overdue": _overdue,
    "tier": _coded(_of_case("tier"), ("tier",)),
    "status": _coded(_of_case("status"), ("case_status", "end")),
    "counters": _counts("failures", "tier"),
    "papers": _counts("papers", "paper"),
    "registers": _counts("registers", "paper"),
    "events": _events,
    "hints": _hints,
    "no_hints": _hints,
    "categories": _categories,
    "national": _national,
    "visit_class": _coded(Look.visit_class, ("visit_class",)),
    "followup_class": _coded(Look.followup_class, ("followup_class",)),
    "alarms": _alarms,
    "windows": _counts("windows", "window_state"),
    "assigned": _assigned,
}
