"""The first page: wherever the day's work of a role begins."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from web.context import ctx
from web.nav import first_page

views = Blueprint("home", __name__)


@views.get("/")
def start() -> Response:
    """Send people to their work."""
    return redirect(first_page(ctx()), 303)
