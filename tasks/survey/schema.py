"""The questions of the paper form in their order, flattened: details of an answer are questions of their own.

A question is asked when its `ask_if` holds over the answers before it; the arrows of the paper are in there.
To change the questionnaire change `bpmn/policy/survey.json`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent.parent / "bpmn" / "policy" / "survey.json"
NONE = "无"

Answers = Mapping[str, Any]
Asked = Callable[[Answers], bool]
_MARKS = re.compile(r"[\s()]")


def plain(text: str) -> str:
    """Return a text as it is compared with the words of a box: half-width, no blanks, no brackets."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).upper()


@dataclass(frozen=True, slots=True)
class Option:
    """One box to tick."""

    code: str
    zh: str
    en: str
    group: str = ""
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One thing the form asks. `shown` is its condition as an expression over the questions before it."""

    id: str
    zh: str
    en: str
    type: str
    section: str
    no: int | None = None
    options: tuple[Option, ...] = ()
    asked: Asked | None = None
    shown: str = ""
    #: May be answered with 无 where nothing applies (V05).
    none_ok: bool = False
    #: Need not be answered where this question was answered with 无 (V06).
    spared_by: str = ""
    #: How many boxes at least and at most; 0 at most: any number.
    least: int = 1
    most: int = 0
    #: The question whose group the chosen box must belong to (V11).
    group_of: str = ""
    help: str = ""
    mark: str = ""
    unit: str = ""
    #: The code of a box by its code and by its words.
    by_text: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of its boxes."""
        return tuple(option.code for option in self.options)

    def option(self, code: str) -> Option | None:
        """Return a box by its code."""
        return next((one for one in self.options if one.code == code), None)

    @property
    def is_choice(self) -> bool:
        """Tell whether boxes are ticked."""
        return self.type in ("single", "multi")


def _asked(rule: Mapping[str, Any]) -> Asked:
    if "any" in rule:
        parts = [_asked(one) for one in rule["any"]]
        return lambda answers: any(part(answers) for part in parts)
    if "all" in rule:
        parts = [_asked(one) for one in rule["all"]]
        return lambda answers: all(part(answers) for part in parts)
    name, codes = rule["field"], frozenset(rule["in"])
    return lambda answers: answers.get(name) in codes


def _shown(rule: Mapping[str, Any], prefix: str) -> str:
    for word, joint in (("any", " or "), ("all", " and ")):
        if word in rule:
            return "(" + joint.join(_shown(one, prefix) for one in rule[word]) + ")"
    codes = ", ".join(f'"{code}"' for code in rule["in"])
    return f"{prefix}{rule['field']} in [{codes}]"


def _options(given: Mapping[str, Any]) -> tuple[Option, ...]:
    return tuple(
        Option(one["code"], one["zh"], one["en"], one.get("group", ""), bool(one.get("exclusive")))
        for one in given.get("options", ())
    )


def _by_text(options: tuple[Option, ...]) -> dict[str, str]:
    words = {plain(option.zh): option.code for option in options}
    return words | {option.code: option.code for option in options}


def _details(field: Mapping[str, Any], section: str, prefix: str) -> Iterator[Question]:
    """Yield what some answers of a question ask further: the grade of the disabled, the year of the card."""
    for option in field.get("options", ()):
        for sub in option.get("subfields", ()):
            name, code, several = field["id"], option["code"], field["type"] == "multi"

            def asked(answers: Answers, name: str = name, code: str = code, several: bool = several) -> bool:
                given = answers.get(name)
                return code in (given or ()) if several else given == code

            held = f'"{code}" in {prefix}{name}' if several else f'{prefix}{name} == "{code}"'
            options = _options(sub)
            yield Question(
                f"{name}_{sub['id']}", f"{option['zh']}：{sub['label_zh']}",
                f"{option['en']}: {sub.get('label_en', sub['id'])}", sub["type"], section, field.get("no"),
                options, asked, held, bool(sub.get("fill_none")), by_text=_by_text(options),
            )  # fmt: skip


def _parts(field: Mapping[str, Any], section: str) -> Iterator[Question]:
    for part in field["parts"]:
        if "fixed" not in part:
            label = f"{field['label_zh']}：{part['zh']}"
            yield Question(
                f"{field['id']}_{part['id']}", label, f"{field['label_en']}: {part['id']}", "text", section
            )


def _questions(field: Mapping[str, Any], section: str, prefix: str) -> Iterator[Question]:
    if field["type"] == "address":
        yield from _parts(field, section)
        return
    rule = field.get("ask_if")
    several, options = field["type"] == "multi", _options(field)
    yield Question(
        field["id"], field["label_zh"], field["label_en"], field["type"], section, field.get("no"),
        options, _asked(rule) if rule else None, _shown(rule, prefix) if rule else "",
        bool(field.get("fill_none")), (field.get("required_unless") or {}).get("field", ""),
        field.get("min", 1) if several else 1, field.get("max", 0), field.get("option_group_equals", ""),
        field.get("help", ""), field.get("mark", ""), field.get("unit", ""), _by_text(options),
    )  # fmt: skip
    yield from _details(field, section, prefix)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """The whole form."""

    title_zh: str
    title_en: str
    header_zh: str
    scripts: Mapping[str, str]
    sections: Mapping[str, str]
    questions: Mapping[str, Question]
    #: Buttons that tick several boxes at once (V10): (question, word, codes).
    shortcuts: tuple[tuple[str, str, tuple[str, ...]], ...]

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions.values())

    def asked(self, answers: Answers) -> list[str]:
        """Return the ids of what is asked, given the answers."""
        return [one.id for one in self if one.asked is None or one.asked(answers)]


def read_questionnaire(data: Mapping[str, Any], prefix: str = "") -> Questionnaire:
    """Return the form of its data; conditions name questions with a prefix before their ids."""
    fields = [(field, section["id"]) for section in data["sections"] for field in section["fields"]]
    questions = [one for field, section in fields for one in _questions(field, section, prefix)]
    shortcuts = tuple(
        (field["id"], one["zh"], tuple(one["codes"]))
        for field, _section in fields
        for one in field.get("shortcuts", ())
    )
    # OCR-1: the paper's 聘用问卷 is read as 专用问卷
    header = data["header_zh"].replace("聘用问卷", "专用问卷")
    return Questionnaire(
        data["title_zh"], data["title_en"], header, data["scripts"],
        {section["id"]: section["zh"] for section in data["sections"]},
        {one.id: one for one in questions}, shortcuts,
    )  # fmt: skip


@cache
def questionnaire(prefix: str = "") -> Questionnaire:
    """Return the product's questionnaire, read once."""
    return read_questionnaire(json.loads(FILE.read_text(encoding="utf-8")), prefix)
