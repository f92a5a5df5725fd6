"""`/api/v1`: vacancies and employers, registers with closed months and exports, questionnaires."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import jsonify, make_response, request
from werkzeug.wrappers import Response

from engine.codec import loads
from engine.errors import NotFound
from tasks import org
from tasks.commands_register import DecideExport
from tasks.queries import market_page, measures
from tasks.queries import registers as found
from tasks.registers import lines, tables
from tasks.registers.lines import Line
from tasks.registers.months import is_intact
from tasks.registers.spec import register_spec, register_specs
from tasks.store import registers as store
from tasks.store import surveys as survey_store
from tasks.survey.commands import KeepSurvey, SettleSurvey, ViewSurvey
from tasks.vacancies import TAGS
from web import query, registerfile, registerview
from web.api.body import BadBody, body
from web.api.parts import answer, flag, id_text, instant, key_of, member
from web.api.v1 import views
from web.context import Ctx, ctx
from web.registerview import Asked
from web.surveyview import listing
from web.views.market import over
from web.views.register_exports import requests_of
from web.views.register_months import find_month, seen
from web.views.registers import PAGE, file_of

_PROMISED = {"": None, "yes": True, "no": False}


def _opening(one: market_page.Opening) -> dict[str, Any]:
    return {**one._asdict(), "id": str(one.id), "tags": one.tags.split()}


@views.get("/vacancies")
def vacancies() -> Response:
    """Return open vacancies of the reader's district, narrowed by whom they suit and by the promise."""
    context = ctx()
    tag, promised = request.args.get("tag", ""), request.args.get("promised", "")
    if (tag and tag not in TAGS) or promised not in _PROMISED:
        raise BadBody(what="tag, promised")
    with context.app.read() as conn:
        rows = market_page.openings(conn, over(context), tag, promised=_PROMISED[promised])
    return jsonify(
        vacancies=[_opening(one) for one in rows[: market_page.PAGE]], more=len(rows) > market_page.PAGE
    )


@views.get("/employers")
def employers() -> Response:
    """Return one employer's vacancies and dealings; without a name, whom to ask for vacancies."""
    context = ctx()
    name = request.args.get("name", "")[:100]
    with context.app.read() as conn:
        if not name:
            return jsonify(to_ask=market_page.without_openings(conn, over(context), context.today))
        rows = market_page.openings(conn, over(context), employer=name)
        numbers = market_page.dealings(conn, over(context), name)
    if not (rows or any(numbers)):
        raise NotFound
    return jsonify(name=name, vacancies=[_opening(one) for one in rows], **numbers._asdict())


def _asked(context: Ctx, given: Mapping[str, str]) -> Asked:
    found_out = registerview.read(context, given)
    if found_out.problems:
        raise BadBody(what="、".join(found_out.problems))
    if given.get("before") and found_out.before is None:
        raise BadBody(what="before")
    return found_out


@views.get("/registers")
def registers() -> Response:
    """Return the numbers of an office and of the units below it, its registers and its closed months."""
    context = ctx()
    asked = _asked(context, request.args)
    with context.app.read() as conn:
        summary = tables.Summary(conn, asked.area, asked.period)
        unit = org.unit_of_path(conn, asked.area)
        sizes = {name: found.count(conn, spec, asked.wanted) for name, spec in register_specs().items()}
        closed = store.months_of(conn, unit.id, tables.SUMMARY)
    numbers = [
        {"unit": one.path, "name": one.name,
         "numbers": {name: summary.number(name, one.path) for name in measures.MEASURES}}
        for one in summary.units
    ]  # fmt: skip
    return jsonify(
        unit=asked.area, name=unit.name, first=asked.first.isoformat(), last=asked.last.isoformat(),
        units=numbers, sum={name: summary.number(name, asked.area) for name in measures.MEASURES},
        registers=[{"id": name, "title": register_spec(name).title("zh"), "entries": n}
                   for name, n in sizes.items()],
        closed=[{"month_id": str(one["id"]), "month": one["month"]} for one in closed],
    )  # fmt: skip


def _line(one: Line, names: list[str]) -> dict[str, Any]:
    return {
        "entry": str(one.id), "area": one.area, "case_id": id_text(one.case_id),
        "person_id": id_text(one.person_id), "cells": dict(zip(names, one.cells, strict=True)),
    }  # fmt: skip


@views.get("/registers/<register>")
def register(register: str) -> Response:
    """Return a page of a register's lines, the newest first, as the reader may see them."""
    context = ctx()
    spec, asked = register_spec(register), _asked(context, request.args)
    with context.app.read() as conn:
        entries = found.entries(conn, spec, asked.wanted, asked.before, PAGE)
        rows = lines.lines_of(conn, spec, entries)
        total, unit = found.count(conn, spec, asked.wanted), org.unit_of_path(conn, asked.area)
        closed = store.months_of(conn, unit.id, spec.id)
    names = [one.name for one in spec.columns]
    more = f"{entries[-1].at}-{entries[-1].id}" if len(entries) == PAGE else None
    return jsonify(
        register=spec.id, title=spec.title("zh"), total=total, next=more,
        columns=[{"name": one.name, "label": one.label("zh"), "type": one.type} for one in spec.columns],
        lines=[_line(lines.veiled(context.actor, spec, one), names) for one in rows],
        closed=[{"month_id": str(one["id"]), "month": one["month"], "hash": one["hash"]} for one in closed],
    )  # fmt: skip


