"""What somebody asked to take along of the registers, and the second person who lets him (THR-14)."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, NotFound
from tasks.access import Subject, allowed
from tasks.commands_register import DecideExport
from tasks.labels import label
from tasks.queries.areas import unit_names
from tasks.queries.names import user_names
from tasks.registers import tables
from tasks.registers.spec import register_spec
from tasks.store import register_exports as store
from tasks.store.conn import Record
from web import registerfile, registerview
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go
from web.numbers import whole
from web.views.register_months import find_month, month_page
from web.views.registers import register_page
from web.words import month_text

views = Blueprint("register_exports", __name__, url_prefix="/registers/exports")


@views.get("")
def index() -> str:
    """Show one's own requests and those one may decide."""
    return _page(ctx())


def requests_of(context: Ctx) -> list[Record]:
    """Return one's own requests and those one may decide, the newest first."""
    mandate = [
        area for area in registerview.mandate(context)
        if allowed(context.actor, "approve_export", Subject(area))
    ]  # fmt: skip
    with context.app.read() as conn:
        return list(store.listed(conn, mandate, context.user_id))


def _page(context: Ctx, refusal: AidError | None = None) -> str:
    rows = requests_of(context)
    with context.app.read() as conn:
        people = user_names(conn, [row[name] for row in rows for name in ("asked_by", "decided_by")])
        names = unit_names(conn, [row["area"] for row in rows])
    return render_template(
        "register_exports.html", rows=rows, people=people, names=names, title_of=_title,
        problem=registerview.told(context, refusal), me=context.user_id,
        may_decide={row["id"] for row in rows if row["asked_by"] != context.user_id},
    )  # fmt: skip


def _title(register: str, lang: str) -> str:
    name, _, kept = register.partition(":")
    month = month_text(kept, lang)
    if name == tables.SUMMARY:
        return f"{ctx().t('registers.summary')} {month}".strip()
    return f"{label('paper', name, lang)} {month}".strip()


@views.post("")
def ask() -> Response:
    """Ask a second person to let a register, or a closed month, be taken along."""
    context = ctx()
    reason, month_id = request.form.get("reason", "").strip()[:400], request.form.get("month", "")
    try:
        if month_id:
            row, unit = find_month(context, _id(month_id))
            question = registerfile.question_of_month(row, unit.path, reason)
        else:
            asked = registerview.read(context, request.form)
            spec = register_spec(request.form.get("register", "")[:10])
            question = registerfile.question(
                context, spec, asked, bool(request.form.get("whole")), reason
            )
        context.app.do(question, context.actor)
    except NotFound:
        raise
    except AidError as refusal:
        page = month_page(context, _id(month_id), refusal, reason) if month_id else register_page(
            context, spec.id, asked, refusal, reason
        )  # fmt: skip
        return make_response(page, status_of(refusal))
    return go("/registers/exports", "export_asked")


def _id(text: str) -> int:
    try:
        return whole(text)
    except ValueError:
        raise NotFound from None


@views.post("/<int:export_id>/<any(grant,refuse):what>")
def decide(export_id: int, what: str) -> Response:
    """Grant or refuse a request."""
    context = ctx()
    note = request.form.get("note", "").strip()[:400]
    try:
        context.app.do(DecideExport(export_id, what == "grant", note), context.actor)
    except NotFound:
        raise
    except AidError as refusal:
        return make_response(_page(context, refusal), status_of(refusal))
    return go("/registers/exports", "done")
