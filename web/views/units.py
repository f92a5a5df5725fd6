"""Units: the tree of districts, streets and communities, kept by the system administrator."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from engine.errors import AidError
from tasks import admin_commands as commands
from tasks.commands import Command
from tasks.org import LEVELS
from tasks.queries.accounts import standing
from tasks.queries.units import in_order, places
from web import query
from web.adminview import carry_out, choices, errors_of, field, number, refused, require, sentence_of
from web.context import ctx
from web.going import go

views = Blueprint("units", __name__, url_prefix="/units")

#: Act → the command it gives, and what is said afterwards.
ACTS: dict[str, tuple[Callable[[int], Command], str]] = {
    "rename": (lambda n: commands.RenameUnit(n, field("name"), field("reason")), "unit_renamed"),
    "close": (lambda n: commands.CloseUnit(n, field("reason")), "unit_closed"),
    "reopen": (commands.ReopenUnit, "unit_reopened"),
}


@views.get("")
def index() -> str:
    """Show the tree, with what may be done to each unit."""
    return _page()


def _page(refusal: AidError | None = None, at: int = 0, act: str = "") -> str:
    require("manage_units")
    context = ctx()
    with context.app.read() as conn:
        found, stands = in_order(places(conn)), standing(conn)
    below = dict(zip(LEVELS, LEVELS[1:], strict=False))
    return render_template(
        "units.html", places=found, parents=[one for one in choices(context) if one[0].level in below],
        below=below, standing=stands, at=at or query.number("parent") or 0, acting=act,
        errors=errors_of(refusal, context.lang), sentence=sentence_of(refusal, context.lang),
        typed={"name": field("name"), "reason": field("reason")},
    )  # fmt: skip


@views.post("")
def add() -> Response:
    """Make a unit under another."""
    parent = number("parent")
    done = carry_out(commands.AddUnit(parent, field("name")), f"unit:{parent}:{field('name')}")
    if isinstance(done, AidError):
        return refused(_page(done, parent, "add"), done)
    return go(f"/units?parent={parent}", "unit_added")


@views.post("/<int:unit_id>/<any(rename,close,reopen):act>")
def act(unit_id: int, act: str) -> Response:
    """Rename, close or reopen a unit."""
    make, ok = ACTS[act]
    done = carry_out(make(unit_id), f"{act}:unit:{unit_id}")
    if isinstance(done, AidError):
        return refused(_page(done, unit_id, act), done)
    return go("/units", ok)
