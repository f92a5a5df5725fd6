"""The last seal on paper, to print and keep elsewhere; an older slip is held against what is stored."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine import slips
from engine.slips import Compared, SlipUnread
from engine.store.proof import SealRow, last_seal
from tasks.access import Subject, authorize
from tasks.paper_code import drawing
from web.context import Ctx, ctx
from web.errors import sentence_of, status_of
from web.words import moment_text

views = Blueprint("slip", __name__, url_prefix="/audit/slip")


@views.get("")
def show() -> str:
    """Show the slip of the last seal."""
    return _page(ctx())


@views.post("")
def compare() -> Response:
    """Hold a slip against the seal of its number and the events of its time."""
    context = ctx()
    authorize(context.actor, "verify_audit", Subject(""))
    try:
        given = slips.read(request.form.get("slip", ""))
    except SlipUnread as refusal:
        return make_response(_page(context, sentence=sentence_of(refusal, context.lang)), status_of(refusal))
    with context.app.read() as conn:
        found = slips.compare(conn, given)
    return make_response(_page(context, found))


def _page(context: Ctx, found: Compared | None = None, sentence: str = "") -> str:
    authorize(context.actor, "verify_audit", Subject(""))
    with context.app.read() as conn:
        row = last_seal(conn)
    text = "" if row is None else slips.write(row)
    return render_template(
        "audit_slip.html", row=row, text=text, when=_when(context, row),
        square=drawing(text) if text else None, found=found, sentence=sentence,
        found_when=_when(context, found.row if found else None),
        typed=request.form.get("slip", ""),
    )  # fmt: skip


def _when(context: Ctx, row: SealRow | None) -> str:
    """Return the moment of a seal with its year, for paper outlives it."""
    return moment_text(row.at, date.min, context.lang) if row is not None else ""
