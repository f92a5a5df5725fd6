"""Marks on a diagram, in the shape the viewer of the browser bundle reads."""

from __future__ import annotations

from typing import Any

from engine.graph import Graph
from tasks.queries.diagram import Standing


def marks(standing: Standing, graph: Graph) -> dict[str, Any]:
    """Return what is in hand, done, overdue and broken, and the flows really taken."""
    passed = [graph.flows[one] for one in standing.taken if one in graph.flows]
    touched = {flow.source for flow in passed} | {flow.target for flow in passed}
    return {
        "active": list(standing.active),
        "done": sorted(touched - set(standing.active)),
        "overdue": list(standing.overdue),
        "incident": list(standing.incidents),
        "taken": list(standing.taken),
        "counts": standing.visits,
    }
