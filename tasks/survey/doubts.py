"""What is only unlikely in a questionnaire: it is kept, and whoever was at the door looks again (RULES F.4).

Some of it the answers say of each other (V15, V16), some only what is on file beside them: the income of the
family (V17), the telephone (V24), the round of the community (V25), the years of a life (V14).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tasks import idno
from tasks.decision_inputs import Thresholds, current_facts
from tasks.store import surveys
from tasks.store.conn import Connection, Record
from tasks.survey.schema import NONE, Answers
from tasks.text import written, written_day

#: (question, Chinese, English)
Problem = tuple[str, str, str]
#: A round of a community: its first day, and its last where it was reported.
Term = tuple[date, date | None]
#: Nobody works, or holds a paper of his own, before (C.1: labour age begins at 16).
_FIRST_WORK = 16
_POOR = "3"


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside the answers: of the person where there is a file, of the community's rounds."""

    facts: Mapping[str, Any]
    phone: str = ""
    born: date | None = None
    rounds: Sequence[Term] = ()


def beside(person: Record | None, rounds: Sequence[Term]) -> Beside:
    """Return what is known beside a questionnaire."""
    if person is None:
        return Beside({}, rounds=rounds)
    born = date.fromisoformat(person["birth_date"])
    return Beside(current_facts(person), person["phone"] or "", born, rounds)


def rounds_of(
    conn: Connection, communities: Iterable[int], years: Iterable[int]
) -> dict[int, list[Term]]:
    """Return the rounds of communities in some years, by the community's id."""
    found: dict[int, list[Term]] = {}
    for unit, first, last in surveys.rounds(conn, communities, years):
        term = (date.fromisoformat(first), date.fromisoformat(last) if last else None)
        found.setdefault(unit, []).append(term)
    return found


def doubts(
    answers: Answers, today: date, thresholds: Thresholds | None = None, known: Beside | None = None
) -> list[Problem]:
    """Return everything to look at again in answers that were accepted."""
    known = known or Beside({})
    return [
        *_together(answers), *_years(answers, known), *_income(answers, thresholds, known),
        *_phone(answers, known), *_round(answers, today, known),
    ]  # fmt: skip


_Rule = tuple[str, Callable[[Answers], bool], str, str]


def _any(answers: Answers, name: str, codes: str) -> bool:
    given = answers.get(name, ())
    return any(code in given for code in codes)


#: V15 and V16: unlikely together. (question shown at, test, Chinese, English)
_UNLIKELY: tuple[_Rule, ...] = (
    ("q05", lambda a: a.get("q03") == "A" and a.get("q05") == "D",
     "第3题为正规就业（签合同），第5题却未签订合同", "Formal work, yet no contract"),
    ("q05", lambda a: a.get("q08") in ("A", "B") and a.get("q05") in ("A", "B", "C"),
     "第8题为无合同，第5题却有合同", "No contract in 8, yet one in 5"),
    ("q05", lambda a: a.get("q08") == "C" and a.get("q05") == "D",
     "第8题为有合同，第5题却未签订合同", "A contract in 8, yet none in 5"),
    ("q07", lambda a: a.get("q08") in ("A", "C") and _any(a, "q07", "ABCDE"),
     "第8题为无社保，第7题却选了社会保险", "No insurance in 8, yet some in 7"),
    ("person_type", lambda a: a.get("person_type") in ("U1", "U2", "U3", "R5") and a.get("q01") == "A",
     "人员类别为失业或富余劳动力，第1题却为已就业", "Category without work, yet employed"),
    ("person_type",
     lambda a: a.get("person_type") in ("U4", "U5", "R1", "R2", "R3") and a.get("q01") == "B",
     "人员类别为在业，第1题却为未就业", "Category in work, yet not employed"),
    ("q02",
     lambda a: a.get("person_type") in ("R1", "R2", "R3") and a.get("q02") is not None
     and a["q02"] != {"R1": "A", "R2": "B", "R3": "C"}[a["person_type"]],
     "人员类别与第2题的产业类型不一致", "Category and industry differ"),
)  # fmt: skip


