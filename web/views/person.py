"""People: find, register, the file, start an application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, DuplicatePerson, FormInvalid, NotFound, PossibleDuplicate
from tasks import commands, id_papers, people
from tasks.access import Subject, authorize_start, classes_for, shown_person
from tasks.id_papers import Paper
from tasks.nonlocals import FACT
from tasks.queries import areas, case_page, person_page
from tasks.queries.case_page import case_by_no
from tasks.queries.scope import reading_areas, reading_tiers, require_file
from tasks.survey_round import INTERVIEW
from web import formview
from web.actions import PERSON_ACTIONS, Action
from web.context import Ctx, ctx
from web.dutywords import duty_choices
from web.errors import status_of
from web.facts import fact_lines
from web.going import go
from web.personview import load_person, offered
from web.views.courses import streets_of

views = Blueprint("person", __name__, url_prefix="/people")
_MOST = 50
APPLICATION = "P03_registration_recognition"
#: What the form of a new file says of a resident who is registered elsewhere.
ELSEWHERE = "elsewhere"


@views.get("")
def index() -> str | Response:
    """Search people by name, telephone, identity number or case number."""
    context = ctx()
    text = request.args.get("q", "")[:60].strip()
    reading = reading_areas(context.actor)
    with context.app.read() as conn:
        found = case_by_no(conn, text.upper()) if text else None
        if found is not None and reading_tiers(context.actor, found[2]):
            return go(f"/cases/{found[0]}")
        rows = people.search(conn, context.app.keys, text, reading, _MOST) if text else []
        names = areas.unit_names(conn, [row["area"] for row in rows])
        subjects = person_page.subjects(conn, [(row["id"], row["area"]) for row in rows])
    shown = [shown_person(row, classes_for(context.actor, subjects[row["id"]])) for row in rows]
    return render_template("people.html", q=text, rows=shown, names=names, full=len(rows) == _MOST,
                           may_train=bool(streets_of(context.actor)))  # fmt: skip


@views.get("/new")
def new() -> str:
    """Show the form for a new file."""
    return _new_page({})


def _new_page(typed: Mapping[str, Any], refusal: AidError | None = None) -> str:
    context = ctx()
    errors: dict[str, str] = {}
    if isinstance(refusal, FormInvalid):
        errors = {name: zh if context.lang == "zh" else en for name, zh, en in refusal.problems}
    there = None
    if isinstance(refusal, DuplicatePerson):
        mine = reading_tiers(context.actor, str(refusal.data.get("area", "")))
        there = refusal.data.get("person_id") if mine else None
    alike = str(refusal.data["persons"]) if isinstance(refusal, PossibleDuplicate) else ""
    with context.app.read() as conn:
        same = list(people.persons(conn, [int(one) for one in alike.split(",") if one]).values())
        units = areas.units_under(conn, reading_areas(context.actor), "community")
        names = areas.unit_names(conn, [areas.parent_of(unit["path"]) for unit in units])
        homes = areas.unit_names(conn, [one["area"] for one in same])
    communities = [
        (str(unit["id"]), names.get(areas.parent_of(unit["path"]), ""), unit["name"]) for unit in units
    ]
    sentence = refusal.sentence(context.lang) if refusal and not errors else ""
    return render_template(
        "person_new.html", kinds=id_papers.KINDS, sexes=id_papers.SEXES, typed=typed, errors=errors,
        sentence=sentence, there=there, communities=communities,
        same=[(one["id"], one["name"], one["id_masked"], homes.get(one["area"], "")) for one in same],
        ask_why=isinstance(refusal, PossibleDuplicate) or bool(typed.get("distinct_reason")),
    )  # fmt: skip


@views.post("")
def create() -> Response:
    """Open a person's file; a number that is on file leads to that file."""
    context = ctx()
    form = request.form
    names = ("name", "id_no", "phone", "address", "community_id", "id_kind", "sex", "birth_date", "origin",
             "distinct_reason")
    typed = {name: form.get(name, "").strip()[:200] for name in names}
    try:
        community = int(typed["community_id"][:18]) if typed["community_id"].isdecimal() else 0
        command = commands.RegisterPerson(
            typed["name"], typed["id_no"], community, typed["phone"], typed["address"],
            {FACT: True} if typed["origin"] == ELSEWHERE else {},
            Paper(typed["id_kind"], typed["sex"], typed["birth_date"]), typed["distinct_reason"],
        )  # fmt: skip
        done = context.app.do(command, context.actor, context.command_key(form.get("_key", ""), "register"))
    except AidError as refusal:
        return make_response(_new_page(typed, refusal), status_of(refusal))
    return go(f"/people/{done.person_id}", "registered")


