"""Who is logged in, whose logins fail, and how lately: for the security administrator."""

from __future__ import annotations

from flask import Blueprint, render_template

from engine.clock import to_us
from tasks.office_trail import ACCESS
from tasks.queries import accounts, office_trail
from web import query
from web.adminview import require
from web.context import ctx
from web.officewords import lines

views = Blueprint("access", __name__, url_prefix="/access")
_KINDS = ("LoginFailed", "AccessDenied")


@views.get("")
def index() -> str:
    """Show locks, sessions, and the latest failed logins and denials."""
    require("view_access")
    context = ctx()
    now = to_us(context.now)
    beyond = query.number("beyond")
    with context.app.read() as conn:
        locks, sessions = accounts.locks(conn, now), accounts.sessions(conn, now)
        rows = office_trail.page(conn, ACCESS, office_trail.Search(kinds=_KINDS), beyond)
    more = rows[-1].seq if len(rows) == office_trail.PAGE else None
    return render_template(
        "access.html", locks=locks, sessions=sessions, events=lines(context, rows), more=more, paged=beyond
    )
