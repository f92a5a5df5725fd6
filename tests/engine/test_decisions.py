"""What a decision table may say, what it decides, and what is refused before anything runs on it."""

from __future__ import annotations

import pytest

from engine.decisions import DecisionRefused, DecisionUnmatched, parse_dmn
from engine.errors import AidError
from engine.expressions import ExpressionError
from engine.xmlsafe import XmlRefused
from tests.engine.tables import dmn


@pytest.mark.parametrize(
    ("kind", "cell", "matching", "others"),
    [
        ("string", '"A"', ["A"], ["B", None, ""]),
        ("string", '"A","B"', ["A", "B"], ["C", None]),
        ("string", 'not("A", "B")', ["C", None], ["A", "B"]),
        ("string", '!= "A"', ["B", None, ""], ["A"]),
        ("string", '""', [""], ["A", None]),
        ("string", "null", [None], ["A", ""]),
        ("string", '"a, b) not("', ["a, b) not("], ["a"]),
        ("string", "-", ["A", None], []),
        ("string", "", ["A", None], []),
        ("integer", ">= 3", [3, 4], [2, -3, None]),
        ("integer", "< 3", [2, -1], [3, None]),
        ("integer", "> 3", [4], [3, None]),
        ("integer", "<= -3", [-3, -4], [-2]),
        ("integer", "3", [3, 3.0], [4, None]),
        ("integer", "[35..49]", [35, 49], [34, 50, None]),
        ("integer", "(35..49)", [36, 48], [35, 49]),
        ("integer", "]35..49[", [36, 48], [35, 49]),
        ("integer", "1, >= 5", [1, 5, 6], [2, None]),
        ("integer", "not(>= 3)", [2, None], [3]),
        ("number", "> 1.5", [1.6, 2], [1.5, None]),
        ("boolean", "true", [True], [False, None]),
        ("boolean", "False", [False], [True, None]),
        ("boolean", "!= true", [False, None], [True]),
        ("date", ">= 2026-01-01", ["2026-01-01", "2026-03-09"], ["2025-12-31", None]),
        ("date", '"2026-01-01"', ["2026-01-01"], ["2026-01-02"]),
    ],
)
def test_a_cell_matches_what_it_says(
    kind: str, cell: str, matching: list[object], others: list[object]
) -> None:
    table = parse_dmn(dmn([("value", kind)], [[cell, "1"]], policy="COLLECT"))
    for value in matching:
        assert table.decide({"value": value}).rules_hit == [1], value
    for value in others:
        assert table.decide({"value": value}).rules_hit == [], value


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("string", "A"),
        ("string", '> "A"'),
        ("string", "'A'"),
        ("string", '"A" "B"'),
        ("string", '"A",'),
        ("string", ',"A"'),
        ("string", 'not("A"'),
        ("string", 'not("A") or true'),
        ("string", '"A'),
        ("string", '["A".."B"]'),
        ("string", "? == 1"),
        ("integer", ">="),
        ("integer", ">= x"),
        ("integer", '"3"'),
        ("integer", "1.5"),
        ("integer", "[49..35]"),
        ("integer", "[1..x]"),
        ("integer", ">= null"),
        ("integer", "__import__('os')"),
        ("number", "nan"),
        ("number", "Infinity"),
        ("boolean", "yes"),
        ("boolean", "< true"),
        ("date", "2026-02-30"),
        ("string", '"' + "x" * 600 + '"'),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused_in_chinese(kind: str, cell: str) -> None:
    with pytest.raises(DecisionRefused) as refused:
        parse_dmn(dmn([("value", kind)], [[cell, "1"]]))
    assert refused.value.sentence().startswith("决策表第")
    assert "单元格" in refused.value.sentence()


@pytest.mark.parametrize(
    "rows",
    [
        [["-", "-"], ['"A"', ">= 3"]],
        [['"A"', ">= 3"], ['"A"', "<= 3"]],
        [['"A"', "> 2"], ["-", "[1..3]"]],
        [['"A"', "-"], ['not("B")', "7"]],
        [['"A","B"', "< 9"], ['"B","C"', "-"]],
        [['!= "A"', "1"], ['!= "B"', "1"]],
        [["null", "-"], ['not("A")', "null"]],
    ],
)
def test_rows_that_could_both_match_are_refused(rows: list[list[str]]) -> None:
    full = [[*row, str(n)] for n, row in enumerate(rows)]
    columns = [("code", "string"), ("n", "integer")]
    with pytest.raises(DecisionRefused, match="refused at line 3") as refused:
        parse_dmn(dmn(columns, full))
    assert "第1行与第2行规则会同时命中" in refused.value.sentence()
    assert len(parse_dmn(dmn(columns, full, policy="COLLECT")).rules) == 2


@pytest.mark.parametrize(
    "rows",
    [
        [['"A"', ">= 3"], ['"A"', "< 3"], ['"B"', "-"]],
        [['"A"', "> 2"], ['"A"', "< 3"]],
        [['"A"', "[1..3)"], ['"A"', "[3..5]"], ['"A"', "null"]],
        [['!= "A"', "-"], ['"A"', "-"]],
        [['not("A")', "1"], ['not("A")', "2"]],
    ],
)
def test_rows_that_cannot_meet_are_accepted(rows: list[list[str]]) -> None:
    full = [[*row, str(n)] for n, row in enumerate(rows)]
    table = parse_dmn(dmn([("code", "string"), ("n", "integer")], full))
    assert len(table.rules) == len(rows)


