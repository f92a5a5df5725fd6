"""Routing variables that the new version does not know, or knows otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.graph import Variable
from engine.live import Live
from engine.migration.plan import Plan
from engine.migration.said import Said
from engine.runtime.scopes import is_iteration
from engine.runtime.state import ROOT, Scope, State

_TYPES: dict[str, type | tuple[type, ...]] = {"bool": bool, "int": int, "text": str, "enum": str, "date": str}


def inside(live: Live, element: str) -> dict[str, Any] | None:
    """Return what a sub-process has of its own where one is drawn around a step: the values known so far."""
    names = live.graph.scopes[element].variables
    return {name: live.state.vars.get(name) for name in names} or None


def hand_up(state: State, values: Mapping[str, Any] | None) -> None:
    """Leave what a sub-process has no more of its own to the process, which may have drawn it instead."""
    for name, value in (values or {}).items():
        if value is not None:
            state.vars.setdefault(name, value)


def fit(live: Live, plan: Plan) -> list[Said]:
    """Drop what the new version does not declare or cannot hold, rename the items of iterations; say so."""
    notes = []
    state = live.state
    for scope in state.scopes.values():
        if scope.id != ROOT and not is_iteration(state, scope):
            _fit_inside(live, plan, scope)
    before, after = plan.old.graph.variables, plan.new.graph.variables
    for name, value in list(state.vars.items()):
        if name in before and name not in after:
            del state.vars[name]
            notes.append(Said(
                name, f"新版本没有流程变量“{name}”，其值不再保留。",
                f"The new version has no variable “{name}”; its value is dropped.",
            ))  # fmt: skip
        elif name in after and not _holds(after[name], value):
            del state.vars[name]
            notes.append(Said(
                name, f"流程变量“{name}”的类型变了，原值不能用，已清空。",
                f"The variable “{name}” has another type; its value was cleared.",
            ))  # fmt: skip
        elif name in after and value is not None and after[name].options and value not in after[name].options:
            notes.append(Said(
                name, f"流程变量“{name}”的现值“{value}”不在新版本的选项中。",
                f"The value “{value}” of the variable “{name}” is not among the new options.",
            ))  # fmt: skip
    _rename_items(state, plan)
    return notes


def _fit_inside(live: Live, plan: Plan, scope: Scope) -> None:
    """Let a running sub-process have of its own what the new version draws in it."""
    before, scope.vars = scope.vars or {}, inside(live, scope.element)
    after = plan.new.graph.variables
    for name, value in before.items():
        if scope.vars is None or name not in scope.vars:
            hand_up(live.state, {name: value})
        elif _holds(after[name], value):
            scope.vars[name] = value


def _holds(declared: Variable, value: Any) -> bool:
    wanted = _TYPES.get(declared.type)
    if value is None or wanted is None:
        return True
    return isinstance(value, wanted) and (declared.type != "int" or not isinstance(value, bool))


def _rename_items(state: State, plan: Plan) -> None:
    """Let the item of a running iteration go by the name the new version gives it."""
    renamed = {}
    for node in plan.old.graph.nodes.values():
        image = plan.places.image(node.id)
        if node.multi is None or image is None or image.multi is None:
            continue
        renamed[image.id] = (node.multi.item, image.multi.item)
    for scope in state.scopes.values():
        old, new = renamed.get(scope.element, ("", ""))
        if scope.vars is not None and old != new and old in scope.vars:
            value = scope.vars.pop(old)
            if new:
                scope.vars[new] = value
