"""Carrying a plan out on one instance, in one unit of work, under the lock of its case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import IllegalState
from engine.graph import Node
from engine.history import Fact
from engine.live import Live
from engine.migration import variables
from engine.migration.arms import Arms
from engine.migration.course import Course, chart, kept_scope
from engine.migration.place import JOINS, How, is_join
from engine.migration.plan import Plan, require_sound
from engine.migration.said import Said, named
from engine.migration.works import keep_tasks, rename_completed
from engine.runtime import events, scopes
from engine.runtime.machine import Machine
from engine.runtime.state import ROOT, Scope, Token, outline
from engine.store import migrating as store
from engine.store import timers
from engine.unit import Unit


@dataclass
class Outcome:
    """What a migration did to one instance."""

    notes: list[Said] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)  #: (from, to); to is empty where it ended
    renamed: Mapping[str, str] = field(default_factory=dict)


def migrate(unit: Unit, live: Live, plan: Plan, *, recompute: bool = False, reason: str = "") -> Outcome:
    """Take an instance to the new version of a plan; its tasks, timers and waits go on as they are.

    With `recompute` tasks and timers get the due dates the new version gives them. Raises PlanInvalid,
    NotMigratable, or IllegalState when it is over or does not run the old version; nothing is changed then.
    """
    require_sound(plan)
    if live.status not in ("running", "suspended"):
        raise IllegalState(detail="该流程已经结束")
    if live.definition_id != plan.old.id:
        raise IllegalState(detail=f"该流程运行的不是第{plan.old.version}版")
    course = chart(plan, live)
    outcome = Outcome(renamed=plan.renamed)
    _give_up(live, course, outcome)
    unit.write_waits()
    rows = store.read(unit.conn, live.id)
    cause = _tell(unit, live, plan, reason, outcome)
    _switch(live, plan, course)
    outcome.notes += variables.fit(live, plan)
    store.rebind(unit.conn, live.id, plan.new.id)
    _enclose(live, plan, course)
    outcome.notes += keep_tasks(unit, live, plan, rows.tasks, recompute)
    outcome.notes += Arms(unit, live, plan, rows, recompute).settle(course)
    store.rename_incidents(unit.conn, live.id, outcome.renamed)
    rename_completed(unit, live, plan)
    _go_on(unit, live, course, cause)
    cause.data["notes"] = [note.as_dict() for note in outcome.notes]
    if live.status == "suspended":
        unit.write_waits()
        timers.hold(unit.conn, live.id)
    return outcome


def _give_up(live: Live, course: Course, outcome: Outcome) -> None:
    """Cancel what moved and ended tokens wait for, while the instance is still on the old version."""
    machine = live.machine()
    for how in (How.MOVES, How.ENDS):
        for token_id in course.tokens(how):
            token = live.state.tokens[token_id]
            old, new = live.graph.nodes[token.node], course.places[token_id].node
            scopes.clear(machine, token)
            outcome.moved.append((old.id, "" if new is None else new.id))
            outcome.notes.append(_moved(old, new))


def _moved(old: Node, new: Node | None) -> Said:
    if new is None:
        return Said(old.id, f"{named(old)}不再办理。", f"{named(old)} is not to be done any more.")
    return Said(old.id, f"{named(old)}转到{named(new)}。", f"{named(old)} goes on at {named(new)}.")


def _tell(unit: Unit, live: Live, plan: Plan, reason: str, outcome: Outcome) -> Fact:
    data: dict[str, Any] = {
        "process": plan.new.key, "version": plan.new.version, "diagram": plan.new.digest[:32],
        "from": plan.old.version, "from_definition": str(plan.old.id), "mapping": dict(plan.mapping),
        "renamed": dict(outcome.renamed),
    }  # fmt: skip
    if reason:
        data["reason"] = reason
    return unit.emit(live.trail_id, "ProcessMigrated", live=live, data=data)


def _switch(live: Live, plan: Plan, course: Course) -> None:
    """Let tokens and scopes stand on the new graph; scopes that are dissolved give way to those around."""
    state = live.state
    kept = {scope.id: kept_scope(plan, state, scope).id for scope in state.scopes.values()}
    for token_id, place in course.places.items():
        token = state.tokens[token_id]
        token.scope = kept[token.scope]
        if place.how in (How.ENDS, How.DISSOLVES):
            del state.tokens[token_id]
        elif place.node is not None:
            token.node = place.node.id
            token.via = course.via.get(token_id, "")
            if place.how is How.MOVES or place.node.loop is None:
                token.round = 0
    for scope in list(state.scopes.values()):
        if kept[scope.id] != scope.id:
            variables.hand_up(state, scope.vars)
            del state.scopes[scope.id]
        elif scope.id == ROOT:
            scope.element = plan.new.graph.process_id
        else:
            scope.element = state.tokens[scope.owner].node
    live.graph, live.definition_id = plan.new.graph, plan.new.id


def _enclose(live: Live, plan: Plan, course: Course) -> None:
    """Open the sub-processes that the new version draws around steps, one for all that stand in it."""
    machine = live.machine()
    opened: dict[tuple[int, str], Scope] = {}
    for token_id, place in course.places.items():
        if place.node is None or token_id not in live.state.tokens:
            continue
        token = live.state.tokens[token_id]
        chain = plan.places.chain(place.node)
        depth = len(_elements(live, token.scope))
        for element in chain[depth:]:
            spot = (token.scope, element)
            if spot not in opened:
                holder = Token(live.state.number(), element, token.scope)
                live.state.tokens[holder.id] = holder
                for boundary in live.graph.nodes[element].boundary:
                    events.arm(machine, holder, boundary)
                opened[spot] = scopes.open_scope(machine, holder, element, variables.inside(live, element))
                scopes.arm_event_subs(machine, opened[spot])
            token.scope = opened[spot].id


def _elements(live: Live, scope_id: int) -> list[str]:
    """Return the elements of a scope and those around it; iterations of one activity count once."""
    found = []
    scope = live.state.scopes[scope_id]
    while True:
        if not scopes.is_iteration(live.state, scope):
            found.append(scope.element)
        if scope.id == ROOT:
            return found
        scope = live.state.scopes[live.state.tokens[scope.owner].scope]


def _go_on(unit: Unit, live: Live, course: Course, cause: Fact) -> None:
    """Let moved tokens enter where they go, and joins see whether they still have to wait.

    The event keeps where it stood before, so that the way on the new version can be walked again.
    """
    nodes = live.graph.nodes
    entering = [live.state.tokens[token] for token in course.tokens(How.MOVES)]
    standing = [live.state.tokens[token] for token in course.tokens(How.STAYS)]
    entering += [token for token in standing if token.via and is_join(nodes[token.node])]
    entering += [token for token in standing if _passes(live, token)]
    if live.status == "suspended":
        entering = []
    cause.data |= {"state": outline(live.state), "entering": [token.id for token in entering]}
    if not entering:
        return

    def enter(machine: Machine) -> None:
        machine.agenda.extend(entering)
        machine.run()

    unit.step(live, enter, cause)


def _passes(live: Live, token: Token) -> bool:
    """Tell whether a token stands at a former join, which waits for nobody any more."""
    node = live.graph.nodes[token.node]
    return node.kind in JOINS and not is_join(node)
