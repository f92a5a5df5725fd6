"""The gate for the 595: what diagrams may name here, and which processes a file publishes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from engine.compile import Diagram, Finding, compile_diagram
from engine.decisions import DecisionTable
from engine.expressions import ExpressionError
from engine.gate import FormField, GateError, Known, check
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


def admit(
    library: Library, data: bytes, calls: Mapping[str, frozenset[str]], by_message: frozenset[str]
) -> Diagram:
    """Pass a file through the gate; `calls` are the deployed processes with what they call.

    `by_message` are those that cannot be called. Raises GateError naming every finding.
    """
    return admit_diagram(data, replace(known(library), calls=calls, by_message=by_message))


def examine(library: Library, files: Sequence[bytes]) -> list[list[Finding]]:
    """Return what a release would say of each file, warnings too, beside the diagrams that are shipped."""
    shipped = [compile_diagram(path.read_bytes()) for path in library.diagrams()]
    calls = {key: called for diagram in shipped for key, called in calls_of(diagram).items()}
    by_message = frozenset().union(*map(started_by_message_only, shipped))
    found: list[list[Finding]] = []
    for data in files:
        given = replace(known(library), calls=calls, by_message=by_message)
        findings = check(data, given)
        try:
            if not any(finding.severity == "error" for finding in findings):
                calls |= calls_of(compile_diagram(data))
                hear(data, [other for other in files if other is not data])
        except GateError as refusal:
            findings += refusal.findings
        found.append(findings)
    return found


def started_by_message_only(diagram: Diagram) -> frozenset[str]:
    """Return the processes of a diagram that have no start event without a trigger."""
    return frozenset(key for key, graph in diagram.processes.items() if graph.root.none_start() is None)


def hear(data: bytes, others: Sequence[bytes]) -> None:
    """Let a second interpreter walk a file's paths beside ours; raise GateError where they disagree.

    `others` are the files of the processes it calls.
    """
    from engine.spiff import second_opinion  # SpiffWorkflow takes a second to import

    opinion = second_opinion(data, others=others)
    if any(finding.severity == "error" for finding in opinion.findings):
        raise GateError(list(opinion.findings))
