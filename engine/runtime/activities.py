"""Activities: tasks, sub-processes and calls, with loops and multi-instance around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import EngineFault
from engine.graph import EventDef, Kind, MultiInstance, Node, StandardLoop, Trigger
from engine.runtime import events, scopes
from engine.runtime.host import BusinessError
from engine.runtime.state import Scope, Token

if TYPE_CHECKING:
    from engine.runtime.machine import Machine

#: Items a multi-instance activity may have at most.
MOST_ITEMS = 10_000


def enter(machine: Machine, token: Token, node: Node) -> None:
    """Begin an activity: its boundary events wait, then it runs once, in rounds, or many times."""
    if token.inner:
        _perform(machine, token, node)
        return
    if token.round == 0:
        for boundary in node.boundary:
            events.arm(machine, token, boundary)
    if node.multi is not None:
        _begin_many(machine, token, node, node.multi)
    elif node.loop is not None and node.loop.test_before and not _again(machine, token, node, node.loop):
        _leave(machine, token, node)
    else:
        _perform(machine, token, node)


def _perform(machine: Machine, token: Token, node: Node) -> None:
    kind = node.kind
    if kind is Kind.USER or kind is Kind.MANUAL:
        machine.log.task_opened(token, node)
    elif kind is Kind.SUB:
        scope = scopes.open_inside(machine, token, node.id)
        scopes.arm_event_subs(machine, scope)
        start = machine.graph.scopes[node.id].none_start()
        if start is None:
            raise EngineFault(element=node.name or node.id, detail="子流程没有开始事件")
        machine.spawn(start, scope.id)
    elif kind is Kind.CALL:
        token.called = machine.host.call(machine, token, node)
    elif kind is Kind.RECEIVE:
        events.arm(machine, token, node)
    else:
        _automatic(machine, token, node)


def _automatic(machine: Machine, token: Token, node: Node) -> None:
    try:
        if node.kind is Kind.SEND:
            for event in node.events:
                events.throw(machine, token, node, event)
            values = None
        elif node.kind is Kind.RULE:
            values = machine.host.decide(machine, token, node)
        else:
            values = machine.host.service(machine, token, node)
    except BusinessError as error:
        event = EventDef(Trigger.ERROR, error.code)
        if not events.propagate_from(machine, token, event):
            scopes.fail(machine, event)
        return
    machine.assign(token.scope, values)
    finish(machine, token, node)


def finish(machine: Machine, token: Token, node: Node) -> None:
    """End one run of an activity: go to the next round or iteration, or leave it."""
    if token.inner:
        scopes.consume(machine, token)
    elif node.loop is not None:
        token.round += 1
        if _again(machine, token, node, node.loop):
            machine.agenda.append(token)
        else:
            _leave(machine, token, node)
    else:
        _leave(machine, token, node)


def _leave(machine: Machine, token: Token, node: Node) -> None:
    events.disarm(machine, token)
    token.round = 0
    machine.leave(token, node)


def _again(machine: Machine, token: Token, node: Node, loop: StandardLoop) -> bool:
    if loop.maximum is not None and token.round >= loop.maximum:
        return False
    if loop.condition is None:
        return True
    return machine.holds(loop.condition, token, node, {"loopCounter": token.round})


def _begin_many(machine: Machine, token: Token, node: Node, multi: MultiInstance) -> None:
    items = _items(machine, token, node, multi)
    if not items:
        _leave(machine, token, node)
        return
    token.many = {"total": len(items), "done": 0, "next": 0, "items": items}
    for _ in items[:1] if multi.sequential else items:
        _iterate(machine, token, node, multi, token.many)


def _items(machine: Machine, token: Token, node: Node, multi: MultiInstance) -> list[Any]:
    name = node.name or node.id
    if multi.collection is not None:
        items = machine.evaluate(multi.collection, token, node)
        if not isinstance(items, list | tuple):
            raise EngineFault(element=name, element_id=node.id, detail="多实例的集合不是列表")
        items = list(items)
    else:
        count = machine.evaluate(multi.cardinality, token, node) if multi.cardinality else 0
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise EngineFault(element=name, element_id=node.id, detail="多实例的数量不是非负整数")
        items = list(range(min(count, MOST_ITEMS + 1)))
    if len(items) > MOST_ITEMS:
        raise EngineFault(element=name, element_id=node.id, detail=f"多实例超过{MOST_ITEMS}项")
    return items


def _iterate(machine: Machine, token: Token, node: Node, multi: MultiInstance, many: dict[str, Any]) -> None:
    index = many["next"]
    many["next"] = index + 1
    variables = {"loopCounter": index + 1}
    if multi.item:
        variables[multi.item] = many["items"][index]
    scope = scopes.open_scope(machine, token, node.id, variables)
    inner = machine.spawn(node, scope.id)
    inner.inner = True


def iteration_done(machine: Machine, token: Token, node: Node, scope: Scope, many: dict[str, Any]) -> None:
    """Count a finished iteration; start the next, or leave when all are done or enough are."""
    multi = node.multi
    if multi is None:
        raise EngineFault(element=node.name or node.id, element_id=node.id, detail="该环节已不是多实例")
    many["done"] += 1
    counters = {
        **(scope.vars or {}),
        "numberOfInstances": many["total"],
        "numberOfCompletedInstances": many["done"],
        "numberOfActiveInstances": many["next"] - many["done"],
        "numberOfTerminatedInstances": 0,
    }
    if machine.rounds_over(token, node, many, counters):
        for open_scope in [s for s in machine.state.scopes.values() if s.owner == token.id]:
            scopes.cancel(machine, open_scope)
        token.many = None
        _leave(machine, token, node)
    elif multi.sequential:
        _iterate(machine, token, node, multi, many)
