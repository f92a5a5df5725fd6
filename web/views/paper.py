"""An issued paper as it was issued, for reading and printing."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from engine.errors import NotFound
from tasks import papers, privacy
from tasks.queries import case_page
from tasks.queries.person_page import person_head
from tasks.queries.scope import require_file
from web.context import ctx

views = Blueprint("paper", __name__)
#: Where the issued text goes; it was escaped when its own template made it.
_PLACE = "<!--paper-->"


@views.get("/papers/<int:paper_id>")
def show(paper_id: int) -> Response:
    """Show a paper."""
    context = ctx()
    with context.app.read() as conn:
        row = papers.get_paper(conn, paper_id)
        head = case_page.case_head(conn, row["case_id"]) if row["case_id"] else None
        person = person_head(conn, row["person_id"]) if row["person_id"] else None
        owner = head or person
        if owner is None:
            raise NotFound
        require_file(context.actor, owner.area)
        about = {"id": row["person_id"], "area": owner.area}
        if row["issued_by"] != context.user_id and not privacy.may_read_papers(
            conn, context.actor, about, row["case_id"]
        ):
            raise NotFound
        text = papers.html_of(conn, row)
    page = render_template("paper.html", paper=row, intact=papers.is_intact(row), case=head)
    return make_response(page.replace(_PLACE, text, 1))
