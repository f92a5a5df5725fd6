"""A closed month of a register: as it was closed, whether it still is, and as a workbook."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from engine.codec import loads
from engine.errors import AidError, NotFound
from tasks import org
from tasks.access import Subject, authorize
from tasks.labels import label
from tasks.registers import lines, months
from tasks.registers.approval import SETTING
from tasks.registers.lines import Line
from tasks.registers.spec import register_specs
from tasks.registers.tables import SUMMARY
from tasks.store import registers as store
from tasks.store.conn import Record
from web import registerfile, registerview
from web.context import Ctx, ctx
from web.errors import status_of
from web.views.registers import file_of

views = Blueprint("register_months", __name__, url_prefix="/registers/months")
#: Lines of a closed month that a page shows; all of them are in the workbook.
MOST_SHOWN = 500


@views.get("/<int:month_id>")
def show(month_id: int) -> str:
    """Show a closed month."""
    return month_page(ctx(), month_id)


def month_page(context: Ctx, month_id: int, refusal: AidError | None = None, reason: str = "") -> str:
    """Show a closed month, with what refuses to let it be taken along."""
    row, unit = find_month(context, month_id)
    with context.app.read() as conn:
        alone = context.app.settings(conn)[SETTING]
    shown, fixed = seen(context, row)
    return render_template(
        "register_month.html", row=row, unit=unit, heads=_headings(context, row),
        previous=loads(row["content"])["previous"], lines=shown[:MOST_SHOWN], total=len(shown), fixed=fixed,
        intact=months.is_intact(row), title=title_of(context, row), sum=row["register"] == SUMMARY,
        may_export=registerview.may(context, "export_register", unit.path), many=row["rows"] > alone,
        alone=alone, problem=registerview.told(context, refusal), reason=reason,
    )  # fmt: skip


@views.post("/<int:month_id>/export")
def export(month_id: int) -> Response:
    """Take a closed month along as a workbook."""
    context = ctx()
    row, _unit = find_month(context, month_id)
    shown, fixed = seen(context, row)
    title = label("paper", row["register"]) if row["register"] != SUMMARY else "就业援助工作统计表"
    try:
        content = registerfile.closed(context, row, title, shown, fixed)
    except AidError as refusal:
        return make_response(month_page(context, month_id, refusal), status_of(refusal))
    return file_of(content, f"{title}-{row['month']}")


def _headings(context: Ctx, row: Record) -> list[registerview.Heading]:
    content, spec = loads(row["content"]), register_specs().get(row["register"])
    known = {one.name: one for one in spec.columns} if spec is not None else {}
    if known:
        return registerview.headings([known[name] for name in content["columns"]], context.lang)
    return [registerview.Heading(head[0], True) for head in content["heads"]]


def title_of(context: Ctx, row: Record) -> str:
    """Return the name of a closed register in the reader's language."""
    if row["register"] == SUMMARY:
        return context.t("registers.summary")
    return label("paper", row["register"], context.lang)


def find_month(context: Ctx, month_id: int) -> tuple[Record, org.Unit]:
    """Return a closed month and its office; raise NotFound where it is not for who is logged in."""
    with context.app.read() as conn:
        row = store.month_by_id(conn, month_id)
        if row is None:
            raise NotFound
        unit = org.get_unit(conn, row["unit_id"])
    authorize(context.actor, "view_register", Subject(unit.path))
    return row, unit


def seen(context: Ctx, row: Record) -> tuple[list[Line], list[dict[str, Any]]]:
    """Return lines and corrections as the reader may see them."""
    content = loads(row["content"])
    spec = register_specs().get(row["register"])
    if spec is None or content.get("columns") is None:  # numbers: nobody's data
        return [Line(n, 0, 0, "", "", None, "", None, tuple(one["cells"]))
                for n, one in enumerate(content["lines"])], []  # fmt: skip
    known = {one.name: one for one in spec.columns}
    kept = replace(spec, columns=tuple(known[name] for name in content["columns"] if name in known))
    if len(kept.columns) != len(content["columns"]):  # a column that is no more: who might read it is unknown
        raise NotFound
    shown = [lines.veiled(context.actor, kept, months.line_of(one)) for one in content["lines"]]
    fixed = []
    for one in content["corrections"]:
        line = lines.veiled(context.actor, kept, months.line_of(one))
        was = lines.veiled(context.actor, kept, months.line_of({**one, "cells": one["was"]}))
        said = context.t("registers.struck" if one["struck"] else "registers.changed")
        fixed.append({"month": one["month"], "said": said, "cells": line.cells, "was": was.cells})
    return shown, fixed
