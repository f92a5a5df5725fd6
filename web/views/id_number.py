"""Shows a whole identity number to whoever says why (SEC-P2); the answer to a form, never to an address."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import FormInvalid, NotFound
from tasks import privacy
from tasks.queries import person_page
from web.context import ctx
from web.errors import status_of

views = Blueprint("id_number", __name__, url_prefix="/people")


@views.post("/<int:person_id>/id-number")
def show(person_id: int) -> Response:
    """Show the whole number in the place of the masked one, or on a page of its own without scripts."""
    context = ctx()
    reason = request.form.get("reason") or request.form.get("other", "")
    with context.app.read() as conn:
        head = person_page.person_head(conn, person_id)
    if head is None:
        raise NotFound
    shown = {"person_id": person_id, "covered": head.id_masked, "reason": reason, "number": "", "problem": "",
             "back": f"/people/{person_id}"}  # fmt: skip
    status = 200
    try:
        key = context.command_key(request.form.get("_key", ""), f"id:{person_id}:{reason}")
        shown["number"] = privacy.show_id_number(context.app, context.actor, person_id, reason, key)
    except FormInvalid as refusal:
        shown["problem"] = refusal.problems[0][1 if context.lang == "zh" else 2]
        status = status_of(refusal)
    part = "_part" if request.headers.get("HX-Request") else "_page"
    return make_response(render_template(f"id_number{part}.html", **shown), status)
