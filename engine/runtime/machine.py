"""The token machine: moves tokens until every one waits. One file a family of nodes stands beside it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import EngineFault, IllegalState
from engine.expressions import Expr, ExpressionError
from engine.graph import ACTIVITIES, HUMAN, EventDef, Flow, Graph, Kind, Node, Trigger
from engine.runtime import activities, events, gateways, scopes
from engine.runtime.host import Host, Log, Values
from engine.runtime.state import ROOT, Scope, State, Token

#: Moves one command may cause. Enough for any drawn process; an endless loop ends here.
BUDGET = 10_000

Entering = Callable[["Machine", Token, Node], None]

ENTER: Mapping[Kind, Entering] = {
    Kind.START: lambda m, t, n: m.leave(t, n),
    Kind.END: events.enter_end,
    Kind.THROW: events.enter_throw,
    Kind.CATCH: events.enter_catch,
    Kind.EXCLUSIVE: gateways.enter_exclusive,
    Kind.PARALLEL: gateways.enter_parallel,
    Kind.INCLUSIVE: gateways.enter_inclusive,
    Kind.EVENT: gateways.enter_event_based,
    **dict.fromkeys(ACTIVITIES, activities.enter),
}


class Machine:
    """Runs one instance. Not thread safe; made anew for every step."""

    __slots__ = ("agenda", "failed", "graph", "held", "host", "log", "over", "state", "steps")

    def __init__(self, graph: Graph, state: State, host: Host, log: Log) -> None:
        self.graph = graph
        self.state = state
        self.host = host
        self.log = log
        self.agenda: deque[Token] = deque()
        self.steps = 0
        self.over = ROOT not in state.scopes and bool(state.last)
        self.failed = False
        #: tokens stand still until a caller has heard an escalation, which may cancel them
        self.held = False

    # what may be asked from outside

    def start(self, start_id: str | None = None, values: Values | None = None) -> None:
        """Begin at a start event (the none start by default) and run to the first wait."""
        root = self.graph.root
        node = self.graph.nodes[start_id] if start_id else root.none_start()
        if node is None:
            raise IllegalState(detail="没有可用的开始事件")
        self.state.last = max(self.state.last, 1)
        self.state.scopes[ROOT] = Scope(ROOT, self.graph.process_id, 0)
        if values:
            self.state.vars.update(values)
        scopes.arm_event_subs(self, self.state.scopes[ROOT])
        self.spawn(node, ROOT)
        self.run()

    def complete(self, token_id: int, values: Values | None = None) -> None:
        """Complete the user task a token waits at; raise IllegalState when it waits at none."""
        token = self.state.tokens.get(token_id)
        node = self.graph.nodes[token.node] if token else None
        if token is None or node is None or node.kind not in HUMAN or token.many is not None:
            raise IllegalState(detail="该环节已不在办理")
        self.assign(token.scope, values)
        self.log.task_closed(token, node, True)
        activities.finish(self, token, node)
        self.run()

    def trigger(self, owner: int, element: str, values: Values | None = None, last: bool = False) -> None:
        """Let a waiting event happen, for the last time or not; raise IllegalState when it does not wait."""
        events.happen(self, owner, element, values)
        if last:
            events.exhaust(self, owner, element)
        self.run()

    def returned(self, token_id: int, values: Values | None = None) -> None:
        """Take the answer of a called process."""
        token = self.state.tokens.get(token_id)
        if token is None or not token.called:
            raise IllegalState(detail="调用方已不在等待")
        token.called = 0
        self.assign(token.scope, values)
        activities.finish(self, token, self.graph.nodes[token.node])
        self.run()

    def raised(self, token_id: int, event: EventDef) -> bool:
        """Offer an error or escalation of a called process to the events around the call activity.

        An error that nobody here catches fails this instance too; both go on to its own caller.
        """
        token = self.state.tokens.get(token_id)
        if token is None:
            return False
        caught = events.propagate_from(self, token, event)
        if not caught:
            if event.trigger is Trigger.ERROR:
                scopes.fail(self, event)
            else:
                self.host.uncaught(self, event)
        self.run()
        return caught

    def move(self, token_id: int, target_id: str) -> None:
        """Take a waiting token to another node of its scope or of one around it (sending back, by hand)."""
        token = self.state.tokens.get(token_id)
        target = self.graph.nodes.get(target_id)
        if token is None or target is None:
            raise IllegalState(detail="没有这个环节")
        scope = scopes.around(self, token, target.scope)
        if scope is None:
            raise IllegalState(detail="目标环节不在同一层级")
        if scope.id != token.scope:
            token = scopes.climb(self, token, scope)
        else:
            scopes.clear(self, token)
        token.round = 0
        token.via = ""
        self.go(token, target)
        self.run()

    def cancel(self) -> None:
        """Cancel everything that waits; nothing goes on."""
        root = self.state.scopes.get(ROOT)
        if root is not None:
            scopes.cancel(self, root)
        self.over = True

    def resume(self) -> None:
        """Go on after an escalation that left this instance alone."""
        self.held = False
        self.run()

    # what the families of nodes use

    def spawn(self, node: Node, scope: int, via: str = "") -> Token:
        """Put a new token on a node."""
        token = Token(self.state.number(), node.id, scope, via)
        self.state.tokens[token.id] = token
        self.agenda.append(token)
        return token

    def go(self, token: Token, node: Node, via: str = "") -> None:
        """Move a token to a node."""
        token.node = node.id
        token.via = via
        self.agenda.append(token)

    def unqueue(self, token: Token) -> None:
        """Take back a token that was to enter its node, such as for the next round of a loop."""
        self.agenda = deque(waiting for waiting in self.agenda if waiting is not token)

    def leave(self, token: Token, node: Node) -> None:
        """Take the outgoing flows of a node that is done: all without a condition or with a true one."""
        out = node.outgoing
        if len(out) == 1 and out[0].condition is None:
            self.take(token, out[0])
        elif not out:
            scopes.consume(self, token)
        else:
            self.split(token, node, gateways.true_flows(self, token, node))

    def split(self, token: Token, node: Node, flows: list[Flow]) -> None:
        """Send a token down the first flow and new ones down the others."""
        scope = token.scope
        for flow in flows[1:]:
            fresh = Token(self.state.number(), node.id, scope)
            self.state.tokens[fresh.id] = fresh
            self.take(fresh, flow)
        self.take(token, flows[0])

    def take(self, token: Token, flow: Flow) -> None:
        """Move a token along a sequence flow."""
        self.log.took(flow.id)
        self.go(token, self.graph.nodes[flow.target], flow.id)

    def run(self) -> None:
        """Move tokens until every one waits; raise EngineFault when the budget is used up."""
        nodes, tokens = self.graph.nodes, self.state.tokens
        while not self.held:
            while self.agenda and not self.held:
                token = self.agenda.popleft()
                if tokens.get(token.id) is not token:
                    continue
                self.steps += 1
                node = nodes[token.node]
                if self.steps > BUDGET:
                    raise EngineFault(element=node.name or node.id, detail="步骤过多，可能是死循环")
                ENTER[node.kind](self, token, node)
            if self.held or self.over or not gateways.fire_inclusive(self):
                return

    # variables

    def names(self, scope_id: int, extra: Values | None = None) -> dict[str, Any]:
        """Return the variables an expression in a scope sees; declared ones that are not set are None."""
        seen: dict[str, Any] = dict.fromkeys(self.graph.variables)
        seen.update(self.state.vars)
        local = scopes.locals_of(self, scope_id)
        for layer in reversed(local):
            seen.update(layer)
        if extra:
            seen.update(extra)
        return seen

    def assign(self, scope_id: int, values: Values | None) -> None:
        """Set variables, each in the nearest scope that has it as its own, or else in the process."""
        if not values:
            return
        local = scopes.locals_of(self, scope_id)
        for name, value in values.items():
            next((layer for layer in local if name in layer), self.state.vars)[name] = value

    def evaluate(self, expr: Expr, token: Token, node: Node, extra: Values | None = None) -> Any:
        """Evaluate an expression at a token; raise EngineFault naming the element when it fails."""
        try:
            functions = self.host.functions(self, node) if expr.calls else {}
            return expr(self.names(token.scope, extra), functions)
        except ExpressionError as error:
            raise EngineFault(
                element=node.name or node.id, element_id=node.id, detail=error.sentence("zh")
            ) from error

    def holds(self, condition: Expr, token: Token, node: Node, extra: Values | None = None) -> bool:
        """Tell whether a condition is true; null is not. Raise EngineFault for a text, number or list."""
        value = self.evaluate(condition, token, node, extra)
        if value is not None and not isinstance(value, bool):
            detail = f"条件“{condition.text}”没有给出“是”或“否”"
            raise EngineFault(element=node.name or node.id, element_id=node.id, detail=detail)
        return bool(value)

    def rounds_over(self, token: Token, node: Node, many: Mapping[str, Any], counters: Values) -> bool:
        """Tell whether a multi-instance activity is over: all are done, or enough as its condition says."""
        enough = None if node.multi is None else node.multi.completion
        if enough is not None and self.holds(enough, token, node, counters):
            return True
        return bool(many["done"] == many["total"])
