"""Constructs on which SpiffWorkflow 3.2.0 is wrong, or cannot be asked: there its opinion is not heard.

Each has a test in `tests/engine/spiff/test_faults.py` that shows the fault; when one is mended upstream the
test fails and the entry goes. In the differential tests the reference interpreter decides alone there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.graph import ACTIVITIES, EventDef, Graph, Kind, Node, TimerKind, Trigger


@dataclass(frozen=True, slots=True)
class Fault:
    """One construct; `present` tells whether a graph has it."""

    name: str
    wrong: str
    present: Callable[[Graph], bool]


def faults_in(graph: Graph) -> tuple[Fault, ...]:
    """Return the known faults a graph would meet."""
    return tuple(fault for fault in KNOWN_FAULTS if fault.present(graph))


def _events(graph: Graph) -> Iterator[tuple[Node, EventDef]]:
    for node in graph.nodes.values():
        for event in node.events:
            yield node, event


def _on_cycle(graph: Graph, node: Node) -> bool:
    ahead = [graph.nodes[flow.target] for flow in node.outgoing]
    seen: set[str] = set()
    while ahead:
        here = ahead.pop()
        if here.id == node.id:
            return True
        if here.id not in seen:
            seen.add(here.id)
            ahead.extend(graph.nodes[flow.target] for flow in here.outgoing)
            ahead.extend(here.boundary)
    return False


def _join_in_loop(graph: Graph) -> bool:
    joins = (Kind.PARALLEL, Kind.INCLUSIVE)
    return any(
        node.kind in joins and len(node.incoming) > 1 and _on_cycle(graph, node)
        for node in graph.nodes.values()
    )


def _inclusive_over_choices(graph: Graph) -> bool:
    """Tell whether a branch of an inclusive join merges or decides before it gets there."""
    for flows in graph.reach.values():
        common = frozenset.intersection(*flows.values())
        for node in (graph.nodes[name] for behind in flows.values() for name in behind - common):
            if len(node.incoming) > 1 or node.kind in (Kind.EXCLUSIVE, Kind.EVENT):
                return True
    return False


def _many_forks(graph: Graph) -> bool:
    forks = [node for node in graph.nodes.values() if node.kind is Kind.PARALLEL and len(node.outgoing) > 1]
    return len(forks) > 6


def _event_sub(graph: Graph) -> bool:
    return any(node.kind is Kind.EVENT_SUB for node in graph.nodes.values())


def _signal_end(graph: Graph) -> bool:
    return any(node.kind is Kind.END and event.trigger is Trigger.SIGNAL for node, event in _events(graph))


def _flows_of_activities(graph: Graph) -> bool:
    return any(
        node.kind in ACTIVITIES
        and (len(node.outgoing) > 1 or any(flow.condition is not None for flow in node.outgoing))
        for node in graph.nodes.values()
    )


def _cycle_timer(graph: Graph) -> bool:
    return any(event.timer and event.timer.kind is TimerKind.CYCLE for _, event in _events(graph))


def _no_end(graph: Graph) -> bool:
    return any(
        not any(node.kind is Kind.END for node in scope.nodes)
        for scope in graph.scopes.values()
        if scope.nodes
    )


def _repeating_message(graph: Graph) -> bool:
    return any(
        node.kind is Kind.BOUNDARY
        and not node.interrupting
        and event.trigger in (Trigger.MESSAGE, Trigger.SIGNAL)
        for node, event in _events(graph)
    )


def _forks_of_events(graph: Graph) -> bool:
    kinds = (Kind.CATCH, Kind.THROW, Kind.BOUNDARY)
    return any(node.kind in kinds and len(node.outgoing) > 1 for node in graph.nodes.values())


def _interrupting(graph: Graph) -> Iterator[tuple[Node, Node]]:
    for host in graph.nodes.values():
        yield from ((host, boundary) for boundary in host.boundary if boundary.interrupting)


def _back_to_host(graph: Graph) -> bool:
    return any(
        flow.target == host.id for host, boundary in _interrupting(graph) for flow in boundary.outgoing
    )


def _repeated_inside(graph: Graph) -> bool:
    return any(
        host.kind in (Kind.SUB, Kind.CALL) and (host.multi is not None or host.loop is not None)
        for host, _boundary in _interrupting(graph)
    )


def _one_of_several(graph: Graph) -> bool:
    return any(len(boundary.events) > 1 for _host, boundary in _interrupting(graph))


def _all_beside_named(graph: Graph) -> bool:
    """Tell whether one event of an activity names an error or escalation and another catches all."""
    for node in graph.nodes.values():
        events = [event for boundary in node.boundary for event in boundary.events]
        for trigger in (Trigger.ERROR, Trigger.ESCALATION):
            names = {bool(event.name) for event in events if event.trigger is trigger}
            if len(names) > 1:
                return True
    return False


KNOWN_FAULTS: tuple[Fault, ...] = (
    Fault(
        "join_in_loop",
        "a parallel or inclusive join in a loop counts tokens of earlier rounds",
        _join_in_loop,
    ),
    Fault(
        "inclusive_over_choices",
        "an inclusive join follows one way back only and fires early behind merges and choices",
        _inclusive_over_choices,
    ),
    Fault("many_forks", "n parallel forks in a row make about 2^(n+3) predicted tasks", _many_forks),
    Fault("event_sub_process", "interrupting event sub-processes do not interrupt", _event_sub),
    Fault("signal_end", "a signal end event throws nothing", _signal_end),
    Fault(
        "activity_flows",
        "conditions of flows leaving a task are not looked at, forks refused",
        _flows_of_activities,
    ),
    Fault(
        "cycle_timer",
        "a timer cycle holds its host for all its rounds; held by us it fires once",
        _cycle_timer,
    ),
    Fault("no_end", "a scope without an end event is refused or never finishes", _no_end),
    Fault("event_flows", "several flows leaving an event are refused", _forks_of_events),
    Fault(
        "back_to_host", "a border event that leads straight back to its activity waits on", _back_to_host
    ),
    Fault(
        "repeated_inside",
        "a border event of a repeated sub-process or call breaks off in the middle",
        _repeated_inside,
    ),
    Fault("several_events", "a border event of several triggers does not interrupt", _one_of_several),
    Fault(
        "all_beside_named",
        "a border event that catches all happens beside the one that names the error",
        _all_beside_named,
    ),
    Fault(
        "repeating_event", "a non-interrupting message boundary event happens only once", _repeating_message
    ),
)
