"""Random values for the variables of a diagram, of the kinds it declares."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.expressions import Expr
from engine.graph import Graph

#: What a multi-instance may go through.
LISTS: list[Any] = [[], ["a"], ["a", "b"]]


class Supply:
    """Knows what the variables of some processes may hold."""

    def __init__(self, graphs: Iterable[Graph]) -> None:
        self._choices: dict[str, list[Any]] = {}
        self._calls: set[str] = set()
        self._lists: set[str] = set()  #: functions that give what a multi-instance goes through
        constants = [0, 1]
        collections: set[str] = set()
        graphs = list(graphs)
        for graph in graphs:
            for expr in _expressions(graph):
                constants += _numbers(expr)
                self._calls |= expr.calls
            for node in graph.nodes.values():
                if node.multi is not None and node.multi.collection is not None:
                    collections |= node.multi.collection.names
                    self._lists |= node.multi.collection.calls
        around = sorted({number + step for number in constants for step in (-1, 0, 1)})
        for graph in graphs:
            for variable in graph.variables.values():
                self._choices[variable.name] = _kind(variable.type, variable.options, around)
        for name in collections:
            self._choices[name] = LISTS

    def values(self, chance: random.Random) -> dict[str, Any]:
        """Return a value for every variable."""
        return {name: chance.choice(choices) for name, choices in sorted(self._choices.items())}

    def functions(self, chance: random.Random) -> Mapping[str, Callable[..., Any]]:
        """Return a stand-in for every function conditions call: same arguments, same answer."""
        key = chance.random()

        def stand_in(name: str) -> Callable[..., Any]:
            choices: list[Any] = LISTS if name in self._lists else [0, 1]
            return lambda *args: random.Random(f"{key}/{name}/{args}").choice(choices)

        return {name: stand_in(name) for name in self._calls}


def _kind(kind: str, options: tuple[str, ...], numbers: list[int]) -> list[Any]:
    if kind == "bool":
        return [True, False]
    if kind == "int":
        return list(numbers)
    return list(options) or [None]


def _expressions(graph: Graph) -> Iterable[Expr]:
    for flow in graph.flows.values():
        if flow.condition is not None:
            yield flow.condition
    for node in graph.nodes.values():
        if node.multi is not None:
            yield from filter(None, (node.multi.cardinality, node.multi.collection, node.multi.completion))
        if node.loop is not None and node.loop.condition is not None:
            yield node.loop.condition


def _numbers(expr: Expr) -> list[int]:
    tree = ast.parse(expr.text.strip(), mode="eval")
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool)
    ]
