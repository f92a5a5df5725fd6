"""Rows that open with something else than a form: the beginning of a process, a branch taken (RULES J.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.graph import Kind, Node
from engine.live import Live
from tasks import deadlines
from tasks.desk import Desk


def open_by_start(desk: Desk, live: Live) -> None:
    """Open the rows that the beginning of a process triggers, on the day it begins."""
    for node in live.graph.root.starts:
        for policy, _opening in desk.library.policy.opened_by.get(node.id, ()):
            deadlines.open_row(desk, desk.context(live), policy, desk.today)


def open_by_branch(desk: Desk, live: Live, node: Node, decided: Mapping[str, Any]) -> None:
    """Open the rows of the branch that the gateway after a decision is about to take.

    The next task finds its date there; whether the branch is taken hangs on what was just decided.
    """
    names = {**live.names(), **decided}
    for gateway in (live.graph.nodes[flow.target] for flow in node.outgoing):
        for flow in gateway.outgoing if gateway.kind is Kind.EXCLUSIVE else ():
            opened = desk.library.policy.opened_by_branch.get(f"{gateway.id}={flow.branch}", ())
            if opened and flow.condition is not None:
                asked = {name: names.get(name) for name in flow.condition.names}
                for policy in opened if flow.condition(asked, {}) else ():
                    deadlines.open_row(desk, deadlines.in_present_run(desk, live), policy, desk.today)
