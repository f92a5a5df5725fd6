"""An office's own work: its recurring duties, families without work, complaints, warnings, lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from engine.clock import from_us, local_date
from engine.errors import AidError, FormInvalid, NotFound
from tasks import discovery, list_import, relief
from tasks.access import Subject, allowed, permissions
from tasks.commands import Command
from tasks.forms.command_forms import COMMAND_FORMS
from tasks.forms.spec import Field, FormSpec
from tasks.imports import MOST_BYTES, ImportRefused
from tasks.matter_commands import ExplainWindow, FileComplaint, RaiseWarning, ReportZeroFamily
from tasks.note_commands import BeginSurvey
from tasks.queries import applications, areas, matters, offices
from tasks.queries.scope import reading_areas
from web import formview, matterwords
from web.actions import without_note
from web.adminview import carry_out, field
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go, ours
from web.rights import RIGHTS

views = Blueprint("offices", __name__)

#: Page -> its process, command and form: what a worker starts by hand.
FORMS: dict[str, tuple[str, Callable[[Mapping[str, Any]], Command], str]] = {
    "complaint": ("P20_complaint", FileComplaint, "file_complaint"),
    "warning": ("P19_early_warning", RaiseWarning, "raise_warning"),
    "special": ("P01_survey_round", BeginSurvey, "special_survey"),
}
KINDS = (list_import.KIND, *discovery.PROVES)
_LEVELS = {"complaint": ("street", "district"), "warning": ("community", "street", "district"),
           "special": ("community", "street", "district")}  # fmt: skip


@views.get("/office")
def index() -> str:
    """Show the recurring duties of the offices the reader works for."""
    context = ctx()
    with context.app.read() as conn:
        found = offices.duties(conn, _over(context))
    return render_template("offices.html", duties=found, tabs=tabs(context), here_tab="duties",
                           window=lambda one: _window(context, one))  # fmt: skip


def _over(context: Ctx) -> list[str]:
    """Return the areas whose offices the reader sees: those worked for, and all below."""
    return reading_areas(context.actor)


def _window(context: Ctx, one: offices.OfficeDuty) -> str:
    code = one.kind.partition("_")[0]
    return matterwords.window_text(context, code, one.first) if one.first else ""


def tabs(context: Ctx) -> list[tuple[str, str]]:
    """Return the pages of the office open to the reader: (name, address)."""
    found = [("duties", "/office"), ("matters", "/office/matters"), ("families", "/office/families"),
             ("market", "/office/market")]  # fmt: skip
    if RIGHTS["offices.waiting"].allows(context.actor):
        found.append(("applications", "/office/applications"))
    if any(allowed(context.actor, "note_credit", Subject(area)) for _role, area in context.actor.grants):
        found.append(("credit", "/office/credit"))
    found += [(name, f"/office/{name}") for name in FORMS if _starts(context, name)]
    return found + ([("lists", "/office/lists")] if _imports(context) else [])


def _starts(context: Ctx, name: str) -> bool:
    return bool(context.actor.roles & permissions().start[FORMS[name][0]])


def _imports(context: Ctx) -> bool:
    return any(_imports_of(context, area) for _role, area in context.actor.grants)


def _imports_of(context: Ctx, area: str) -> bool:
    return allowed(context.actor, "import_lists", Subject(area))


@views.get("/office/duties/<int:duty_id>")
def duty(duty_id: int) -> str:
    """Show every window of one duty."""
    return _duty(ctx(), duty_id)


def _duty(context: Ctx, duty_id: int, refusal: AidError | None = None, at: int = 0) -> str:
    with context.app.read() as conn:
        found = offices.duty_of(conn, duty_id)
        if found is None or not any(found.area.startswith(area) for area in _over(context)):
            raise NotFound
        windows = offices.windows(conn, found)
    code = found.kind.partition("_")[0]
    return render_template(
        "office_duty.html", duty=found, windows=windows, tabs=tabs(context), here_tab="duties",
        may_explain=allowed(context.actor, "explain_missed", Subject(found.area)),
        rule=context.rule(found.rule_id), refusal=refusal.sentence(context.lang) if refusal else "", at=at,
        typed=field("reason") if refusal else "",
        text=lambda one: matterwords.window_text(context, code, one.first),
    )  # fmt: skip


@views.post("/office/duties/<int:duty_id>/explain/<int:window_id>")
def explain(duty_id: int, window_id: int) -> Response:
    """Explain a window that was missed."""
    done = carry_out(ExplainWindow(window_id, field("reason")), f"explain:{window_id}")
    if isinstance(done, AidError):
        return make_response(_duty(ctx(), duty_id, done, window_id), status_of(done))
    return go(f"/office/duties/{duty_id}", "done")


@views.get("/office/families")
def families() -> str:
    """Show the families without work that are not cleared, and for how long."""
    context = ctx()
    with context.app.read() as conn:
        found = matters.open_families(conn, _over(context))
        about = matterwords.about(context, conn, [one.matter for one in found])
        names = areas.unit_names(conn, [one.area for one in found])
    days = {one.trail_id: days_open(context, one) for one in found}
    return render_template("families.html", rows=found, about=about, names=names, days=days,
                           tabs=tabs(context), here_tab="families")  # fmt: skip


@views.get("/office/applications")
def waiting() -> str:
    """Show the applications on which nothing is decided, and for how long they have been lying."""
    context = ctx()
    with context.app.read() as conn:
        found = applications.undecided(conn, _over(context))
        names = areas.unit_names(conn, [one.area for one in found])
    days = {one.case_id: (context.today - local_date(from_us(one.started_at))).days for one in found}
    return render_template("applications.html", rows=found, names=names, days=days, tabs=tabs(context),
                           here_tab="applications")  # fmt: skip


def days_open(context: Ctx, one: matters.Matter) -> int:
    """Return for how many days a family has been open."""
    return (context.today - local_date(from_us(one.started_at))).days


@views.post("/office/families")
def report_family() -> Response:
    """Tell that nobody in a person's family works."""
    person_id = request.form.get("person", type=int) or 0
    done = carry_out(ReportZeroFamily(person_id), f"family:{person_id}")
    if isinstance(done, AidError):
        raise done
    return go(ours(f"/people/{person_id}"), "done")


