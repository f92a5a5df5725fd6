"""Rows of a decision table that hold from a day or until a day: what is decided, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from engine.decisions import DecisionRefused, DecisionTable, DecisionUnmatched, parse_dmn
from tests.engine.tables import dmn

EVE, DAY = date(2025, 12, 31), date(2026, 1, 1)
Days = tuple[str | None, str | None]
ALWAYS: Days = (None, None)
OLD: Days = (None, "2025-12-31")
NEW: Days = ("2026-01-01", None)


def table(
    rows: list[list[str]], days: list[Days], policy: str = "UNIQUE", kind: str = "integer"
) -> DecisionTable:
    return parse_dmn(dmn([("value", kind)], rows, policy=policy, days=days))


def refusal(rows: list[list[str]], days: list[Days], policy: str = "UNIQUE", kind: str = "integer") -> str:
    with pytest.raises(DecisionRefused) as refused:
        table(rows, days, policy, kind)
    return str(refused.value.data["problem"])


def test_a_table_answers_with_the_rows_of_the_day() -> None:
    made = table([[">= 1", '"old"'], [">= 1", '"new"'], ["< 1", '"none"']], [OLD, NEW, ALWAYS])
    assert made.decide({"value": 3}, on=EVE).output == {"result": "old"}
    assert made.decide({"value": 3}, on=DAY).output == {"result": "new"}
    for on in (EVE, DAY):
        assert made.decide({"value": 0}, on=on).output == {"result": "none"}
    assert made.changes == [DAY]
    assert (made.edition(EVE), made.edition(DAY)) == (0, 1)


def test_a_decision_tells_the_day_and_since_when_its_row_holds() -> None:
    made = table([[">= 1", '"old"'], [">= 1", '"new"'], ["< 1", '"none"']], [OLD, NEW, ALWAYS])
    found = made.decide({"value": 3}, on=DAY)
    assert (found.on, found.rules_hit, found.dated[2].since, found.dated[2].until) == (DAY, [2], DAY, None)
    assert made.decide({"value": 0}, on=DAY).dated == {}


def test_both_days_are_included() -> None:
    days: list[Days] = [("2026-01-01", "2026-01-31")]
    made = table([["-", '"january"']], days, "COLLECT")
    asked = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    assert [made.decide({}, on=on).output for on in asked] == [[], ["january"], ["january"], []]


def test_a_table_with_dated_rows_is_not_asked_without_a_day() -> None:
    made = table([["-", '"old"'], ["-", '"new"']], [OLD, NEW])
    with pytest.raises(DecisionUnmatched) as refused:
        made.decide({"value": 1})
    assert "没有给出判断的日期" in refused.value.sentence()
    assert table([["-", '"always"']], [ALWAYS]).decide({"value": 1}).output == {"result": "always"}


def test_a_day_before_the_table_begins_is_named_in_the_sentence() -> None:
    made = table([["-", '"new"']], [NEW])
    with pytest.raises(DecisionUnmatched) as refused:
        made.decide({"value": 1}, on=EVE)
    assert "2025-12-31没有适用的行" in refused.value.sentence()


@pytest.mark.parametrize(
    ("rows", "days", "policy", "said"),
    [
        ([[">= 1", "1"], [">= 3", "2"], ["< 1", "3"]], [OLD, ("2025-12-31", None), ALWAYS], "UNIQUE",
         "第1行与第2行规则会同时命中（有效期重叠），UNIQUE 表不允许重叠"),
        ([["-", "1"], ["-", "2"]], [(None, "2025-12-30"), NEW], "UNIQUE",
         "第1行规则到2025-12-30为止，自2025-12-31起它所管的情形没有行接上"),
        ([[">= 1", "1"], [">= 2", "2"], ["< 1", "3"]], [OLD, NEW, ALWAYS], "UNIQUE",
         "第1行规则到2025-12-31为止，自2026-01-01起它所管的情形没有行接上"),
        ([[">= 2", "1"], [">= 1", "2"], ["< 1", "3"]], [OLD, NEW, ALWAYS], "UNIQUE",
         "第2行规则自2026-01-01起，在2025-12-31它所管的情形没有行可用"),
        ([["> 1", "1"], ["> 1", "1"]], [OLD, ("2025-12-31", None)], "COLLECT",
         "第1行与第2行规则相同，有效期重叠"),
        ([["> 1", "1"], ["> 1", "2"]], [OLD, ("2026-01-02", None)], "COLLECT",
         "第1行规则到2025-12-31为止，条件相同的第2行自2026-01-02起，中间有缺口"),
        ([["-", "1"]], [("2026-01-02", "2026-01-01")], "UNIQUE",
         "第1行规则的止日2026-01-01早于起日2026-01-02"),
        ([["-", "1"]], [("2026-1-1", None)], "UNIQUE",
         "第1行规则的起止日“2026-1-1”不是日期，请写成 2026-01-01 的样子"),
        ([["-", "1"]], [("0001-01-01", None)], "UNIQUE",
         "第1行规则的起止日“0001-01-01”不是日期，请写成 2026-01-01 的样子"),
    ],
)  # fmt: skip
def test_overlaps_and_gaps_are_refused_in_a_sentence(
    rows: list[list[str]], days: list[Days], policy: str, said: str
) -> None:
    assert refusal(rows, days, policy) == said


def test_the_line_of_the_row_is_named() -> None:
    with pytest.raises(DecisionRefused) as refused:
        table([["-", "1"], ["-", "2"]], [OLD, ("2026-01-02", None)])
    assert refused.value.line == 2


def test_rows_may_be_divided_anew_from_a_day() -> None:
    rows = [[">= 1", '"old"'], ["[1..2]", '"few"'], ["> 2", '"many"'], ["< 1", '"none"']]
    made = table(rows, [OLD, NEW, NEW, ALWAYS])
    assert [made.decide({"value": 3}, on=on).output for on in (EVE, DAY)] == [
        {"result": "old"}, {"result": "many"},
    ]  # fmt: skip


def test_collected_rows_may_begin_and_end_where_nothing_follows() -> None:
    made = table([["> 1", '"ends"'], ["> 2", '"begins"'], ["-", '"always"']], [OLD, NEW, ALWAYS], "COLLECT")
    assert made.decide({"value": 5}, on=EVE).output == ["ends", "always"]
    assert made.decide({"value": 5}, on=DAY).output == ["begins", "always"]
