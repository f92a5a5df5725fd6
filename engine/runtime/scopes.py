"""Scopes: opening, ending, cancelling, and the variables they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.graph import HUMAN, EventDef, Kind
from engine.runtime import activities, events
from engine.runtime.state import ROOT, Scope, State, Token

if TYPE_CHECKING:
    from engine.runtime.machine import Machine


def open_inside(machine: Machine, owner: Token, element: str) -> Scope:
    """Open the inside of a sub-process, with the data objects drawn in it: every run has its own."""
    return open_scope(machine, owner, element, dict.fromkeys(machine.graph.scopes[element].variables) or None)


def open_scope(
    machine: Machine, owner: Token, element: str, variables: dict[str, Any] | None = None
) -> Scope:
    """Open a scope for a token's activity."""
    scope = Scope(machine.state.number(), element, owner.id, variables)
    machine.state.scopes[scope.id] = scope
    return scope


def arm_event_subs(machine: Machine, scope: Scope) -> None:
    """Let the event sub-processes directly inside a scope wait for their events."""
    for sub in machine.graph.scopes[scope.element].event_subs:
        events.arm_start(machine, scope, machine.graph.scopes[sub.id].starts[0])


def consume(machine: Machine, token: Token) -> None:
    """Take a token off the diagram; the scope ends with its last one."""
    scope = machine.state.scopes[token.scope]
    del machine.state.tokens[token.id]
    _end_if_empty(machine, scope)


def _end_if_empty(machine: Machine, scope: Scope) -> None:
    if any(token.scope == scope.id for token in machine.state.tokens.values()):
        return
    events.disarm_scope(machine, scope)
    del machine.state.scopes[scope.id]
    if scope.id == ROOT:
        machine.over = True
        machine.log.finished(None)
        return
    owner = machine.state.tokens[scope.owner]
    node = machine.graph.nodes[owner.node]
    if owner.many is not None:
        activities.iteration_done(machine, owner, node, scope, owner.many)
    elif node.kind is Kind.EVENT_SUB:
        consume(machine, owner)
    else:
        activities.finish(machine, owner, node)


def terminate(machine: Machine, scope: Scope) -> None:
    """End a scope at once: its other tokens are cancelled."""
    cancel_tokens(machine, scope)
    _end_if_empty(machine, scope)


def fail(machine: Machine, event: EventDef) -> None:
    """End the instance by an error nobody caught, after offering it to the caller."""
    root = machine.state.scopes.get(ROOT)
    if root is not None:
        cancel(machine, root)
    machine.over = True
    machine.failed = True
    machine.host.uncaught(machine, event)
    machine.log.finished(event)


def cancel(machine: Machine, scope: Scope) -> None:
    """Cancel a scope and everything in it."""
    cancel_tokens(machine, scope)
    events.disarm_scope(machine, scope)
    del machine.state.scopes[scope.id]


def cancel_tokens(machine: Machine, scope: Scope) -> None:
    """Cancel every token of a scope."""
    for token in [t for t in machine.state.tokens.values() if t.scope == scope.id]:
        clear(machine, token)
        del machine.state.tokens[token.id]


def clear(machine: Machine, token: Token, fired: str = "") -> None:
    """Cancel what a token waits for: its events, its task, its scopes, its called process."""
    events.disarm(machine, token, fired)
    node = machine.graph.nodes[token.node]
    if node.kind in HUMAN and token.many is None and not _in_agenda(machine, token):
        machine.log.task_closed(token, node, False)
    if token.called:
        machine.host.uncall(machine, token)
        token.called = 0
    token.many = None
    for scope in [s for s in machine.state.scopes.values() if s.owner == token.id and s.id != ROOT]:
        cancel(machine, scope)


def _in_agenda(machine: Machine, token: Token) -> bool:
    """Tell whether a token has not entered its node yet, so that no task was opened for it."""
    return any(waiting is token for waiting in machine.agenda)


def is_iteration(state: State, scope: Scope) -> bool:
    """Tell whether a scope is one iteration of a multi-instance activity, not the activity's inside."""
    return scope.id != ROOT and state.tokens[scope.owner].many is not None


def around(machine: Machine, token: Token, element: str) -> Scope | None:
    """Return the scope of an element that a token lies in, directly or further out."""
    scope = machine.state.scopes[token.scope]
    while True:
        if scope.element == element and not is_iteration(machine.state, scope):
            return scope
        if scope.id == ROOT:
            return scope if scope.element == element else None
        scope = machine.state.scopes[machine.state.tokens[scope.owner].scope]


def climb(machine: Machine, token: Token, scope: Scope) -> Token:
    """Leave the scopes between a token and an outer scope; return the token that stands in the outer one."""
    while token.scope != scope.id:
        owner = machine.state.tokens[machine.state.scopes[token.scope].owner]
        token = owner
    clear(machine, token)
    return token


def locals_of(machine: Machine, scope_id: int) -> list[dict[str, Any]]:
    """Return the own variables of a scope and those around it, innermost first, the process excepted."""
    found: list[dict[str, Any]] = []
    scopes, tokens = machine.state.scopes, machine.state.tokens
    while scope_id != ROOT:
        scope = scopes[scope_id]
        if scope.vars is not None:
            found.append(scope.vars)
        scope_id = tokens[scope.owner].scope
    return found
