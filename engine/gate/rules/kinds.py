"""A condition gives true or false, a timer a time, a loop a number or a list."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from engine.compile import Finding, iso
from engine.expressions import Expr
from engine.gate.subject import Subject, at
from engine.graph import Flow, Graph, Node, TimerDef, Variable

_TRUTH, _NUMBER, _TEXT, _LIST = "bool", "number", "text", "list"
_OF_TYPE = {"bool": _TRUTH, "int": _NUMBER, "enum": _TEXT, "text": _TEXT}
_OF_CONSTANT = {bool: _TRUTH, int: _NUMBER, float: _NUMBER, str: _TEXT}

Variables = Mapping[str, Variable]


def check(subject: Subject) -> Iterator[Finding]:
    """Find conditions, timers and loops whose expression surely gives something of another kind."""
    for graph in subject.graphs():
        for where, condition in _conditions(graph):
            wrong = _untrue(condition.body, graph.variables)
            if wrong is not None:
                yield at(
                    "kinds",
                    where,
                    f"条件“{condition.text}”里的“{ast.unparse(wrong)}”不是“是”或“否”，请写成比较。",
                    f"In the condition “{condition.text}”, “{ast.unparse(wrong)}” is neither true nor false.",
                )
        for node in graph.nodes.values():
            yield from _timers(node, graph.variables)
            yield from _counts(node, graph.variables)


def _conditions(graph: Graph) -> Iterator[tuple[Node | Flow, Expr]]:
    for flow in graph.flows.values():
        if flow.condition is not None:
            yield flow, flow.condition
    for node in graph.nodes.values():
        if node.multi is not None and node.multi.completion is not None:
            yield node, node.multi.completion
        if node.loop is not None and node.loop.condition is not None:
            yield node, node.loop.condition


def _timers(node: Node, variables: Variables) -> Iterator[Finding]:
    for event in node.events:
        timer = event.timer
        if timer is not None and timer.expr is not None:
            wrong = _timeless(timer.expr.body, timer, variables)
            if wrong is not None:
                yield at(
                    "kinds",
                    node,
                    f"定时器里的“{ast.unparse(wrong)}”不是时间，请写 P3D 这样的时长、日期或函数。",
                    f"“{ast.unparse(wrong)}” in the timer is no time; write P3D, a date, or a function.",
                )


def _counts(node: Node, variables: Variables) -> Iterator[Finding]:
    if node.multi is None:
        return
    for expr, right in ((node.multi.cardinality, _NUMBER), (node.multi.collection, _LIST)):
        tree = None if expr is None else expr.body
        kind = None if tree is None else _kind(tree, variables)
        whole = not isinstance(tree, ast.Constant | ast.UnaryOp) or right == _LIST or _is_count(tree)
        if expr is not None and (kind not in (None, right) or not whole):
            yield at(
                "kinds",
                node,
                f"多实例的“{expr.text}”应当给出{'名单' if right == _LIST else '不小于零的整数'}，请改写。",
                f"“{expr.text}” of the multi-instance should give a {right}.",
            )


def _is_count(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def _untrue(node: ast.expr, variables: Variables) -> ast.expr | None:
    """Return the part that is used as true or false and surely is neither."""
    if isinstance(node, ast.BoolOp):
        parts = node.values
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        parts = [node.operand]
    elif isinstance(node, ast.IfExp):
        parts = [node.test, node.body, node.orelse]
    else:
        sure = isinstance(node, ast.BinOp) or _kind(node, variables) in (_NUMBER, _TEXT, _LIST)
        return node if sure else None
    return next(filter(None, (_untrue(part, variables) for part in parts)), None)


def _timeless(node: ast.expr, timer: TimerDef, variables: Variables) -> ast.expr | None:
    """Return the part that should be a time and surely is none."""
    if isinstance(node, ast.IfExp):
        parts = (_timeless(part, timer, variables) for part in (node.body, node.orelse))
        return next(filter(None, parts), None)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            iso.check(timer.kind, node.value.strip())
        except iso.LiteralTimeError:
            return node
        return None
    kind = _kind(node, variables)
    named = variables.get(node.id) if isinstance(node, ast.Name) else None
    return node if kind in (_TRUTH, _NUMBER, _LIST) or (named is not None and named.type == "enum") else None


def _kind(node: ast.expr, variables: Variables) -> str | None:
    """Return what an expression gives, as far as that is sure."""
    if isinstance(node, ast.Constant):
        return _OF_CONSTANT.get(type(node.value))
    if isinstance(node, ast.Name):
        found = variables.get(node.id)
        return None if found is None else _OF_TYPE.get(found.type)
    if isinstance(node, ast.List | ast.Tuple):
        return _LIST
    if isinstance(node, ast.Compare):
        return _TRUTH
    if isinstance(node, ast.UnaryOp):
        return _TRUTH if isinstance(node.op, ast.Not) else _NUMBER
    if isinstance(node, ast.BinOp):
        sides = {_kind(node.left, variables), _kind(node.right, variables)}
        return _NUMBER if sides <= {_NUMBER, _TRUTH} else None
    return None
