"""What + - * / %, comparisons and `in` mean in an expression: numbers stay bounded, kinds are not mixed.

A civil date compares with a date or its ISO text; a missing value (None) is equal to itself only and has no
order, so that a forgotten variable is an error and never a silent branch.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

MAX_NUMBER = 10**18
MAX_LENGTH = 10_000


class Refusal(Exception):
    """A reason in Chinese on its way to the ExpressionError that names the text."""


def bounded(value: Any) -> Any:
    """Return the value, or refuse a number beyond 10^18 and a text or list too long (SEC-E3)."""
    if isinstance(value, (int, float)) and not abs(value) <= MAX_NUMBER:  # so that NaN is refused too
        raise Refusal("数字超出范围")
    if isinstance(value, (str, list)) and len(value) > MAX_LENGTH:
        raise Refusal("结果太长")
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refusal("空值不能参加运算" if value is None else "只有数字可以参加运算")
    return value


def _arithmetic(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        return bounded(function(_number(left), _number(right)))

    return run


def _add(left: Any, right: Any) -> Any:
    if type(left) is type(right) and isinstance(left, (str, list)):
        return bounded(left + right)
    return bounded(_number(left) + _number(right))


def _divided(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        if _number(right) == 0:
            raise Refusal("除数不能为零")
        return bounded(function(_number(left), right))

    return run


def _as_date(value: Any) -> Any:
    """Make an ISO text a date beside a date, so that stored and computed days compare."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise Refusal(f"“{value[:20]}”不是日期，应写成 2026-03-09") from None
    return value


def _day_pair(left: Any, right: Any) -> tuple[Any, Any]:
    if type(left) is date and isinstance(right, str):
        return left, _as_date(right)
    if type(right) is date and isinstance(left, str):
        return _as_date(left), right
    return left, right


def _equal(left: Any, right: Any) -> bool:
    left, right = _day_pair(left, right)
    return bool(left == right)


def _ordered(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    def run(left: Any, right: Any) -> bool:
        left, right = _day_pair(left, right)
        if left is None or right is None:
            raise Refusal("空值不能比较大小")
        if type(left) is type(right) and isinstance(left, (int, float, str, date, datetime)):
            return bool(function(left, right))
        return bool(function(_number(left), _number(right)))

    return run


def _inside(left: Any, right: Any) -> bool:
    if isinstance(right, str):
        if not isinstance(left, str):
            raise Refusal("in 的左边应是文字")
        return left in right
    if isinstance(right, (list, tuple, frozenset, set)):
        return any(_equal(left, item) for item in right)
    if isinstance(right, Mapping):
        return left in right
    raise Refusal("in 的右边应是列表")


#: what simpleeval does for each operator node
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: _add,
    ast.Sub: _arithmetic(operator.sub),
    ast.Mult: _arithmetic(operator.mul),
    ast.Div: _divided(operator.truediv),
    ast.Mod: _divided(operator.mod),
    ast.USub: lambda value: -_number(value),
    ast.UAdd: _number,
    ast.Not: operator.not_,
    ast.Eq: _equal,
    ast.NotEq: lambda left, right: not _equal(left, right),
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
    ast.In: _inside,
    ast.NotIn: lambda left, right: not _inside(left, right),
}
