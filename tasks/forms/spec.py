"""Form specifications: one file a process, one entry a user task, checked when they are read.

To add a field, add a line to the file; a field may only be required where the contract of RULES J.5 or
an example allows it. Conditions are expressions over the fields of the same form: an unanswered field is
`null`, an unanswered choice of several an empty list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import NotFound
from engine.expressions import Expr, compile_expr
from tasks import labels

DEFAULT_FOLDER = Path(__file__).parent.parent.parent / "bpmn" / "forms"
_CHOICES = ("enum", "multi")
TYPES = frozenset(
    (
        "text",
        "longtext",
        "bool",
        *_CHOICES,
        "int",
        "money",
        "date",
        "datetime",
        "list",
        "user",
        "ref",
        "survey",
    )
)
SETS_FILE = "sets.json"


class FormFault(ValueError):
    """A form file is wrong; the message names the task and the field."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form, or one column of a list."""

    name: str
    zh: str
    en: str
    type: str
    required: bool | Expr = False
    show_if: Expr | None = None
    routing: bool = False
    options: tuple[str, ...] = ()
    #: What this form calls its own options: code, Chinese, English.
    labels: tuple[tuple[str, str, str], ...] = ()
    #: Name of the code set the options come from, e.g. `CATEGORY`; the office may narrow it.
    set: str = ""
    #: Role of a `user`, kind of object of a `ref`.
    of: str = ""
    item: tuple[Field, ...] = ()
    min_rows: int = 1
    min: int = 0
    max: int = 1_000_000_000
    #: May lie in the future: plans and limits (RULES J.5).
    future: bool = False
    #: How the program fills it before anybody typed: see `tasks.forms.prefill`.
    prefill: str = ""
    example: Any = None
    example_from: str = ""
    help_zh: str = ""
    help_en: str = ""

    def label(self, lang: str) -> str:
        """Return the question in a language."""
        return self.zh if lang == "zh" else self.en

    def option(self, code: str, lang: str) -> str:
        """Return what a choice is called in a language: by the form itself, else by the catalogue."""
        own = next(((zh, en) for name, zh, en in self.labels if name == code), None)
        if own is not None:
            return own[0] if lang == "zh" else own[1]
        return labels.label("code", code, lang, self.name)

    def help(self, lang: str) -> str:
        """Return the explanation in a language, or an empty text."""
        return self.help_zh if lang == "zh" else self.help_en


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together on the page; `zh` is empty where a form has one group only."""

    zh: str
    en: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A combination of answers that is refused, shown at one field."""

    refuse_if: Expr
    field: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class FormSpec:
    """What one user task asks."""

    id: str
    process: str
    title_zh: str
    title_en: str
    groups: tuple[Group, ...]
    fields: Mapping[str, Field]
    checks: tuple[Check, ...] = ()

    def title(self, lang: str) -> str:
        """Return the name of the task in a language."""
        return self.title_zh if lang == "zh" else self.title_en

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields.values())


NOTE = Field("note", "备注", "Remarks", "longtext")


def _field(where: str, data: Mapping[str, Any], sets: Mapping[str, list[str]]) -> Field:
    values = dict(data)
    unknown = values.keys() - Field.__dataclass_fields__.keys()
    if unknown or values.get("type") not in TYPES:
        raise FormFault(f"{where}: unknown keys {sorted(unknown)} or type {values.get('type')!r}")
    if values.get("set") and values["set"] not in sets:
        raise FormFault(f"{where}: no set {values['set']!r} in {SETS_FILE}")
    if values.get("set"):
        values["options"] = sets[values["set"]]
    if values["type"] in _CHOICES and not values.get("options"):
        raise FormFault(f"{where}: a choice without options")
    if isinstance(values.get("required"), str):
        values["required"] = compile_expr(values["required"])
    if values.get("show_if"):
        values["show_if"] = compile_expr(values["show_if"])
    values["options"] = tuple(values.get("options", ()))
    values["labels"] = tuple(
        (code, said["zh"], said["en"]) for code, said in values.get("labels", {}).items()
    )
    values["item"] = tuple(_field(f"{where}.{row['name']}", row, sets) for row in values.get("item", ()))
    if (values["type"] == "list") != bool(values["item"]):
        raise FormFault(f"{where}: a list needs columns, and nothing else has them")
    return Field(**values)


def _conditions(fields: Mapping[str, Field]) -> Iterator[tuple[str, Expr]]:
    for field in fields.values():
        for condition in (field.required, field.show_if):
            if isinstance(condition, Expr):
                yield field.name, condition


def _hold_names(where: str, fields: Mapping[str, Field]) -> None:
    for name, condition in _conditions(fields):
        if not condition.names <= fields.keys():
            raise FormFault(f"{where}.{name}: {condition.text!r} names an unknown field")


def read_form(
    process: str, task_id: str, data: Mapping[str, Any], sets: Mapping[str, list[str]]
) -> FormSpec:
    """Return one form from its entry; raise FormFault, naming the field, for an entry that is wrong."""
    fields: dict[str, Field] = {}
    for row in data["fields"]:
        if row["name"] in fields:
            raise FormFault(f"{task_id}.{row['name']}: stands twice")
        fields[row["name"]] = _field(f"{task_id}.{row['name']}", row, sets)
    fields.setdefault("note", NOTE)
    _hold_names(task_id, fields)
    for field in fields.values():
        _hold_names(f"{task_id}.{field.name}", {column.name: column for column in field.item})
    groups = [Group(row["zh"], row["en"], tuple(row["fields"])) for row in data.get("groups", ())]
    placed = [name for group in groups for name in group.fields]
    rest = tuple(name for name in fields if name not in placed)
    if len(placed) != len(set(placed)) or not set(placed) <= fields.keys():
        raise FormFault(f"{task_id}: a group names a field twice or one that is not there")
    if rest:
        groups.append(Group("其他" if placed else "", "Other" if placed else "", rest))
    checks = tuple(
        Check(compile_expr(row["refuse_if"]), row["field"], row["zh"], row["en"])
        for row in data.get("checks", ())
    )
    for check in checks:
        if not check.refuse_if.names | {check.field} <= fields.keys():
            raise FormFault(f"{task_id}: {check.refuse_if.text!r} names an unknown field")
    return FormSpec(task_id, process, data["title_zh"], data["title_en"], tuple(groups), fields, checks)


def load_sets(folder: Path = DEFAULT_FOLDER) -> dict[str, list[str]]:
    """Return the code sets that choices may come from."""
    found: dict[str, list[str]] = json.loads((folder / SETS_FILE).read_text(encoding="utf-8"))
    return found


def load_forms(folder: Path = DEFAULT_FOLDER) -> dict[str, FormSpec]:
    """Read all forms of a folder by task id; raise FormFault for a file that is wrong."""
    sets = load_sets(folder)
    forms: dict[str, FormSpec] = {}
    for path in sorted(folder.glob("*.json")):
        if path.name == SETS_FILE:
            continue
        data = json.loads(path.read_text(encoding="utf-8"))
        for task_id, task in data["tasks"].items():
            if task_id in forms:
                raise FormFault(f"{task_id}: stands in two files")
            forms[task_id] = read_form(data["process"], task_id, task, sets)
    return forms


@cache
def forms() -> dict[str, FormSpec]:
    """Return the product's forms, read once."""
    return load_forms()


def form(task_id: str) -> FormSpec:
    """Return the form of a user task; raise NotFound."""
    found = forms().get(task_id)
    if found is None:
        raise NotFound
    return found
