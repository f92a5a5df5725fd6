"""A clause in its document."""

from __future__ import annotations

from flask import Blueprint, render_template

from tasks.queries import studio
from web import clauses as policy
from web.context import ctx

views = Blueprint("clauses", __name__, url_prefix="/clauses")


@views.get("/<clause_id>")
def show(clause_id: str) -> str:
    """Show a clause, the passage around it, and the steps that rest on it."""
    context = ctx()
    found = policy.clause(clause_id)
    with context.app.read() as conn:
        active = [one for one in studio.versions(conn) if one.status == "active"]
    steps = [
        (one, node)
        for one in active
        for node in context.graph(one.id).nodes.values()
        if clause_id in node.attr_list("clauses")
    ]
    return render_template("clause.html", clause=found, passage=policy.passage(found), steps=steps)
