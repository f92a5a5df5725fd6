"""Chinese identity numbers by GB 11643: 18 characters, date, check character (ISO 7064 MOD 11-2).

No table of counties: the codes of places that were renamed or merged stay valid on the cards (R21).
Papers with numbers of other kinds are read by tasks.id_papers.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

_PROVINCES = frozenset(
    str(code)
    for codes in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for code in codes
) | {"71", "81", "82", "83"}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_SHAPE = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)


class IdNumberError(ValueError):
    """The number cannot be right; `zh` and `en` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A checked number and what it, or the paper it stands on, says about its holder."""

    value: str
    sex: str
    birth_date: date

    @property
    def masked(self) -> str:
        """Return the number as it may be shown: `110113********1234`."""
        return mask(self.value)


def mask(value: str) -> str:
    """Hide the date of birth of an 18-character number, the middle of any other."""
    if len(value) == 18:
        return f"{value[:6]}********{value[14:]}"
    return f"{value[:2]}{'*' * (len(value) - 4)}{value[-2:]}"


def normalise(raw: str) -> str:
    """Return the number in half-width characters, upper case, without blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", raw)).upper()


def check_character(first17: str) -> str:
    """Return the 18th character that belongs to the first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def parse(raw: str, today: date) -> IdNumber:
    """Check a number as typed and return it; raise IdNumberError saying what is wrong (GB 11643)."""
    value = normalise(raw)
    if re.fullmatch(r"[0-9]{15}", value, re.ASCII):
        raise IdNumberError(
            "这是15位旧身份证号，已停止使用。请按现用居民身份证填写18位号码。",
            "This is an old 15-digit number; enter the 18 characters of the current card.",
        )
    if not value:
        raise IdNumberError("请填写身份证号。", "Enter the identity number.")
    if len(value) != 18:
        raise IdNumberError(
            f"身份证号应为18位，现在是{len(value)}位。请对照身份证重新填写。",
            f"An identity number has 18 characters, not {len(value)}.",
        )
    if not _SHAPE.fullmatch(value):
        raise IdNumberError(
            "身份证号前17位应为数字，最后一位为数字或X。请对照身份证重新填写。",
            "The first 17 characters must be digits, the last a digit or X.",
        )
    if value[:2] not in _PROVINCES:
        raise IdNumberError(
            f"身份证号前两位“{value[:2]}”不是省级代码。请对照身份证重新填写。",
            f"The first two digits “{value[:2]}” are no province code.",
        )
    return read_18(value, today)


def read_18(value: str, today: date) -> IdNumber:
    """Return what 18 characters say by GB 11643; raise IdNumberError for an impossible date or a slip."""
    born = _birth_date(value, today)
    if value[17] != check_character(value[:17]):
        raise IdNumberError(
            "身份证号校验不通过，很可能有一位填错。请对照身份证逐位核对。",
            "The check character does not fit: one character is probably wrong.",
        )
    return IdNumber(value, "M" if int(value[16]) % 2 else "F", born)


def _birth_date(value: str, today: date) -> date:
    born: date | None = None
    with suppress(ValueError):
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    if born is None or not date(1900, 1, 1) <= born <= today:
        raise IdNumberError(
            f"身份证号中的出生日期“{value[6:14]}”不成立。请对照身份证核对第7至14位。",
            f"The date of birth “{value[6:14]}” in characters 7 to 14 is impossible.",
        )
    return born
