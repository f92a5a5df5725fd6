"""The gate for the 595: what diagrams may name here, and which processes a file publishes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from engine.compile import Diagram
from engine.decisions import DecisionTable
from engine.expressions import ExpressionError
from engine.gate import FormField, GateError, Known
from engine.gate import admit as admit_diagram
from tasks.actor import ROLES
from tasks.library import Library
from tasks.services import SERVICES

#: What timers and conditions may call; `tasks.world.timer_functions` provides them (a test compares).
FUNCTIONS = frozenset(
    {"due", "due_literal", "end_of_day", "start_of_day", "cd", "wd", "mo", "eff", "setting", "today"}
)
#: MSG-07 and MSG-27 are not used (RULES J.2a).
MESSAGES = frozenset(f"MSG-{n:02d}" for n in range(1, 30) if n not in (7, 27))


@lru_cache(maxsize=4)
def known(library: Library) -> Known:
    """Return everything a diagram of this product may name."""
    rules = json.loads((library.folder / "policy" / "rules.json").read_text("utf-8"))
    forms = {
        form_id: tuple(FormField(f.name, f.type, f.options, f.routing) for f in spec)
        for form_id, spec in library.forms.items()
    }
    return Known(
        services=frozenset(SERVICES),
        decisions={table_id: _outputs(table) for table_id, table in library.tables.items()},
        functions=FUNCTIONS,
        roles=frozenset(ROLES),
        forms=forms,
        messages=MESSAGES,
        clauses=frozenset(rule["id"] for rule in rules) | {"LOCAL"},
    )


def _outputs(table: DecisionTable) -> dict[str, tuple[object, ...]]:
    """Return the values each output of a table can take; empty where one depends on the inputs."""
    found: dict[str, tuple[object, ...]] = {}
    for n, output in enumerate(table.outputs):
        try:
            values = [rule.outputs[n]({}, {}) for rule in table.rules]
        except ExpressionError:
            values = []
        found[output.name] = tuple(dict.fromkeys(values))
    return found


def calls_of(diagram: Diagram) -> dict[str, frozenset[str]]:
    """Return which processes each process of a diagram calls."""
    return {
        process_id: frozenset(node.called for node in graph.nodes.values() if node.called)
        for process_id, graph in diagram.processes.items()
    }


def admit(library: Library, data: bytes, calls: Mapping[str, frozenset[str]]) -> Diagram:
    """Pass a file through the gate; `calls` are the deployed processes with what they call.

    Raises GateError naming every finding.
    """
    return admit_diagram(data, replace(known(library), calls=calls))


def hear(data: bytes, others: Sequence[bytes]) -> None:
    """Let a second interpreter walk a file's paths beside ours; raise GateError where they disagree.

    `others` are the files of the processes it calls.
    """
    from engine.spiff import second_opinion  # SpiffWorkflow takes a second to import

    opinion = second_opinion(data, others=others)
    if any(finding.severity == "error" for finding in opinion.findings):
        raise GateError(list(opinion.findings))
