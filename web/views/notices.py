"""What the product tells a person."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from engine.clock import to_us
from tasks.queries import office
from web import query
from web.context import ctx
from web.going import go
from web.numbers import whole

views = Blueprint("notices", __name__, url_prefix="/notices")


@views.get("")
def index() -> str:
    """List notices, unread ones first of all."""
    context = ctx()
    every = query.flag("all")
    with context.app.read() as conn:
        rows = office.notices(conn, context.user_id, unread=not every)
    return render_template("notices.html", rows=rows, every=every)


@views.post("/read")
def read() -> Response:
    """Mark one notice, or all, as read."""
    context = ctx()
    one = request.form.get("notice", type=whole)
    with context.app.db.transaction() as conn:
        office.mark_read(conn, context.user_id, to_us(context.now), one)
    return go("/notices")
