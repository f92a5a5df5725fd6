"""What a release would change: where open cases stand, which steps come and go, which dates would differ.

Nothing of it happens by the release itself: running cases stay on their version, and a date stays as it was
counted until somebody has it counted anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.clock import end_of_day, to_us
from engine.compile import compile_diagram
from engine.deadlines import DeadlineRule, count
from engine.definitions import NO_ANNEX
from engine.errors import CalendarUnknown, NotFound
from engine.graph import GATEWAYS, HUMAN, Graph, Kind, Node, Trigger
from engine.runtime.state import State, load
from tasks import labels
from tasks.gate import check_annex
from tasks.policy import Policy
from tasks.queries.studio import Source
from tasks.store import studio
from tasks.store.conn import Connection

if TYPE_CHECKING:
    from tasks.app import App

#: Dates listed one by one; all are counted.
MOST = 500


@dataclass(frozen=True, slots=True)
class Step:
    """How many open instances of a version wait at a step. `gone`: the new drawing does not have it.

    `wait`: task, event, timer, call or stopped (an automatic step that failed); never a gateway.
    """

    version: int
    status: str
    element: str
    name: str
    wait: str
    open: int
    gone: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A running date that would differ under the new rules; `new` is None where no calendar tells."""

    id: int
    rule_id: str
    title: str
    case_id: int | None
    case_no: str
    trigger: str
    old: str | None
    new: str | None
    overdue: bool  #: the new day is past already


@dataclass(frozen=True, slots=True)
class Impact:
    """The sheet a colleague reads before signing."""

    key: str
    steps: tuple[Step, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    deadlines: tuple[Moved, ...]
    #: how many dates would differ in all
    moved: int
    #: open instances in all, and those that stand at a step the new drawing does not have
    open: int
    on_removed: int
    #: what steps that come and go are called
    names: Mapping[str, str]
    #: results of the scenarios, as they were given
    scenarios: Sequence[Any] = field(default=())


def impact(app: App, source: Source, scenarios: Sequence[Any] = ()) -> Impact:
    """Return what releasing a draft or version would change; raise GateError while it cannot be read."""
    graph = compile_diagram(source.xml.encode()).processes.get(source.key)
    if graph is None:
        raise NotFound(zh=f"图中没有可执行的流程“{source.key}”。")
    with app.read() as conn:
        steps, open_, on_removed = _steps(app, conn, source.key, graph)
        active = app.definitions.find_active(conn, source.key)
        nodes = {} if active is None else app.definitions.get(conn, active).graph.nodes
        moved, total = _moved(app, conn, source)
    return Impact(
        source.key,
        tuple(steps),
        tuple(sorted(graph.nodes.keys() - nodes.keys())),
        tuple(sorted(nodes.keys() - graph.nodes.keys())),
        tuple(moved),
        total,
        open_,
        on_removed,
        {node.id: node.name or node.id for node in (*nodes.values(), *graph.nodes.values())},
        scenarios,
    )


def _steps(app: App, conn: Connection, key: str, graph: Graph) -> tuple[list[Step], int, int]:
    """Return where open instances wait, how many there are, and how many stand on what goes."""
    found: Counter[tuple[int, str, str]] = Counter()
    open_ = on_removed = 0
    for definition_id, text in studio.open_states(conn, key):
        state = load(text)
        seen = _waits(app.definitions.get(conn, definition_id).graph, state)
        found.update((definition_id, element, wait) for element, wait in seen)  # once a case
        open_ += 1
        standing = {token.node for token in state.tokens.values()}
        on_removed += any(element in standing - graph.nodes.keys() for element, _wait in seen)
    told = {row["id"]: row for row in studio.versions_of(conn, key)}
    steps = []
    for (definition_id, element, wait), here in found.items():
        node = app.definitions.get(conn, definition_id).graph.nodes[element]
        row, gone = told[definition_id], element not in graph.nodes
        steps.append(Step(row["version"], row["status"], element, _name(node), wait, here, gone))
    return sorted(steps, key=lambda step: (-step.version, step.element)), open_, on_removed


def _waits(graph: Graph, state: State) -> set[tuple[str, str]]:
    """Return what an instance waits for as people see it: (element, kind of wait)."""
    found = set()
    for token in state.tokens.values():
        node = graph.nodes[token.node]
        first = node.kind is Kind.EVENT
        found |= {(one, wait) for one in token.armed if (wait := _event(graph.nodes[one], every=first))}
        if node.kind in HUMAN:
            found.add((node.id, "task"))
        elif node.kind is Kind.CALL:
            found.add((node.id, "call"))
        elif node.kind in (Kind.CATCH, Kind.RECEIVE):
            found.add((node.id, _event(node, every=True)))
        elif node.kind not in (*GATEWAYS, Kind.SUB):
            found.add((node.id, "stopped"))
    armed = (graph.nodes[one] for scope in state.scopes.values() for one in scope.armed)
    return found | {(node.id, wait) for node in armed if (wait := _event(node, every=False))}


def _event(node: Node, *, every: bool) -> str:
    """Return how an armed event waits; what may come beside a step at any time counts only as a timer."""
    if any(event.trigger is Trigger.TIMER for event in node.events):
        return "timer"
    return "event" if every else ""


def _name(node: Node) -> str:
    messages = (labels.label("message", event.name) for event in node.events if event.name)
    return node.name or next(messages, node.id)


def _moved(app: App, conn: Connection, source: Source) -> tuple[list[Moved], int]:
    settings = app.settings(conn)
    before, after = app.in_force(conn).policy, _after(app, conn, source)
    changed = _changed(before, after, settings)
    calendar, now = app.work_calendar(conn), to_us(app.clock.now())
    moved: list[Moved] = []
    total = 0
    for row in studio.running_dates(conn, sorted(changed)):
        new = None
        try:
            due = count(changed[row["rule_id"]], date.fromisoformat(row["trigger_on"]), calendar)
            new = due.effective.isoformat()
        except CalendarUnknown:
            pass
        if new == row["due_effective"]:
            continue
        total += 1
        if len(moved) < MOST:
            title = after.rules[row["rule_id"]].title
            late = new is not None and to_us(end_of_day(date.fromisoformat(new))) <= now
            moved.append(
                Moved(row["id"], row["rule_id"], title, row["case_id"], row["case_no"] or "",
                      row["trigger_on"], row["due_effective"], new, late)
            )  # fmt: skip
    return moved, total


def _after(app: App, conn: Connection, source: Source) -> Policy:
    """Return the rules that would be in force: this source instead of the version of its process at work."""
    kept = check_annex(app.library, source.annex)[1]
    others = [text for key, text in studio.annexes_at_work(conn) if key != source.key]
    return app.library.with_rules(tuple(text for text in (*others, kept) if text != NO_ANNEX)).policy


def _changed(before: Policy, after: Policy, settings: Mapping[str, Any]) -> dict[str, DeadlineRule]:
    """Return the rules that would count otherwise than they do."""
    found = {}
    for rule_id, rule in after.rules.items():
        now, old = rule.rule_for(settings), before.rules.get(rule_id)
        if now is not None and (old is None or _counting(old.rule_for(settings)) != _counting(now)):
            found[rule_id] = now
    return found


def _counting(rule: DeadlineRule | None) -> tuple[Any, ...] | None:
    return None if rule is None else (rule.unit, rule.value, rule.roll, rule.earliest, rule.until)