@views.get("/registers/months/<int:month_id>")
def register_month(month_id: int) -> Response:
    """Return a closed month with its hash, that of the month before, lines and corrections."""
    context = ctx()
    row, unit = find_month(context, month_id)
    shown, fixed = seen(context, row)
    content = loads(row["content"])
    return jsonify(
        month_id=str(row["id"]), register=row["register"], month=row["month"], unit=unit.path,
        closed_at=instant(row["made_at"]), hash=row["hash"], previous=content["previous"],
        intact=is_intact(row), heads=[one[0] for one in content["heads"]],
        lines=[list(one.cells) for one in shown],
        corrections=[
            {"month": one["month"], "what": one["said"], "was": list(one["was"]), "cells": list(one["cells"])}
            for one in fixed
        ],
    )  # fmt: skip


def _given() -> tuple[dict[str, Any], dict[str, str]]:
    given = body()
    names = ("unit", "from", "to", "under", "register", "reason")
    return given, {name: member(given, name, str, "") for name in names}


@views.post("/registers/<register>/export")
def export_register(register: str) -> Response:
    """Take a register, or `SUM`, along as a workbook; what was taken is recorded."""
    context = ctx()
    given, said = _given()
    asked = _asked(context, said)
    if register == tables.SUMMARY:
        return file_of(*registerfile.summary(context, asked))
    whole = flag(given, "whole", False)
    return file_of(
        *registerfile.register(context, register_spec(register), asked, whole, said["reason"][:400])
    )


@views.get("/registers/exports")
def exports() -> Response:
    """Return one's own requests to take many lines along, and those one may decide."""
    rows = requests_of(ctx())
    names = ("register", "area", "first", "last", "facet", "rows", "whole", "reason", "state", "note")
    return jsonify(
        exports=[
            {"export_id": str(row["id"]), **{name: row[name] for name in names},
             "asked_by": str(row["asked_by"]), "asked_at": instant(row["asked_at"]),
             "decided_by": id_text(row["decided_by"]), "decided_at": instant(row["decided_at"])}
            for row in rows
        ]
    )  # fmt: skip


@views.post("/registers/exports")
def ask_export() -> Response:
    """Ask a second person to let a register (`register`) or a closed month (`month_id`) be taken along."""
    context = ctx()
    given, said = _given()
    if "month_id" in given:
        row, unit = find_month(context, member(given, "month_id", int))
        question = registerfile.question_of_month(row, unit.path, said["reason"][:400])
    else:
        spec, whole = register_spec(said["register"]), flag(given, "whole", False)
        question = registerfile.question(context, spec, _asked(context, said), whole, said["reason"][:400])
    done = context.app.do(question, context.actor, key_of("export"))
    return make_response(jsonify(export_id=done.extra["export_id"]), 201)


@views.post("/registers/exports/<int:export_id>/<what>")
def decide_export(export_id: int, what: str) -> Response:
    """Grant or refuse such a request."""
    if what not in ("grant", "refuse"):
        raise NotFound
    note = str(member(body(), "note", str, ""))[:400]
    ctx().app.do(DecideExport(export_id, what == "grant", note), ctx().actor, key_of(f"{what}:{export_id}"))
    return make_response("", 204)


@views.get("/surveys")
def surveys() -> Response:
    """Return questionnaires that hold of a year, and those that stand beside another."""
    shown = listing(ctx())
    query.insist()

    def short(row: Mapping[Any, Any]) -> dict[str, Any]:
        return {
            "questionnaire_id": str(row["id"]), "person_id": str(row["person_id"]), "name": row["name"],
            "area": row["area"], "place": shown.names.get(row["area"], ""), "surveyed_on": row["surveyed_on"],
        }  # fmt: skip

    return jsonify(
        years=shown.years, surveys=[short(row) for row in shown.rows],
        beside=[short(row) for row in shown.beside],
        next=str(shown.rows[-1]["id"]) if shown.more else None,
    )  # fmt: skip


@views.get("/surveys/<int:questionnaire_id>")
def survey(questionnaire_id: int) -> Response:
    """Return a questionnaire; the look is recorded."""
    context = ctx()
    context.app.do(ViewSurvey(questionnaire_id), context.actor)
    with context.app.read() as conn:
        row = survey_store.by_id(conn, questionnaire_id)
    if row is None:
        raise NotFound
    return jsonify(
        questionnaire_id=str(row["id"]), person_id=str(row["person_id"]), name=row["name"], year=row["year"],
        area=row["area"], surveyed_on=row["surveyed_on"], standing=row["standing"],
        visit_class=row["visit_class"], candidates=row["candidates"].split(), source=row["source"],
        answers=loads(row["answers"]),
    )  # fmt: skip


@views.post("/surveys")
def keep_survey() -> Response:
    """Keep a questionnaire of somebody on file (`person_id`), or of somebody whose file it opens."""
    given = body()
    person = member(given, "person_id", int) if "person_id" in given else None
    command = KeepSurvey(member(given, "answers", dict), person)
    done = ctx().app.do(command, ctx().actor, key_of("survey"))
    return make_response(
        jsonify(
            person_id=id_text(done.person_id), beside=bool(done.extra.get("beside")),
            questionnaire_id=id_text(done.extra.get("questionnaire_id")), same=bool(done.extra.get("same")),
        ), 201,
    )  # fmt: skip


@views.post("/surveys/<int:questionnaire_id>/settle")
def settle_survey(questionnaire_id: int) -> Response:
    """Decide which of two questionnaires of a person and year holds."""
    command = SettleSurvey(questionnaire_id, flag(body(), "holds", True))
    return answer(ctx().app.do(command, ctx().actor, key_of(f"settle:{questionnaire_id}")))
