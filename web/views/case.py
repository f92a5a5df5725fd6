"""The page of one case: all tiers and runs, what is open, every deadline with its count, what may be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, jsonify, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.clock import to_us
from engine.codec import loads
from engine.errors import AidError, FormInvalid, NotFound
from tasks import labels
from tasks.access import allowed
from tasks.forms.spec import Field
from tasks.queries import areas, diagram, trail
from tasks.retention import falls_due
from web import formview, query
from web.actions import ACTIONS, Action
from web.caseview import File, load_file, offered
from web.context import Ctx, ctx
from web.dutywords import duty_choices
from web.errors import status_of
from web.eventwords import QUIET
from web.going import go
from web.marks import marks as marks_of

views = Blueprint("case", __name__)
_EVENTS = 30


@views.get("/cases/<int:case_id>")
def show(case_id: int) -> str:
    """Show a case."""
    context = ctx()
    file = load_file(context, case_id)
    beyond = query.number("beyond")
    detailed = query.flag("detail")
    with context.app.read() as conn:
        events = trail.events(
            conn, case_id, newest_first=True, limit=_EVENTS, beyond=beyond, without=() if detailed else QUIET
        )
        years = context.app.settings(conn)["retention_years"]
    return render_template(
        "case.html", file=file, case=file.head, events=events, offered=offered(context, file),
        keep_until=falls_due(file.head.closed_at, years),
        supervises=allowed(context.actor, "suspend", file.subject),
        conference=loads(file.head.data_json).get("conference", []) if file.may_see("street") else [],
        older=events[-1].seq if len(events) == _EVENTS else None, beyond=beyond, detailed=detailed,
    )  # fmt: skip


@views.get("/cases/<int:case_id>/<action>")
def action(case_id: int, action: str) -> str:
    """Show the small form of an action; one that closes lists first what will be cancelled."""
    context = ctx()
    file = load_file(context, case_id)
    return _form(context, file, _offered(context, file, action))


def _offered(context: Ctx, file: File, name: str) -> Action:
    if name not in ACTIONS or ACTIONS[name] not in offered(context, file):
        raise NotFound
    return ACTIONS[name]


def _form(
    context: Ctx, file: File, action: Action, values: Mapping[str, Any] | None = None,
    refusal: AidError | None = None,
) -> str:  # fmt: skip
    choices = _choices(context, file)
    shown = values
    if shown is None:
        shown = {**formview.prefilled(action.spec, context.today, context.now), **_only(action, choices)}
    view = formview.draw(
        action.spec, shown, context.lang, context.today, choices=choices,
        problems=refusal if isinstance(refusal, FormInvalid) else None,
    )  # fmt: skip
    sentence = refusal.sentence(context.lang) if refusal and not isinstance(refusal, FormInvalid) else ""
    return render_template(
        "action.html", file=file, case=file.head, action=action, form=view, sentence=sentence
    )


def _only(action: Action, choices: formview.Choices) -> dict[str, str]:
    """Return the choices that are none: a list of one thing."""
    offered_ = {one.name: choices(one) for one in action.spec if one.type == "ref"}
    return {name: there[0][0] for name, there in offered_.items() if len(there) == 1}


def _choices(context: Ctx, file: File) -> formview.Choices:
    def choose(spec: Field) -> Sequence[tuple[str, str]]:
        if spec.of in ("deadline", "asked", "standstill"):
            return [
                (row.rule_id, f"{row.rule_id} {row.arithmetic.get('title', '')}")
                for row in file.deadlines_for(spec.of)
            ]
        if spec.of == "community":
            district = areas.district_of(file.head.area)
            with context.app.read() as conn:
                units = areas.units_under(conn, [district], "community")
                names = areas.unit_names(conn, [areas.parent_of(unit["path"]) for unit in units])
            return [
                (str(unit["id"]), f"{names.get(areas.parent_of(unit['path']), '')} {unit['name']}")
                for unit in units if unit["path"] != file.head.area
            ]  # fmt: skip
        if spec.of == "paper":
            standing = (one for one in file.papers if one.voided_at is None)
            return [
                (str(one.id), f"{labels.label('paper', one.kind, context.lang)} {one.number}")
                for one in standing
            ]
        return duty_choices(spec.of, file.duties, context.lang)

    return choose


@views.post("/cases/<int:case_id>/<action>")
def act(case_id: int, action: str) -> Response:
    """Carry out an action; a refusal shows its form again with what was typed."""
    context = ctx()
    file = load_file(context, case_id)
    wanted = _offered(context, file, action)
    values = formview.typed(wanted.spec, request.form)
    try:
        key = context.command_key(request.form.get("_key", ""), f"{action}:{case_id}")
        context.app.do(wanted.make(case_id, values), context.actor, key)
    except AidError as refusal:
        return make_response(_form(context, file, wanted, values, refusal), status_of(refusal))
    return go(f"/cases/{case_id}", "done")


@views.get("/instances/<int:instance_id>/marks")
def marks(instance_id: int) -> Response:
    """Return where an instance stands, for its diagram."""
    context = ctx()
    with context.app.read() as conn:
        found = diagram.standing(conn, instance_id, to_us(context.now), context.graph)
        area = diagram.area_of(conn, instance_id)
        if found is None or area is None:
            raise NotFound
        # what an office began may be worked on below it: whoever sees the task sees where it stands
        if not (context.actor.covers(area) or diagram.has_work_in(conn, context.actor, instance_id)):
            raise NotFound
    return jsonify(marks_of(found, context.graph(found.definition_id), request.args.get("focus", "")))
