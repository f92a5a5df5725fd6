"""What failed and waits for a person."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from tasks import commands
from tasks.queries import office
from web import query
from web.context import ctx
from web.going import go

views = Blueprint("incidents", __name__, url_prefix="/incidents")


@views.get("")
def index() -> str:
    """List the open incidents of the reader's area, or those resolved lately."""
    context = ctx()
    state = query.one_of("state", ("open", "resolved"), "open")
    operator = "system_admin" in context.actor.roles
    areas = None if operator else list(context.actor.areas("supervisor"))
    with context.app.read() as conn:
        rows = office.incidents(conn, areas, state=state)
    supervisor = "supervisor" in context.actor.roles
    return render_template("incidents.html", rows=rows, state=state, may_open=supervisor)


@views.post("/<int:incident_id>/retry")
def retry(incident_id: int) -> Response:
    """Try again what failed."""
    context = ctx()
    key = context.command_key(request.form.get("_key", ""), f"retry:{incident_id}")
    context.app.do(commands.RetryIncident(incident_id), context.actor, key)
    return go("/incidents", "retried")
