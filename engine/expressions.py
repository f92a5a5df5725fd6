"""Conditions, timers and table cells: one small language, read from a diagram and never trusted.

The text is parsed once and every node is held against an allow-list before anything runs (SEC-E1, SEC-E3):
names, literals, lists, comparisons, and/or/not, a-if-b-else-c, + - * / %, `name["key"]` on mappings, and
calls of registered functions by name. simpleeval walks the checked tree with the guarded operators below.
"""

from __future__ import annotations

import ast
import re
import threading
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from simpleeval import InvalidExpression, SimpleEval

from engine.errors import AidError
from engine.operators import OPERATORS, Refusal, bounded

MAX_CHARS = 1_000
MAX_NODES = 200
MAX_DEPTH = 40


class ExpressionError(AidError):
    """An expression is not allowed, or cannot be evaluated with the values at hand."""

    code: ClassVar[str] = "expression_invalid"
    zh: ClassVar[str] = "表达式“{text}”有误：{problem}"
    en: ClassVar[str] = "The expression “{text}” failed: {problem}"

    def __init__(self, text: str, problem: str) -> None:
        self.text = text
        super().__init__(text=text if len(text) <= 120 else text[:120] + "…", problem=problem)


#: NUL and half characters: no database takes them (SEC-S5).
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_WORDS = {"true": True, "false": False, "null": None}

_PLAIN = (
    ast.Expression, ast.Load, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE,
    ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.IfExp, ast.List, ast.Tuple, ast.Subscript,
)  # fmt: skip

_FORBIDDEN_ZH: dict[type[ast.AST], str] = {
    ast.Attribute: "不能用点号访问属性",
    ast.Lambda: "不能定义函数",
    ast.JoinedStr: "不能使用格式化字符串",
    ast.Pow: "不能使用乘方",
    ast.NamedExpr: "不能赋值",
    ast.Starred: "不能使用星号展开",
    ast.Slice: "不能使用切片",
    ast.Is: "请用 == 比较，不用 is",
    ast.IsNot: "请用 != 比较，不用 is not",
    ast.FloorDiv: "不能使用整除 //",
    ast.Dict: "不能书写字典",
    ast.Set: "不能书写集合，请用列表 [ ]",
}


def compile_expr(text: str) -> Expr:
    """Return the checked expression, from a cache where it was seen before; raise ExpressionError."""
    if len(text) > MAX_CHARS:
        raise ExpressionError(text, f"太长，最多{MAX_CHARS}个字符")
    return _compile(text)


@lru_cache(maxsize=4096)
def _compile(text: str) -> Expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError(text, "写法不对，无法识别") from error
    checker = _Checker()
    try:
        body = checker.expr(tree.body, -1)
    except Refusal as refusal:
        raise ExpressionError(text, str(refusal)) from None
    return Expr(text, body, frozenset(checker.names), frozenset(checker.calls))


class _Checker:
    """Walks a parsed tree once: refuses what is not on the list, counts, collects names and calls."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.calls: set[str] = set()
        self._nodes = 0

    def visit(self, node: ast.AST, depth: int) -> ast.AST:
        """Return the node to evaluate in place of `node` (true, false, null become constants)."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Refusal(f"太复杂，最多{MAX_NODES}个成分")
        if depth > MAX_DEPTH:
            raise Refusal(f"嵌套太深，最多{MAX_DEPTH}层")
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if not isinstance(node, _PLAIN):
            raise Refusal(_FORBIDDEN_ZH.get(type(node), f"不允许使用 {type(node).__name__}"))
        return self._fields(node, depth)

    def _fields(self, node: ast.AST, depth: int) -> ast.AST:
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, field, [self.visit(item, depth + 1) for item in value])
            elif isinstance(value, ast.AST):
                setattr(node, field, self.visit(value, depth + 1))
        return node

    def expr(self, node: ast.expr, depth: int) -> ast.expr:
        """Return the expression to evaluate in place of one."""
        result = self.visit(node, depth + 1)
        assert isinstance(result, ast.expr)
        return result

    def _constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, (int, float)):
            bounded(node.value)
        elif not isinstance(node.value, (str, type(None))):
            raise Refusal("只能使用数字、文字、true、false 和 null")
        elif isinstance(node.value, str) and _UNSTORABLE.search(node.value):
            raise Refusal("文字里含有无法保存的字符")
        return node

    def _name(self, node: ast.Name) -> ast.expr:
        if node.id in _WORDS:
            return ast.Constant(_WORDS[node.id])
        if node.id.startswith("_"):
            raise Refusal(f"名称 {node.id} 不能以下划线开头")
        self.names.add(node.id)
        return node

    def _call(self, node: ast.Call, depth: int) -> ast.Call:
        if not isinstance(node.func, ast.Name):
            raise Refusal("只能调用已登记的函数")
        if node.func.id.startswith("_"):
            raise Refusal(f"名称 {node.func.id} 不能以下划线开头")
        if node.keywords:
            raise Refusal("函数的参数请按顺序写，不要写参数名")
        self.calls.add(node.func.id)
        node.args = [self.expr(argument, depth) for argument in node.args]
        return node


