"""Reading one answer: from JSON or from a page, into the type of its field.

What a reader gives back can be written as JSON by `engine.codec`: dates are `date`, instants are aware UTC
`datetime`, money is text with two decimals, users and references are ids as text.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.clock import SHANGHAI
from tasks.forms.spec import Field
from tasks.survey.check import ON_FILE, check
from tasks.text import BrokenText, clean, written_day

MAX_TEXT = 200
MAX_LONGTEXT = 4_000
MAX_ROWS = 50
MAX_MONEY = Decimal(1_000_000_000)
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2099, 12, 31)

_TRUE = frozenset({"true", "on", "1", "yes", "是"})
_FALSE = frozenset({"false", "off", "0", "no", "否"})
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)

Resolver = Callable[[str, str], str | None]


def only_ids(_of: str, raw: str) -> str | None:
    """Accept the id of an object as it is; the default where nothing can be looked up."""
    return raw if re.fullmatch(r"[0-9]{1,19}", raw, re.ASCII) and int(raw) < 2**63 else None


@dataclass(frozen=True, slots=True)
class FormContext:
    """What a form is held against.

    `options` narrows or replaces a code set by its name. `resolve(of, raw)` turns a user or reference as
    given (an id; in scenarios also a handle) into an id, or None where there is none to choose.
    `earliest` gives the first day a date field may have. `functions` are those a condition may call.
    """

    today: date
    now: datetime
    options: Mapping[str, Collection[str]] = field(default_factory=dict)
    resolve: Resolver = only_ids
    earliest: Mapping[str, date] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


class Unreadable(ValueError):
    """An answer does not fit its field; the sentences follow the label of the field."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


class SeveralUnreadable(Unreadable):
    """Several answers within one field do not fit: (field, Chinese, English)."""

    def __init__(self, problems: list[tuple[str, str, str]]) -> None:
        self.problems = problems
        super().__init__(problems[0][1], problems[0][2])


def _string(raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)):
        raise Unreadable("格式不对，请重新填写", "has the wrong form")
    if isinstance(raw, float) and not math.isfinite(raw):
        raise Unreadable("不是有效的数字", "is not a number")
    try:
        return clean(str(raw))
    except BrokenText:
        raise Unreadable("含有无法识别的字符，请重新输入", "holds a broken character") from None


def read_text(spec: Field, raw: Any, _context: FormContext) -> str | None:
    """Return one line, at most 200 characters."""
    text = re.sub(r"\s+", " ", _string(raw))
    if len(text) > MAX_TEXT:
        raise Unreadable(f"最多{MAX_TEXT}个字，现在有{len(text)}个", f"has more than {MAX_TEXT} characters")
    return text or None


def read_longtext(spec: Field, raw: Any, _context: FormContext) -> str | None:
    """Return text of several lines, at most 4,000 characters."""
    text = _string(raw)
    if len(text) > MAX_LONGTEXT:
        zh = f"最多{MAX_LONGTEXT}个字，现在有{len(text)}个"
        raise Unreadable(zh, f"has more than {MAX_LONGTEXT} characters")
    return text or None


def read_bool(_spec: Field, raw: Any, _context: FormContext) -> bool | None:
    """Return yes or no."""
    if isinstance(raw, bool):
        return raw
    word = _string(raw).lower()
    if not word:
        return None
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise Unreadable("请选择“是”或“否”", "must be yes or no")


def _choices(spec: Field, context: FormContext) -> Collection[str]:
    return context.options.get(spec.set, spec.options) if spec.set else spec.options


def read_enum(spec: Field, raw: Any, context: FormContext) -> str | None:
    """Return one of the options."""
    code = _string(raw)
    if code and code not in _choices(spec, context):
        raise Unreadable("请从所列选项中选择", "must be one of the options")
    return code or None


def read_multi(spec: Field, raw: Any, context: FormContext) -> list[str] | None:
    """Return the options chosen, each once, in the order of the form."""
    given = [raw] if isinstance(raw, str) else raw
    if not isinstance(given, (list, tuple)) or len(given) > 100:
        raise Unreadable("请从所列选项中选择", "must be some of the options")
    chosen = {code for code in (read_enum(spec, one, context) for one in given) if code}
    return [code for code in spec.options if code in chosen] + sorted(chosen - set(spec.options))


