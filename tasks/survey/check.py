"""Holding a questionnaire against the rules of the paper form (RULES F.4): everything that is wrong at once.

Blocked is what the text forbids; what is only unlikely is a warning (`tasks.survey.doubts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from engine.errors import FormInvalid
from tasks import idno
from tasks.decision_inputs import Thresholds, of_labour_age
from tasks.survey.doubts import Problem, doubts
from tasks.survey.schema import NONE, Answers, Question, Questionnaire, questionnaire
from tasks.survey.values import Wrong, read
from tasks.text import written_day

_FIRST_YEAR = 2000  # the paper prints 20__年


@dataclass(slots=True)
class Checked:
    """What became of a questionnaire: its answers, what is wrong, and what should be looked at again."""

    answers: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


#: What is on the file of somebody whose person is known, and is not asked again.
ON_FILE = frozenset({"id_no"})


def accept(
    raw: Mapping[str, Any], today: date, thresholds: Thresholds | None = None,
    without: frozenset[str] = frozenset(),
) -> Checked:
    """Return the answers of a filled form; raise FormInvalid naming everything that is wrong."""
    found = check(raw, today, thresholds, without=without)
    if found.problems:
        raise FormInvalid(found.problems)
    return found


def check(
    raw: Mapping[str, Any], today: date, thresholds: Thresholds | None = None, *, literal: bool = False,
    without: frozenset[str] = frozenset(),
) -> Checked:
    """Hold a questionnaire against the rules; `without` names questions that are not asked.

    On a page what is not asked is hidden and its answer dropped. In a workbook (`literal`) an answer to what
    is not asked is a problem: somebody overlooked an arrow (V27).
    """
    form = questionnaire()
    found = Checked()
    troubled = _read_all(form, raw, found, literal)
    for one in form:
        if one.id not in troubled and one.id not in found.answers and one.id not in without:
            if not _missing(one, found.answers) or _waits(one, troubled):
                continue
            found.problems.append((one.id, *_ask(one)))
            troubled.add(one.id)
    _hold(form, found, today, thresholds, troubled)
    order = _order()
    found.problems.sort(key=lambda problem: order.get(problem[0], 0))
    found.warnings = [] if found.problems else doubts(found.answers, today, thresholds)
    return found


@cache
def _order() -> Mapping[str, int]:
    return {one.id: number for number, one in enumerate(questionnaire())}


def _read_all(form: Questionnaire, raw: Mapping[str, Any], found: Checked, literal: bool) -> set[str]:
    """Read every answer that is asked; return the questions whose answer cannot be used."""
    troubled: set[str] = set()
    unknown = [str(name)[:64] for name in raw if name not in form.questions]
    found.problems += [
        (name, f"问卷中没有“{name}”这一项。", "The form has no such question.") for name in unknown
    ]
    for one in form:
        given = raw.get(one.id)
        if given is None or given == "" or given == []:
            continue
        if one.asked is not None and not one.asked(found.answers):
            if literal and not _waits(one, troubled) and not _says_none(given):
                found.problems.append((one.id, *_not_asked(one)))
                troubled.add(one.id)
            continue
        try:
            answer = read(one, given)
        except Wrong as fault:
            found.problems.append((one.id, f"“{said(one)}”{fault.zh}。", f"“{one.en}” {fault.en}."))
            troubled.add(one.id)
            continue
        if answer is not None:
            found.answers[one.id] = answer
    return troubled


def _says_none(given: Any) -> bool:
    return isinstance(given, str) and given.strip() in (NONE, "-", "/", "—")


def said(question: Question) -> str:
    """Return how a question is named in a sentence: its number, and its words shortly."""
    words = question.zh.removeprefix("请问").strip()
    return f"第{question.no}题 {words}" if question.no is not None else words


def _ask(one: Question) -> tuple[str, str]:
    how = "请填写，没有请填“无”" if one.none_ok else "请选择" if one.is_choice else "请填写"
    return f"“{said(one)}”没有填写，{how}。", f"“{one.en}” is missing."


def _not_asked(one: Question) -> tuple[str, str]:
    names = "、".join(dict.fromkeys(said(questionnaire().questions[name]) for name in _needs(one)))
    zh = f"按跳转规则不需要回答“{said(one)}”：请清空，或核对“{names}”的答案。"
    return zh, f"“{one.en}” is not asked of this person: empty it, or look at the answers before."


@cache
def _needs_of(shown: str) -> tuple[str, ...]:
    words = re.findall(r"(?<![\"\w])[a-z]\w*", shown)
    return tuple(dict.fromkeys(word for word in words if word not in ("in", "and", "or")))


def _needs(one: Question) -> tuple[str, ...]:
    return _needs_of(one.shown)


def _waits(one: Question, troubled: set[str]) -> bool:
    """Tell whether what decides about a question is itself wrong, so that nothing can be said of it."""
    names = list(_needs(one)) + ([one.spared_by] if one.spared_by else [])
    questions = questionnaire().questions
    return any(name in troubled or _waits(questions[name], troubled) for name in names)


def _missing(one: Question, answers: Answers) -> bool:
    if one.asked is not None and not one.asked(answers):
        return False
    if one.spared_by and answers.get(one.spared_by) == NONE:
        return False
    return not (one.type == "multi" and one.least == 0)


def _hold(
    form: Questionnaire, found: Checked, today: date, thresholds: Thresholds | None, troubled: set[str]
) -> None:
    """Hold the answers that could be read against each other."""
    answers = found.answers
    for name, answer in answers.items():
        one = form.questions[name]
        if one.type == "multi":
            found.problems += _boxes(one, answer)
        elif one.group_of and one.group_of in answers:
            found.problems += _group(form, one, answer, answers[one.group_of])
    if "name" in answers and (not 1 < len(answers["name"]) <= 50 or re.search(r"\d", answers["name"])):
        found.problems.append(("name", "“姓名”应为2至50个字，不含数字，请按户口本填写。", "Not a name."))
    if answers.get("q05_from", "") > answers.get("q05_to", "9999"):
        zh = "“第5题 合同期限”的起始年月晚于终止年月，请核对。"
        found.problems.append(("q05_to", zh, "The contract ends before it begins."))
    if "survey_date" in answers:
        found.problems += _day(answers, today)
    if thresholds is not None and {"id_no", "survey_date"} <= answers.keys() - troubled:
        found.problems += _scope(answers, today, thresholds)


def _boxes(one: Question, chosen: list[str]) -> Iterator[Problem]:
    if len(chosen) < one.least or (one.most and len(chosen) > one.most):
        exact = f"请选择{one.most}项" if one.most == one.least else f"至少选择{one.least}项"
        yield one.id, f"“{said(one)}”{exact}，现在选了{len(chosen)}项。", f"“{one.en}”: choose {one.least}."
    alone = [option for option in one.options if option.exclusive and option.code in chosen]
    if alone and len(chosen) > 1:
        zh = f"“{said(one)}”选了“{alone[0].zh}”，就不能再选其他项。"
        yield one.id, zh, f"“{alone[0].en}” stands alone."


def _group(form: Questionnaire, one: Question, answer: str, group: str) -> Iterator[Problem]:
    option, of = one.option(answer), form.questions[one.group_of]
    if option is not None and option.group and option.group != group:
        named = of.option(group)
        zh = f"“{said(one)}”选了“{option.zh}”，与“{of.zh}”（{named.zh if named else group}）不一致，请核对。"
        yield one.id, zh, f"“{option.en}” does not belong to this kind of registration."


def _day(answers: Answers, today: date) -> Iterator[Problem]:
    day = date.fromisoformat(answers["survey_date"])
    if day > today:
        zh = f"“调查日期”不能晚于今天（{written_day(today)}）。"
        yield "survey_date", zh, "The survey date lies in the future."
    elif day.year < _FIRST_YEAR:
        yield "survey_date", "“调查日期”的年份不对，请核对。", "The survey date has an impossible year."


def _scope(answers: Answers, today: date, thresholds: Thresholds) -> Iterator[Problem]:
    """The survey is of the labour force (V01); the number says age and sex."""
    day = date.fromisoformat(answers["survey_date"])
    try:
        number = idno.parse(answers["id_no"], min(day, today))
    except idno.IdNumberError as fault:
        yield "id_no", f"“身份证号”不对：{fault.zh}", fault.en
        return
    if not of_labour_age(number.sex, number.birth_date, day, thresholds):
        low, high = thresholds.labour_bounds(number.sex, day)
        zh = f"“身份证号”的年龄不在劳动年龄内（{low}至{high}周岁），不属调查范围，请核对或删去这份问卷。"
        yield "id_no", zh, "This person is not of labour age: outside the survey."
