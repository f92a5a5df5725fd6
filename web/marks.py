"""Marks on a diagram, in the shape the viewer of the browser bundle reads."""

from __future__ import annotations

from typing import Any

from engine.clock import from_us
from engine.graph import HUMAN, Graph, Kind
from tasks.queries.diagram import Standing

#: Where a token may have come and been taken away: done only where it was left again.
_WAITING = HUMAN | {Kind.RECEIVE, Kind.CATCH, Kind.EVENT, Kind.SUB, Kind.CALL}


def marks(standing: Standing, graph: Graph, focus: str = "") -> dict[str, Any]:
    """Return what is in hand, done, overdue and broken, and the flows really taken.

    The viewer of a small screen begins at the first active element: the one asked for, else a person's task.
    """
    active = [one for one in standing.active if one in graph.nodes and graph.nodes[one].kind is not Kind.SUB]
    active.sort(key=lambda one: (one != focus, graph.nodes[one].kind not in HUMAN))
    passed = [graph.flows[one] for one in standing.taken if one in graph.flows]
    left = {flow.source for flow in passed} | set(standing.visits)
    reached = {flow.target for flow in passed if graph.nodes[flow.target].kind not in _WAITING}
    return {
        "active": active,
        "done": sorted((left | reached) - set(standing.active)),
        "overdue": list(standing.overdue),
        "incident": list(standing.incidents),
        "taken": list(standing.taken),
        "counts": standing.visits,
        "migrated": [{"from": one.version, "at": from_us(one.at).isoformat()} for one in standing.left],
    }
