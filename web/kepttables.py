"""Decision tables of RULES J.3 that are kept as data of another kind, read row by row like the others.

DT-04 is `low_income.toml`, DT-13 and DT-14 are the questionnaire and its scope, DT-17 is `policy.toml`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from tasks import labels
from tasks.policy import DeadlinePolicy
from tasks.survey.schema import FILE
from web import words
from web.clauses import clauses
from web.context import Ctx
from web.tableview import Row, Sheet

#: What has no table of its own, and why (`kept.none_<id>` in the catalogue).
WITHOUT = ("DT-19", "DT-20")
#: Before this day stands a value that always held.
_ALWAYS = date(1950, 1, 1)
_SURVEY = ("R004-01.D1b",)


@dataclass(frozen=True, slots=True)
class Kept:
    """The head of a table that is kept as other data."""

    id: str
    description: str
    hit_policy: str = "UNIQUE"


def kept(context: Ctx, table_id: str, on: date) -> Sheet | None:
    """Return a table that is kept as other data as it holds on a day; None for another."""
    make = _ROWS.get(table_id)
    if make is None:
        return None
    found = tuple(make(context, on))
    changes = sorted({row.since for row in found if row.since is not None})
    return Sheet(Kept(table_id, context.t(f"kept.{table_id}")), on, found, changes)


def _row(
    number: int, asked: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...], result: str,
    rules: tuple[str, ...], inferred: bool = False, since: date | None = None, state: str = "now",
) -> Row:  # fmt: skip
    return Row(number, tuple(asked), (("", result),), "", inferred, clauses(rules), since, None, state)


def _low_income(context: Ctx, on: date) -> Iterator[Row]:
    t, number = context.t, 0
    lines = sorted(context.app.library.thresholds.low_income)
    ruling = max(day for day, *_amounts in lines if day <= on)
    for day, *amounts in lines:
        state = "now" if day == ruling else "later" if day > on else "over"
        for of, amount in zip(("urban", "rural"), amounts, strict=True):
            number += 1
            asked = ((t("kept.family"), t(f"kept.{of}")), (t("kept.income"), t("kept.below", n=amount)))
            since = None if day < _ALWAYS else day
            yield _row(number, asked, t("kept.low_income"), _SURVEY, since=since, state=state)


@cache
def _survey() -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(FILE.read_text("utf-8"))
    return read


def _route(context: Ctx, _on: date) -> Iterator[Row]:
    fields = [field for section in _survey()["sections"] for field in section["fields"] if field.get("no")]
    numbers = {field["id"]: field["no"] for field in fields}
    asked: dict[int, Mapping[str, Any]] = {}
    for field in fields:
        asked.setdefault(field["no"], field)
    for number, field in asked.items():
        rule = field.get("ask_if")
        when = ((context.t("kept.answers"), _when(context, rule, numbers)),) if rule else ()
        what = field["label_zh"] if context.lang == "zh" else field["label_en"]
        yield _row(number, when, context.t("kept.asked", n=number, what=what), _SURVEY)


def _when(context: Ctx, rule: Mapping[str, Any], numbers: Mapping[str, int]) -> str:
    for word in ("any", "all"):
        if word in rule:
            return context.t(f"kept.{word}").join(_when(context, one, numbers) for one in rule[word])
    return context.t("kept.chosen", n=numbers[rule["field"]], codes="/".join(rule["in"]))


def _scope(context: Ctx, _on: date) -> Iterator[Row]:
    form = context.app.library.forms["P01a_Form"]
    reasons = form.fields["out_of_scope_reason"].options
    for number, code in enumerate(reasons, 1):
        said = labels.label("code", code, context.lang, "out_of_scope_reason")
        asked = ((context.t("kept.person"), said),)
        yield _row(number, asked, context.t("kept.out"), _SURVEY)
    yield _row(len(reasons) + 1, (), context.t("kept.in"), _SURVEY)


def _parameters(context: Ctx, _on: date) -> Iterator[Row]:
    found = [rule for rule in context.app.library.policy.rules.values() if rule.rule is not None]
    for number, one in enumerate(found, 1):
        asked = ((one.id, words.rule_title(one.id, one.title, context.lang)),)
        yield _row(number, asked, _counts(context, one), one.rule_ids, one.basis == "INFERRED")


def _counts(context: Ctx, policy: DeadlinePolicy) -> str:
    """Return what a rule counts, from which step, and whether it rolls over days off."""
    rule, t = policy.rule, context.t
    assert rule is not None
    until = "" if rule.until is None else f"{rule.until[0]}-{rule.until[1]}"
    told = [t(f"kept.unit_{rule.unit}", n=rule.value, until=until)]
    if rule.until is not None and rule.unit != "fixed_date":
        told.append(t("kept.until", until=until))
    if rule.earliest:
        told.append(t("kept.earliest"))
    told.append(t("kept.rolls" if rule.roll else "kept.stays"))
    steps = dict.fromkeys(words.place_name(context, "element", one.element, context.lang) or one.element
                          for one in policy.opens)  # fmt: skip
    told.append(t("kept.from", steps=t("kept.any").join(steps)))
    return t("kept.join").join(told)


_ROWS: Mapping[str, Callable[[Ctx, date], Iterator[Row]]] = {
    "DT-04": _low_income, "DT-13": _route, "DT-14": _scope, "DT-17": _parameters,
}  # fmt: skip
IDS = tuple(_ROWS)
