"""A year of the working-day calendar: typed or from a file, looked at for what it moves, then confirmed."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, FormInvalid, NotFound
from tasks.calendar_preview import Preview, preview
from tasks.imports import calendar_of
from web import calendarform
from web.adminview import carry_out, errors_of, refused, sentence_of
from web.calendarform import YearForm
from web.context import ctx
from web.going import go

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
    return render_template(
        "calendar.html", form=form, known=context.calendar.years.get(form.year),
        errors=errors_of(refusal, context.lang), sentence=sentence_of(refusal, context.lang),
    )  # fmt: skip


@views.post("/<int:year>/preview")
def look(year: int) -> Response | str:
    """Show which open deadlines a year would move; nothing is changed yet."""
    context, form = ctx(), _form_of(year)
    upload = request.files.get("file")
    try:
        if upload is not None and upload.filename:
            form = calendarform.from_year(calendar_of(upload.read(), upload.filename))
            if form.year != year:
                said = (f"文件是{form.year}年的日历。", f"The file is of {form.year}.")
                form = _form_of(year)
                raise FormInvalid([("file", *said)])
        else:
            form = calendarform.from_page(year, request.form)
        found: Preview = preview(context.app, form.command(), context.actor)
    except AidError as refusal:
        return refused(_page(form, refusal), refusal)
    return render_template("calendar_preview.html", form=form, found=found)


@views.post("/<int:year>")
def load(year: int) -> Response:
    """Load a year that was looked at."""
    _form_of(year)
    form = calendarform.from_page(year, request.form)
    try:
        command = form.command()
    except AidError as refusal:
        return refused(_page(form, refusal), refusal)
    done = carry_out(command, f"calendar:{year}")
    if isinstance(done, AidError):
        return refused(_page(form, done), done)
    return go("/settings", "calendar_loaded", n=int(done.extra["moved"]))
