"""The decision tables: what decides where no person does, with the days its rows hold and their clauses."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from web import query
from web.context import ctx
from web.kepttables import IDS, WITHOUT, kept
from web.tableview import sheet, sheets

views = Blueprint("tables", __name__, url_prefix="/tables")


@views.get("")
def index() -> str:
    """List the tables."""
    context = ctx()
    others = [kept(context, one, context.today) for one in IDS]
    return render_template("tables.html", tables=sheets(context), kept=others, without=WITHOUT)


@views.get("/<table_id>")
def show(table_id: str) -> str:
    """Show a table as it holds on a day, by default today; a day that is none is told, and today shown."""
    context = ctx()
    typed = request.args.get("on", "").strip()
    day = query.day("on", said=True)
    on = day or context.today
    found = kept(context, table_id, on) or sheet(context, table_id, on)
    wrong = bool(typed) and day is None
    return render_template("table.html", sheet=found, table=found.table, typed=typed, wrong=wrong)
