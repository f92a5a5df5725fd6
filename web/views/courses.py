"""Starting the continued training of an employer with persons who asked for training (step 19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, FormInvalid, NotFound
from tasks.access import permissions
from tasks.actor import Actor
from tasks.course_start import PROCESS
from tasks.person_commands import StartCourse
from tasks.queries import areas, ledger_page
from web.context import ctx
from web.errors import status_of
from web.going import go

views = Blueprint("courses", __name__, url_prefix="/courses")
_LONGEST = 100


def streets_of(actor: Actor) -> list[str]:
    """Return the paths in which somebody may start a course."""
    roles = permissions().start.get(PROCESS, frozenset())
    return sorted({grant.area for grant in actor.grants if grant.role in roles})


@views.get("/new")
def new() -> str:
    """Show who asked for training and is in no course yet, and what a course begins with."""
    return _page({}, ())


@views.post("")
def create() -> Response:
    """Start a course; what is wrong is named and nothing typed is lost."""
    context = ctx()
    form = request.form
    typed = {name: form.get(name, "").strip()[:_LONGEST] for name in ("employer", "course", "street_id")}
    chosen = [int(one) for one in form.getlist("trainees") if one.isdecimal() and len(one) < 20]
    try:
        street = int(typed["street_id"][:18]) if typed["street_id"].isdecimal() else 0
        command = StartCourse(street, typed["employer"], typed["course"], tuple(chosen))
        done = context.app.do(command, context.actor, context.command_key(form.get("_key", ""), "course"))
    except NotFound:
        raise
    except AidError as refusal:
        return make_response(_page(typed, chosen, refusal), status_of(refusal))
    return go(f"/tasks/{done.next_task_id}", "started")


def _page(typed: Mapping[str, str], chosen: Sequence[int], refusal: AidError | None = None) -> str:
    context = ctx()
    streets = streets_of(context.actor)
    if not streets:
        raise NotFound
    errors: dict[str, str] = {}
    if isinstance(refusal, FormInvalid):
        errors = {name: zh if context.lang == "zh" else en for name, zh, en in refusal.problems}
    with context.app.read() as conn:
        units = areas.units_under(conn, streets, "street")
        needs = ledger_page.training_needs(conn, streets)
        names = areas.unit_names(conn, [row.area for row in needs])
    return render_template(
        "course_new.html", typed=typed, chosen=set(chosen), errors=errors, needs=needs, names=names,
        streets=[(str(unit["id"]), unit["name"]) for unit in units],
        sentence=refusal.sentence(context.lang) if refusal and not errors else "",
    )  # fmt: skip