class Expr:
    """A checked expression: call it with names and functions. `names` and `calls` are what it needs."""

    __slots__ = ("body", "calls", "names", "text")

    def __init__(self, text: str, body: ast.expr, names: frozenset[str], calls: frozenset[str]) -> None:
        self.text = text
        self.names = names
        self.calls = calls
        self.body = body  #: the checked syntax, for rules that look at it

    def __repr__(self) -> str:
        return f"Expr({self.text!r})"

    def __call__(
        self, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None
    ) -> Any:
        """Return the value; raise ExpressionError for an unknown name or values that do not fit.

        An AidError of a registered function passes through as it is (e.g. CalendarUnknown).
        """
        try:
            return _evaluator().run(self.body, names, functions or {})
        except Refusal as refusal:
            raise ExpressionError(self.text, str(refusal)) from None
        except InvalidExpression as error:
            raise ExpressionError(self.text, "含有不允许的内容") from error
        except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
            raise ExpressionError(self.text, f"无法计算（{type(error).__name__}）") from error


class _Evaluator(SimpleEval):  # type: ignore[misc]
    """simpleeval over an already checked tree: strict names, and handlers for nothing but allowed nodes.

    Building one costs twice an evaluation, so a thread keeps its own and lends it names and functions.
    """

    nodes: dict[type[ast.AST], Callable[[Any], Any]]
    names: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]]

    def __init__(self) -> None:
        super().__init__(operators=OPERATORS, functions={}, names={})
        self.nodes = {node: self.nodes[node] for node in _LIBRARY_NODES} | {
            ast.Name: self._strict_name,
            ast.Call: self._registered_call,
            ast.Subscript: self._mapping_item,
            ast.List: self._list,
            ast.Tuple: self._list,
        }

    def run(
        self, body: ast.AST, names: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
    ) -> Any:
        """Evaluate; a registered function may itself evaluate an expression, so what was lent comes back."""
        before = self.names, self.functions
        self.names, self.functions = names, functions
        try:
            return self._eval(body)
        finally:
            self.names, self.functions = before

    def _strict_name(self, node: ast.Name) -> Any:
        try:
            return self.names[node.id]
        except KeyError:
            raise Refusal(f"没有名为 {node.id} 的变量") from None

    def _registered_call(self, node: ast.Call) -> Any:
        assert isinstance(node.func, ast.Name)
        function = self.functions.get(node.func.id)
        if function is None:
            raise Refusal(f"没有登记名为 {node.func.id} 的函数")
        return function(*[self._eval(argument) for argument in node.args])

    def _mapping_item(self, node: ast.Subscript) -> Any:
        container = self._eval(node.value)
        if not isinstance(container, Mapping):
            raise Refusal("方括号只能用于字典类变量")
        key = self._eval(node.slice)
        if key not in container:
            raise Refusal(f"没有名为 {key} 的项")
        return container[key]

    def _list(self, node: ast.List | ast.Tuple) -> list[Any]:
        return [self._eval(item) for item in node.elts]


_LIBRARY_NODES = (ast.Constant, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp)
_local = threading.local()


def _evaluator() -> _Evaluator:
    found: _Evaluator | None = getattr(_local, "evaluator", None)
    if found is None:
        found = _local.evaluator = _Evaluator()
    return found