@views.route("/office/<any(complaint,warning,special):name>", methods=["GET", "POST"])
def begin(name: str) -> Response | str:
    """Show or take the form that starts a complaint, a warning or a special survey."""
    context = ctx()
    _process, make, form = FORMS[name]
    if not _starts(context, name):
        raise NotFound
    spec = without_note(COMMAND_FORMS[form])
    if request.method == "GET":
        values = formview.prefilled(spec, context.today, context.now)
        return _begin_page(context, name, spec, values)
    values = formview.typed(spec, request.form)
    done = carry_out(make(values), f"{name}:{values.get('unit', '')}")
    if isinstance(done, AidError):
        return make_response(_begin_page(context, name, spec, values, done), status_of(done))
    with context.app.read() as conn:
        trail = matters.trail_of_instance(conn, done.instance_id or 0)
    return go(f"/matters/{trail}" if trail else "/office/matters", "done")


def _begin_page(
    context: Ctx, name: str, spec: FormSpec, values: Mapping[str, Any], refusal: AidError | None = None
) -> str:
    choose = _units(context, name)
    there = choose(spec.fields["unit"])
    shown = {"unit": there[0][0], **values} if len(there) == 1 else values
    view = formview.draw(
        spec, shown, context.lang, context.today, choices=choose,
        problems=refusal if isinstance(refusal, FormInvalid) else None,
    )  # fmt: skip
    sentence = refusal.sentence(context.lang) if refusal and not isinstance(refusal, FormInvalid) else ""
    return render_template("matter_start.html", name=name, form=view, sentence=sentence, tabs=tabs(context),
                           here_tab=name)  # fmt: skip


def _units(context: Ctx, name: str) -> formview.Choices:
    """Return the offices a complaint or warning may be for: the reader's own, those above and below."""
    held = sorted({area for _role, area in context.actor.grants})
    with context.app.read() as conn:
        units = areas.units_under(conn, held)
        names = areas.unit_names(conn, [areas.parent_of(unit["path"]) for unit in units])
    found = [
        (str(unit["id"]), f"{names.get(areas.parent_of(unit['path']), '')} {unit['name']}".strip())
        for unit in units if unit["level"] in _LEVELS[name]
    ]  # fmt: skip

    def choose(one: Field) -> Sequence[tuple[str, str]]:
        return found if one.of == "unit" else ()

    return choose


@views.get("/office/lists")
def lists() -> str:
    """Show where lists are brought in, and the latest ones."""
    return _lists_page(ctx())


def _lists_page(
    context: Ctx, problems: Sequence[str] = (), done: list_import.Taken | None = None, kind: str = ""
) -> str:
    if not _imports(context):
        raise NotFound
    with context.app.read() as conn:
        found = offices.lists(conn, _over(context))
        streets = [street for street, _n, _run in done.compared.runs] if done else []
        names = areas.unit_names(conn, [*streets, *(one.area for one in found)])
    return render_template("lists.html", kinds=KINDS, kind=kind, problems=problems, done=done, rows=found,
                           names=names, tabs=tabs(context), here_tab="lists")  # fmt: skip


@views.post("/office/lists")
def take_list() -> Response | str:
    """Take a list over: all of it or nothing."""
    context = ctx()
    try:
        kind, given = request.form.get("kind", ""), request.files.get("file")
        raw = given.stream.read(MOST_BYTES + 1) if given is not None else b""
        name = (given.filename or "") if given is not None else ""
    except RequestEntityTooLarge:
        return make_response(_lists_page(context, [context.t("lists.too_large")]), 413)
    if kind not in KINDS or not name:
        said = context.t("lists.choose" if kind not in KINDS else "lists.no_file")
        return make_response(_lists_page(context, [said], kind=kind), 422)
    try:
        if kind == list_import.KIND:
            done = list_import.take_contributions(context.app, raw, name, context.actor)
        else:
            done = list_import.take_persons(context.app, raw, kind, name, context.actor)
    except ImportRefused as refusal:
        return make_response(_lists_page(context, refusal.problems, kind=kind), 422)
    return _lists_page(context, done=done, kind=kind)


@views.post("/office/lists/relief")
def give_relief() -> Response | str:
    """Give civil affairs the list of recipients of assistance who have work now."""
    context = ctx()
    reading = [area for _role, area in context.actor.grants if _imports_of(context, area)]
    if not reading:
        raise NotFound
    try:
        key = context.command_key(request.form.get("_key", ""), "relief")
        given = relief.give(context.app, context.actor, min(reading, key=len), field("reason"), key)
    except FormInvalid as refusal:
        told = [zh if context.lang == "zh" else en for _name, zh, en in refusal.problems]
        return make_response(_lists_page(context, told), 422)
    response = make_response(given.content)
    response.content_type = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="relief.csv"'
    return response


@views.get("/office/lists/<kind>.csv")
def template(kind: str) -> Response:
    """Return an empty list with the names of its columns."""
    if kind not in KINDS:
        raise NotFound
    columns = list_import.CONTRIBUTIONS if kind == list_import.KIND else list_import.PERSONS
    response = make_response("\ufeff" + ",".join(columns) + "\r\n")
    response.content_type = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{kind.lower()}.csv"'
    return response


