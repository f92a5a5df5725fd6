"""What was sent to outside systems, and what became of it."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from tasks.exchange_commands import RetryExchange
from tasks.queries import exchanges
from web import query
from web.context import ctx
from web.going import go

views = Blueprint("exchanges", __name__, url_prefix="/exchanges")


@views.get("")
def index() -> str:
    """Show every system and the records of the reader's area, narrowed by system and state."""
    context = ctx()
    operator = "system_admin" in context.actor.roles
    areas = None if operator else list(context.actor.areas("supervisor"))
    systems = context.app.library.systems
    system, state = query.one_of("system", systems), query.one_of("state", exchanges.STATES)
    before = query.number("before")
    with context.app.read() as conn:
        found = exchanges.exchanges(conn, areas, system, state, before)
        counts, feeds = exchanges.counts(conn, areas), exchanges.feeds(conn)
    return render_template(
        "exchanges.html", systems=systems.values(), connected=context.app.adapters, counts=counts,
        feeds=feeds, rows=found[: exchanges.PAGE], more=len(found) > exchanges.PAGE, system=system,
        state=state, states=exchanges.STATES, may_open=not operator,
        standing=sum(map(Counter, counts.values()), Counter()),
        names={one.id: one.name if context.lang == "zh" else one.name_en for one in systems.values()},
    )  # fmt: skip


@views.post("/<int:exchange_id>/retry")
def retry(exchange_id: int) -> Response:
    """Send a record again."""
    context = ctx()
    key = context.command_key(request.form.get("_key", ""), f"exchange:{exchange_id}")
    context.app.do(RetryExchange(exchange_id), context.actor, key)
    return go("/exchanges", "retried")
