"""The cells of a decision table: what a unary test may say, which values it matches, whether two meet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from operator import eq, ge, gt, le, lt, ne
from typing import Any

#: stands for every text that no cell of a column names
OTHER = "\0other"

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {">=": ge, "<=": le, "!=": ne, ">": gt, "<": lt}
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<not>not\s*\()|(?P<close>\))|(?P<comma>,)|(?P<op>>=|<=|!=|>|<)
      |(?P<interval>[\[\](]\s*[^\s,\[\]()"]+?\s*\.\.\s*[^\s,\[\]()"]+?\s*[\[\])])
      |(?P<string>"[^"\\\x00]*")|(?P<word>[A-Za-z0-9+\-._]+)
    )""",
    re.VERBOSE,
)
_INTERVAL = re.compile(r"([\[\](])\s*(\S+?)\s*\.\.\s*(\S+?)\s*([\[\])])")
MAX_CELL = 500


class CellError(ValueError):
    """A cell that cannot be read; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A test of one value that `read_value` has made; `values` are the literals and bounds it names."""

    text: str
    matches: Callable[[Any], bool]
    values: tuple[Any, ...] = ()


def parse_cell(text: str, kind: str) -> Cell:
    """Read a unary test over a column type (string, boolean, integer, number, date); raise CellError."""
    text = text.strip()
    if len(text) > MAX_CELL:
        raise CellError("太长")
    if text in ("", "-"):
        return Cell(text, lambda _value: True)
    tokens = _tokens(text)
    negated = tokens[0][0] == "not"
    if negated:
        if tokens[-1][0] != "close":
            raise CellError("的 not( 没有右括号")
        tokens = tokens[1:-1]
    tests, values = _tests(tokens, kind)
    return Cell(text, lambda value: any(test(value) for test in tests) is not negated, values)


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise CellError(f"在“{text[position : position + 20]}”处无法识别；文字要加双引号")
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


def _tests(tokens: list[tuple[str, str]], kind: str) -> tuple[list[Callable[[Any], bool]], tuple[Any, ...]]:
    tests: list[Callable[[Any], bool]] = []
    values: list[Any] = []
    index = 0
    while True:
        if index >= len(tokens):
            raise CellError("不完整")
        group, token = tokens[index]
        if group == "op":
            if index + 1 >= len(tokens):
                raise CellError("的比较缺少数值")
            index += 1
            bound = _literal(tokens[index], kind)
            tests.append(_comparison(token, bound, kind))
            values.append(bound)
        elif group == "interval":
            test, bounds = _interval(token, kind)
            tests.append(test)
            values.extend(bounds)
        else:
            literal = _literal(tokens[index], kind)
            tests.append(_equals(literal))
            values.append(literal)
        index += 1
        if index == len(tokens):
            return tests, tuple(values)
        if tokens[index][0] != "comma":
            raise CellError("的取值之间要用逗号隔开")
        index += 1


def _equals(literal: Any) -> Callable[[Any], bool]:
    return lambda value: eq(value, literal)


def _comparison(sign: str, bound: Any, kind: str) -> Callable[[Any], bool]:
    if sign == "!=":
        return lambda value: ne(value, bound)
    if bound is None or kind in ("string", "boolean"):
        raise CellError("只有数字和日期可以比较大小")
    compare = _COMPARE[sign]
    return lambda value: value is not None and compare(value, bound)


def _interval(token: str, kind: str) -> tuple[Callable[[Any], bool], tuple[Any, Any]]:
    match = _INTERVAL.match(token)
    if match is None or kind in ("string", "boolean"):
        raise CellError("的区间写法应为 [35..49]")
    low, high = _word(match[2], kind), _word(match[3], kind)
    if low is None or high is None or low > high:
        raise CellError("的区间上下限不对")
    above = ge if match[1] == "[" else gt
    below = le if match[4] == "]" else lt
    return lambda value: value is not None and above(value, low) and below(value, high), (low, high)


def _literal(token: tuple[str, str], kind: str) -> Any:
    group, text = token
    if group == "string":
        inside = text[1:-1]
        if kind == "string":
            return inside
        if kind == "date":
            return _word(inside, kind)
        raise CellError(f"含有文字 {text}，但这一列不是文字")
    if group == "word":
        return _word(text, kind)
    raise CellError("无法识别")


def _word(text: str, kind: str) -> Any:
    if text == "null":
        return None
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        if kind == "integer":
            return Decimal(int(text))
        if kind == "number" and Decimal(text).is_finite():
            return Decimal(text)
        if kind == "date":
            return date.fromisoformat(text)
    except (ValueError, InvalidOperation):
        pass
    raise CellError(f"含有“{text}”，与这一列的类型不符；文字要加双引号")


def read_value(value: Any, kind: str) -> Any:
    """Return a value as the cells of a column type compare it (None stays None); raise CellError."""
    if value is None:
        return None
    try:
        return _READ[kind](value)
    except (ValueError, TypeError):
        raise CellError(f"应是{_KINDS_ZH[kind]}") from None


def _of(*types: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if isinstance(value, types) and (bool in types or not isinstance(value, bool)):
            return value
        raise TypeError(value)

    return read


def _integer(value: Any) -> Any:
    number = _of(int, float, Decimal)(value)
    if number != int(number):
        raise ValueError(value)
    return number


_READ: dict[str, Callable[[Any], Any]] = {
    "string": _of(str),
    "boolean": _of(bool),
    "integer": _integer,
    "number": _of(int, float, Decimal),
    "date": lambda value: date.fromisoformat(value) if isinstance(value, str) else _of(date)(value),
}
_KINDS_ZH = {"string": "文字", "boolean": "是或否", "integer": "整数", "number": "数字", "date": "日期"}


def samples(cells: Iterable[Cell], kind: str) -> list[Any]:
    """Return values that stand for every way the cells of a column can tell values apart."""
    if kind == "boolean":
        return [None, True, False]
    named = sorted({value for cell in cells for value in cell.values if value is not None})
    if kind == "string":
        return [None, *named, OTHER]
    step: Any = timedelta(days=1) if kind == "date" else Decimal(1)
    around = {bound + shift for bound in named for shift in (-step, 0 * step, step)}
    if kind == "number":
        around |= {(low + high) / 2 for low, high in pairwise(named)}
    return [None, *sorted(around)]
