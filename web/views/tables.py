"""The decision tables: what decides where no person does, with the days its rows hold and their clauses."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

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
def show(table_id: str) -> tuple[str, int]:
    """Show a table as it holds on a day, by default today; a day that is none is told, and today shown."""
    context = ctx()
    typed = request.args.get("on", "").strip()
    day = _day(typed) if typed else context.today
    on = day or context.today
    found = kept(context, table_id, on) or sheet(context, table_id, on)
    return render_template("table.html", sheet=found, table=found.table, typed=typed, wrong=day is None), (
        400 if day is None else 200
    )


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
