"""The facts of a person (RULES J.5): names, types and labels, and what follows from them.

A fact has one current value on the person and its history, with date and source, beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.errors import FormInvalid

ECONOMY = ("GOOD", "NORMAL", "HARD", "VERY_HARD")
STABILITY = ("STABLE", "UNSTABLE", "UNJUDGED")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known about a person. Types: bool, date, enum, text, money, int, list."""

    name: str
    type: str
    zh: str
    en: str
    options: tuple[str, ...] = ()
    #: Worked out by the program, never typed in.
    derived: bool = False


_ALL = (
    Fact("sex", "enum", "性别", "Sex", ("F", "M"), derived=True),
    Fact("birth_date", "date", "出生日期", "Date of birth", derived=True),
    Fact("urban", "bool", "非农业户籍", "Urban registration"),
    Fact("non_local", "bool", "常住外来劳动力", "Lives here, registered elsewhere"),
    Fact("unemployed", "bool", "失业", "Unemployed"),
    Fact("rural_transfer_wish", "bool", "有转移就业要求", "Asks for transfer employment"),
    Fact("labour_ability", "bool", "有劳动能力", "Able to work"),
    Fact("wish", "bool", "有就业愿望", "Wishes to work"),
    Fact("urgent", "bool", "迫切要求就业", "Urgently wants work"),
    Fact("receives_dibao", "bool", "享受城乡低保", "Receives the minimum allowance"),
    Fact("disabled", "bool", "残疾人", "Disabled"),
    Fact("unemployed_since", "date", "失业起始日", "Unemployed since"),
    Fact("graduation_date", "date", "毕业日期", "Date of graduation"),
    Fact("employed_since_graduation", "bool", "毕业后曾就业", "Employed since graduation"),
    Fact("military_family", "bool", "随军家属", "Military dependant"),
    Fact("first_time_in_shunyi", "bool", "初次来顺义", "First time in Shunyi"),
    Fact("zero_employment_family", "bool", "零就业家庭", "Zero-employment family"),
    Fact("pure_farming_family", "bool", "纯农就业家庭", "Pure farming family"),
    Fact("eco_post", "bool", "养山护水、植树造林岗位", "Mountain, water or afforestation post"),
    Fact("green_staff_post", "bool", "员工化绿色岗位一产劳动力", "Staffed green post, primary industry"),
    Fact("green_transition_affected", "bool", "绿色转型受影响", "Affected by the green transition"),
    Fact("land_loss", "bool", "占地拆迁转非", "Lost land to a project"),
    Fact("other_recognised", "text", "其他困难情形", "Other recognised difficulty"),
    Fact("family_economy", "enum", "家庭经济状况", "Family economy", ECONOMY),
    Fact("special_family_reason", "bool", "家庭有特殊原因", "Special family reason"),
    Fact("nearby_only", "bool", "需就近就业", "Needs work nearby"),
    Fact("family_income", "money", "家庭人均年收入（元）", "Family income per head and year (yuan)"),
    Fact("household", "text", "所属家庭", "Household"),
    Fact("education", "text", "文化程度", "Education"),
    Fact("low_income", "bool", "低收入家庭", "Low-income family"),
    Fact("stability", "enum", "就业稳定程度", "Stability of employment", STABILITY),
    Fact("placement_count", "int", "公益性岗位安置次数", "Placements in public-welfare posts"),
    Fact("benefits", "list", "享受政策", "Benefits"),
)

FACTS: Mapping[str, Fact] = {fact.name: fact for fact in _ALL}


def stored(name: str, value: Any) -> Any:
    """Return a value as JSON keeps it (dates as ISO text, money as text); raise FormInvalid.

    None means: not known.
    """
    fact = FACTS.get(name)
    if fact is None:
        raise FormInvalid([(name, f"没有“{name}”这项情况。", f"There is no fact “{name}”.")])
    if value is None or value == "":
        return None
    try:
        return _CHECKS[fact.type](fact, value)
    except (ValueError, TypeError, ArithmeticError):
        zh = f"“{fact.zh}”的值“{value}”不对，请重新填写。"
        raise FormInvalid([(name, zh, f"“{value}” does not fit “{fact.en}”.")]) from None


def _bool(_fact: Fact, value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    raise ValueError(value)


def _date(_fact: Fact, value: Any) -> str:
    return (value if isinstance(value, date) else date.fromisoformat(value)).isoformat()


def _enum(fact: Fact, value: Any) -> str:
    if value in fact.options:
        return str(value)
    raise ValueError(value)


def _money(_fact: Fact, value: Any) -> str:
    if isinstance(value, bool):
        raise TypeError(value)
    amount = Decimal(str(value))
    if not amount.is_finite() or amount < 0 or amount > 10**10:
        raise ValueError(value)
    return str(amount.quantize(Decimal("0.01")))


def _int(_fact: Fact, value: Any) -> int:
    if isinstance(value, bool) or not 0 <= int(value) < 2**31:
        raise ValueError(value)
    return int(value)


def _text(_fact: Fact, value: Any) -> str:
    return str(value)[:500]


def _list(_fact: Fact, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return [
        {key: part.isoformat() if isinstance(part, date) else part for key, part in dict(row).items()}
        for row in value
    ]


_CHECKS = {
    "bool": _bool,
    "date": _date,
    "enum": _enum,
    "money": _money,
    "int": _int,
    "text": _text,
    "list": _list,
}


def typed(name: str, value: Any) -> Any:
    """Return a stored value as the program uses it: dates as `date`, money as `Decimal`."""
    if value is None:
        return None
    kind = FACTS[name].type
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "money":
        return Decimal(value)
    return value
