"""What failed and waits for a person."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import EngineFault
from engine.expressions import ExpressionError
from tasks import commands
from tasks.queries import office
from tasks.retries import NotRetried
from web import query
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go
from web.views.task import refused_at

views = Blueprint("incidents", __name__, url_prefix="/incidents")
#: How a try ended -> the sentence that the next page says.
_SAID = {"completed": "retry_completed", "over": "retry_over", "closed": "retry_closed"}


@views.get("")
def index() -> str:
    """List the open incidents of the reader's area, or those resolved lately."""
    return _page(ctx(), query.one_of("state", ("open", "resolved"), "open"))


def _page(context: Ctx, state: str, sentence: str = "") -> str:
    operator = "system_admin" in context.actor.roles
    areas = None if operator else list(context.actor.areas("supervisor"))
    with context.app.read() as conn:
        rows = office.incidents(conn, areas, state=state)
    supervisor = "supervisor" in context.actor.roles
    return render_template("incidents.html", rows=rows, state=state, may_open=supervisor, sentence=sentence)


@views.post("/<int:incident_id>/retry")
def retry(incident_id: int) -> Response:
    """Try again what failed; where that cannot be, show the task and say so."""
    context = ctx()
    key = context.command_key(request.form.get("_key", ""), f"retry:{incident_id}")
    try:
        done = context.app.do(commands.RetryIncident(incident_id), context.actor, key)
    except NotRetried as refusal:
        return refused_at(context, int(refusal.data["task_id"]), refusal)
    except (EngineFault, ExpressionError) as fault:
        sentence = context.t("incident.stays", why=fault.sentence(context.lang))
        return make_response(_page(context, "open", sentence), status_of(fault))
    return go("/incidents", _SAID.get(str(done.extra.get("outcome")), "retried"))
