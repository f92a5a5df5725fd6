"""Events: waiting, happening, throwing, and the way of errors and escalations up the scopes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.errors import IllegalState
from engine.graph import EventDef, Kind, Node, TimerKind, Trigger
from engine.runtime import activities, gateways, scopes
from engine.runtime.host import Values
from engine.runtime.state import ROOT, Scope, Token

if TYPE_CHECKING:
    from engine.runtime.machine import Machine

#: Triggers that wait in a table; errors and escalations find their catcher when they are thrown.
_WAITING = frozenset({Trigger.MESSAGE, Trigger.SIGNAL, Trigger.TIMER})


def owner_of_scope(scope: Scope) -> int:
    """Return the number by which a waiting event sub-process of a scope is known: below zero."""
    return -scope.id - 1


def arm(machine: Machine, token: Token, node: Node) -> None:
    """Let the events of a catch, receive or boundary node wait on a token."""
    waits = False
    for event in node.events:
        waits |= _arm_one(machine, token.id, node, event)
    if waits:
        token.armed.append(node.id)


def arm_start(machine: Machine, scope: Scope, start: Node) -> None:
    """Let the start of an event sub-process wait on its scope."""
    waits = False
    for event in start.events:
        waits |= _arm_one(machine, owner_of_scope(scope), start, event)
    if waits:
        scope.armed.append(start.id)


def _arm_one(machine: Machine, owner: int, node: Node, event: EventDef) -> bool:
    if event.trigger not in _WAITING:
        return False
    due = None
    if event.timer is not None:
        due = machine.host.due(machine, node, event.timer)
        if due is None and node.kind is Kind.BOUNDARY:
            return False
    machine.log.armed(owner, node, event, due)
    return True


def disarm(machine: Machine, token: Token, fired: str = "") -> None:
    """Let nothing wait on a token any more."""
    for element in token.armed:
        machine.log.disarmed(token.id, machine.graph.nodes[element], element == fired)
    token.armed = []


def disarm_scope(machine: Machine, scope: Scope) -> None:
    """Let no event sub-process of a scope wait any more."""
    for element in scope.armed:
        machine.log.disarmed(owner_of_scope(scope), machine.graph.nodes[element], False)
    scope.armed = []


def enter_catch(machine: Machine, token: Token, node: Node) -> None:
    """Wait for the event; a none event is passed."""
    if not node.events:
        machine.leave(token, node)
        return
    arm(machine, token, node)


def enter_throw(machine: Machine, token: Token, node: Node) -> None:
    """Throw and go on, unless the throw interrupted its own scope."""
    for event in node.events:
        throw(machine, token, node, event)
    if token.id in machine.state.tokens:
        machine.leave(token, node)


def enter_end(machine: Machine, token: Token, node: Node) -> None:
    """Throw what the end throws and consume the token."""
    machine.log.ended(node)
    for event in node.events:
        if event.trigger is Trigger.TERMINATE:
            scopes.terminate(machine, machine.state.scopes[token.scope])
            return
        if event.trigger is Trigger.ERROR:
            raise_error(machine, token, event)
            return
        throw(machine, token, node, event)
    if token.id in machine.state.tokens:
        scopes.consume(machine, token)


def throw(machine: Machine, token: Token, node: Node, event: EventDef) -> None:
    """Throw a message, signal or escalation. A signal is heard at once where this instance waits for it."""
    if event.trigger is not Trigger.ESCALATION:
        heard = event.trigger is Trigger.SIGNAL and _hear(machine, event.name)
        machine.host.throw(machine, token, node, event, heard)
    elif token.id in machine.state.tokens and not _propagate(
        machine, machine.state.scopes[token.scope], event
    ):
        machine.host.uncaught(machine, event)


def _hear(machine: Machine, signal: str) -> bool:
    """Let a signal happen wherever it is awaited now, before anything goes on; tell whether it was."""
    state, nodes = machine.state, machine.graph.nodes
    waiting = [(owner_of_scope(scope), element) for scope in state.scopes.values() for element in scope.armed]
    waiting += [(token.id, element) for token in state.tokens.values() for element in token.armed]
    heard = False
    for owner, element in waiting:
        awaited = any(one.trigger is Trigger.SIGNAL and one.name == signal for one in nodes[element].events)
        if awaited and element in state.armed(owner):
            happen(machine, owner, element, None)
            heard = True
    return heard


def raise_error(machine: Machine, token: Token, event: EventDef) -> None:
    """Throw an error from a token, which does not survive it; uncaught, it fails the instance."""
    scope = machine.state.scopes[token.scope]
    scopes.clear(machine, token)
    del machine.state.tokens[token.id]
    if not _propagate(machine, scope, event):
        scopes.fail(machine, event)


def propagate_from(machine: Machine, token: Token, event: EventDef) -> bool:
    """Offer an error or escalation to the boundary of a token's activity, then to the scopes around it."""
    node = machine.graph.nodes[token.node]
    if not token.inner and _at_boundary(machine, token, node, event):
        return True
    return _propagate(machine, machine.state.scopes[token.scope], event)


