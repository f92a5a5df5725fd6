"""Rows that open with something else than a form: the beginning of a process, a branch taken (RULES J.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.deadlines import Unit
from engine.graph import Kind, Node
from engine.live import Live
from tasks import deadlines
from tasks.desk import Desk


def open_by_start(desk: Desk, live: Live) -> None:
    """Open the rows that the beginning of a process triggers, on the day it begins.

    What is due on a fixed day of the year counts from 1 January (J.8, DL-001), however late it arises.
    """
    for node in live.graph.root.starts:
        for policy, _opening in desk.library.policy.opened_by.get(node.id, ()):
            fixed = policy.rule is not None and policy.rule.unit is Unit.FIXED_DATE
            since = desk.today.replace(month=1, day=1) if fixed else desk.today
            deadlines.open_row(desk, desk.context(live), policy, since, node.id)


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
                context = deadlines.in_present_run(desk, live)
                for policy in opened if flow.condition(asked, {}) else ():
                    since = next((one.element for one in policy.opens if one.branch), node.id)
                    deadlines.open_row(desk, context, policy, desk.today, since)
