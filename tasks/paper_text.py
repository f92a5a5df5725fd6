"""How a paper reads: form answers as words, and templates over them.

What a paper holds is words, not codes: labels, names and dates may change later, an issued paper may not.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.clock import SHANGHAI
from engine.codec import canonical, loads
from engine.expressions import compile_expr
from tasks.forms.spec import Field, FormSpec
from tasks.paper_code import drawing
from tasks.paper_survey import answered
from tasks.text import written_day

DEFAULT_FOLDER = Path(__file__).parent.parent / "bpmn" / "papers"
_SHARED = ("base", "parts")


@dataclass(frozen=True, slots=True)
class PaperKind:
    """How papers of one kind are numbered, laid out and signed (`bpmn/papers/papers.toml`)."""

    id: str
    word: str
    template: str = "form"
    person: str = "full"
    when: str = ""
    number: str = ""
    lead: str = ""
    end: str = ""
    sign: tuple[str, ...] = ()
    #: The answers it shows; empty: all of the form.
    fields: tuple[str, ...] = ()
    #: What it is drawn up from on demand: `task`, `case` or `person`; empty: a task issues it.
    record: str = ""
    #: The tier that keeps it, wherever the case is; empty: that of the case.
    tier: str = ""
    #: The tasks it may be drawn up from.
    of: tuple[str, ...] = ()


@cache
def paper_kinds(folder: Path = DEFAULT_FOLDER) -> Mapping[str, PaperKind]:
    """Return the kinds of paper the program can issue."""
    data = tomllib.loads((folder / "papers.toml").read_text(encoding="utf-8"))
    kinds: dict[str, PaperKind] = {}
    for kind, row in data.items():
        line: dict[str, Any] = {key: tuple(x) if isinstance(x, list) else x for key, x in row.items()}
        kinds[kind] = PaperKind(kind, **line)
    return kinds


def kinds_to_issue(kinds: list[str], values: Mapping[str, Any]) -> list[str]:
    """Return which papers a completed task issues: those of its list whose condition its answers meet."""
    known = paper_kinds()
    return [
        kind
        for kind in kinds
        if kind in known and (not known[kind].when or compile_expr(known[kind].when)(values, {}))
    ]


_READ: Mapping[str, Callable[[str], date]] = {"date": date.fromisoformat, "datetime": datetime.fromisoformat}


def words(spec: Field, value: Any, names: Mapping[str, str]) -> str:
    """Return an answer as it is read; `names` gives the names behind ids of users and objects."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if spec.type in ("date", "datetime") and isinstance(value, str):  # as a kept form has it
        value = _READ[spec.type](value)
    if isinstance(value, datetime):
        local = value.astimezone(SHANGHAI)
        return f"{written_day(local.date())} {local:%H:%M}"
    if isinstance(value, date):
        return written_day(value)
    if spec.type == "enum":
        return spec.option(value, "zh")
    if spec.type == "multi":
        return "、".join(spec.option(code, "zh") for code in value)
    if spec.type == "money":
        return f"{value}元"
    if spec.type in ("user", "ref"):
        return names.get(str(value), "")
    return str(value)


def rows_of(spec: FormSpec, values: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the answers of a form in its order as label and words, without those that are not there."""
    return [
        {"name": field.name, "label": field.zh, "value": words(field, values[field.name], names)}
        for group in spec.groups
        for field in (spec.fields[name] for name in group.fields)
        if field.type not in ("list", "survey") and values.get(field.name) is not None
    ]


def lists_of(spec: FormSpec, values: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the answers that are lists as tables of words, a questionnaire as one table a part."""
    grids = [
        {
            "name": field.name,
            "label": field.zh,
            "head": [column.zh for column in field.item],
            "rows": [
                [words(column, row.get(column.name), names) for column in field.item]
                for row in values[field.name]
            ],
        }
        for field in spec
        if field.type == "list" and values.get(field.name)
    ]
    for field in spec:
        if field.type == "survey" and values.get(field.name):
            grids += answered(values[field.name])
    return grids


def template_text(kind: PaperKind, folder: Path = DEFAULT_FOLDER) -> tuple[str, str]:
    """Return the whole template of a kind as one text, and its digest."""
    names = {name: name for name in _SHARED} | {"paper": kind.template}
    source = canonical(
        {name: (folder / f"{file}.html").read_text(encoding="utf-8") for name, file in names.items()}
    )
    return source, hashlib.sha256(source.encode()).hexdigest()


class _Answers(dict[str, str]):
    """Answers by name; what was not answered prints as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


@lru_cache(maxsize=64)
def _template(source: str) -> Template:
    files = {f"{name}.html": text for name, text in loads(source).items()}
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(files),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["code_drawing"] = drawing
    return environment.get_template("paper.html")


def render(source: str, content: Mapping[str, Any], voided: bool = False) -> str:
    """Return the HTML of a paper (one `article`); equal content and template give equal HTML."""
    answers = _Answers({row["name"]: row["value"] for row in content["rows"]})
    extra = _Answers(content.get("extra", {}))
    return _template(source).render(**{**content, "extra": extra, "f": answers, "voided": voided})
