"""Decision tables: a subset of DMN 1.3 that is checked when it is read, and evaluated without surprises.

One decision with one table a file, hit policy UNIQUE or COLLECT. Input cells: empty or `-`, a literal, a
comparison (`>= 3`, `!= "A"`), an interval `[35..49]`, a list `"A","B"`, `not(...)`, `null`. Output cells: an
expression, usually a literal. Two rows of a UNIQUE table that could both match are refused at once. A row's
description names its clauses; it may hold from a day and until a day (`engine.validity`), and a table with
such rows is asked about a day.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from lxml import etree

from engine.cells import Cell, CellError, parse_cell, read_value, samples
from engine.errors import AidError
from engine.expressions import Expr, ExpressionError, compile_expr
from engine.validity import (
    ALWAYS,
    FROM,
    TO,
    Box,
    Validity,
    ValidityFault,
    changes,
    check_collected,
    check_exclusive,
    read_validity,
)
from engine.xmlsafe import line_of, load

DMN_NAMESPACES = (
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
)
HIT_POLICIES = ("UNIQUE", "COLLECT")
TYPES = ("string", "boolean", "integer", "number", "date")
Functions = Mapping[str, Callable[..., Any]]
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")


class DecisionRefused(AidError):
    """A decision table is not accepted; `line` is counted from 1."""

    code: ClassVar[str] = "decision_refused"
    zh: ClassVar[str] = "决策表第{line}行不能接受：{problem}"
    en: ClassVar[str] = "The decision table is refused at line {line}: {problem}"

    def __init__(self, line: int, problem: str) -> None:
        self.line = line
        super().__init__(line=self.line, problem=problem)


class DecisionUnmatched(AidError):
    """No row of a UNIQUE table matches, or a value does not fit its column."""

    code: ClassVar[str] = "decision_unmatched"
    zh: ClassVar[str] = "决策表“{table}”无法判定：{problem}。请检查输入，或由管理员补充决策表。"
    en: ClassVar[str] = "The decision table “{table}” does not fit its inputs."


@dataclass(frozen=True, slots=True)
class Input:
    """A column: its label, the expression it reads, its type; `allowed` lists what its cells may name."""

    label: str
    expression: Expr
    type: str
    allowed: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """A result column: the variable it sets."""

    name: str
    label: str
    type: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: its number from 1, input cells, output expressions, annotation (clauses), and its days."""

    number: int
    cells: tuple[Cell, ...]
    outputs: tuple[Expr, ...]
    annotation: str
    validity: Validity = ALWAYS


@dataclass(frozen=True, slots=True)
class Decision:
    """What a table decided: `output` by name (UNIQUE), a list (COLLECT); the row numbers hit, from 1.

    `on` is the day the table was asked about, `dated` the days of those rows hit that have any.
    """

    output: dict[str, Any] | list[Any]
    rules_hit: list[int]
    on: date | None = None
    dated: Mapping[int, Validity] = field(default_factory=dict)


