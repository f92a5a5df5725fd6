"""A release: submitted with a reason, signed by another person, put to work, retired, taken back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, NotFound
from tasks import studio_commands as commands
from tasks.commands import Command
from web.context import Ctx, ctx
from web.errors import sentence_of, status_of
from web.going import go
from web.numbers import whole
from web.studioview import Sheet, check_of, draft_of, impact_of, load_sheet
from web.trialview import compared, same_as_active, trial_of, version_before

views = Blueprint("release", __name__, url_prefix="/studio")
_MOST_REASON = 500

#: Act → the command it gives, and what is said afterwards.
ACTS: dict[str, tuple[Callable[[int, str], Command], str]] = {
    "approve": (lambda n, why: commands.ApproveRelease(n, why, "activate" in request.form), "approved"),
    "reject": (commands.RejectRelease, "rejected"),
    "activate": (lambda n, _why: commands.ActivateRelease(n), "activated"),
    "retire": (commands.RetireRelease, "retired"),
    "take-back": (commands.TakeBack, "taken_back"),
}


def _reason() -> str:
    return request.form.get("reason", "").strip()[:_MOST_REASON]


@views.get("/drafts/<int:draft_id>/submit")
def submit(draft_id: int) -> str:
    """Show what would be submitted: what the gate says, what it means, and the reason to give."""
    return _submit_page(ctx(), draft_id)


def _submit_page(context: Ctx, draft_id: int, refusal: AidError | None = None) -> str:
    draft, source = draft_of(context, draft_id)
    found = check_of(context, source).findings
    unchanged = same_as_active(context, source)
    return render_template(
        "studio_submit.html", draft=draft, findings=found,
        errors=sum(one.severity == "error" for one in found), impact=impact_of(context, source),
        compared=compared(context, source, draft.base_id), trial=trial_of(context, draft_id),
        sentence=sentence_of(refusal, context.lang) if refusal else "",
        typed=request.form.get("reason", ""), unchanged=unchanged,
    )  # fmt: skip


@views.post("/drafts/<int:draft_id>/submit")
def submit_post(draft_id: int) -> Response:
    """Submit a draft as it stands."""
    context = ctx()
    rev = request.form.get("rev", 0, type=whole)
    try:
        token = context.command_key(request.form.get("_key", ""), f"submit:{draft_id}")
        done = context.app.do(commands.SubmitRelease(draft_id, rev, _reason()), context.actor, token)
    except NotFound:
        raise
    except AidError as refusal:
        return make_response(_submit_page(context, draft_id, refusal), status_of(refusal))
    return go(f"/studio/releases/{done.extra['definition_id']}", "submitted")


@views.get("/drafts/<int:draft_id>/impact")
def draft_impact(draft_id: int) -> str:
    """Show what a draft would mean for open cases."""
    context = ctx()
    draft, source = draft_of(context, draft_id)
    return render_template("studio_impact.html", draft=draft, impact=impact_of(context, source))


@views.get("/releases/<int:definition_id>")
def show(definition_id: int) -> str:
    """Show a release."""
    return _page(ctx(), definition_id)


def _page(context: Ctx, definition_id: int, refusal: AidError | None = None, act: str = "") -> str:
    sheet: Sheet = load_sheet(context, definition_id)
    before = version_before(sheet.version, sheet.versions)
    return render_template(
        "studio_release.html", release=sheet.version, sheet=sheet, typed=request.form.get("reason", ""),
        acting=act, sentence=sentence_of(refusal, context.lang) if refusal else "",
        compared=compared(context, sheet.source, before) if before else None,
        trial=trial_of(context, sheet.draft.id) if sheet.draft else None,
    )  # fmt: skip


@views.post("/releases/<int:definition_id>/<any(approve,reject,activate,retire,'take-back'):act>")
def act(definition_id: int, act: str) -> Response:
    """Do one of the acts; a refusal shows the page again with what was typed."""
    context = ctx()
    make, ok = ACTS[act]
    command = make(definition_id, _reason())
    try:
        token = context.command_key(request.form.get("_key", ""), f"{act}:{definition_id}")
        context.app.do(command, context.actor, token)
    except NotFound:
        raise
    except AidError as refusal:
        return make_response(_page(context, definition_id, refusal, act), status_of(refusal))
    if isinstance(command, commands.ApproveRelease) and command.activate:
        ok = "approved_active"
    return go(f"/studio/releases/{definition_id}", ok)

