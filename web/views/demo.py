"""Moves the demo's clock forward. There is no such clock outside the demo."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, request
from werkzeug.wrappers import Response

from engine.clock import SHANGHAI
from engine.errors import FormInvalid, NotFound
from web.context import ctx, the_app
from web.going import go, ours
from web.numbers import whole

views = Blueprint("demo", __name__, url_prefix="/demo")
_FURTHEST = timedelta(days=400)


@views.post("/shift")
def shift() -> Response:
    """Move the clock to a later moment; everything due on the way happens."""
    context = ctx()
    demo = the_app().demo
    if demo is None:
        raise NotFound
    demo.shift_to(_wanted(context.now))
    return go(ours(request.form.get("back")), "shifted")


def _wanted(now: datetime) -> datetime:
    days = request.form.get("days", 0, type=whole)
    if days:
        return now + timedelta(days=min(max(days, 1), _FURTHEST.days))
    try:
        to = datetime.fromisoformat(request.form.get("to", "")).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise _refused() from None
    if not now <= to <= now + _FURTHEST:
        raise _refused()
    return to


def _refused() -> FormInvalid:
    t = ctx().t
    return FormInvalid([("to", t("demo.bad"), t("demo.bad"))])