@dataclass(frozen=True)
class DecisionTable:
    """A checked table; immutable and shared."""

    id: str
    name: str
    hit_policy: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    description: str = ""

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables the table reads."""
        read = [column.expression.names for column in self.inputs]
        return frozenset().union(*read, *(output.names for rule in self.rules for output in rule.outputs))

    @cached_property
    def changes(self) -> list[date]:
        """The days on which another choice of rows begins to hold, in order; none where no row is dated."""
        return changes([row.validity for row in self.rules])

    def edition(self, on: date) -> int:
        """Return which choice of rows holds on a day, counted from 0."""
        return bisect_right(self.changes, on)

    def decide(
        self, values: Mapping[str, Any], functions: Functions | None = None, *, on: date | None = None
    ) -> Decision:
        """Evaluate the table as it holds on a day; raise DecisionUnmatched or ExpressionError.

        A variable not given is null; a table without dated rows needs no day. A COLLECT table gives the
        outputs of all rows hit in row order: plain values where it has one output column, else a dict a row.
        """
        values = {name: values.get(name) for name in self.names}
        read = [self._read(column, values, functions) for column in self.inputs]
        hit = [
            row for row in self._held(on) if all(c.matches(v) for c, v in zip(row.cells, read, strict=True))
        ]
        numbers = [row.number for row in hit]
        dated = {row.number: row.validity for row in hit if row.validity.dated}
        results = [self._outputs(row, values, functions) for row in hit]
        if self.hit_policy == "COLLECT":
            single = self.outputs[0].name if len(self.outputs) == 1 else None
            found = [row[single] for row in results] if single else [*results]
            return Decision(found, numbers, on, dated)
        if not results:
            given = zip((column.label for column in self.inputs), read, strict=True)
            problem = "，".join(f"{label}＝{'空' if value is None else value}" for label, value in given)
            day = f"{on}" if self.changes else ""
            raise DecisionUnmatched(table=self.name, problem=f"{day}没有适用的行（{problem}）")
        return Decision(results[0], numbers, on, dated)

    def _held(self, on: date | None) -> tuple[Rule, ...]:
        if not self.changes:
            return self.rules
        if on is None:
            raise DecisionUnmatched(table=self.name, problem="各行有起止日，没有给出判断的日期")
        return tuple(row for row in self.rules if row.validity.holds(on))

    def _read(self, column: Input, values: Mapping[str, Any], functions: Functions | None) -> Any:
        try:
            return read_value(column.expression(values, functions), column.type)
        except CellError as error:
            raise DecisionUnmatched(table=self.name, problem=f"“{column.label}”{error}") from error

    def _outputs(self, rule: Rule, values: Mapping[str, Any], functions: Functions | None) -> dict[str, Any]:
        pairs = zip(self.outputs, rule.outputs, strict=True)
        return {column.name: expression(values, functions) for column, expression in pairs}


def parse_dmn(data: bytes) -> DecisionTable:
    """Read and check a DMN file; raise XmlRefused or DecisionRefused with the line and the reason."""
    root = load(data)
    table_element, decision = _single_table(root)
    policy = table_element.get("hitPolicy", "UNIQUE").upper()
    if policy not in HIT_POLICIES or table_element.get("aggregation"):
        raise DecisionRefused(line_of(table_element), "命中策略只支持 UNIQUE 和 COLLECT，不支持汇总")
    inputs = tuple(_input(element) for element in _children(table_element, "input"))
    outputs = tuple(_output(element) for element in _children(table_element, "output"))
    if not inputs or not outputs:
        raise DecisionRefused(line_of(table_element), "至少要有一个输入列和一个输出列")
    rows = _children(table_element, "rule")
    rules = tuple(_rule(element, number, inputs, outputs) for number, element in enumerate(rows, 1))
    if not rules:
        raise DecisionRefused(line_of(table_element), "至少要有一行规则")
    _check_rows(policy, inputs, rules, [line_of(row) for row in rows])
    return DecisionTable(
        id=_required(decision, "id"),
        name=decision.get("name") or _required(decision, "id"),
        hit_policy=policy,
        inputs=inputs,
        outputs=outputs,
        rules=rules,
        description=_text(decision, "description"),
    )


def _single_table(root: etree._Element) -> tuple[etree._Element, etree._Element]:
    tag = etree.QName(root)
    if tag.localname != "definitions" or tag.namespace not in DMN_NAMESPACES:
        raise DecisionRefused(line_of(root), "不是 DMN 1.3 决策表文件")
    decisions = _children(root, "decision")
    if len(decisions) != 1:
        raise DecisionRefused(line_of(root), "一个文件只能有一个决策")
    tables = _children(decisions[0], "decisionTable")
    if len(tables) != 1:
        raise DecisionRefused(line_of(decisions[0]), "决策必须是一张决策表")
    return tables[0], decisions[0]


def _children(parent: etree._Element, name: str) -> list[etree._Element]:
    namespace = etree.QName(parent).namespace
    found: list[etree._Element] = parent.findall(f"{{{namespace}}}{name}")
    return found


def _text(parent: etree._Element, name: str) -> str:
    found = _children(parent, name)
    return "".join(map(str, found[0].itertext())).strip() if found else ""


def _required(element: etree._Element, attribute: str) -> str:
    value: str | None = element.get(attribute)
    if not value:
        raise DecisionRefused(line_of(element), f"缺少属性 {attribute}")
    return value


def _type(element: etree._Element) -> str:
    kind: str = element.get("typeRef", "string")
    if kind not in TYPES:
        raise DecisionRefused(line_of(element), f"类型 {kind} 不支持，可用：{'、'.join(TYPES)}")
    return kind


def _expression(element: etree._Element, text: str) -> Expr:
    try:
        return compile_expr(text)
    except ExpressionError as error:
        raise DecisionRefused(line_of(element), error.sentence()) from error


def _input(element: etree._Element) -> Input:
    found = _children(element, "inputExpression")
    if len(found) != 1 or not _text(found[0], "text"):
        raise DecisionRefused(line_of(element), "输入列没有表达式")
    kind = _type(found[0])
    expression = _expression(found[0], _text(found[0], "text"))
    allowed: tuple[Any, ...] = ()
    for values in _children(element, "inputValues"):
        allowed = _cell(values, _text(values, "text"), kind).values
    return Input(element.get("label") or expression.text, expression, kind, allowed)


def _output(element: etree._Element) -> Output:
    name = element.get("name", "")
    if not _NAME.match(name):
        raise DecisionRefused(line_of(element), "输出列的 name 必须是变量名")
    return Output(name, element.get("label") or name, _type(element))


def _cell(element: etree._Element, text: str, kind: str) -> Cell:
    try:
        return parse_cell(text, kind)
    except CellError as error:
        raise DecisionRefused(line_of(element), f"单元格“{text[:60]}”{error}") from error


def _rule(
    element: etree._Element, number: int, inputs: tuple[Input, ...], outputs: tuple[Output, ...]
) -> Rule:
    entries, results = _children(element, "inputEntry"), _children(element, "outputEntry")
    if len(entries) != len(inputs) or len(results) != len(outputs):
        raise DecisionRefused(line_of(element), f"第{number}行规则的单元格数与列数不符")
    cells = []
    for entry, column in zip(entries, inputs, strict=True):
        cell = _cell(entry, _text(entry, "text"), column.type)
        strangers = [value for value in cell.values if column.allowed and value not in column.allowed]
        if strangers:
            raise DecisionRefused(line_of(entry), f"“{strangers[0]}”不在“{column.label}”允许的取值中")
        cells.append(cell)
    expressions = tuple(_expression(entry, _text(entry, "text")) for entry in results)
    note = _text(element, "description")
    return Rule(number, tuple(cells), expressions, note, _validity(element, number))


def _validity(element: etree._Element, number: int) -> Validity:
    try:
        return read_validity(element.get(FROM), element.get(TO))
    except ValueError as error:
        raise DecisionRefused(line_of(element), f"第{number}行规则{error}") from error


def _check_rows(policy: str, inputs: tuple[Input, ...], rules: tuple[Rule, ...], lines: list[int]) -> None:
    """Refuse rows that could both match, and dated rows that leave a gap."""
    days = [rule.validity for rule in rules]
    try:
        if policy == "UNIQUE":
            check_exclusive(days, _boxes(inputs, rules))
        else:
            cells = ["\t".join(cell.text for cell in rule.cells) for rule in rules]
            check_collected(days, cells, ["\t".join(one.text for one in rule.outputs) for rule in rules])
    except ValidityFault as fault:
        raise DecisionRefused(lines[fault.row], str(fault)) from fault


def _boxes(inputs: tuple[Input, ...], rules: tuple[Rule, ...]) -> list[Box]:
    """Return the sets of values the rows match, column by column; columns of one expression count as one."""
    groups: dict[str, list[int]] = {}
    for index, column in enumerate(inputs):
        groups.setdefault(column.expression.text, []).append(index)
    covered: list[list[frozenset[int]]] = [[] for _ in rules]
    for indexes in groups.values():
        column = inputs[indexes[0]]
        values = samples([rule.cells[i] for rule in rules for i in indexes], column.type)
        for rule, sets in zip(rules, covered, strict=True):
            hit = (n for n, value in enumerate(values) if all(rule.cells[i].matches(value) for i in indexes))
            sets.append(frozenset(hit))
    return [*covered]
