"""What the administrators' pages share: refusals beside their fields, units to choose from."""

from __future__ import annotations

from flask import make_response, request
from werkzeug.wrappers import Response

from engine.errors import AidError, FormInvalid, NotFound
from tasks.access import Subject, authorize
from tasks.commands import Command, Done
from tasks.imports import ImportRefused
from tasks.queries.units import Place, in_order, places
from web.context import Ctx, ctx
from web.errors import status_of
from web.numbers import whole

_MOST_TEXT = 500


def errors_of(refusal: AidError | None, lang: str) -> dict[str, str]:
    """Return what a refusal says of each field."""
    if not isinstance(refusal, FormInvalid):
        return {}
    found: dict[str, str] = {}
    for name, zh, en in refusal.problems:
        found[name] = " ".join(filter(None, (found.get(name), zh if lang == "zh" else en)))
    return found


def sentence_of(refusal: AidError | None, lang: str) -> str:
    """Return what a refusal says of the whole."""
    if refusal is None:
        return ""
    said = list(errors_of(refusal, lang).values())
    if isinstance(refusal, ImportRefused):
        said = [refusal.sentence(lang), *refusal.problems]
    return " ".join(said) or refusal.sentence(lang)


def require(action: str) -> None:
    """Return when who asks may do this; raise NotCandidate."""
    authorize(ctx().actor, action, Subject("/"))


def field(name: str) -> str:
    """Return a field of the form as typed, without its margins."""
    return request.form.get(name, "").strip()[:_MOST_TEXT]


def number(name: str) -> int:
    """Return a whole number of the form; 0 where there is none."""
    try:
        return whole(field(name) or "0")
    except ValueError:
        return 0


def carry_out(command: Command, what: str) -> Done | AidError:
    """Give a command; return its answer or why it was refused. What does not exist is raised."""
    context = ctx()
    try:
        key = context.command_key(request.form.get("_key", ""), what)
        return context.app.do(command, context.actor, key)
    except NotFound:
        raise
    except AidError as refusal:
        return refusal


def choices(context: Ctx) -> list[tuple[Place, str]]:
    """Return the units in use as a tree is read, each with its name from the district down."""
    with context.app.read() as conn:
        found = in_order(places(conn))
    names: dict[str, str] = {}
    chosen = []
    for place in found:
        parent = place.path.rstrip("/").rpartition("/")[0] + "/"
        names[place.path] = " ".join(one for one in (names.get(parent, ""), place.name) if one)
        if place.level == "city":
            names[place.path] = ""
        if place.active:
            chosen.append((place, names[place.path] or place.name))
    return chosen


def refused(page: str, refusal: AidError) -> Response:
    """Return a page that says why, with the fitting status."""
    return make_response(page, status_of(refusal))