@views.get("/<int:person_id>")
def show(person_id: int) -> str:
    """Show a person's file."""
    return _page(ctx(), person_id)


def _page(context: Ctx, person_id: int, refusal: AidError | None = None) -> str:
    page = load_person(context, person_id)
    area = page["person"].area
    return render_template(
        "person.html", facts=fact_lines(page["person"].facts, context.lang, context.t),
        actions=offered(context, area, page["duties"]), may_start=_may_start(context, APPLICATION, area),
        may_visit=_may_start(context, INTERVIEW, area),
        sentence=refusal.sentence(context.lang) if refusal else "",
        linked_case=refusal.data.get("case_id") if refusal else None, **page,
    )  # fmt: skip


def _may_start(context: Ctx, process_id: str, area: str) -> bool:
    try:
        authorize_start(context.actor, process_id, Subject(area))
    except AidError:
        return False
    return True


@views.post("/<int:person_id>/start")
def start(person_id: int) -> Response:
    """Start an application in person (P03)."""
    return _start(APPLICATION, person_id)


@views.post("/<int:person_id>/interview")
def interview(person_id: int) -> Response:
    """Begin an interview at the door (P01a)."""
    return _start(INTERVIEW, person_id)


def _start(process_id: str, person_id: int) -> Response:
    context = ctx()
    try:
        command = commands.StartProcess(process_id, person_id)
        key = context.command_key(request.form.get("_key", ""), f"start:{process_id}:{person_id}")
        done = context.app.do(command, context.actor, key)
    except NotFound:
        raise
    except AidError as refusal:
        return make_response(_page(context, person_id, refusal), status_of(refusal))
    there = f"/cases/{done.case_id}" if done.case_id else f"/people/{person_id}"
    target = f"/tasks/{done.next_task_id}" if done.next_task_id else there
    return go(target, "begun" if process_id == INTERVIEW else "started")


@views.route("/<int:person_id>/<action>", methods=["GET", "POST"])
def act(person_id: int, action: str) -> Response | str:
    """Show or carry out an action that needs no case."""
    context = ctx()
    wanted = PERSON_ACTIONS.get(action)
    with context.app.read() as conn:
        head = person_page.person_head(conn, person_id)
    if head is None or wanted is None:
        raise NotFound
    require_file(context.actor, head.area)
    if request.method == "GET":
        return _action_page(
            context, head, wanted, formview.prefilled(wanted.spec, context.today, context.now)
        )
    values = formview.typed(wanted.spec, request.form)
    try:
        key = context.command_key(request.form.get("_key", ""), f"{action}:{person_id}")
        context.app.do(wanted.make(person_id, values), context.actor, key)
    except AidError as refusal:
        return make_response(_action_page(context, head, wanted, values, refusal), status_of(refusal))
    return go(f"/people/{person_id}", "done")


def _action_page(
    context: Ctx, head: person_page.PersonHead, action: Action, values: Mapping[str, Any],
    refusal: AidError | None = None,
) -> str:  # fmt: skip
    with context.app.read() as conn:
        duties = case_page.duties(conn, head.id)
    view = formview.draw(
        action.spec, values, context.lang, context.today,
        choices=lambda spec: duty_choices(spec.of, duties, context.lang),
        problems=refusal if isinstance(refusal, FormInvalid) else None,
    )  # fmt: skip
    sentence = refusal.sentence(context.lang) if refusal and not isinstance(refusal, FormInvalid) else ""
    return render_template("action.html", file=None, case=None, person=head, action=action, form=view,
                           sentence=sentence)  # fmt: skip
