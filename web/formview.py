"""A form specification as a page draws it: values as text, options with labels, problems at their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.clock import SHANGHAI
from engine.errors import FormInvalid
from engine.expressions import Expr
from tasks.forms.prefill import prefill
from tasks.forms.spec import Field, FormSpec
from tasks.forms.validate import from_html
from tasks.forms.values import FormContext
from tasks.survey import form as survey
from tasks.survey.check import ON_FILE
from web.words import full_day

Choices = Callable[[Field], Sequence[tuple[str, str]]]
#: What a page of ours posts beside the answers.
PAGE_NAMES = frozenset({"_csrf", "_key", "_then", "_add"})
#: Up to so many options are buttons, more are a list to open.
_BUTTONS = 5
#: Answers that say nothing without their question.
_MUTE = ("bool", "int", "money")


@dataclass(slots=True)
class FieldView:
    """One question as drawn."""

    id: str
    name: str
    label: str
    type: str
    required: bool
    help: str = ""
    value: str = ""
    values: tuple[str, ...] = ()
    options: Sequence[tuple[str, str]] = ()
    buttons: bool = False
    show_if: str = ""
    required_if: str = ""
    errors: list[str] = field(default_factory=list)
    columns: list[FieldView] = field(default_factory=list)
    rows: list[list[FieldView]] = field(default_factory=list)
    minimum: int | None = None
    maximum: int | None = None
    last_day: str = ""
    #: The questions of a questionnaire within the form, by section.
    parts: list[GroupView] = field(default_factory=list)
    #: Buttons that fill it in at once: (words, what they write or the boxes they tick, parted by blanks).
    quick: Sequence[tuple[str, str]] = ()


@dataclass(slots=True)
class GroupView:
    """Questions under one heading."""

    title: str
    fields: list[FieldView]


@dataclass(slots=True)
class FormView:
    """A whole form as drawn."""

    groups: list[GroupView]
    problems: list[tuple[str, str]]  #: (id of the field, sentence)


def typed(spec: FormSpec, posted: Any) -> dict[str, Any]:
    """Return a posted form as the answers were typed."""
    return from_html(spec, posted, PAGE_NAMES)


def prefilled(spec: FormSpec, today: date, now: datetime) -> dict[str, Any]:
    """Return what a command's form holds before anybody typed."""
    return prefill(spec, FormContext(today, now), {}, lambda _rule, _field: None)


def no_choices(_field: Field) -> Sequence[tuple[str, str]]:
    """Offer nothing; for forms without people or objects to choose."""
    return ()


def draw(
    spec: FormSpec,
    values: Mapping[str, Any],
    lang: str,
    today: date,
    *,
    choices: Choices = no_choices,
    problems: FormInvalid | None = None,
    spare_rows: Mapping[str, int] | None = None,
) -> FormView:
    """Return a form with what is typed so far and what is wrong with it."""
    wrong = _by_field(problems, lang)
    drawer = _Drawer(values, lang, today, choices, wrong, spare_rows or {})
    groups = [
        GroupView(
            group.zh if lang == "zh" else group.en, [drawer.field(spec.fields[name]) for name in group.fields]
        )
        for group in spec.groups
    ]
    listed = [
        (name if name.split("__")[0] in spec.fields else "", text)
        for name, texts in wrong.items()
        for text in texts
    ]
    return FormView(groups, listed)


