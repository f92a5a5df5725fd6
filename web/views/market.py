"""The vacancies of the district, and the file of each employer: needs, promise, referrals."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from engine.errors import NotFound
from tasks.queries import areas, market_page
from tasks.vacancies import SOURCES, TAGS
from web import query
from web.context import Ctx, ctx
from web.views.offices import tabs

views = Blueprint("market", __name__, url_prefix="/office/market")
_PROMISED = {"yes": True, "no": False}
_LONGEST = 100


@views.get("")
def index() -> str:
    """Show open vacancies, narrowed by whom they suit and by the promise, and employers to be asked."""
    context = ctx()
    tag, promised = query.one_of("tag", TAGS), query.one_of("promised", _PROMISED)
    source = query.one_of("source", SOURCES)
    within = over(context)
    with context.app.read() as conn:
        found = market_page.openings(conn, within, tag, promised=_PROMISED.get(promised), source=source)
        names = areas.unit_names(conn, [one.area for one in found])
        places = market_page.places_by_source(conn, within)
        asked = market_page.without_openings(conn, within, context.today)
    return render_template(
        "market.html", rows=found[: market_page.PAGE], more=len(found) > market_page.PAGE, names=names,
        asked=asked, source=source, sources=SOURCES, places=places,
        tag=tag, tags=TAGS, promised=promised, tabs=tabs(context), here_tab="market",
    )  # fmt: skip


@views.get("/employer")
def employer() -> str:
    """Show one employer's file."""
    context = ctx()
    name = request.args.get("name", "")[:_LONGEST]
    within = over(context)
    with context.app.read() as conn:
        found = market_page.openings(conn, within, employer=name)
        numbers = market_page.dealings(conn, within, name)
        names = areas.unit_names(conn, [one.area for one in found])
    if not name or not (found or any(numbers)):
        raise NotFound
    return render_template(
        "market_employer.html", name=name, rows=found, numbers=numbers, names=names, tabs=tabs(context),
        here_tab="market",
    )  # fmt: skip


def over(context: Ctx) -> list[str]:
    """Return the districts of the reader: vacancies are for everybody in one, and name nobody."""
    return sorted({areas.district_of(area) for _role, area in context.actor.grants})
