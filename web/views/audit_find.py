"""Finding cases to check: by person, who never stands in an address, and by everything else, which does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import FormInvalid, NotFound
from engine.store.proof import last_seal
from engine.verify import Report
from tasks import commands_audit
from tasks.access import Subject, allowed, authorize
from tasks.queries import areas, audit_find, case_page
from tasks.queries.audit_find import Found
from tasks.queries.proof import prove
from tasks.queries.trail_owners import Owner
from web import query
from web.audit import search
from web.audit.export import csv_of
from web.audit.reading import of_person
from web.audit.search import Search
from web.audit.spoiled import or_spoiled
from web.audit.trails import beside_cases, trail_title
from web.context import Ctx, ctx
from web.going import go

views = Blueprint("audit_find", __name__, url_prefix="/audit")
#: Events that a page may verify while somebody waits: about ten seconds of it. More is for the command line.
MOST_VERIFIED = 200_000


@views.get("")
def index() -> str | Response:
    """Find cases by number, unit, worker, step, clause, period, deadline or version."""
    context = ctx()
    number = request.args.get("q", "").strip()[:60].upper()
    if number:
        with context.app.read() as conn:
            found = case_page.case_by_no(conn, number)
        if found is not None and allowed(context.actor, "view_audit", Subject(found[2])):
            return go(f"/audit/{found[0]}")
    asked = search.read(context, request.args)
    for name in asked.problems.keys() - search.SEARCHED:
        query.odd(name, asked.typed[name], said=True)
    rows, every, before = None, query.flag("all"), query.number("before")
    if asked.asked or every:
        with context.app.read() as conn:
            rows = [] if asked.problems else audit_find.find(conn, asked.wanted, before)
    return _page(context, asked, rows, number)


def _page(
    context: Ctx, asked: Search, rows: list[Found] | None, number: str = "", searched: bool = False,
    problem: str = "", report: Report | None = None, others: Sequence[Owner] = (),
) -> str:  # fmt: skip
    with context.app.read() as conn:
        seal = last_seal(conn)
        names = areas.unit_names(conn, [row.area for row in (*(rows or ()), *others)])
    more = rows[-1].id if rows and len(rows) == audit_find.PAGE and not searched else None
    return render_template(
        "audit.html", asked=asked, rows=rows, names=names, q=number, missed=bool(number), more=more,
        searched=searched, problem_said=problem, report=report, seal=seal,
        may_verify=seal is None or seal.events <= MOST_VERIFIED,
        choices=search.choices(context), deadline_states=audit_find.DEADLINE_STATES,
        others=[(one, trail_title(context, one)) for one in others], desks=beside_cases(context),
        query=_query(asked.typed), step=asked.elements[0] if len(asked.elements) == 1 else "",
    )  # fmt: skip


def _query(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in typed.items() if value}


@views.post("/person")
def person() -> str | Response:
    """Find the cases of a person by name, telephone or identity number; the search is recorded."""
    context = ctx()
    text = request.form.get("person", "").strip()[:60]
    asked = search.read(context, {})
    if not text:
        return make_response(_page(context, asked, None, problem=context.t("find.no_person_typed")), 422)
    rows, others = of_person(context, text)
    return _page(context, asked, rows, searched=True, others=others)


@views.post("/verify")
def verify() -> str | Response:
    """Verify every trail with what was told outside, while there are few enough to wait for."""
    context = ctx()
    authorize(context.actor, "verify_audit", Subject(""))
    return or_spoiled(context, None, lambda: _verify(context))


def _verify(context: Ctx) -> Response:
    with context.app.read() as conn:
        seal = last_seal(conn)
        fits = seal is None or seal.events <= MOST_VERIFIED
        report = prove(conn, context.app.keys, context.config.checkpoints) if fits else None
    return make_response(_page(context, search.read(context, {}), None, report=report))


@views.post("/export")
def export() -> Response:
    """Take a list of cases along as a table; what was taken is recorded, and stands on the table itself."""
    context = ctx()
    asked = search.read(context, request.form)
    if asked.problems:
        raise NotFound
    with context.app.read() as conn:
        rows = audit_find.find(conn, asked.wanted, most=audit_find.MOST_EXPORTED + 1)
        names = areas.unit_names(conn, [row.area for row in rows])
    table = csv_of(context, rows, names)
    note = commands_audit.NoteExport("cases", table.hash, len(rows))
    try:
        context.app.do(note, context.actor)
    except FormInvalid as refusal:
        said = " ".join(zh if context.lang == "zh" else en for _name, zh, en in refusal.problems)
        return make_response(_page(context, asked, rows[: audit_find.PAGE], problem=said), 422)
    response = make_response(table.file())
    response.content_type = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="cases-{table.hash[:12]}.csv"'
    return response
