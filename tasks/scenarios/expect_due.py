"""Holding running deadlines against `due`, each fact that differs in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.phrases import Words, labelled, listed
from tasks.scenarios import reading as read
from tasks.scenarios.look import Look
from tasks.scenarios.model import day
from tasks.scenarios.nodes import Table
from tasks.scenarios.telling import Names, differs, say
from tasks.store.conn import RowMapping

_DAYS = ("literal", "effective")
_MET = {True: "due_met_yes", False: "due_met_no", None: "due_met_open"}


def hold_due(look: Look, table: Table, key: str) -> None:
    """Hold every row of `due`; raise Difference at the first that no deadline of the case fulfils."""
    rows = read.as_rows(table.get(key), table.at(key), key)
    for wanted, line in zip(rows, rows.lines, strict=True):
        _row(look, wanted, line)


def _row(look: Look, wanted: Table, line: int) -> None:
    rule = str(wanted["rule"])
    of_rule = [row for row in look.deadlines if row["rule_id"] == rule]
    nth = wanted.get("nth")
    rows = of_rule if nth is None else of_rule[nth - 1 : nth]
    asked = {name: value for name, value in wanted.items() if name not in ("rule", "nth")}
    for name in _DAYS:
        if name in asked:
            asked[name] = day(asked[name])
    wrong = [_wrong(asked, _facts(row)) for row in rows]
    if all(wrong):  # none fulfils it, also where there is none
        names = Names(look.world)
        about = {"rule": names.rule(rule), "nth": "" if nth is None else say("due_nth", nth=nth)}
        if not wrong:
            raise differs(line, say("due_none", **about), [rule])
        nearest = min(wrong, key=len)
        raise differs(line, say("due", **about, facts=_told(names, nearest)), [rule])


def _facts(row: RowMapping) -> dict[str, Any]:
    met = row["met"]
    if met is None and row["missed_at"] is not None and row["completed_at"] is None:
        met = False
    return {
        "literal": day(row["due_literal"]) if row["due_literal"] else None,
        "effective": day(row["due_effective"]) if row["due_effective"] else None,
        "met": None if met is None else bool(met),
        "pending": row["due_literal"] is None,
    }


def _wrong(asked: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what differs: name -> (asked, found)."""
    return {name: (value, facts[name]) for name, value in asked.items() if facts[name] != value}


def _told(names: Names, wrong: Mapping[str, tuple[Any, Any]]) -> Words:
    facts = dict(wrong)
    if "literal" in facts and facts["literal"] == facts.get("effective"):  # one day, whatever it is called
        facts = {"day": facts.pop("literal"), **{name: facts[name] for name in facts if name not in _DAYS}}
    return listed(
        (say("due_fact", what=say(f"due_{name}"), wanted=_value(names, name, wanted),
            found=_value(names, name, found))
        for name, (wanted, found) in facts.items()), "；", "; ",
    )  # fmt: skip


def _value(names: Names, name: str, value: Any) -> Words:
    if name == "met":
        return say(_MET[value])
    return labelled("yes_no", "yes" if value else "no") if name == "pending" else names.day(value)