def _by_field(problems: FormInvalid | None, lang: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, zh, en in problems.problems if problems else ():
        found.setdefault(name, []).append(zh if lang == "zh" else en)
    return found


@dataclass(slots=True)
class _Drawer:
    values: Mapping[str, Any]
    lang: str
    today: date
    choices: Choices
    wrong: Mapping[str, list[str]]
    spare: Mapping[str, int]

    def field(self, spec: Field, prefix: str = "", values: Mapping[str, Any] | None = None) -> FieldView:
        """Draw one question."""
        given = (self.values if values is None else values).get(spec.name)
        name = prefix + spec.name
        view = FieldView(
            id=f"f-{name}",
            name=name,
            label=spec.label(self.lang),
            type=spec.type,
            required=spec.required is True,
            help=spec.help(self.lang),
            show_if=spec.show_if.text if spec.show_if else "",
            required_if=spec.required.text if isinstance(spec.required, Expr) else "",
            errors=list(self.wrong.get(name, ())),
            quick=survey.quick(name),
        )
        if spec.type == "list":
            self._rows(view, spec, given)
            return view
        if spec.type == "survey":
            self._survey(view, spec, given)
            return view
        view.options = self._options(spec)
        view.buttons = spec.type == "bool" or 0 < len(view.options) <= _BUTTONS
        if spec.type == "multi":
            view.values = tuple(str(one) for one in given) if isinstance(given, list | tuple) else ()
        else:
            view.value = as_typed(spec.type, given)
        if spec.type == "int":
            view.minimum, view.maximum = spec.min, spec.max
        if spec.type in ("date", "datetime") and not spec.future:
            view.last_day = self.today.isoformat() + ("T23:59" if spec.type == "datetime" else "")
        return view

    def _survey(self, view: FieldView, spec: Field, given: Any) -> None:
        """Draw the questions of the paper form within this one; its conditions name them with the field."""
        inner = survey.spec(spec.name, ON_FILE)
        values = survey.named(given if isinstance(given, Mapping) else {}, spec.name)
        view.parts = [
            GroupView(
                group.zh if self.lang == "zh" else group.en,
                [self.field(inner.fields[name], values=values) for name in group.fields],
            )
            for group in inner.groups
        ]

    def _options(self, spec: Field) -> Sequence[tuple[str, str]]:
        if spec.type in ("enum", "multi"):
            return [(code, _word(spec, code, self.lang)) for code in spec.options]
        if spec.type in ("user", "ref"):
            return self.choices(spec)
        return ()

    def _rows(self, view: FieldView, spec: Field, given: Any) -> None:
        typed = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []
        wanted = max(len(typed) + self.spare.get(spec.name, 0), spec.min_rows, 1)
        rows: list[Mapping[str, Any]] = [*typed, *({} for _ in range(wanted - len(typed)))]
        view.columns = [self.field(column, f"{spec.name}__n__", {}) for column in spec.item]
        view.rows = [
            [self.field(column, f"{spec.name}__{n}__", row) for column in spec.item]
            for n, row in enumerate(rows)
        ]


def _word(spec: Field, code: str, lang: str) -> str:
    return survey.word(spec.name, code, lang) or spec.option(code, lang)


def as_typed(kind: str, value: Any) -> str:
    """Return a value as its control shows it; what was typed wrongly is shown as it was typed."""
    if value is None:
        return ""
    if kind == "bool":
        return {"True": "true", "False": "false", "on": "true"}.get(str(value), str(value))
    if kind == "datetime":
        return _local_minute(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _local_minute(value: Any) -> str:
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    local = instant if instant.tzinfo is None else instant.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%dT%H:%M}"


def answers(
    spec: FormSpec,
    values: Mapping[str, Any],
    lang: str,
    say_bool: Callable[[bool], str],
    names: Mapping[str, str],
) -> list[tuple[str, str]]:
    """Return what was answered as (question, answer) in words; `names` gives those behind ids."""
    told: list[tuple[str, str]] = []
    for one in spec:
        value = values.get(one.name)
        if value in (None, "", []):
            continue
        told.append((one.label(lang), _told(one, value, lang, say_bool, names)))
    return told


def _in_row(column: Field, said: str, lang: str) -> str:
    """Return what a line of a list says of one column: with its name where the answer alone is mute."""
    if column.type not in _MUTE:
        return said
    return f"{column.label(lang)}：{said}" if lang == "zh" else f"{column.label(lang)}: {said}"


def _told(
    spec: Field, value: Any, lang: str, say_bool: Callable[[bool], str], names: Mapping[str, str]
) -> str:
    if spec.type == "bool":
        return say_bool(as_typed("bool", value) == "true")
    if spec.type == "enum":
        return _word(spec, str(value), lang)
    if spec.type == "multi":
        joint = "、" if lang == "zh" else ", "
        return joint.join(_word(spec, str(code), lang) for code in value)
    if spec.type == "survey":
        return "\n".join(f"{question}：{said}" for question, said in survey.told(value, lang))
    if spec.type == "list":
        rows = [
            " · ".join(
                _in_row(column, _told(column, row[column.name], lang, say_bool, names), lang)
                for column in spec.item
                if row.get(column.name) not in (None, "")
            )
            for row in value
            if isinstance(row, Mapping)
        ]
        return "\n".join(rows)
    if spec.type in ("user", "ref"):
        return names.get(str(value), str(value))
    if spec.type in ("date", "datetime"):
        return day_told(spec.type, value, lang)
    return str(value)


def day_told(kind: str, value: Any, lang: str) -> str:
    """Return a `date`, or a `datetime` in Shanghai, as it is read."""
    day, _, clock = as_typed(kind, value).partition("T")
    return f"{full_day(date.fromisoformat(day), lang)} {clock}".rstrip()
