"""Matters: the list, searched, and the page of one with its diagram, history and tasks."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from engine.clock import to_us
from tasks import people
from tasks.access import allowed
from tasks.queries import areas, matters
from tasks.queries.scope import reading_areas
from tasks.store.conn import Connection
from web import matterwords, query
from web.context import Ctx, ctx
from web.eventwords import QUIET
from web.matterview import load_matter
from web.views.offices import tabs
from web.words import process_id, process_name

views = Blueprint("matters", __name__)
#: Processes that are about a matter.
PROCESSES = ("P01", "P08", "P12", "P14", "P15", "P16", "P17", "P18", "P19", "P20",
             "P22", "P23")  # fmt: skip
_EVENTS = 30
_STATES = {"open": True, "over": False}
_FOUND = 50


@views.get("/office/matters")
def index() -> str:
    """Show the matters of the reader's offices."""
    context = ctx()
    known, state = query.one_of("process", PROCESSES), query.one_of("state", _STATES)
    text = request.args.get("q", "")[:60].strip()
    reading = reading_areas(context.actor)
    before = query.number("before")
    with context.app.read() as conn:
        wanted = _wanted(context, conn, text, reading) if text else None
        rows = matters.page(conn, reading, known, _STATES.get(state), wanted, before, matters.PAGE + 1)
        about = matterwords.about(context, conn, [one.matter for one in rows])
        names = areas.unit_names(conn, [one.area for one in rows])
        late = matters.overdue(conn, [one.trail_id for one in rows], to_us(context.now))
    more, rows = len(rows) > matters.PAGE, rows[: matters.PAGE]
    named = [(code, process_name(process_id(code), context.lang)) for code in PROCESSES]
    return render_template(
        "matters.html", rows=rows, about=about, late=late, names=names, processes=named, process=known,
        state=state, q=text, next_before=rows[-1].instance_id if more else None, tabs=tabs(context),
        here_tab="matters",
    )  # fmt: skip


def _wanted(context: Ctx, conn: Connection, text: str, reading: list[str]) -> list[str]:
    """Return the matters a search means: a complaint's number, else those of people found."""
    numbered = matters.found_by_number(conn, text)
    found = people.search(conn, context.app.keys, text, reading, _FOUND)
    return [*numbered, *(matters.of_persons(conn, [row["id"] for row in found]) if found else ())]


@views.get("/matters/<int:trail_id>")
def show(trail_id: int) -> str:
    """Show a matter."""
    context = ctx()
    beyond, detailed = query.number("beyond"), query.flag("detail")
    page = load_matter(context, trail_id, beyond, () if detailed else tuple(QUIET), _EVENTS)
    older = page.events[-1].seq if len(page.events) == _EVENTS else None
    return render_template(
        "matter.html", page=page, head=page.head, about=page.card.about, older=older, beyond=beyond,
        detailed=detailed, supervises=allowed(context.actor, "suspend", page.subject), tabs=tabs(context),
        here_tab="matters",
    )  # fmt: skip
