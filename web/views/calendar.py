"""A year of the working-day calendar: typed or from a file, looked at for what it moves, then confirmed."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, FormInvalid, NotFound
from tasks import calendar_runs
from tasks.calendar_preview import Preview, calendar_year, preview
from tasks.imports import calendar_of, calendar_of_text
from web import calendarform
from web.adminview import errors_of, refused, sentence_of
from web.calendarform import YearForm
from web.calendargrid import months
from web.context import ctx
from web.going import go
from web.numbers import whole

views = Blueprint("calendar", __name__, url_prefix="/settings/calendar")
_YEARS = range(2000, 2100)


def _form_of(year: int) -> YearForm:
    if year not in _YEARS:
        raise NotFound
    known = ctx().calendar.years.get(year)
    return calendarform.empty(year) if known is None else calendarform.from_year(known)


@views.get("/<int:year>")
def show(year: int) -> str:
    """Show a year as it is, to be changed."""
    return _page(_form_of(year))


def _page(form: YearForm, refusal: AidError | None = None) -> str:
    context = ctx()
    known = context.calendar.years.get(form.year)
    return render_template(
        "calendar.html", form=form, known=known, months=[] if known is None else months(known),
        pasted=request.form.get("paste", ""),
        errors=errors_of(refusal, context.lang), sentence=sentence_of(refusal, context.lang),
    )  # fmt: skip


@views.post("/<int:year>/preview")
def look(year: int) -> Response | str:
    """Show which open deadlines a year would move; nothing is changed yet."""
    form = _form_of(year)
    try:
        given = _given(year)
        if given is not None and given.year != year:
            said = (f"这是{given.year}年的日历。", f"This is the calendar of {given.year}.")
            raise FormInvalid([("file", *said)])
        form = calendarform.from_page(year, request.form) if given is None else given
        page = whole(request.form.get("page") or "1")
        return _preview(form, page)
    except AidError as refusal:
        return refused(_page(form, refusal), refusal)


def _given(year: int) -> YearForm | None:
    """Return a year that came as a file or was pasted; None where its days were typed one by one."""
    upload = request.files.get("file")
    pasted = request.form.get("paste", "").strip()
    if upload is not None and upload.filename:
        return calendarform.from_year(calendar_of(upload.read(), upload.filename))
    if "paste" not in request.form:
        return None
    if not pasted:
        raise FormInvalid([("file", "请选择文件，或粘贴通知正文。", "Choose a file or paste the notice.")])
    form = calendarform.from_year(calendar_of_text(pasted, year))
    form.source = form.source or request.form.get("source", "").strip()[:100]
    return form


def _preview(form: YearForm, page: int = 1, changed: bool = False) -> str:
    context = ctx()
    command = form.command()
    found: Preview = preview(context.app, command, context.actor, page)
    row = calendar_year(command)
    return render_template(
        "calendar_preview.html", form=form, found=found, months=months(row), changed=changed
    )


@views.post("/<int:year>")
def load(year: int) -> Response:
    """Load a year that was looked at."""
    _form_of(year)
    context, form = ctx(), calendarform.from_page(year, request.form)
    try:
        if request.form.get("seen") != context.calendar.version:
            return make_response(_preview(form, changed=True), 409)
        key = context.command_key(request.form.get("_key", ""), f"calendar:{year}")
        done = calendar_runs.load(context.app, form.command(), context.actor, key, calendar_runs.AT_ONCE)
    except AidError as refusal:
        return refused(_page(form, refusal), refusal)
    left = int(done.extra["waiting"])
    said = "calendar_going_on" if left else "calendar_loaded"
    return go("/settings", said, n=int(done.extra["moved"]), lost=left)
