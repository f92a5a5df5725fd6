"""Registers (台账): the summary of an office, each register on its page, the cases behind a number."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.clock import SHANGHAI, from_us
from engine.errors import AidError, NotFound
from tasks import org
from tasks.access import HIDDEN, Subject, authorize, classes_for
from tasks.commands_register import CloseMonth
from tasks.labels import label
from tasks.queries import areas, measures
from tasks.queries import registers as found
from tasks.registers import exporting, lines, tables
from tasks.registers import period as periods
from tasks.registers.approval import SETTING, NeedsApproval
from tasks.registers.spec import register_spec, register_specs
from tasks.registers.workbook import TYPE
from tasks.store import registers as store
from tasks.store.conn import Record
from web import registerfile, registerview
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go
from web.registerview import Asked
from web.words import rule_title

views = Blueprint("registers", __name__, url_prefix="/registers")
PAGE = 50


@views.get("")
def index() -> str:
    """Show the numbers of an office and what registers it keeps."""
    context = ctx()
    return _index(context, registerview.of_address(context))


def _index(context: Ctx, asked: Asked, refusal: AidError | None = None) -> str:
    with context.app.read() as conn:
        summary = tables.Summary(conn, asked.area, asked.period)
        unit = org.unit_of_path(conn, asked.area)
        sizes = {name: found.count(conn, spec, asked.wanted) for name, spec in register_specs().items()}
        closed = store.months_of(conn, unit.id, tables.SUMMARY)
    return render_template(
        "registers.html", asked=asked, summary=summary, measures=list(measures.MEASURES),
        groups=measures.GROUPS, sizes=sizes, specs=register_specs(), units=registerview.units(context),
        unit=unit, closed=closed,
        next_month=_next_month(context, closed) if unit.level in ("street", "district") else "",
        may_close=registerview.may(context, "close_register", asked.area),
        may_export=registerview.may(context, "export_register", asked.area),
        sentence=refusal.sentence(context.lang) if refusal else "",
    )  # fmt: skip


def _next_month(context: Ctx, closed: list[Record]) -> str:
    """Return the month that may be closed by hand: the one before this, while it is open."""
    last = periods.month_before(periods.month_of(context.today))
    return "" if closed and closed[0]["month"] >= last else last


@views.get("/<name>")
def show(name: str) -> str:
    """Show a register of an office, a page at a time."""
    context = ctx()
    return register_page(context, name, registerview.of_address(context))


def register_page(
    context: Ctx, name: str, asked: Asked, refusal: AidError | None = None, reason: str = ""
) -> str:
    """Show a register, with what refuses to let it be taken along."""
    spec = register_spec(name)
    with context.app.read() as conn:
        entries = found.entries(conn, spec, asked.wanted, asked.before, PAGE)
        rows = lines.lines_of(conn, spec, entries)
        unit = org.unit_of_path(conn, asked.area)
        total = found.count(conn, spec, asked.wanted)
        filed = found.facets(conn, spec, _unfiled(asked)) if spec.facet else {}
        closed = store.months_of(conn, unit.id, name)
        alone = context.app.settings(conn)[SETTING]
    more = f"{entries[-1].at}-{entries[-1].id}" if len(entries) == PAGE else ""
    problem = registerview.told(context, refusal)
    return render_template(
        "register.html", asked=asked, spec=spec, heads=registerview.headings(spec.columns, context.lang),
        lines=[lines.veiled(context.actor, spec, one) for one in rows],
        total=total, filed=filed, unit=unit, units=registerview.units(context), closed=closed, more=more,
        may_export=registerview.may(context, "export_register", asked.area),
        may_whole=exporting.may_see_whole(context.actor, asked.area), problem=problem, reason=reason,
        many=total > alone or isinstance(refusal, NeedsApproval), alone=alone,
    )  # fmt: skip


def _unfiled(asked: Asked) -> found.Wanted:
    return found.Wanted((asked.area,), asked.period.since, asked.period.until)


@views.post("/<name>/export")
def export(name: str) -> Response:
    """Take a register, or the summary, along as a workbook; what was taken is recorded."""
    context = ctx()
    asked = registerview.read(context, request.form)
    whole, reason = bool(request.form.get("whole")), request.form.get("reason", "").strip()[:400]
    try:
        if name == tables.SUMMARY:
            content, title = registerfile.summary(context, asked)
        else:
            content, title = registerfile.register(context, register_spec(name), asked, whole, reason)
    except NotFound:
        raise
    except AidError as refusal:
        page = _index(context, asked, refusal) if name == tables.SUMMARY else register_page(
            context, name, asked, refusal, reason
        )  # fmt: skip
        return make_response(page, status_of(refusal))
    return file_of(content, title)


def file_of(content: bytes, title: str) -> Response:
    """Return a workbook as a file to keep."""
    response = make_response(content)
    response.content_type = TYPE
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}.xlsx"
    return response


@views.get("/counted/<name>")
def counted(name: str) -> str:
    """Show what a number of the summary counted."""
    context = ctx()
    asked = registerview.of_address(context)
    if name not in measures.MEASURES:
        raise NotFound
    with context.app.read() as conn:
        rows = measures.behind(conn, name, [asked.area], asked.period, asked.before, PAGE)
        names = areas.unit_names(conn, [row.area for row in rows])
        unit = org.unit_of_path(conn, asked.area)
        total = tables.Summary(conn, asked.area, asked.period).number(name, asked.area)
    more = f"{rows[-1].at}-{rows[-1].id}" if len(rows) == PAGE else ""
    shown = [(row, _name(context, row), _what(context, name, row), _when(row)) for row in rows]
    return render_template("register_counted.html", asked=asked, measure=name, rows=shown, names=names,
                           unit=unit, total=total, more=more)  # fmt: skip


def _name(context: Ctx, row: measures.Counted) -> str:
    seen = classes_for(context.actor, Subject(row.area))
    return (row.name or "") if "P3" in seen else (HIDDEN if row.name else "")


def _when(row: measures.Counted) -> str:
    return row.day or from_us(row.at).astimezone(SHANGHAI).date().isoformat()


def _what(context: Ctx, measure: str, row: measures.Counted) -> str:
    """Return what more is said of a row: the step, the tier, the rule that was missed."""
    match measure:
        case "escalated":
            return context.t("registers.handed_to", tier=label("tier", row.what, context.lang))
        case "welfare":
            return label("code", row.what, context.lang)
        case "in_aid" | "referrals":
            return label("tier", row.what, context.lang)
        case "recognised" | "visits" | "follow_ups":
            return lines.step_name(row.what)
        case "employed" | "working" | "lost":
            return label("code", row.what, context.lang)
        case "waived":
            return label("end", row.what, context.lang)
        case "overdue":
            rule = context.rule(row.what)
            return rule_title(row.what, rule.title if rule is not None else "", context.lang)
    return ""


@views.post("/close")
def close() -> Response:
    """Close a month that is over."""
    context = ctx()
    asked = registerview.read(context, request.form)
    with context.app.read() as conn:
        unit = org.unit_of_path(conn, asked.area)
    authorize(context.actor, "view_register", Subject(unit.path))
    try:
        context.app.do(CloseMonth(unit.id, request.form.get("month", "")[:7]), context.actor)
    except AidError as refusal:
        return make_response(_index(context, asked, refusal), status_of(refusal))
    return go(f"/registers?{asked.query()}", "month_closed")
