"""Importing workbooks of questionnaires: template, upload, what is wrong, taking over with progress."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, make_response, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from engine.errors import AidError
from tasks.survey import importing
from tasks.survey.rowcheck import columns_of
from tasks.survey.workbook import MOST_BYTES, WorkbookRefused
from web import query
from web.adminview import refused, sentence_of
from web.context import Ctx, ctx
from web.going import go

views = Blueprint("survey_import", __name__, url_prefix="/surveys/imports")
MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(response: Response, name: str) -> Response:
    """Make an answer a workbook to be saved."""
    response.content_type = MEDIA
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"survey.xlsx\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    return response


@views.get("")
def index() -> str:
    """Show how to import, and one's own imports."""
    return _index(ctx())


def _index(context: Ctx, refusal: AidError | None = None) -> str:
    importing.require_right(context.actor)
    with context.app.read() as conn:
        mine = importing.listed(conn, context.actor)
    return render_template(
        "survey_imports.html", mine=mine, most=MOST_BYTES >> 20, sentence=_said(context, refusal)
    )


def _said(context: Ctx, refusal: AidError | None) -> str:
    if isinstance(refusal, WorkbookRefused):
        return " ".join(refusal.problems)
    return sentence_of(refusal, context.lang)


@views.get("/template.xlsx")
def blank() -> Response:
    """Give the template."""
    from tasks.survey.template import template  # the library behind it is heavy

    return workbook(make_response(template()), "百姓就业服务需求调查问卷模板.xlsx")


@views.post("")
def upload() -> Response:
    """Take a file and begin to check it."""
    context = ctx()
    try:
        importing.require_right(context.actor)
        given = request.files.get("file")
        if given is None or not given.filename:
            raise WorkbookRefused([context.t("survey.no_file")])
        path = importing.keep_upload(given.stream)
        made = importing.start(context.app, context.actor, path, given.filename, own_file=True)
    except RequestEntityTooLarge:
        refusal = WorkbookRefused([context.t("survey.too_large", most=MOST_BYTES >> 20)])
        return make_response(_index(context, refusal), 413)
    except AidError as refusal:
        return refused(_index(context, refusal), refusal)
    return go(f"/surveys/imports/{made}")


@views.get("/<int:import_id>")
def show(import_id: int) -> str:
    """Show how far an import is, what is wrong with its rows, and what it brought."""
    return _page(ctx(), import_id)


def _page(context: Ctx, import_id: int, refusal: AidError | None = None) -> str:
    start = min(query.number("after") or 0, 10**8)
    with context.app.read() as conn:
        found = importing.mine(conn, context.actor, import_id)
        waits = found.stored != "checking" and not found.running
        faults = importing.faults(context.app, conn, import_id, start) if waits else []
        warned = importing.faults(context.app, conn, import_id, 0, 20, warned=True) if waits else []
    lines = [(one.row, columns_of(one.problems)) for one in faults]
    unlikely = [(one.row, columns_of(one.problems)) for one in warned]
    return render_template(
        "survey_import.html", found=found, lines=lines, unlikely=unlikely, start=start,
        last=faults[-1].row if len(faults) == 50 else None, sentence=_said(context, refusal),
        most=importing.MOST_FAULTS,
    )  # fmt: skip


@views.post("/<int:import_id>/<any(go,drop):what>")
def act(import_id: int, what: str) -> Response:
    """Take the rows over, or put the import away."""
    context = ctx()
    try:
        if what == "go":
            importing.go_on(context.app, context.actor, import_id)
        else:
            importing.drop(context.app, context.actor, import_id)
    except AidError as refusal:
        return refused(_page(context, import_id, refusal), refusal)
    if what == "drop":
        return go("/surveys/imports", "import_dropped")
    return go(f"/surveys/imports/{import_id}")


@views.get("/<int:import_id>/rows.xlsx")
def mend(import_id: int) -> Response:
    """Give the rows with faults, with their reasons, to be mended and imported again."""
    from tasks.survey.template import faulty_rows

    context = ctx()
    with context.app.read() as conn:
        found = importing.mine(conn, context.actor, import_id)
        content = faulty_rows(importing.all_faults(context.app, conn, import_id))
    return workbook(make_response(content), f"需改正的行_{found.name.rpartition('.')[0] or found.name}.xlsx")
