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
from engine.graph import Graph, Kind
from engine.runtime.state import load
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
    """How many open instances of a version wait at a step. `gone`: the new drawing does not have it."""

    version: int
    status: str
    element: str
    name: str
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
    #: what steps that come and go are called
    names: Mapping[str, str]
    #: results of the scenarios, as they were given
    scenarios: Sequence[Any] = field(default=())

    @property
    def open(self) -> int:
        """Return how many open instances wait at steps; one that waits at two counts twice."""
        return sum(step.open for step in self.steps)

    @property
    def on_removed(self) -> int:
        """Return how many of them wait at a step that the new drawing does not have."""
        return sum(step.open for step in self.steps if step.gone)


def impact(app: App, source: Source, scenarios: Sequence[Any] = ()) -> Impact:
    """Return what releasing a draft or version would change; raise GateError while it cannot be read."""
    graph = compile_diagram(source.xml.encode()).processes.get(source.key)
    if graph is None:
        raise NotFound(zh=f"图中没有可执行的流程“{source.key}”。")
    with app.read() as conn:
        steps = _steps(app, conn, source.key, graph)
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
        {node.id: node.name or node.id for node in (*nodes.values(), *graph.nodes.values())},
        scenarios,
    )


def _steps(app: App, conn: Connection, key: str, graph: Graph) -> list[Step]:
    found: Counter[tuple[int, str]] = Counter()
    for definition_id, state in studio.open_states(conn, key):
        found.update({(definition_id, token.node) for token in load(state).tokens.values()})  # once a case
    told = {row["id"]: row for row in studio.versions_of(conn, key)}
    steps = []
    for (definition_id, element), open_ in found.items():
        node = app.definitions.get(conn, definition_id).graph.nodes[element]
        if node.kind is Kind.SUB:
            continue  # the steps inside are counted
        row = told[definition_id]
        gone = element not in graph.nodes
        steps.append(Step(row["version"], row["status"], element, node.name or element, open_, gone))
    return sorted(steps, key=lambda step: (-step.version, step.element))


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
