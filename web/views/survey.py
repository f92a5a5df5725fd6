"""Questionnaires: filled in at a door, read, settled where two stand beside each other, and found again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from engine.codec import loads
from engine.errors import AidError, DuplicatePerson, FormInvalid, NotFound
from tasks.access import Subject, allowed
from tasks.queries import areas, person_page
from tasks.queries.scope import reading_tiers, require_file
from tasks.store import surveys
from tasks.survey import form
from tasks.survey.check import ON_FILE
from tasks.survey.commands import KeepSurvey, SettleSurvey, ViewSurvey
from tasks.survey.schema import questionnaire
from tasks.survey.visitor import signature
from web import formview, query
from web.adminview import carry_out, number, refused, sentence_of
from web.context import Ctx, ctx
from web.going import go
from web.numbers import whole
from web.surveyview import listing, look_again, may_import, words_of

views = Blueprint("survey", __name__, url_prefix="/surveys")
#: The field the questions have on a page of their own, as in the task.
FIELD = "survey"


@views.get("")
def index() -> str:
    """List questionnaires: those that stand beside another first, then what was asked for."""
    context = ctx()
    shown = listing(context)
    return render_template(
        "surveys.html", shown=shown, said=shown.wanted.words(context.lang),
        may_import=may_import(context.actor),
    )  # fmt: skip


@views.get("/new")
def new() -> str:
    """Show an empty questionnaire, of somebody on file or of somebody new."""
    context = ctx()
    head = _person(context, query.number("person"))
    with context.app.read() as conn:
        typed: dict[str, Any] = {**signature(conn, context.actor, context.today)}
    if head is not None:
        typed |= {"name": head.name, "mobile": head.phone or ""}
    return _form_page(head, typed)


def _person(context: Ctx, wanted: int | None) -> person_page.PersonHead | None:
    if wanted is None:
        return None
    with context.app.read() as conn:
        head = person_page.person_head(conn, wanted)
    if head is None:
        raise NotFound
    require_file(context.actor, head.area)
    return head


def _form_page(
    head: person_page.PersonHead | None, typed: Mapping[str, Any], refusal: AidError | None = None
) -> str:
    context = ctx()
    spec = form.spec(FIELD, ON_FILE if head is not None else frozenset())
    problems = refusal if isinstance(refusal, FormInvalid) else None
    if problems is not None:
        problems = FormInvalid([(f"{FIELD}__{name}", zh, en) for name, zh, en in problems.problems])
    view = formview.draw(
        spec, form.named(typed, FIELD), context.lang, context.today, problems=problems
    )
    there = None
    if isinstance(refusal, DuplicatePerson) and reading_tiers(context.actor, str(refusal.data["area"])):
        there = refusal.data["person_id"]
    return render_template(
        "survey_form.html", person=head, form=view, there=there, script=questionnaire().scripts,
        sentence=refusal.sentence(context.lang) if refusal is not None and problems is None else "",
    )  # fmt: skip


@views.post("")
def create() -> Response:
    """Keep a questionnaire."""
    context = ctx()
    head = _person(context, request.form.get("person", type=whole))
    typed = form.from_posted(request.form, FIELD)
    done = carry_out(KeepSurvey(typed, head.id if head is not None else None), "survey")
    if isinstance(done, AidError):
        return refused(_form_page(head, typed, done), done)
    if "questionnaire_id" not in done.extra:
        return go(f"/people/{done.person_id}", "survey_same")
    said = "survey_beside" if done.extra.get("beside") else "survey_kept"
    return go(f"/surveys/{done.extra['questionnaire_id']}", said)


@views.get("/<int:questionnaire_id>")
def show(questionnaire_id: int) -> str:
    """Show a questionnaire, and beside it the one that holds where there are two."""
    return _page(ctx(), questionnaire_id)


def _page(context: Ctx, questionnaire_id: int, refusal: AidError | None = None) -> str:
    context.app.do(ViewSurvey(questionnaire_id), context.actor)
    with context.app.read() as conn:
        row = surveys.by_id(conn, questionnaire_id)
        if row is None:
            raise NotFound
        others = surveys.of_person(conn, row["person_id"], row["year"])
        names = areas.unit_names(conn, [row["area"]])
        doubtful = look_again(context, conn, row)
    answers = loads(row["answers"])
    held = next((one for one in others if one["standing"] == "held" and one["id"] != row["id"]), None)
    other = loads(held["answers"]) if held is not None and row["standing"] == "beside" else None
    return render_template(
        "survey_show.html", row=row, others=others, held=held if other is not None else None,
        lines=words_of(answers, other, context.lang), place=names.get(row["area"], ""),
        warnings=doubtful,
        may_settle=allowed(context.actor, "settle_survey", Subject(row["area"])),
        sentence=sentence_of(refusal, context.lang),
    )  # fmt: skip


@views.post("/<int:questionnaire_id>/settle")
def settle(questionnaire_id: int) -> Response:
    """Decide which of two questionnaires holds."""
    holds = number("holds") == 1
    done = carry_out(SettleSurvey(questionnaire_id, holds), f"settle:{questionnaire_id}")
    if isinstance(done, AidError):
        return refused(_page(ctx(), questionnaire_id, done), done)
    return go(f"/surveys/{questionnaire_id}", "survey_settled")

