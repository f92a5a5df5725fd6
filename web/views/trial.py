"""What a draft changes, and the scenarios run against it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from werkzeug.wrappers import Response as Answer

from tasks.difference import Source
from tasks.queries import studio
from web.context import Ctx, ctx
from web.going import go
from web.studioview import draft_of, load_version
from web.trialview import (
    Compared,
    compared,
    difference_marks,
    start_trial,
    trial_failures,
    trial_marks,
    trial_of,
    version_before,
)
from web.views.editor import data

views = Blueprint("trial", __name__, url_prefix="/studio")


def _of_draft(context: Ctx, draft_id: int) -> tuple[studio.Draft, Compared | None]:
    draft, source = draft_of(context, draft_id)
    return draft, compared(context, source, draft.base_id)


def _of_release(context: Ctx, definition_id: int) -> tuple[studio.Version, Compared | None]:
    version, source, versions = load_version(context, definition_id)
    before = version_before(version, versions)
    return version, compared(context, source, before) if before is not None else None


@views.get("/drafts/<int:draft_id>/difference")
def difference(draft_id: int) -> str:
    """Show what a draft changes: as sentences, and in colour on both diagrams."""
    draft, found = _of_draft(ctx(), draft_id)
    return render_template("studio_difference.html", draft=draft, key=draft.key, compared=found, release=None)


@views.get("/releases/<int:definition_id>/difference")
def release_difference(definition_id: int) -> str:
    """Show what a version changed over the one before it."""
    version, found = _of_release(ctx(), definition_id)
    return render_template(
        "studio_difference.html", draft=None, key=version.key, compared=found, release=version
    )


@views.get("/drafts/<int:draft_id>/difference/<any(old,new):side>")
def marks(draft_id: int, side: str) -> Response:
    """Return the marks of one side of a draft's difference."""
    _draft, found = _of_draft(ctx(), draft_id)
    return data(difference_marks(found.difference, side) if found is not None else {})


@views.get("/releases/<int:definition_id>/difference/<any(old,new):side>")
def release_marks(definition_id: int, side: str) -> Response:
    """Return the marks of one side of a version's difference."""
    _version, found = _of_release(ctx(), definition_id)
    return data(difference_marks(found.difference, side) if found is not None else {})


@views.get("/drafts/<int:draft_id>/trial")
def show(draft_id: int) -> str:
    """Show how the scenarios went with a draft, or how far they are."""
    context = ctx()
    draft, source = draft_of(context, draft_id)
    trial = trial_of(context, draft_id)
    fresh = trial is not None and trial.is_of(Source(source.xml, source.annex))
    return render_template("studio_trial.html", draft=draft, trial=trial, fresh=fresh)


@views.post("/drafts/<int:draft_id>/trial")
def start(draft_id: int) -> Answer:
    """Start the scenarios against a draft as it is saved."""
    context = ctx()
    start_trial(context, *draft_of(context, draft_id))
    return go(f"/studio/drafts/{draft_id}/trial")


@views.get("/drafts/<int:draft_id>/trial/failures")
def failures(draft_id: int) -> Response:
    """Return what the latest trial of a draft as it is saved says of its elements."""
    context = ctx()
    _draft, source = draft_of(context, draft_id)
    trial = trial_of(context, draft_id)
    fresh = trial is not None and trial.is_of(Source(source.xml, source.annex))
    return data({"failures": trial_failures(trial, context.lang) if trial is not None and fresh else []})


@views.get("/drafts/<int:draft_id>/trial/marks")
def coverage(draft_id: int) -> Response:
    """Return where scenarios went on a draft's diagram and where they failed."""
    trial = trial_of(ctx(), draft_id)
    return data(trial_marks(trial) if trial is not None else {})
