"""The trail of administrators' and users' acts, for the audit administrator: searched, read, proved."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from engine.verify import Report
from tasks.office_trail import ACCESS, ADMINISTRATION
from tasks.queries import office_trail
from tasks.queries.office_trail import Search
from tasks.queries.proof import prove
from web import query
from web.adminview import require
from web.context import ctx
from web.officewords import lines

views = Blueprint("office_trail", __name__, url_prefix="/trail")
TRAILS = {"administration": ADMINISTRATION, "access": ACCESS}
TABS = (*TRAILS, "releases")


@views.get("")
def index() -> str:
    """Show one page of a trail, the newest first."""
    return _page(None)


@views.post("/verify")
def verify() -> str:
    """Prove the chains of the office's trails and of the releases, and show the result."""
    require("view_office_trail")
    context = ctx()
    with context.app.read() as conn:
        trails = (*TRAILS.values(), *office_trail.process_trails(conn))
        found = Report()
        for trail in trails:
            report = prove(conn, context.app.keys, context.config.checkpoints, trail)
            found.trails += report.trails
            found.events += report.events
            found.faults += report.faults
    return _page(found)


def _page(result: Report | None) -> str:
    require("view_office_trail")
    context = ctx()
    ask = request.values
    tab = query.one_of("of", TABS, TABS[0], ask)
    search = Search(ask.get("q", "").strip()[:60], query.day("from", ask), query.day("to", ask))
    beyond = query.number("beyond")
    with context.app.read() as conn:
        if tab == "releases":
            rows = office_trail.releases(conn, search)
        else:
            rows = office_trail.page(conn, TRAILS[tab], search, beyond)
    more = rows[-1].seq if tab in TRAILS and len(rows) == office_trail.PAGE else None
    given = {
        "of": tab, "q": search.text, "from": (search.first and search.first.isoformat()) or "",
        "to": (search.last and search.last.isoformat()) or "",
    }  # fmt: skip
    kept = {name: value for name, value in given.items() if value}
    return render_template(
        "office_trail.html", tab=tab, tabs=TABS, given=given, result=result, more=more, paged=beyond,
        turned=bool(search.first and search.last and search.first > search.last),
        events=lines(context, rows), desk=TRAILS.get(tab) if rows else None,
        query=urlencode(kept), tab_query=urlencode({k: v for k, v in kept.items() if k != "of"}),
    )  # fmt: skip
