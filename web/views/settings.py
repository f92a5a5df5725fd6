"""What the office has decided, and why the default is what it is. For reading."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.context import ctx

views = Blueprint("settings", __name__, url_prefix="/settings")


@views.get("")
def index() -> str:
    """List the settings with their values."""
    context = ctx()
    library = context.app.library
    with context.app.read() as conn:
        values = context.app.settings(conn)
    return render_template("settings.html", settings=library.settings.values(), values=values,
                           calendar=context.calendar)  # fmt: skip
