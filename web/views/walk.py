"""A walk through a draft or a version, step by step. Nothing is kept: the page holds the moves so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.codec import dumps
from engine.errors import AidError, FormInvalid, NotFound
from tasks.annex import AnnexRefused
from tasks.forms.validate import PAGE_NAMES, from_html
from tasks.queries import studio
from tasks.release import Finding
from tasks.walk import Ground, Move, Walk, ground_of, read_moves, refused, written
from web.context import Ctx, ctx
from web.errors import sentence_of, status_of
from web.numbers import whole
from web.studioview import check_of, draft_of
from web.walkview import Typed, cards, happened, inside, marks, more, spec_of

views = Blueprint("walk", __name__, url_prefix="/studio")
_PAGE = PAGE_NAMES | {"moves", "rev", "act", "keep"}


@dataclass
class Place:
    """What is walked through: a draft or a version; `ground` is missing where the gate refuses it."""

    key: str
    rev: int
    ground: Ground | None
    draft: studio.Draft | None = None
    version: studio.Version | None = None
    findings: list[Finding] = field(default_factory=list)
    sentence: str = ""


@views.get("/drafts/<int:draft_id>/walk")
def draft(draft_id: int) -> Response:
    """Show the beginning of a walk through a draft."""
    return _answer(_of_draft(ctx(), draft_id))


@views.post("/drafts/<int:draft_id>/walk")
def draft_step(draft_id: int) -> Response:
    """Show a walk through a draft after one more move, or fewer."""
    return _answer(_of_draft(ctx(), draft_id))


@views.get("/<key>/<int:version>/walk")
def version(key: str, version: int) -> Response:
    """Show the beginning of a walk through a version."""
    return _answer(_of_version(ctx(), key, version))


@views.post("/<key>/<int:version>/walk")
def version_step(key: str, version: int) -> Response:
    """Show a walk through a version after one more move, or fewer."""
    return _answer(_of_version(ctx(), key, version))


def _of_draft(context: Ctx, draft_id: int) -> Place:
    found, source = draft_of(context, draft_id)
    place = Place(found.key, found.rev, None, draft=found)
    try:
        checked = check_of(context, source, wait=False)
    except AnnexRefused as refusal:
        place.sentence = refusal.sentence(context.lang)
        return place
    if checked.diagram is None or checked.refused:
        place.findings = [one for one in checked.findings if one.severity == "error"]
        return place
    graphs = checked.diagram.processes
    place.ground = ground_of(context.app, found.key, graphs, source.annex, context.now)
    return place


def _of_version(context: Ctx, key: str, number: int) -> Place:
    with context.app.read() as conn:
        found = next((one for one in studio.versions(conn, key) if one.version == number), None)
        source = studio.definition_source(conn, found.id) if found is not None else None
    if found is None or source is None:
        raise NotFound
    graphs = {key: context.graph(found.id)}
    return Place(key, 0, ground_of(context.app, key, graphs, source.annex, context.now), version=found)


def _answer(place: Place) -> Response:
    context = ctx()
    if place.ground is None:
        return make_response(render_template("studio_walk.html", place=place, walk=None))
    walk, typed, refusal = _walked(place, place.ground)
    told = {
        "place": place, "walk": walk, "moves": written(walk.moves), "cards": cards(context, walk, typed),
        "marks": dumps(marks(walk)), "happened": happened(walk, context.lang),
        "sentence": sentence_of(refusal, context.lang) if refusal is not None and typed is None else "",
        "changed": _changed(place), "more": more(walk),
        "inside": inside(walk, context.lang),
    }  # fmt: skip
    part = "studio_walk_part.html" if request.headers.get("HX-Request") else "studio_walk.html"
    return make_response(render_template(part, **told), 200 if refusal is None else status_of(refusal))


def _changed(place: Place) -> bool:
    """Tell whether the draft was saved since the page with these moves was made."""
    return request.method == "POST" and request.form.get("rev", 0, type=whole) != place.rev


def _walked(place: Place, ground: Ground) -> tuple[Walk, Typed | None, AidError | None]:
    """Return the walk after what was posted; where that is refused, the walk before it and why."""
    moves = read_moves(request.form.get("moves", "") if request.method == "POST" else "")
    if "keep" in request.form:
        moves = moves[: max(0, request.form.get("keep", 0, type=whole))]
    walk = Walk(ground, moves)
    if walk.misfit is not None:
        if not _changed(place):
            raise walk.misfit
        return Walk(ground, walk.moves), None, None
    if "act" not in request.form:
        return walk, None, None
    (act, *more) = read_moves(f"[{request.form['act']}]") or [[]]
    if more or not act:
        raise refused()
    return _further(walk, act)


def _further(walk: Walk, act: Move) -> tuple[Walk, Typed | None, AidError | None]:
    """Take one more move with the answers that were typed."""
    spec = spec_of(walk, act)
    answers = from_html(spec, request.form, _PAGE) if spec is not None else {}
    move: Move = [answers if isinstance(part, dict) else part for part in act]
    try:
        further = Walk(walk.ground, read_moves(written([*walk.moves, move])))
        if further.misfit is None:
            return further, None, None
        refusal = further.misfit
    except FormInvalid as fault:
        refusal = fault
    ours = spec is not None and any(name in spec.fields for name, *_words in refusal.problems)
    return walk, Typed(act, answers, refusal) if ours else None, refusal
