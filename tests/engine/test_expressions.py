"""What an expression may say, and what it means."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date
from time import process_time
from typing import Any

import pytest

from engine.errors import CalendarUnknown
from engine.expressions import ExpressionError, compile_expr

NAMES: Mapping[str, Any] = {
    "outcome": "NOT_HIRED",
    "failed_count": 3,
    "ready": True,
    "nothing": None,
    "day": date(2026, 3, 9),
    "iso": "2026-03-10",
    "facts": {"age": 41},
    "codes": ["SY01_DIBAO", "SY03_3545"],
}
FUNCTIONS = {"due": lambda rule: date(2026, 3, 12), "cd": lambda day, n: date(2026, 3, day.day + n)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('outcome == "NOT_HIRED" and failed_count >= 3', True),
        ("failed_count < 3 or ready", True),
        ("not ready", False),
        ("ready == true and nothing == null", True),
        ("True and not False and nothing == None", True),
        ('outcome in ["HIRED", "CANCELLED"]', False),
        ('outcome not in ("HIRED", "CANCELLED")', True),
        ('"SY01_DIBAO" in codes', True),
        ('"HIRED" in outcome', True),
        ('"a" if ready else "b"', "a"),
        ("1 < failed_count <= 3", True),
        ("failed_count + 2 * 3 - 4 / 2", 7.0),
        ("7 % 3", 1),
        ("-failed_count", -3),
        ('"a" + "b"', "ab"),
        ("[1] + [2]", [1, 2]),
        ('facts["age"] >= 35', True),
        ('day < "2026-03-10"', True),
        ('"2026-03-09" == day', True),
        ("iso > day", True),
        ('due("DL-015") >= day', True),
        ('cd(due("DL-015"), 0 - 5)', date(2026, 3, 7)),
        ('day in ["2026-03-09"]', True),
        ("nothing != 3", True),
        ("nothing and nothing < 3", None),
    ],
)
def test_an_expression_means_what_it_says(text: str, value: Any) -> None:
    assert compile_expr(text)(NAMES, FUNCTIONS) == value


def test_an_expression_names_what_it_needs() -> None:
    expr = compile_expr('due("DL-015") < day and true and null == nothing')
    assert expr.names == {"day", "nothing"}
    assert expr.calls == {"due"}


def test_a_name_and_a_function_of_the_same_name_are_told_apart() -> None:
    assert compile_expr("due(due)")({"due": 4}, {"due": lambda n: n + 1}) == 5


def test_a_function_may_evaluate_another_expression() -> None:
    inner = compile_expr("a + 1")
    outer = compile_expr("twice(a) + a")
    assert outer({"a": 10}, {"twice": lambda a: inner({"a": a * 2})}) == 31


def test_a_refusal_of_a_function_passes_through() -> None:
    def unknown(_rule: str) -> date:
        raise CalendarUnknown(year=2027)

    with pytest.raises(CalendarUnknown):
        compile_expr('due("DL-015")')({}, {"due": unknown})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("missing == 1", "没有名为 missing 的变量"),
        ("nothing < 3", "空值不能比较大小"),
        ('wd("x", 1)', "没有登记名为 wd 的函数"),
        ("a.b", "不能用点号访问属性"),
        ("1 if", "写法不对"),
        ("9 ** 9", "不能使用乘方"),
        ("x" * 1001, "最多1000个字符"),
        ("+".join(["1"] * 150), "太深"),
        ("[" + ",".join("1" * 250) + "]", "最多200个成分"),
        ('day < "morgen"', "不是日期"),
    ],
)
def test_a_mistake_is_told_in_chinese(text: str, problem: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expr(text)(NAMES, FUNCTIONS)
    assert problem in refused.value.sentence()


@pytest.mark.parametrize("text", ["_private", "_call()"])
def test_a_name_with_an_underscore_is_refused_before_anything_is_given(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expr(text)


def test_threads_do_not_share_what_they_evaluate() -> None:
    expr = compile_expr("slow(a) == a")
    wrong: list[int] = []
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        barrier.wait()
        for value in range(500):
            a = number * 1000 + value
            if expr({"a": a}, {"slow": lambda v: v}) is not True:
                wrong.append(a)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_condition_costs_at_most_twenty_microseconds_of_cpu() -> None:
    expr = compile_expr('outcome == "NOT_HIRED" and failed_count >= 3')
    rounds = 2_000
    best = min(_cpu(expr, rounds) for _ in range(5))
    assert best / rounds < 20e-6


def _cpu(expr: Any, rounds: int) -> float:
    start = process_time()
    for _ in range(rounds):
        expr(NAMES)
    return process_time() - start
