"""The values a condition's variables may take, as far as the diagram and its tables declare them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from engine.expressions import Expr
from engine.gate.known import Known
from engine.graph import Graph, Kind

#: More combinations of values than this are not tried for one gateway.
MOST_CASES = 2_000

Domain = tuple[object, ...]
_WORDS = {"true": True, "false": False, "null": None}


def declared(graph: Graph, known: Known) -> dict[str, Domain]:
    """Return variable -> its values, from the declarations, the decision tables used and the forms used."""
    found: dict[str, Domain] = {}
    for variable in graph.variables.values():
        if variable.type == "bool":
            found[variable.name] = (True, False)
        elif variable.options:
            found[variable.name] = variable.options if variable.type in ("enum", "") else ()
        elif variable.type == "int":
            found[variable.name] = ()
    for name, values in _given(graph, known):
        if name in graph.variables and not found.get(name) and graph.variables[name].type in ("", "enum"):
            found[name] = values
    return {name: values for name, values in found.items() if values or graph.variables[name].type == "int"}


def _given(graph: Graph, known: Known) -> Iterator[tuple[str, Domain]]:
    for node in graph.nodes.values():
        if node.kind is Kind.RULE:
            for table in node.attr_list("decision"):
                yield from known.decisions.get(table, {}).items()
        for field in known.forms.get(node.attrs.get("form", ""), ()):
            if field.routing and field.type == "bool":
                yield field.name, (True, False)
            elif field.routing and field.options:
                yield field.name, field.options


def cases(conditions: Iterable[Expr], domains: Mapping[str, Domain]) -> Iterator[dict[str, object]] | None:
    """Return every combination of values that tells the conditions apart; None when that cannot be known.

    It can when each comparison is of one variable with constants, and there are not too many combinations.
    Whole numbers are tried at and around each constant.
    """
    constants: dict[str, set[object]] = {}
    for condition in conditions:
        if condition.calls or not _simple(ast.parse(condition.text.strip(), mode="eval").body, constants):
            return None
    values: dict[str, Domain] = {}
    total = 1
    for name, against in constants.items():
        if name not in domains:
            return None
        values[name] = domains[name] or _around(against)
        total *= len(values[name])
        if not values[name] or total > MOST_CASES:
            return None
    return (dict(zip(values, combination, strict=True)) for combination in product(*values.values()))


def _around(constants: set[object]) -> Domain:
    numbers = [value for value in constants if isinstance(value, int) and not isinstance(value, bool)]
    if len(numbers) < len(constants):
        return ()
    return tuple(sorted({number + step for number in numbers for step in (-1, 0, 1)}))


def _simple(node: ast.expr, constants: dict[str, set[object]]) -> bool:
    """Note which constants each variable is compared with; False for anything else than such comparisons."""
    if isinstance(node, ast.BoolOp):
        simple = [_simple(value, constants) for value in node.values]
        return all(simple)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _simple(node.operand, constants)
    if isinstance(node, ast.Name):
        if node.id not in _WORDS:
            constants.setdefault(node.id, set()).add(True)
        return True
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bool)
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return False
    sides = [node.left, node.comparators[0]]
    names = [side.id for side in sides if isinstance(side, ast.Name) and side.id not in _WORDS]
    literals = [_literals(side) for side in sides if not isinstance(side, ast.Name) or side.id in _WORDS]
    if len(names) != 1 or len(literals) != 1 or literals[0] is None:
        return False
    constants.setdefault(names[0], set()).update(literals[0])
    return True


def _literals(node: ast.expr) -> list[object] | None:
    if isinstance(node, ast.Name):
        return [_WORDS[node.id]]
    if isinstance(node, ast.Constant):
        return [node.value]
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    ):
        return [-node.operand.value] if isinstance(node.operand.value, int) else None
    if isinstance(node, ast.List | ast.Tuple):
        inner = [_literals(item) for item in node.elts]
        return None if None in inner else [value for part in inner if part for value in part]
    return None
