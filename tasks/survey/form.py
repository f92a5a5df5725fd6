"""The questionnaire as a form that a page draws: the same questions, boxes and conditions as a `FormSpec`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from engine.expressions import compile_expr
from tasks.forms.spec import Field, FormSpec, Group
from tasks.survey.schema import NONE, Question, questionnaire
from tasks.text import written

_KINDS = {"single": "enum", "multi": "multi", "date": "date", "longtext": "longtext"}
_SECTIONS_EN = {"basic": "About the person", "questions": "Questions", "sign": "Signature"}
#: What the questions of a form are named with inside a field of type `survey`.
JOINT = "__"


@cache
def spec(prefix: str = "", without: frozenset[str] = frozenset()) -> FormSpec:
    """Return the form; with a prefix, as part of a task's form whose field has that name.

    `without` names questions that are not asked.
    """
    form = questionnaire(f"{prefix}{JOINT}" if prefix else "")
    joint = f"{prefix}{JOINT}" if prefix else ""
    fields = {f"{joint}{one.id}": _field(one, joint) for one in form if one.id not in without}
    groups = tuple(
        Group(zh, _SECTIONS_EN.get(section, section),
              tuple(f"{joint}{one.id}" for one in form if one.section == section and one.id not in without))
        for section, zh in form.sections.items()
    )  # fmt: skip
    return FormSpec("survey", "P01a_interview", form.title_zh, form.title_en, groups, fields)


def _field(one: Question, joint: str) -> Field:
    zh = f"{one.no}. {one.zh}" if _is_question(one) else one.zh
    en = f"{one.no}. {one.en}" if _is_question(one) else one.en
    needed: Any = one.least > 0 or one.type != "multi"
    if one.spared_by:
        needed = compile_expr(f'{joint}{one.spared_by} != "{NONE}"')
    unit, none = f"单位：{one.unit}。" if one.unit else "", "没有请填“无”。" if one.none_ok else ""
    help_zh = " ".join(part for part in (one.mark, one.help, unit + none) if part)
    return Field(
        f"{joint}{one.id}", zh, en, _KINDS.get(one.type, "text"), needed,
        compile_expr(one.shown) if one.shown else None, options=one.codes, help_zh=help_zh,
        help_en="Write 无 where there is none." if one.none_ok else "",
    )  # fmt: skip


def _is_question(one: Question) -> bool:
    return one.no is not None and "_" not in one.id


def from_posted(posted: Any, prefix: str = "") -> dict[str, Any]:
    """Return the answers of a posted page by question, as they were typed."""
    joint = f"{prefix}{JOINT}" if prefix else ""
    found: dict[str, Any] = {}
    for one in questionnaire():
        values = [value for value in posted.getlist(f"{joint}{one.id}") if value]
        if values:
            found[one.id] = values if one.type == "multi" else values[-1]
    return found


def word(name: str, code: str, lang: str) -> str | None:
    """Return the words of a box of a question inside a task's form; None for a name that is none of ours."""
    head, joint, question = name.partition(JOINT)
    found = questionnaire().questions.get(question) if joint and head else None
    option = found.option(code) if found is not None else None
    return None if option is None else option.zh if lang == "zh" else option.en


def quick(name: str) -> list[tuple[str, str]]:
    """Return what fills a question in at once: (words, text or codes); nothing for other fields."""
    head, joint, question = name.partition(JOINT)
    found = questionnaire().questions.get(question) if joint and head else None
    if found is None:
        return []
    several = [(word, " ".join(codes)) for of, word, codes in questionnaire().shortcuts if of == question]
    return [*several, *([(NONE, NONE)] if found.none_ok and found.type != "longtext" else ())]


def told(answers: Mapping[str, Any], lang: str) -> list[tuple[str, str]]:
    """Return what was answered as (question, answer) in words."""
    found: list[tuple[str, str]] = []
    for one in questionnaire():
        given = answers.get(one.id)
        if given is not None:
            several = given if isinstance(given, list) else [given]
            words = [_said(one, str(code), lang) for code in several]
            label = spec().fields[one.id]
            found.append((label.label(lang), ("、" if lang == "zh" else ", ").join(words)))
    return found


def _said(one: Question, answer: str, lang: str) -> str:
    option = one.option(answer)
    if option is not None:
        return option.zh if lang == "zh" else option.en
    return answer if lang != "zh" or answer == NONE else written(one.type, answer) + one.unit


def named(answers: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return answers under the names they have inside a task's form."""
    return {f"{prefix}{JOINT}{name}": answer for name, answer in answers.items()}