def test_between_whole_numbers_there_is_nothing_but_between_numbers_there_is() -> None:
    rows = [["> 2", "1"], ["< 3", "2"]]
    assert parse_dmn(dmn([("n", "integer")], rows)).decide({"n": 3}).output == {"result": 1}
    with pytest.raises(DecisionRefused):
        parse_dmn(dmn([("n", "number")], rows))


def test_two_columns_of_one_variable_are_read_together() -> None:
    rows = [[">= 35", "<= 49", "1"], [">= 50", "-", "2"]]
    table = parse_dmn(dmn([("age", "integer"), ("age", "integer")], rows))
    assert [table.decide({"age": age}).output["result"] for age in (35, 49, 50)] == [1, 1, 2]  # type: ignore[call-overload]


def test_collect_gives_all_rows_in_order() -> None:
    rows = [["> 1", '"a"', "1"], ["> 2", '"b"', "2"], ["> 9", '"c"', "3"]]
    table = parse_dmn(dmn([("n", "integer")], rows, policy="COLLECT", outputs=("code", "rank")))
    decision = table.decide({"n": 5})
    assert decision.output == [{"code": "a", "rank": 1}, {"code": "b", "rank": 2}]
    assert decision.rules_hit == [1, 2]
    single = parse_dmn(dmn([("n", "integer")], [row[:2] for row in rows], policy="COLLECT"))
    assert single.decide({"n": 5}).output == ["a", "b"]
    assert single.decide({"n": 0}).output == []


def test_a_table_reads_and_writes_expressions() -> None:
    table = parse_dmn(dmn([("twice(n)", "integer")], [[">= 4", "n + 1"], ["< 4", "null"]]))
    functions = {"twice": lambda n: n * 2}
    assert table.names == {"n"}
    assert table.decide({"n": 2}, functions).output == {"result": 3}
    assert table.decide({"n": 1}, functions).output == {"result": None}
    with pytest.raises(ExpressionError):
        table.decide({"n": 2})


def test_no_row_is_a_refusal_that_names_the_inputs() -> None:
    table = parse_dmn(dmn([("code", "string")], [['"A"', "1"]]))
    for values in ({"code": "B"}, {"code": 3}, {}):
        with pytest.raises(DecisionUnmatched) as refused:
            table.decide(values)
        assert "试验表" in refused.value.sentence()
        assert "B" not in str(refused.value), "what a person's record says stays out of the log"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", 2.5),
        ("integer", True),
        ("integer", "2"),
        ("boolean", 1),
        ("string", 1),
        ("date", "2026-02-30"),
    ],
)
def test_a_value_of_another_kind_is_refused_not_bent(kind: str, value: object) -> None:
    table = parse_dmn(dmn([("n", kind)], [["-", "1"]]))
    with pytest.raises(DecisionUnmatched, match="does not fit"):
        table.decide({"n": value})


def test_a_row_carries_its_clause() -> None:
    table = parse_dmn(dmn([("n", "integer")], [["1", "1"], ["2", "2"]]))
    assert [rule.annotation for rule in table.rules] == ["R0", "R1"]


GOOD = dmn([("n", "integer")], [["1", "1"]])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (GOOD.replace(b"UNIQUE", b"FIRST"), "命中策略"),
        (GOOD.replace(b'hitPolicy="UNIQUE"', b'hitPolicy="COLLECT" aggregation="SUM"'), "不支持汇总"),
        (GOOD.replace(b"20191111", b"20151101"), "不是 DMN 1.3"),
        (GOOD.replace(b"<decision ", b"<other ").replace(b"</decision>", b"</other>"), "一个决策"),
        (GOOD.replace(b"decisionTable", b"literalExpression"), "决策表"),
        (GOOD.replace(b'typeRef="integer"', b'typeRef="context"'), "类型 context"),
        (GOOD.replace(b'name="result"', b'name="a b"'), "变量名"),
        (GOOD.replace(b'name="result"', b'name="__class__"'), "变量名"),
        (GOOD.replace(b"<text>n</text>", b"<text></text>"), "没有表达式"),
        (GOOD.replace(b"<text>n</text>", b"<text>().__class__</text>"), "点号"),
        (dmn([("n", "integer")], [["1", 'open("x").read()']]), "函数"),
        (dmn([("n", "integer")], []), "至少要有一行"),
        (dmn([("n", "integer")], [["1"]]), "单元格数"),
        (dmn([], [["1"]]), "一个输入列"),
        (dmn([("n", "integer")], [["1", "1"]], extra='<decision id="x"/>'), "一个决策"),
    ],
)  # fmt: skip
def test_a_table_outside_the_subset_is_refused_in_chinese(data: bytes, problem: str) -> None:
    with pytest.raises(DecisionRefused) as refused:
        parse_dmn(data)
    assert problem in refused.value.sentence()


def test_a_value_outside_the_listed_ones_is_a_slip_of_the_pen() -> None:
    listed = GOOD.replace(
        b"</inputExpression>", b"</inputExpression><inputValues><text>2,3</text></inputValues>"
    )
    with pytest.raises(DecisionRefused, match="refused at line"):
        parse_dmn(listed)


@pytest.mark.parametrize("data", [b"", b"<", b"<!DOCTYPE x><x/>"])
def test_a_table_enters_through_the_same_gate_as_a_diagram(data: bytes) -> None:
    with pytest.raises(XmlRefused) as refused:
        parse_dmn(data)
    assert isinstance(refused.value, AidError)
