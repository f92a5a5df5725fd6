"""A clause in its document with where it is done; and all of them, with what is still open."""

from __future__ import annotations

from flask import Blueprint, render_template

from tasks.queries import studio
from tasks.readings import DECIDED, readings
from tasks.traceability import Trace, trace
from tasks.traceability.report import STATES, counts
from web import clauses as policy
from web import query
from web.context import ctx

views = Blueprint("clauses", __name__, url_prefix="/clauses")
#: Lists a reader may keep to: clauses by their state, deadline rules, places that rest on nothing.
LISTS = ("missing", "planned", "placed", "reason", "deadlines", "readings", "unfounded")


def _trace() -> Trace:
    return trace(ctx().app.library.shipped)


@views.get("")
def index() -> str:
    """Show how many clauses have a place or a reason, and the list that is asked for."""
    found = _trace()
    which = query.one_of("list", LISTS, "missing")
    seed = query.one_of("seed", {one.seed for one in found.clauses})
    rows = [one for one in found.clauses if one.state == which and (not seed or one.seed == seed)]
    required = found.required
    return render_template(
        "coverage.html", trace=found, which=which, lists=LISTS, seed=seed, rows=rows, states=STATES,
        table=counts(found.clauses), required=len(required), done=sum(one.answered for one in required),
        seeds=sorted({one.seed for one in found.clauses}),
        exercised=sum(bool(one.scenarios) for one in found.deadlines),
        asked=sum(not one.reason for one in found.deadlines), decided=DECIDED,
        readings=readings(ctx().app.library.shipped).values(),
    )  # fmt: skip


@views.get("/<clause_id>")
def show(clause_id: str) -> str:
    """Show a clause, the passage around it, the steps that rest on it, and where else it is done."""
    context = ctx()
    found = policy.clause(clause_id)
    traced = next((one for one in _trace().clauses if one.id == clause_id), None)
    named = {place.name for place in traced.places if place.kind == "element"} if traced else set()
    with context.app.read() as conn:
        active = [one for one in studio.versions(conn) if one.status == "active"]
    steps = [
        (one, node)
        for one in active
        for node in context.graph(one.id).nodes.values()
        if clause_id in node.attr_list("clauses") or node.id in named
    ]
    others = [place for place in traced.places if place.kind != "element"] if traced else []
    return render_template(
        "clause.html", clause=found, passage=policy.passage(found), steps=steps, traced=traced, others=others
    )