def _again(name: str, zh: str, en: str) -> Problem:
    return name, f"{zh}。", f"{en}."


def _together(answers: Answers) -> Iterator[Problem]:
    for name, holds, zh, en in _UNLIKELY:
        if holds(answers):
            yield _again(name, zh, en)


def _born(answers: Answers, known: Beside) -> date | None:
    if known.born is not None or "id_no" not in answers:
        return known.born
    try:
        return idno.parse(answers["id_no"], date.max).birth_date
    except idno.IdNumberError:
        return None


def _years(answers: Answers, known: Beside) -> Iterator[Problem]:
    """A certificate or a contract of a year in which nobody of this age could have one (V13, V14)."""
    day, born = date.fromisoformat(answers["survey_date"]), _born(answers, known)
    paper = answers.get("q10_year", NONE)
    if paper != NONE and int(paper) > day.year:
        zh = f"第10题办证年份{paper}晚于调查日期"
        yield _again("q10_year", zh, "The certificate is of a later year than the survey")
    if born is None:
        return
    first = born.year + _FIRST_WORK
    for name, what, en in (("q10_year", "第10题办证年份", "The certificate"),
                           ("q05_from", "第5题合同起始年月", "The contract")):  # fmt: skip
        given = answers.get(name, NONE)
        if given != NONE and int(given[:4]) < first:
            zh = f"{what}{written('year_month', given)}时，本人（{born.year}年出生）不满{_FIRST_WORK}周岁"
            yield _again(name, zh, f"{en} is of before the age of {_FIRST_WORK}")


def _income(answers: Answers, thresholds: Thresholds | None, known: Beside) -> Iterator[Problem]:
    """Whose income per head is known and lies below the line is 家庭经济困难 (V17)."""
    if answers["family_economy"] == _POOR or thresholds is None:
        return
    income = known.facts.get("family_income")
    if income is not None:
        urban = answers["hukou"] == "U"
        line = thresholds.income_line(urban, date.fromisoformat(answers["survey_date"]))
        if income < line:
            kind = "城镇" if urban else "农村"
            zh = f"档案中家庭人均年收入为{income}元，低于{kind}低收入线{line}元，家庭经济状况应为“困难”"
            yield _again("family_economy", zh, "The income on file lies below the line: poor")
    elif known.facts.get("low_income"):
        zh = "档案中为低收入家庭，家庭经济状况应为“困难”"
        yield _again("family_economy", zh, "On file as a low-income family: poor")


def _phone(answers: Answers, known: Beside) -> Iterator[Problem]:
    """The interviewer confirms the telephone at the end (V24): one there is, and the one on file."""
    given = [answers[name] for name in ("mobile", "home_phone") if answers.get(name, NONE) != NONE]
    if not given:
        zh = "手机和家庭电话都填了“无”，请当面确认联系电话"
        yield _again("mobile", zh, "No telephone is given: confirm it before leaving")
    elif known.phone and known.phone not in given:
        zh = f"联系电话与档案中的（尾号{known.phone[-4:]}）不同，请当面确认联系电话"
        yield _again("mobile", zh, "The telephone differs from that on file: confirm it")


def _round(answers: Answers, today: date, known: Beside) -> Iterator[Problem]:
    """The day lies within the survey round (V25): that of the community, else the present year's."""
    day = date.fromisoformat(answers["survey_date"])
    rounds = [(first, last) for first, last in known.rounds if day.year in (first.year, (last or first).year)]
    if any(first <= day and (last is None or day <= last) for first, last in rounds):
        return
    said = written_day(day)
    if rounds:
        first, last = rounds[-1]
        until = "起" if last is None else f"至{written_day(last)}"
        zh = f"调查日期{said}不在本社区（村）{day.year}年的调查期内（{written_day(first)}{until}）"
        yield _again("survey_date", zh, "The day lies outside the community's survey round")
    elif day.year != today.year:
        zh = f"调查日期{said}不在今年（{today.year}年）的调查期内"
        yield _again("survey_date", zh, "The day lies outside this year's survey round")
