"""`/api/v1`: the studio: the gate, drafts, what they change and mean, and the scenarios run against them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import jsonify, make_response
from werkzeug.wrappers import Response

from engine.codec import loads
from engine.definitions import NO_ANNEX
from engine.errors import FormInvalid, NotFound
from tasks import studio_commands as commands
from tasks.difference import Source
from tasks.queries import studio
from web.api.body import BadBody, body
from web.api.parts import id_text, instant, key_of, member, query_number
from web.api.v1 import views
from web.context import Ctx, ctx
from web.studioview import check_of, draft_of, impact_of, load_version, told_findings
from web.trialview import Compared, compared, start_trial, trial_of, version_before

#: No revision of a draft is larger.
_MOST = 2**31 - 1


@views.get("/definitions/<int:definition_id>/annex")
def annex(definition_id: int) -> Response:
    """Return the forms and deadline rules that a version brings beside its drawing."""
    with ctx().app.read() as conn:
        found = studio.definition_source(conn, definition_id)
    if found is None:
        raise NotFound
    return jsonify(loads(found.annex))


@views.post("/gate")
def gate() -> Response:
    """Return what the gate says of a drawing and what it brings; nothing is kept."""
    given = body()
    source = studio.Source(
        member(given, "process_id", str), member(given, "xml", str), member(given, "annex", str, NO_ANNEX)
    )
    return _told(ctx(), source)


def _told(context: Ctx, source: studio.Source) -> Response:
    checked = check_of(context, source)
    return jsonify(passes=checked.passes, findings=told_findings(checked.findings, context.lang))


@views.get("/drafts")
def drafts() -> Response:
    """Return every draft, the latest saved first."""
    with ctx().app.read() as conn:
        rows = studio.drafts(conn)
    return jsonify(drafts=[_draft(one) for one in rows])


def _draft(one: studio.Draft) -> dict[str, Any]:
    return {
        "draft_id": str(one.id), "process_id": one.key, "name": one.name, "rev": one.rev,
        "base_definition_id": id_text(one.base_id), "base_version": one.base_version, "made_by": one.maker,
        "made_at": instant(one.made_at), "saved_by": one.saver, "saved_at": instant(one.saved_at),
        "definition_id": id_text(one.definition_id),
    }  # fmt: skip


@views.post("/drafts")
def open_draft() -> Response:
    """Begin a draft from a version or from a drawing."""
    given = body()
    key = member(given, "process_id", str)
    base = member(given, "base_definition_id", int) if "base_definition_id" in given else None
    xml = member(given, "xml", str, "")
    if base is None and not xml:
        said = ctx().t("studio.no_file")
        raise FormInvalid([("xml", said, said)])
    command = commands.OpenDraft(key, base, xml.encode() or None, reason_of(given))
    done = ctx().app.do(command, ctx().actor, key_of(f"draft:{key}"))
    return make_response(jsonify(draft_id=done.extra["draft_id"], rev=done.extra["rev"]), 201)


def reason_of(given: dict[str, Any]) -> str:
    """Return the reason in a body; whether one is needed is for the command to say."""
    return str(member(given, "reason", str, "")).strip()[:500]


@views.get("/drafts/<int:draft_id>")
def draft(draft_id: int) -> Response:
    """Return a draft: drawing, annex, the version it is based on and its revision."""
    found, source = draft_of(ctx(), draft_id)
    return jsonify(**_draft(found), xml=source.xml, annex=source.annex)


@views.put("/drafts/<int:draft_id>")
def save_model(draft_id: int) -> Response:
    """Save a draft over the revision its author saw; a later one is never overwritten."""
    given = body()
    xml, kept = member(given, "xml", str), member(given, "annex", str, NO_ANNEX)
    command = commands.SaveModel(draft_id, rev_of(given), xml.encode(), kept)
    done = ctx().app.do(command, ctx().actor)
    return jsonify(rev=done.extra["rev"])


def rev_of(given: dict[str, Any]) -> int:
    """Return the revision in a body; raise BadBody."""
    rev: int = member(given, "rev", int)
    if rev > _MOST:
        raise BadBody(what="rev")
    return rev


@views.post("/drafts/<int:draft_id>/discard")
def discard_draft(draft_id: int) -> Response:
    """Throw a draft away, with a reason."""
    command = commands.DiscardDraft(draft_id, reason_of(body()))
    ctx().app.do(command, ctx().actor, key_of(f"discard:{draft_id}"))
    return make_response("", 204)


@views.post("/drafts/<int:draft_id>/check")
def check_draft(draft_id: int) -> Response:
    """Return what the gate says of a draft as it is saved."""
    body()
    return _told(ctx(), draft_of(ctx(), draft_id)[1])


@views.get("/drafts/<int:draft_id>/difference")
def draft_difference(draft_id: int) -> Response:
    """Return what a draft changes over the version it is based on."""
    found, source = draft_of(ctx(), draft_id)
    return _difference(compared(ctx(), source, found.base_id))


@views.get("/definitions/<int:definition_id>/difference")
def difference(definition_id: int) -> Response:
    """Return what a version changes over another one, or over the one that was at work before it."""
    context = ctx()
    version, source, versions = load_version(context, definition_id)
    asked = query_number("base")
    if asked is not None and asked not in {one.id for one in versions}:
        raise NotFound
    base = asked or version_before(version, versions)
    return _difference(compared(context, source, base) if base else None)


def _difference(found: Compared | None) -> Response:
    if found is None:
        return jsonify(base_definition_id=None, difference=None)
    return jsonify(
        base_definition_id=str(found.base.id), base_version=found.base.version,
        runs_alike=found.difference.runs_alike, difference=found.difference.as_data(),
    )  # fmt: skip


@views.get("/drafts/<int:draft_id>/impact")
def draft_impact(draft_id: int) -> Response:
    """Return what a draft would mean for open cases."""
    return _impact(draft_of(ctx(), draft_id)[1])


@views.get("/definitions/<int:definition_id>/impact")
def impact(definition_id: int) -> Response:
    """Return what putting a version to work would mean for open cases."""
    return _impact(load_version(ctx(), definition_id)[1])


def _impact(source: studio.Source) -> Response:
    found = impact_of(ctx(), source)
    if found is None:
        return jsonify(impact=None)
    dates = [
        {**asdict(one), "id": str(one.id), "case_id": id_text(one.case_id)} for one in found.deadlines
    ]
    return jsonify(
        impact={
            "open": found.open, "on_removed": found.on_removed, "steps": [asdict(one) for one in found.steps],
            "added": list(found.added), "removed": list(found.removed), "names": dict(found.names),
            "deadlines_moved": found.moved, "deadlines": dates,
        }
    )  # fmt: skip


@views.post("/drafts/<int:draft_id>/trial")
def start_trial_of(draft_id: int) -> Response:
    """Start the scenarios against a draft as it is saved."""
    body()
    found, source = draft_of(ctx(), draft_id)
    return make_response(jsonify(trial_id=str(start_trial(ctx(), found, source))), 202)


@views.get("/drafts/<int:draft_id>/trial")
def trial(draft_id: int) -> Response:
    """Return how the latest trial of a draft went, or how far it is."""
    _found, source = draft_of(ctx(), draft_id)
    found = trial_of(ctx(), draft_id)
    if found is None:
        raise NotFound(zh="这份草稿还没有试运行过。", en="This draft has not been tried yet.")
    return jsonify(
        trial_id=str(found.id), state=found.state, total=found.total, failed=len(found.failed),
        passed=len(found.results) - len(found.failed), started_at=instant(found.started_at),
        of_saved=found.is_of(Source(source.xml, source.annex)), problem=found.problem,
        results=[dict(one) for one in found.results], coverage=dict(found.coverage),
    )  # fmt: skip
