"""The papers with which somebody may apply where he lives, and how the number of each is read (R003-03.1).

A resident's card, the social security card and the residence permit for people of Hong Kong, Macau and Taiwan
bear numbers by GB 11643, and so does the foreigner's permanent residence card in its present form. Passes say
neither sex nor date of birth: both are then copied from the paper.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from tasks import idno
from tasks.idno import IdNumber, IdNumberError

RESIDENT, SOCIAL, PERMIT = "RESIDENT_ID", "SOCIAL_CARD", "HMT_RESIDENCE"
HK_MACAU, TAIWAN, FOREIGN = "HK_MACAU_PASS", "TAIWAN_PASS", "FOREIGN_PERMANENT"
KINDS = (RESIDENT, SOCIAL, PERMIT, HK_MACAU, TAIWAN, FOREIGN)
SEXES = ("F", "M")

_PERMIT_PLACES = ("81", "82", "83")
#: Letter and eight digits stay with the holder; older cards have two more for the times it was renewed.
_HK_MACAU = re.compile(r"([HM][0-9]{8})(?:[0-9]{2})?", re.ASCII)
_TAIWAN = re.compile(r"[0-9]{8}", re.ASCII)
_FOREIGN_NOW = re.compile(r"9[0-9]{16}[0-9X]", re.ASCII)
_FOREIGN_OLD = re.compile(r"[A-Z]{3}[0-9]{12}", re.ASCII)
_PASSES = (_HK_MACAU, _TAIWAN, _FOREIGN_OLD, _FOREIGN_NOW)

Problem = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Paper:
    """What is typed beside the number; without a kind, the paper is one whose number is by GB 11643."""

    kind: str = ""
    sex: str = ""
    birth_date: str = ""


UNSAID = Paper()


def kind_of(value: str) -> str:
    """Return the kind of paper of a number by GB 11643."""
    return PERMIT if value[:2] in _PERMIT_PLACES else RESIDENT


def normalise(raw: str) -> str:
    """Return a number of any kind as it is kept and found: without blanks, a pass without its renewals."""
    value = idno.normalise(raw)
    renewed = _HK_MACAU.fullmatch(value)
    return renewed[1] if renewed else value


def may_be_number(value: str) -> bool:
    """Tell whether a normalised text has the shape of a number of some kind."""
    return bool(
        re.fullmatch(r"[0-9]{17}[0-9X]", value, re.ASCII) or any(one.fullmatch(value) for one in _PASSES)
    )


def check(raw: str, today: date) -> str:
    """Return a number of a list, where no kind is named, as it is kept; raise IdNumberError for a wrong one.

    A pass is known by its shape; any other number is one by GB 11643.
    """
    value = normalise(raw)
    return value if any(one.fullmatch(value) for one in _PASSES[:3]) else idno.parse(value, today).value


def read(raw: str, paper: Paper, today: date) -> tuple[IdNumber | None, list[Problem]]:
    """Return the number of a paper with its holder's sex and date of birth, and what is wrong as typed.

    Sex and date of birth (ISO) are needed where the number does not say them, and held to it where it does.
    """
    if paper.kind and paper.kind not in KINDS:
        return None, [("id_kind", "请选择证件种类。", "Choose the kind of paper.")]
    try:
        found = _read(paper.kind, normalise(raw), today)
    except IdNumberError as fault:
        return None, [("id_no", fault.zh, fault.en)]
    sex, born = paper.sex, paper.birth_date
    if isinstance(found, IdNumber):
        problems = _held_to(found, sex, born)
        return (None if problems else found), problems
    problems, day = _holder(sex, born, today)
    return (None, problems) if day is None or problems else (IdNumber(found, sex, day), [])


def _read(kind: str, value: str, today: date) -> IdNumber | str:
    """Return what the number says, or the number itself where it says nothing; raise IdNumberError."""
    if kind == HK_MACAU:
        return _shaped(
            _HK_MACAU, value, "港澳居民来往内地通行证号码为H或M加8位数字，例如H12345678。",
            "A mainland travel permit has H or M and 8 digits, such as H12345678.",
        )  # fmt: skip
    if kind == TAIWAN:
        return _shaped(
            _TAIWAN, value, "台湾居民来往大陆通行证号码为8位数字。", "A Taiwan permit has 8 digits."
        )
    if kind == FOREIGN:
        if _FOREIGN_NOW.fullmatch(value):
            return idno.read_18(value, today)
        return _shaped(
            _FOREIGN_OLD, value, "外国人永久居留身份证号码为9开头的18位，旧证为3个字母加12位数字。",
            "A permanent residence card has 18 characters from 9, an old one 3 letters and 12 digits.",
        )  # fmt: skip
    found = idno.parse(value, today)
    if kind and (kind == PERMIT) != (value[:2] in _PERMIT_PLACES):
        if kind == PERMIT:
            raise IdNumberError(
                "港澳台居民居住证号码以81、82或83开头。请核对号码和证件种类。",
                "The number of such a residence permit begins with 81, 82 or 83.",
            )
        raise IdNumberError(
            "81、82、83开头的是港澳台居民居住证的号码。请核对号码和证件种类。",
            "81, 82 and 83 begin the number of a residence permit for Hong Kong, Macau and Taiwan.",
        )
    return found


def _shaped(shape: re.Pattern[str], value: str, zh: str, en: str) -> str:
    if not shape.fullmatch(value):
        raise IdNumberError(f"{zh}请对照证件重新填写。" if value else f"请填写证件号码。{zh}", en)
    return value


def _held_to(found: IdNumber, sex: str, born: str) -> list[Problem]:
    """Return where what was typed contradicts the number."""
    problems = []
    if sex and sex != found.sex:
        problems.append(("sex", "性别与证件号码不一致，请核对。", "The number says another sex."))
    if born and born != found.birth_date.isoformat():
        problems.append(("birth_date", "出生日期与证件号码不一致，请核对。", "The number says another day."))
    return problems


def _holder(sex: str, born: str, today: date) -> tuple[list[Problem], date | None]:
    problems: list[Problem] = []
    if sex not in SEXES:
        problems.append(("sex", "这种证件的号码不含性别，请按证件填写。", "Enter the sex as on the paper."))
    try:
        day = date.fromisoformat(born)
    except ValueError:
        day = None
    if day is None or not date(1900, 1, 1) <= day <= today:
        zh = "这种证件的号码不含出生日期，请按证件填写，如1984-01-01，不晚于今天。"
        problems.append(("birth_date", zh, "Enter the date of birth as on the paper, not after today."))
        day = None
    return problems, day
