"""What the registers of the office are and which columns they have (`bpmn/registers.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import NotFound
from tasks.forms.spec import Field, form
from tasks.labels import label

DEFAULT_FILE = Path(__file__).parent.parent.parent / "bpmn" / "registers.toml"
#: Columns the program fills itself: type, width in characters, class of personal data.
BUILT_IN: Mapping[str, tuple[str, int, str]] = {
    "entered": ("date", 12, ""),
    "case_no": ("text", 16, ""),
    "community": ("text", 14, ""),
    "step": ("text", 18, ""),
    "worker": ("text", 10, ""),
    "name": ("text", 10, "P3"),
    "sex": ("text", 6, "P3"),
    "birth_date": ("date", 12, "P3"),
    "age": ("number", 8, "P3"),
    "id_no": ("text", 21, "P4"),
    "phone": ("text", 14, "P3"),
    "address": ("text", 26, "P3"),
    "employer": ("text", 20, "note"),
    "post": ("text", 18, "note"),
    "referrals": ("number", 10, ""),
    "summary": ("text", 46, "note"),
    "remark": ("text", 12, ""),
}
_WIDTH = {"date": 12, "number": 10, "longtext": 30, "multi": 22}
_TYPES = {"date": "date", "int": "number", "money": "number"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `of` are the form fields it shows, the first that is answered; empty for built-in ones.

    `task` is the step whose form holds them where that is not the entry's own. `cls` is the class of personal
    data, or `note` for working notes, which are read by tier.
    """

    name: str
    zh: str
    en: str
    type: str
    width: int
    cls: str
    of: tuple[str, ...] = ()
    task: str = ""

    def label(self, lang: str) -> str:
        """Return the heading in a language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class RegisterSpec:
    """One register: who keeps it, which entries are in it, and its columns."""

    id: str
    keeper: str
    columns: tuple[Column, ...]
    #: Steps whose entries it shows; empty: all.
    elements: tuple[str, ...] = ()
    #: Form field an entry is filed under, and the kind of label its codes have.
    facet: str = ""
    #: Shows each person once, as of the end of the period.
    stock: bool = False
    #: List of the form of which each row is a line about a person of its own.
    each: str = ""
    #: Form field with the day of what is entered; an entry made in a later month is marked.
    day: tuple[str, ...] = ()
    #: Step by which the office below hands somebody up; an entry without it is of a second assistance.
    handed_up: str = ""

    def title(self, lang: str) -> str:
        """Return the name of the register."""
        return label("paper", self.id, lang)

    def facet_label(self, lang: str) -> str:
        """Return what entries are filed under, as the column of it is headed; empty for nothing."""
        return next((one.label(lang) for one in self.columns if one.name == self.facet), "")


@cache
def register_specs(file: Path = DEFAULT_FILE) -> Mapping[str, RegisterSpec]:
    """Return every register in the order of the file."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return {name: _spec(name, line) for name, line in data.items()}


def register_spec(name: str) -> RegisterSpec:
    """Return a register; raise NotFound."""
    found = register_specs().get(name)
    if found is None:
        raise NotFound
    return found


def _spec(name: str, line: Mapping[str, Any]) -> RegisterSpec:
    elements = tuple(line.get("elements", ()))
    columns = [_column(one, elements, str(line.get("each", ""))) for one in line["columns"]]
    return RegisterSpec(
        name, line["keeper"], tuple(columns), elements, line.get("facet", ""), bool(line.get("stock")),
        line.get("each", ""), tuple(line.get("day", ())), line.get("handed_up", ""),
    )  # fmt: skip


def _column(line: str | Mapping[str, Any], elements: tuple[str, ...], each: str) -> Column:
    if isinstance(line, str):
        kind, width, cls = BUILT_IN[line]
        return Column(
            line, label("register_column", line), label("register_column", line, "en"), kind, width, cls
        )
    task = str(line.get("task", ""))
    field = _field(tuple(line["of"]), (task,) if task else elements, each)
    width = int(line.get("width", _WIDTH.get(field.type, 14)))
    return Column(
        line["of"][0], field.zh, field.en, _TYPES.get(field.type, "text"), width, line.get("cls", "note"),
        tuple(line["of"]), task,
    )  # fmt: skip


def _field(names: tuple[str, ...], elements: tuple[str, ...], each: str) -> Field:
    """Return the form field a column takes heading and type from; raise ValueError for none."""
    for element in elements:
        fields = fields_of(element)
        if each in fields:
            fields |= {one.name: one for one in fields[each].item}
        if names[0] in fields:
            return fields[names[0]]
    raise ValueError(f"{names[0]} is in no form of {elements}")


def fields_of(element: str) -> dict[str, Field]:
    """Return the fields of a step's form by name; a step without a form has none."""
    try:
        return dict(form(element).fields)
    except NotFound:
        return {}
