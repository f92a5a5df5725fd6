"""An issued paper as it was issued, for reading, printing, and as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, FormInvalid, NotFound
from tasks import access, org, papers, privacy
from tasks.access import Subject
from tasks.commands_register import VoidIssued
from tasks.labels import label
from tasks.queries import case_page
from tasks.queries.person_page import person_head
from tasks.queries.scope import require_file
from tasks.store.conn import Connection, Record
from web import paper_pdf
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go

views = Blueprint("paper", __name__)
#: Where the issued text goes; it was escaped when its own template made it.
_PLACE = "<!--paper-->"


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper somebody may read: its row, the case it belongs to, and its text."""

    row: Record
    case: Any
    text: str


def load(context: Ctx, paper_id: int) -> Shown:
    """Return a paper; raise NotFound where it is not for who is logged in."""
    with context.app.read() as conn:
        row = papers.get_paper(conn, paper_id)
        head = case_page.case_head(conn, row["case_id"]) if row["case_id"] else None
        person = person_head(conn, row["person_id"]) if row["person_id"] else None
        owner = head or person
        if owner is None:
            _require_of_office(context, conn, row)
        else:
            require_file(context.actor, owner.area)
            mine = row["issued_by"] == context.user_id
            if not mine and not is_for(context, conn, row["person_id"], row["case_id"], owner.area):
                raise NotFound
        return Shown(row, head, papers.html_of(conn, row))


def is_for(context: Ctx, conn: Connection, person_id: int | None, case_id: int | None, area: str) -> bool:
    """Tell whether papers that somebody else issued are for the reader: a person's, or an office's."""
    if person_id is None:
        return access.allowed(context.actor, "print_paper", Subject(area))
    return privacy.may_read_papers(conn, context.actor, {"id": person_id, "area": area}, case_id)


def _require_of_office(context: Ctx, conn: Connection, row: Record) -> None:
    """Refuse a paper about no person to who does not work for the office that issued it."""
    area = org.get_unit(conn, row["unit_id"]).path
    if row["issued_by"] != context.user_id:
        access.authorize(context.actor, "print_paper", Subject(area))


@views.get("/papers/<int:paper_id>")
def show(paper_id: int) -> Response:
    """Show a paper."""
    return make_response(_page(ctx(), paper_id))


def _page(context: Ctx, paper_id: int, sentence: str = "", reason: str = "") -> str:
    shown = load(context, paper_id)
    with context.app.read() as conn:
        may_void = access.allowed(context.actor, "void_paper", Subject(papers.area_of(conn, shown.row)))
    page = render_template(
        "paper.html", paper=shown.row, intact=papers.is_intact(shown.row), case=shown.case,
        has_pdf=paper_pdf.available(), sentence=sentence, reason=reason,
        may_void=may_void and shown.case is None and shown.row["voided_at"] is None,
    )  # fmt: skip
    return page.replace(_PLACE, shown.text, 1)


@views.post("/papers/<int:paper_id>/void")
def void(paper_id: int) -> Response:
    """Void a paper that belongs to no case."""
    context = ctx()
    load(context, paper_id)
    reason = request.form.get("reason", "").strip()[:500]
    try:
        context.app.do(VoidIssued(paper_id, reason), context.actor)
    except FormInvalid as refusal:
        said = " ".join(zh if context.lang == "zh" else en for _name, zh, en in refusal.problems)
        return make_response(_page(context, paper_id, said, reason), 422)
    except AidError as refusal:
        return make_response(
            _page(context, paper_id, refusal.sentence(context.lang), reason), status_of(refusal)
        )
    return go(f"/papers/{paper_id}", "done")


@views.get("/papers/<int:paper_id>.pdf")
def pdf(paper_id: int) -> Response:
    """Return a paper as PDF; raise NotFound where PDF is not installed."""
    shown = load(ctx(), paper_id)
    if not paper_pdf.available():
        raise NotFound
    name = f"{label('paper', shown.row['kind'])} {shown.row['number']}"
    response = make_response(paper_pdf.pdf_of(shown.text, name))
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.pdf"
    return response
