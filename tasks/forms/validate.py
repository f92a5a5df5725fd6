"""Holding a whole form against its specification: every problem at once, nothing stored that is hidden."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.errors import FormInvalid
from engine.expressions import Expr
from tasks.forms.spec import Field, FormSpec
from tasks.forms.values import MAX_ROWS, READERS, FormContext, SeveralUnreadable, Unreadable
from tasks.survey.schema import questionnaire

Problem = tuple[str, str, str]
_ROW = re.compile(r"([a-z][a-z0-9_]*?)__([0-9]{1,3})__([a-z][a-z0-9_]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Validated:
    """A form that was accepted.

    `values` holds what was answered. `routing` holds every routing field, None where it was not answered,
    so that an answer of an earlier round never stays behind. `business` is the rest of the answers.
    """

    values: dict[str, Any]
    routing: dict[str, Any]
    business: dict[str, Any]


class MultiDict(Protocol):
    """What a posted page is: names with several values."""

    def keys(self) -> Iterable[str]:
        """Return the names."""

    def getlist(self, key: str) -> list[str]:
        """Return all values of a name."""


#: Names on every page that are no answers.
PAGE_NAMES = frozenset({"_csrf", "_key"})


def from_html(spec: FormSpec, posted: MultiDict, page_names: frozenset[str] = PAGE_NAMES) -> dict[str, Any]:
    """Return a posted page as JSON-like values, without the page's own names.

    A list is posted as `field__0__column`; a choice of several repeats its name. Names that no field
    has are kept, so that `validate` refuses them (THR-6).
    """
    raw: dict[str, Any] = {field.name: [] for field in spec if field.type == "list"}
    inside = {f"{field.name}__{one.id}": (field.name, one) for field in spec if field.type == "survey"
              for one in questionnaire()}  # fmt: skip
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for key in posted.keys():  # noqa: SIM118 - a MultiDict need not iterate its names
        if key in page_names:
            continue
        values = posted.getlist(key)
        if key in inside:
            name, question = inside[key]
            several = [value for value in values if value]
            if several:
                raw.setdefault(name, {})[question.id] = several if question.type == "multi" else several[-1]
            continue
        field = spec.fields.get(key)
        cell = _ROW.fullmatch(key)
        if field is None and cell and cell[1] in spec.fields and spec.fields[cell[1]].type == "list":
            rows.setdefault(cell[1], {}).setdefault(int(cell[2]), {})[cell[3]] = values[-1] if values else ""
        elif field is not None and field.type == "multi":
            raw[key] = [value for value in values if value]
        else:
            raw[key] = values[-1] if values else ""
    for name, by_number in rows.items():
        raw[name] = [by_number[number] for number in sorted(by_number)]
    return raw


def validate(spec: FormSpec, raw: Mapping[str, Any], context: FormContext) -> Validated:
    """Return the typed answers of a form; raise FormInvalid with every problem in the order of the form."""
    unknown: list[Problem] = [
        (
            name[:64],
            f"表单中没有“{name[:64]}”这一项，未保存任何内容。",
            f"The form has no field “{name[:64]}”.",
        )
        for name in map(str, raw)
        if name not in spec.fields
    ]
    values, unreadable = _read_all(spec.fields, raw, context, "")
    shown = _shown(spec.fields, values, context)
    values = {name: value for name, value in values.items() if name in shown}
    problems = [problem for name in spec.fields if name in shown for problem in unreadable.get(name, ())]
    troubled = {name for name, found in unreadable.items() if found}
    problems += _missing(spec.fields, shown - troubled, values, context, "")
    problems += _refused(spec, values, context)
    if unknown or problems:
        order = {name: number for number, name in enumerate(spec.fields)}
        problems.sort(key=lambda problem: order.get(problem[0].split("__")[0], 0))
        raise FormInvalid(unknown + problems, task=spec.id)
    answered = {name: value for name, value in values.items() if value is not None}
    routing = {field.name: answered.get(field.name) for field in spec if field.routing}
    business = {name: value for name, value in answered.items() if not spec.fields[name].routing}
    return Validated(answered, routing, business)


def _read_all(
    fields: Mapping[str, Field], raw: Mapping[str, Any], context: FormContext, prefix: str
) -> tuple[dict[str, Any], dict[str, list[Problem]]]:
    values: dict[str, Any] = {}
    problems: dict[str, list[Problem]] = {}
    for name, field in fields.items():
        given = raw.get(name)
        if given is None or given == "":
            continue
        if field.type == "list":
            values[name], problems[name] = _read_rows(field, given, context)
            continue
        try:
            values[name] = READERS[field.type](field, given, context)
        except SeveralUnreadable as faults:
            problems[name] = faults.problems
        except Unreadable as fault:
            problems[name] = [(prefix + name, f"“{field.zh}”{fault.zh}。", f"“{field.en}” {fault.en}.")]
    return values, problems


def _read_rows(field: Field, given: Any, context: FormContext) -> tuple[list[Any] | None, list[Problem]]:
    """Read the rows of a list; rows in which nothing was typed do not count."""
    if not isinstance(given, (list, tuple)) or not all(isinstance(row, Mapping) for row in given):
        zh, en = f"“{field.zh}”格式不对，请逐行填写。", f"“{field.en}” must be a list of rows."
        return None, [(field.name, zh, en)]
    if len(given) > MAX_ROWS:
        zh, en = f"“{field.zh}”最多{MAX_ROWS}行。", f"“{field.en}” has more than {MAX_ROWS} rows."
        return None, [(field.name, zh, en)]
    columns = {column.name: column for column in field.item}
    places = {name: number for number, name in enumerate(columns)}
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, row in enumerate(given):
        if not any(value not in (None, "", [], False) for value in row.values()):
            continue
        prefix = f"{field.name}__{number}__"
        problems += [
            (
                prefix + str(name)[:64],
                f"“{field.zh}”中没有“{str(name)[:64]}”这一栏。",
                "There is no such column.",
            )
            for name in row
            if name not in columns
        ]
        values, unreadable = _read_all(columns, row, context, prefix)
        shown = _shown(columns, values, context)
        wrong = [problem for name in shown for problem in unreadable.get(name, ())]
        wrong += _missing(columns, shown - unreadable.keys(), values, context, prefix)
        problems += sorted(wrong, key=lambda problem: places.get(problem[0].removeprefix(prefix), 0))
        rows.append(
            {name: values[name] for name in columns if name in shown and values.get(name) is not None}
        )
    return rows, problems


def _names(fields: Mapping[str, Field], values: Mapping[str, Any], shown: set[str]) -> dict[str, Any]:
    def empty(field: Field) -> Any:
        return [] if field.type in ("multi", "list") else None

    return {
        name: values.get(name, empty(field)) if name in shown else empty(field)
        for name, field in fields.items()
    }


def _shown(fields: Mapping[str, Field], values: Mapping[str, Any], context: FormContext) -> set[str]:
    """Return the fields to ask, given the answers: what a hidden field holds counts for nothing."""
    shown = set(fields)
    for _round in fields:
        names = _names(fields, values, shown)
        now_shown = {
            name
            for name, field in fields.items()
            if field.show_if is None or bool(field.show_if(names, context.functions))
        }
        if now_shown == shown:
            break
        shown = now_shown
    return shown


def _missing(
    fields: Mapping[str, Field],
    asked: set[str],
    values: Mapping[str, Any],
    context: FormContext,
    prefix: str,
) -> list[Problem]:
    names = _names(fields, values, set(fields))
    problems: list[Problem] = []
    for name, field in fields.items():
        value = values.get(name)
        if name not in asked or not _needed(field.required, names, context):
            continue
        if value is None or (field.type == "multi" and not value):
            verb = "选择" if field.type in ("enum", "multi", "bool", "user", "ref") else "填写"
            problems.append((prefix + name, f"请{verb}“{field.zh}”。", f"“{field.en}” is missing."))
        elif field.type == "list" and len(value) < field.min_rows:
            zh = f"“{field.zh}”至少填写{field.min_rows}行。"
            problems.append((prefix + name, zh, f"“{field.en}” needs {field.min_rows} row(s)."))
    return problems


def _needed(required: bool | Expr, names: Mapping[str, Any], context: FormContext) -> bool:
    if not isinstance(required, Expr):
        return required
    if not required.calls <= context.functions.keys():
        return False
    return bool(required(names, context.functions))


def _refused(spec: FormSpec, values: Mapping[str, Any], context: FormContext) -> list[Problem]:
    """Apply the cross-field checks whose fields were all answered."""
    return [
        (check.field, check.zh, check.en)
        for check in spec.checks
        if all(values.get(name) is not None for name in check.refuse_if.names)
        and check.refuse_if(values, context.functions)
    ]


def check_prefill(spec: FormSpec, given: Mapping[str, Any], context: FormContext) -> None:
    """Hold values meant to prefill a form against its fields, all optional; raise FormInvalid."""
    unknown = [
        (str(name)[:64], f"表单中没有“{str(name)[:64]}”这一项。", f"There is no field “{str(name)[:64]}”.")
        for name in given if name not in spec.fields
    ]  # fmt: skip
    _values, unreadable = _read_all(spec.fields, given, context, "")
    problems = unknown + [problem for found in unreadable.values() for problem in found]
    if problems:
        raise FormInvalid(problems, task=spec.id)


def visible_fields(spec: FormSpec, raw: Mapping[str, Any], context: FormContext) -> set[str]:
    """Return the names of the fields to show for what was typed so far (for pages without JavaScript)."""
    values, _unreadable = _read_all(spec.fields, raw, context, "")
    return _shown(spec.fields, values, context)


def needed_fields(
    spec: FormSpec, raw: Mapping[str, Any], context: FormContext, also: Collection[str] = ()
) -> list[str]:
    """Return the fields that must be answered for what was typed so far, and of `also` those shown."""
    values, _unreadable = _read_all(spec.fields, raw, context, "")
    shown = _shown(spec.fields, values, context)
    names = _names(spec.fields, values, shown)
    return [
        name
        for name, field in spec.fields.items()
        if name in shown and (name in also or _needed(field.required, names, context))
    ]
