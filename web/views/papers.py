"""The register of issued papers, the way from a code to its paper, and records drawn up from the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, NotFound
from tasks import access, papers, records
from tasks.access import HIDDEN, Subject, classes_for
from tasks.commands_register import DrawUp
from tasks.paper_text import paper_kinds
from tasks.queries import areas, case_page
from tasks.queries import records as drawable
from tasks.queries import registers as found
from tasks.queries.names import user_names
from tasks.queries.person_page import person_head
from tasks.queries.scope import reading_tiers, require_file
from tasks.store.conn import Connection, RowMapping
from web import registerview
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go
from web.numbers import whole
from web.views import paper as one_paper

views = Blueprint("papers", __name__, url_prefix="/papers")
PAGE = 50


@views.get("")
def index() -> str:
    """Show the papers that an office issued, by day, the void ones too."""
    return _page(ctx())


def _page(context: Ctx, code: str = "") -> str:
    asked = registerview.of_address(context)
    with context.app.read() as conn:
        offices = areas.offices_of(conn, asked.area)
        rows = found.issued(conn, offices, asked.area, asked.period, asked.before, PAGE)
        workers = user_names(conn, [row["issued_by"] for row in rows])
        names = areas.unit_names(conn, [row["area"] for row in rows if row["area"]])
        opens = _opens(context, conn, rows)
    more = f"{rows[-1]['issued_at']}-{rows[-1]['id']}" if len(rows) == PAGE else ""
    return render_template(
        "papers.html", asked=asked, units=registerview.units(context), rows=rows, workers=workers,
        names=names, more=more, code=code, opens=opens,
        persons={row["id"]: _name(context, row["area"], row["name"]) for row in rows},
    )  # fmt: skip


def _opens(context: Ctx, conn: Connection, rows: Iterable[RowMapping]) -> set[int]:
    """Return the papers the reader may open: asked once for all of a case."""
    may: dict[tuple[int | None, int | None, str], bool] = {}
    found = set()
    for row in rows:
        about = (row["person_id"], row["case_id"], row["area"] or row["office"])
        if about not in may:
            may[about] = one_paper.is_for(context, conn, *about)
        if may[about] or row["issued_by"] == context.user_id:
            found.add(row["id"])
    return found


def _name(context: Ctx, area: str | None, name: str | None) -> str:
    if not name or not area:
        return ""
    return name if "P3" in classes_for(context.actor, Subject(area)) else HIDDEN


@views.post("/find")
def find() -> Response:
    """Open the paper of a code; one that is not for the reader is answered like one that does not exist."""
    context = ctx()
    code = "".join(request.form.get("code", "").split()).upper()[:40]
    try:
        with context.app.read() as conn:
            row = papers.paper_by_code(conn, code)
        one_paper.load(context, row["id"])
    except AidError:
        return make_response(_page(context, code), 404)
    return go(f"/papers/{row['id']}")


@dataclass(frozen=True, slots=True)
class Offer:
    """A record that may be drawn up: its kind, and the task it comes from."""

    kind: str
    task_id: int | None = None
    step: str = ""
    at: int | None = None
    may: bool = True
    tier: str = ""  #: which draws it up


@views.get("/new")
def new() -> str:
    """Show which records can be drawn up for a case or a person."""
    return _new_page(ctx(), _id("case"), _id("person"))


def _id(name: str) -> int | None:
    text = request.values.get(name, "")
    try:
        return whole(text) if text else None
    except ValueError:
        raise NotFound from None


def _new_page(
    context: Ctx, case_id: int | None, person_id: int | None, refusal: AidError | None = None
) -> str:
    with context.app.read() as conn:
        head = case_page.case_head(conn, case_id) if case_id else None
        person = person_head(conn, head.person_id if head else person_id or 0)
        if person is None or (case_id and head is None):
            raise NotFound
        area = head.area if head else person.area
        require_file(context.actor, area)
        kinds = {element: kind.id for kind in paper_kinds().values() for element in kind.of}
        rows = drawable.drawable(conn, list(kinds), head.id if head else None, person.id)
    tiers, tier = reading_tiers(context.actor, area), head.tier if head else ""
    may = access.allowed(context.actor, "add_paper", Subject(area, tier=tier))
    offers = [
        Offer(kinds[row["element"]], row["task_id"], row["element"], row["at"], may, tier)
        for row in rows if row["tier"] in tiers
    ]  # fmt: skip
    whole_of = "case" if head else "person"
    wholes = [
        Offer(kind.id, may=records.may_draw(context.actor, kind, area, tier), tier=tier)
        for kind in paper_kinds().values() if kind.record == whole_of
    ]  # fmt: skip
    may_any = any(one.may for one in [*wholes, *offers])
    return render_template(
        "paper_new.html", case=head, person=person, wholes=wholes, offers=offers, may_draw=may_any,
        sentence=refusal.sentence(context.lang) if refusal else "",
    )  # fmt: skip


@views.post("/new")
def draw_up() -> Response:
    """Draw up a record and show it."""
    context = ctx()
    case_id, person_id, task_id = _id("case"), _id("person"), _id("task")
    kind = request.form.get("kind", "")[:8]
    whole_case = case_id if task_id is None else None
    whole_person = person_id if task_id is None and case_id is None else None
    command = DrawUp(kind, task_id, whole_case, whole_person)
    try:
        key = context.command_key(request.form.get("_key", ""), f"draw:{kind}:{task_id}")
        done = context.app.do(command, context.actor, key)
    except NotFound:
        raise
    except AidError as refusal:
        return make_response(_new_page(context, case_id, person_id, refusal), status_of(refusal))
    return go(f"/papers/{done.extra['paper']}", "paper_issued")