def read_int(spec: Field, raw: Any, _context: FormContext) -> int | None:
    """Return a whole number within the bounds of the field."""
    text = unicodedata.normalize("NFKC", _string(raw)).replace(",", "")
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,15}", text, re.ASCII):
        raise Unreadable("请填写整数", "must be a whole number")
    number = int(text)
    if not spec.min <= number <= spec.max:
        zh = f"应在{spec.min}到{spec.max}之间"
        raise Unreadable(zh, f"must lie between {spec.min} and {spec.max}")
    return number


def read_money(_spec: Field, raw: Any, _context: FormContext) -> str | None:
    """Return yuan with two decimals, as text."""
    text = unicodedata.normalize("NFKC", _string(raw)).replace(",", "").removesuffix("元")
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= MAX_MONEY:
        raise Unreadable("请填写金额，例如3500或3500.50", "must be an amount such as 3500.50")
    rounded = amount.quantize(Decimal("0.01"))
    if rounded != amount:
        raise Unreadable("最多保留两位小数", "has at most two decimals")
    return str(rounded)


def parse_date(raw: Any) -> date | None:
    """Return a civil date from a date or `2026-03-09`, `2026/3/9`, `2026年3月9日`; raise Unreadable."""
    if isinstance(raw, datetime):
        raise Unreadable("请只填写日期", "must be a date without a time")
    if isinstance(raw, date):
        day: date = raw
    else:
        text = unicodedata.normalize("NFKC", _string(raw)).replace(" ", "")
        if not text:
            return None
        match = _DATE.fullmatch(text)
        try:
            if match is None:
                raise ValueError(text)
            day = date(*(int(part) for part in match.groups()))
        except ValueError:
            raise Unreadable(
                "不是有效日期，请按2026-03-09的样子填写", "is no date; write 2026-03-09"
            ) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Unreadable("年份不对，请核对", "has an impossible year")
    return day


def read_date(spec: Field, raw: Any, context: FormContext) -> date | None:
    """Return a date that is not in the future (plans and limits may be) nor before its trigger."""
    day = parse_date(raw)
    if day is None:
        return None
    if not spec.future and day > context.today:
        zh = f"不能晚于今天（{written_day(context.today)}）"
        raise Unreadable(zh, f"must not lie after today ({context.today})")
    first = context.earliest.get(spec.name)
    if first is not None and day < first:
        raise _too_early(first)
    return day


def read_datetime(spec: Field, raw: Any, context: FormContext) -> datetime | None:
    """Return an instant in UTC; a time without zone is Asia/Shanghai. Not in the future."""
    instant: datetime
    if isinstance(raw, datetime):
        instant = raw
    else:
        text = unicodedata.normalize("NFKC", _string(raw))
        if not text:
            return None
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            zh = "不是有效时间，请按2026-03-09 10:30的样子填写"
            raise Unreadable(zh, "is no time; write 2026-03-09 10:30") from None
    if not FIRST_DAY.year <= instant.year <= LAST_DAY.year:
        raise Unreadable("年份不对，请核对", "has an impossible year")
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=SHANGHAI)
    instant = instant.astimezone(UTC)
    if not spec.future and instant > context.now:
        raise Unreadable("不能晚于现在", "must not lie in the future")
    first = context.earliest.get(spec.name)
    if first is not None and instant.astimezone(SHANGHAI).date() < first:
        raise _too_early(first)
    return instant


def _too_early(first: date) -> Unreadable:
    return Unreadable(f"不能早于{written_day(first)}，这项工作从那一天起算", f"must not lie before {first}")


def read_object(spec: Field, raw: Any, context: FormContext) -> str | None:
    """Return the id of a user (of the field's role) or of another object."""
    text = _string(raw)
    if not text:
        return None
    found = context.resolve(spec.of, text)
    if found is None:
        raise Unreadable("请从列表中选择", "must be chosen from the list")
    return found


def read_survey(spec: Field, raw: Any, context: FormContext) -> dict[str, Any] | None:
    """Return the answers of a questionnaire about somebody on file; raise SeveralUnreadable."""
    if not isinstance(raw, Mapping):
        raise Unreadable("格式不对，请重新填写", "is no questionnaire")
    found = check(raw, context.today, without=ON_FILE)
    if found.problems:
        raise SeveralUnreadable([(f"{spec.name}__{name}", zh, en) for name, zh, en in found.problems])
    return found.answers or None


READERS: Mapping[str, Callable[[Field, Any, FormContext], Any]] = {
    "text": read_text,
    "longtext": read_longtext,
    "bool": read_bool,
    "enum": read_enum,
    "multi": read_multi,
    "int": read_int,
    "money": read_money,
    "date": read_date,
    "datetime": read_datetime,
    "user": read_object,
    "ref": read_object,
    "survey": read_survey,
}