def _propagate(machine: Machine, scope: Scope, event: EventDef) -> bool:
    left = ""  #: the event sub-process the event comes from: it does not catch its own
    while True:
        definition = machine.graph.scopes.get(scope.element)
        if definition is not None and not scopes.is_iteration(machine.state, scope):
            subs = (sub.id for sub in definition.event_subs if sub.id != left)
            start = _catcher((machine.graph.scopes[sub].starts[0] for sub in subs), event)
            if start is not None:
                begin_event_sub(machine, scope, start, None)
                return True
        if scope.id == ROOT:
            return False
        owner = machine.state.tokens[scope.owner]
        node = machine.graph.nodes[owner.node]
        if not owner.inner and _at_boundary(machine, owner, node, event):
            return True
        left = node.id if node.kind is Kind.EVENT_SUB else ""
        scope = machine.state.scopes[owner.scope]


def _at_boundary(machine: Machine, token: Token, node: Node, event: EventDef) -> bool:
    boundary = _catcher(node.boundary, event)
    if boundary is not None:
        at_boundary(machine, token, boundary)
    return boundary is not None


def _catcher(nodes: Iterable[Node], event: EventDef) -> Node | None:
    """Return who catches an event: the one that names its code before one that catches all."""
    found: Node | None = None
    for node in nodes:
        for candidate in node.events:
            if candidate.trigger is event.trigger and candidate.name == event.name:
                return node
            if candidate.trigger is event.trigger and not candidate.name:
                found = found or node
    return found


def happen(machine: Machine, owner: int, element: str, values: Values | None) -> None:
    """Let a waiting event happen: catch, receive task, boundary, event gateway or event sub-process."""
    node = machine.graph.nodes.get(element)
    if owner < 0:
        scope = machine.state.scopes.get(-owner - 1)
        if scope is None or node is None or element not in scope.armed:
            raise IllegalState(detail="该事件已不在等待")
        begin_event_sub(machine, scope, node, values)
        return
    token = machine.state.tokens.get(owner)
    if token is None or node is None or element not in token.armed:
        raise IllegalState(detail="该事件已不在等待")
    machine.assign(token.scope, values)
    if node.kind is Kind.BOUNDARY:
        at_boundary(machine, token, node)
        return
    here = machine.graph.nodes[token.node]
    if here.kind is Kind.RECEIVE:
        token.armed.remove(element)
        machine.log.disarmed(token.id, node, True)
        activities.finish(machine, token, here)
        return
    disarm(machine, token, element)
    if here.kind is Kind.EVENT:
        gateways.chosen(machine, token, here, node)
    else:
        machine.leave(token, here)


def at_boundary(machine: Machine, token: Token, boundary: Node) -> None:
    """Leave an activity by its boundary event, or start a second token beside it."""
    if boundary.interrupting:
        scopes.clear(machine, token, fired=boundary.id)
        machine.unqueue(token)
        token.node = boundary.id
        token.round = 0
        machine.leave(token, boundary)
        return
    if boundary.id in token.armed and not _repeats(boundary):
        token.armed.remove(boundary.id)
        machine.log.disarmed(token.id, boundary, True)
    beside = Token(machine.state.number(), boundary.id, token.scope)
    machine.state.tokens[beside.id] = beside
    machine.leave(beside, boundary)


def exhaust(machine: Machine, owner: int, element: str) -> None:
    """Let a cycle that has had its last round wait no more, if it still does."""
    armed = machine.state.armed(owner)
    if element in armed:
        armed.remove(element)
        machine.log.disarmed(owner, machine.graph.nodes[element], True)


def _repeats(node: Node) -> bool:
    return all(e.timer is None or e.timer.kind is TimerKind.CYCLE for e in node.events)


def begin_event_sub(machine: Machine, scope: Scope, start: Node, values: Values | None) -> None:
    """Run an event sub-process in its scope, after cancelling the scope's tokens if it interrupts."""
    sub = machine.graph.nodes[start.scope]
    if start.interrupting:
        scopes.cancel_tokens(machine, scope)
        for element in scope.armed:
            machine.log.disarmed(owner_of_scope(scope), machine.graph.nodes[element], element == start.id)
        scope.armed = []
    elif start.id in scope.armed and not _repeats(start):
        scope.armed.remove(start.id)
        machine.log.disarmed(owner_of_scope(scope), start, True)
    token = Token(machine.state.number(), sub.id, scope.id)
    machine.state.tokens[token.id] = token
    inside = scopes.open_inside(machine, token, sub.id)
    machine.assign(inside.id, values)
    scopes.arm_event_subs(machine, inside)
    machine.spawn(start, inside.id)
