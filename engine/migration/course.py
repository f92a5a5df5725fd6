"""What a plan means for one instance: the place of each of its tokens and scopes, or why it cannot be."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.compile.reach import behind
from engine.graph import Node
from engine.live import Live
from engine.migration.place import JOINS, How, Place, is_join
from engine.migration.plan import Plan
from engine.migration.said import NotMigratable, Said, named
from engine.migration.standing import Standing
from engine.runtime.state import ROOT, Scope, State, Token


@dataclass
class Course:
    """What becomes of every token that is not given up with the sub-process around it."""

    places: dict[int, Place] = field(default_factory=dict)
    #: flow by which a token that waits at a join counts as come
    via: dict[int, str] = field(default_factory=dict)
    #: element of the old version on which a token stands, and that of a scope
    stood: dict[int, str] = field(default_factory=dict)
    scopes: dict[int, str] = field(default_factory=dict)

    def tokens(self, how: How) -> list[int]:
        """Return the tokens of which something becomes, in the order of their numbers."""
        return sorted(token for token, place in self.places.items() if place.how is how)


def chart(plan: Plan, live: Live) -> Course:
    """Return the course of an instance; raise NotMigratable with every reason."""
    course, reasons = Course(), []
    state = live.state
    course.stood = {token.id: token.node for token in state.tokens.values()}
    course.scopes = {scope.id: scope.element for scope in state.scopes.values()}
    for token in state.tokens.values():
        place = plan.places.of(token.node)
        if not _given_up(plan, state, token):
            course.places[token.id] = place
            if place.why is not None:
                reasons.append(place.why)
    reasons += _joins(plan, state, course)
    reasons += _ends(plan, state, course)
    if not reasons:
        reasons += _former_joins(plan, state, course)
        reasons += _starving(plan, state, course)
    if live.status == "suspended" and _goes_on(plan, state, course):
        zh, en = (
            "流程已挂起，而迁移会移动环节；请先恢复。",
            "It is suspended and would move; resume it first.",
        )
        reasons.append(Said("", zh, en))
    if reasons:
        raise NotMigratable(list(dict.fromkeys(reasons)))
    return course


def _goes_on(plan: Plan, state: State, course: Course) -> bool:
    """Tell whether something would be done beside going on waiting."""
    for token_id, place in course.places.items():
        if place.how in (How.MOVES, How.ENDS):
            return True
        old = plan.old.graph.nodes[state.tokens[token_id].node]
        if place.node is not None and is_join(old) and len(old.incoming) != len(place.node.incoming):
            return True
    return False


def owners(state: State, token: Token) -> list[Token]:
    """Return the tokens whose activities a token lies in, the innermost first."""
    found = []
    scope = state.scopes[token.scope]
    while scope.id != ROOT:
        owner = state.tokens[scope.owner]
        found.append(owner)
        scope = state.scopes[owner.scope]
    return found


def _given_up(plan: Plan, state: State, token: Token) -> bool:
    """Tell whether a token goes away with an activity around it that is moved or ended."""
    around = (plan.places.of(owner.node).how for owner in owners(state, token))
    return any(how in (How.MOVES, How.ENDS) for how in around)


def _joins(plan: Plan, state: State, course: Course) -> list[Said]:
    """Find the flow by which each token at a join counts as come; each flow brings one."""
    reasons = []
    taken: set[tuple[int, str, str]] = set()
    for token_id, place in course.places.items():
        token, join = state.tokens[token_id], place.node
        if join is None or not is_join(join):
            continue
        via: str | None = place.via
        if place.how is How.STAYS:
            if not token.via:
                continue
            via = plan.places.flow(token.via, join)
        spot = (kept_scope(plan, state, state.scopes[token.scope]).id, join.id, via or "")
        if not via or spot in taken:
            reasons.append(Said(
                token.node,
                f"看不出案件经哪条分支到{named(join)}，请在方案中为连线“{token.via}”选定对应的连线。",
                f"It is not clear by which branch it came to {named(join)}; map the flow “{token.via}”.",
            ))  # fmt: skip
            continue
        taken.add(spot)
        course.via[token_id] = via
    return reasons


def _former_joins(plan: Plan, state: State, course: Course) -> list[Said]:
    """A join that waits for nobody any more lets its token go on, if no other one comes after it."""
    reasons = []
    for token_id in course.tokens(How.STAYS):
        token, node = state.tokens[token_id], course.places[token_id].node
        if node is None or node.kind not in JOINS or is_join(node):
            continue
        others = [
            place.node.id for other, place in course.places.items()
            if other != token_id and place.node is not None and state.tokens[other].scope == token.scope
        ]  # fmt: skip
        leads = {name for flow in node.incoming for name in behind(flow, node, plan.new.graph.nodes)}
        if any(other == node.id or other in leads for other in others):
            reasons.append(Said(
                node.id,
                f"{named(node)}在新版本中不再汇合，案件的另一条分支还会再走一遍；请等两条分支都到了再迁移。",
                f"{named(node)} joins no more; the other branch of this case would run the rest again.",
            ))  # fmt: skip
    return reasons


def _ends(plan: Plan, state: State, course: Course) -> list[Said]:
    """A branch may end by a migration; the last one of a scope may not."""
    reasons = []
    for token_id in course.tokens(How.ENDS):
        token = state.tokens[token_id]
        others = [t for t in state.tokens.values() if t.scope == token.scope and t.id in course.places]
        if all(course.places[t.id].how is How.ENDS for t in others) or token.inner:
            node = plan.old.graph.nodes[token.node]
            reasons.append(Said(
                node.id, f"{named(node)}是案件在这里唯一的环节，不能“不再办理”，请另选去处。",
                f"{named(node)} is the only step the case stands on here; choose where it goes.",
            ))  # fmt: skip
    return reasons


def kept_scope(plan: Plan, state: State, scope: Scope) -> Scope:
    """Return the innermost scope around one that is there after the migration, itself included."""
    while scope.id != ROOT:
        owner = state.tokens[scope.owner]
        if plan.places.of(owner.node).how is not How.DISSOLVES:
            return scope
        scope = state.scopes[owner.scope]
    return scope


def _starving(plan: Plan, state: State, course: Course) -> list[Said]:
    """Name the joins that would wait for ever: a branch they need was never begun in this instance.

    Where that was so before (a step moved by hand), the migration makes it no worse.
    """
    before, after = Standing(plan.old.graph), Standing(plan.new.graph)
    for token in state.tokens.values():
        before.add(token.scope, token.node, token.via)
    for token_id, place in course.places.items():
        if place.node is not None:
            token = state.tokens[token_id]
            kept = kept_scope(plan, state, state.scopes[token.scope])
            after.add(kept.id, place.node.id, course.via.get(token_id, ""))
    known = {plan.places.mapping.get(join.id, join.id) for join, _flow in before.starving()}
    return [
        _unfed(join, plan.new.graph.nodes[flow.source])
        for join, flow in after.starving()
        if join.id not in known
    ]


def _unfed(join: Node, branch: Node) -> Said:
    return Said(
        join.id,
        f"案件已经过了分叉，没有走新版本多出来的那条分支（到{named(branch)}为止），迁过去会在{named(join)}"
        f"一直等它；请留在原版本办理，等案件过了{named(join)}再迁移。",
        f"The case is past the fork and never began the branch that the new version adds (it ends with"
        f" {named(branch)}); {named(join)} would wait for it for ever. Let it go on under its version and"
        f" migrate it once it is past {named(join)}.",
    )
