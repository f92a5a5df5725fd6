"""A decision table as people read it: each row with its conditions, result, days and clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from engine.decisions import DecisionTable, Input, Output, Rule
from engine.errors import NotFound
from tasks import labels
from tasks.facts import FACTS
from web.clauses import Clause, clauses
from web.context import Ctx

_CLAUSE = re.compile(r"R\d{3}-\w+(?:\.\w+)*")
_INFERRED = "INFERRED "
#: `[35..49]`, a text, a comparison, a word: what a cell is made of.
_PART = re.compile(r'"[^"]*"|>=|<=|!=|[><,()\[\]]|\.\.|[^\s",()\[\]<>=!]+')
_SIGNS = {
    ">=": "≥\u00a0", "<=": "≤\u00a0", ">": ">\u00a0", "<": "<\u00a0", "..": "–",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row in words."""

    number: int
    conditions: tuple[tuple[str, str], ...]
    results: tuple[tuple[str, str], ...]
    said: str
    inferred: bool
    clauses: Sequence[Clause]
    since: date | None
    until: date | None
    #: in force, not yet, or no more on the day looked at: `now`, `later`, `over`
    state: str


class Head(Protocol):
    """What a page says of a table before its rows."""

    @property
    def id(self) -> str:
        """Return its number."""

    @property
    def description(self) -> str:
        """Return what it decides."""

    @property
    def hit_policy(self) -> str:
        """Return whether one row speaks or several."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table on a day."""

    table: Head
    on: date
    rows: Sequence[Row]
    #: days on which other rows begin to hold
    changes: Sequence[date]


def sheets(context: Ctx) -> list[DecisionTable]:
    """Return every table in the order of the ids."""
    return [table for _id, table in sorted(context.app.library.tables.items())]


def sheet(context: Ctx, table_id: str, on: date) -> Sheet:
    """Return a table as it holds on a day; raise NotFound."""
    table = context.app.library.tables.get(table_id)
    if table is None:
        raise NotFound
    rows = [_row(context, table, rule, on) for rule in table.rules]
    return Sheet(table, on, rows, table.changes)


def _row(context: Ctx, table: DecisionTable, rule: Rule, on: date) -> Row:
    asked = tuple(
        (_name(context, column.expression.text, column.label), _cell(context, column, cell.text))
        for column, cell in zip(table.inputs, rule.cells, strict=True)
        if cell.text not in ("", "-")
    )
    found = tuple(
        (_name(context, column.name, column.label), _result(context, table.id, column, value.text.strip()))
        for column, value in zip(table.outputs, rule.outputs, strict=True)
    )
    days = rule.validity
    state = "now" if days.holds(on) else "later" if days.since is not None and on < days.since else "over"
    ids = _CLAUSE.findall(rule.annotation)
    said = _CLAUSE.sub("", rule.annotation.removeprefix(_INFERRED)).strip(" 、")
    inferred = rule.annotation.startswith(_INFERRED)
    return Row(rule.number, asked, found, said, inferred, clauses(ids), days.since, days.until, state)


def _name(context: Ctx, name: str, written: str = "") -> str:
    """Return what a column is called: as the table writes it, in English as the variable is called."""
    if context.lang == "zh" and written:
        return written
    if name in FACTS:
        return FACTS[name].zh if context.lang == "zh" else FACTS[name].en
    return labels.catalogue().find("variable", name, context.lang) or written or name


def _cell(context: Ctx, column: Input, text: str) -> str:
    if column.type == "boolean" and text.startswith("!="):
        return context.t("tables.not_yes" if text.endswith("true") else "tables.not_no")
    if text == '!= ""':
        return context.t("tables.something")
    return "".join(_parts(context, column.expression.text, text))


def _parts(context: Ctx, name: str, text: str) -> Iterator[str]:
    for part in _PART.findall(text.replace("..", " .. ")):
        if part == ",":
            yield "、" if context.lang == "zh" else ", "
        elif part in ("!=", "not"):
            yield context.t("tables.not")
        elif part in _SIGNS:
            yield _SIGNS[part]
        elif part not in ("(", ")", "[", "]"):
            yield _word(context, name, part)


def _word(context: Ctx, name: str, part: str) -> str:
    lang, t = context.lang, context.t
    if part in ("true", "false"):
        return t("form.yes" if part == "true" else "form.no")
    if part in ("null", '""'):
        return t("tables.nothing")
    if not part.startswith('"'):
        return part
    code = part.strip('"')
    if name == "actor":
        return labels.label("role", code, lang)
    find = labels.catalogue().find
    return find(name, code, lang) or find("code", code, lang, name) or code


def _result(context: Ctx, table_id: str, column: Output, text: str) -> str:
    """Return a result in words; a table may call a code in its own way, as a form's field may."""
    named = labels.catalogue().result(table_id, column.name, text.strip('"'), context.lang)
    return named or _word(context, column.name, text)
