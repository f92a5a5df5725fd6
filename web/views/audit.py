"""The trail of a case for those who check it. First version: find, read, verify."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from engine.errors import NotFound
from tasks.access import Subject, allowed
from tasks.queries import case_page, trail
from tasks.queries.proof import Proof, prove
from web.context import Ctx, ctx
from web.going import go
from web.numbers import whole

views = Blueprint("audit", __name__, url_prefix="/audit")
_PAGE = 200


@views.get("")
def index() -> str | Response:
    """Find a case by its number."""
    context = ctx()
    text = request.args.get("q", "").strip()[:60].upper()
    if text:
        with context.app.read() as conn:
            found = case_page.case_by_no(conn, text)
        if found is not None and allowed(context.actor, "view_audit", Subject(found[2])):
            return go(f"/audit/{found[0]}")
    return render_template("audit.html", q=text, missed=bool(text))


def _case(context: Ctx, case_id: int) -> case_page.CaseHead:
    with context.app.read() as conn:
        head = case_page.case_head(conn, case_id)
    if head is None or not allowed(context.actor, "view_audit", Subject(head.area)):
        raise NotFound
    return head


@views.get("/<int:case_id>")
def show(case_id: int) -> str:
    """Show the events of a case in order; the person stays unnamed for an auditor (SECURITY 2.2)."""
    return _page(ctx(), case_id, None)


def _page(context: Ctx, case_id: int, result: Proof | None) -> str:
    head = _case(context, case_id)
    beyond = request.args.get("beyond", type=whole)
    with context.app.read() as conn:
        events = trail.events(conn, case_id, limit=_PAGE, beyond=beyond)
    more = events[-1].seq if len(events) == _PAGE else None
    return render_template("audit_case.html", case=head, events=events, more=more, result=result)


@views.post("/<int:case_id>/verify")
def verify(case_id: int) -> str:
    """Prove the chain of a case and show the result."""
    context = ctx()
    _case(context, case_id)
    with context.app.read() as conn:
        proof = prove(conn, context.app.keys.trail, case_id)
    return _page(context, case_id, proof)
