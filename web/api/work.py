"""`/api/v1`: the rest of the day's work, as the pages of a task, a case and a person offer it."""

from __future__ import annotations

from typing import Any

from flask import jsonify, make_response, request
from werkzeug.wrappers import Response

from engine.clock import to_us
from engine.errors import FormInvalid, NotFound
from tasks import commands, papers, people
from tasks.queries import areas, case_page, diagram, person_page, trail
from tasks.queries.scope import reading_areas, require_file
from tasks.queries.trail import Happened
from web.actions import ACTIONS, PERSON_ACTIONS, Action
from web.api.body import body
from web.api.parts import answer, id_text, instant, key_of, member, query_number
from web.api.v1 import views
from web.caseview import load_file, offered
from web.context import Ctx, ctx
from web.eventwords import QUIET, event_words
from web.marks import marks as marks_of
from web.personview import load_person
from web.personview import offered as offered_for_person
from web.views.paper import load as load_paper

_EVENTS = 100
_FOUND = 50


def _reason(given: dict[str, Any]) -> str:
    text = str(member(given, "reason", str, "")).strip()[:500]
    if not text:
        raise FormInvalid([("reason", ctx().t("task.reason_needed"), ctx().t("task.reason_needed"))])
    return text


def _carry_out(command: commands.Command, what: str) -> Response:
    return answer(ctx().app.do(command, ctx().actor, key_of(what)))


@views.post("/tasks/<int:task_id>/draft")
def save_draft(task_id: int) -> Response:
    """Keep what was typed so far."""
    values = member(body(), "values", dict, {})
    ctx().app.do(commands.SaveDraft(task_id, values), ctx().actor)
    return make_response("", 204)


@views.post("/tasks/<int:task_id>/reassign")
def reassign(task_id: int) -> Response:
    """Hand a task to another person for good."""
    given = body()
    command = commands.ReassignTask(task_id, member(given, "to", int), _reason(given))
    return _carry_out(command, f"reassign:{task_id}")


@views.post("/tasks/<int:task_id>/send-back")
def send_back(task_id: int) -> Response:
    """Return the work to an earlier step."""
    given = body()
    command = commands.SendBack(task_id, member(given, "to", str), _reason(given))
    return _carry_out(command, f"send-back:{task_id}")


@views.post("/tasks/<int:task_id>/withdraw")
def withdraw(task_id: int) -> Response:
    """Take back one's own completed step."""
    return _carry_out(commands.Withdraw(task_id, _reason(body())), f"withdraw:{task_id}")


@views.get("/cases/<int:case_id>/events")
def case_events(case_id: int) -> Response:
    """Return one page of what happened in a case, newest first."""
    context = ctx()
    load_file(context, case_id)
    beyond = query_number("beyond")
    without = () if request.args.get("detail") == "1" else QUIET
    with context.app.read() as conn:
        found = trail.events(
            conn, case_id, newest_first=True, limit=_EVENTS, beyond=beyond, without=without
        )
    return jsonify(
        events=[told(context, one) for one in found],
        next=str(found[-1].seq) if len(found) == _EVENTS else None,
    )


def told(context: Ctx, event: Happened) -> dict[str, Any]:
    """Return an event in the words of the pages."""
    words = event_words(context, event)
    return {
        "seq": event.seq, "at": instant(event.at), "kind": event.kind, "title": words.title,
        "step": words.step, "detail": words.detail, "element": event.element,
        "process_id": event.process_id, "actor": event.actor, "role": event.role,
        "clauses": list(words.clauses),
    }  # fmt: skip


def _as_json(actions: list[Action]) -> Response:
    return jsonify(
        actions=[
            {
                "name": one.name, "closes": one.closes,
                "fields": [
                    {"name": f.name, "label": f.zh, "label_en": f.en, "type": f.type,
                     "options": list(f.options), "required": f.required if isinstance(f.required, bool)
                     else f.required.text}
                    for f in one.spec
                ],
            }
            for one in actions
        ]
    )  # fmt: skip


@views.get("/cases/<int:case_id>/actions")
def case_actions(case_id: int) -> Response:
    """Return what may be done about a case beside its tasks, with the fields each asks."""
    return _as_json(offered(ctx(), load_file(ctx(), case_id)))


@views.post("/cases/<int:case_id>/actions/<action>")
def case_act(case_id: int, action: str) -> Response:
    """Do something about a case beside its tasks."""
    context = ctx()
    wanted = ACTIONS.get(action)
    if wanted is None or wanted not in offered(context, load_file(context, case_id)):
        raise NotFound
    values = member(body(), "values", dict, {})
    return _carry_out(wanted.make(case_id, values), f"{action}:{case_id}")


@views.get("/instances/<int:instance_id>/marks")
def marks(instance_id: int) -> Response:
    """Return where a process stands in its diagram."""
    context = ctx()
    with context.app.read() as conn:
        found = diagram.standing(conn, instance_id, to_us(context.now), context.graph)
        area = diagram.area_of(conn, instance_id)
    if found is None or area is None or not context.actor.covers(area):
        raise NotFound
    return jsonify(marks_of(found, context.graph(found.definition_id), request.args.get("focus", "")))


@views.get("/persons")
def persons() -> Response:
    """Find persons by name, telephone or identity number."""
    context = ctx()
    text = request.args.get("q", "")[:60].strip()
    with context.app.read() as conn:
        areas_read = reading_areas(context.actor)
        rows = people.search(conn, context.app.keys, text, areas_read, _FOUND) if text else []
        names = areas.unit_names(conn, [row["area"] for row in rows])
    return jsonify(
        persons=[
            {"id": str(row["id"]), "name": row["name"], "id_masked": row["id_masked"], "sex": row["sex"],
             "birth_date": row["birth_date"], "phone": row["phone"], "area": names.get(row["area"], "")}
            for row in rows
        ]
    )  # fmt: skip


@views.get("/persons/<int:person_id>")
def person(person_id: int) -> Response:
    """Return a person's file, as far as the reader may see it."""
    page = load_person(ctx(), person_id)
    head = page["person"]
    return jsonify(
        id=str(head.id), name=head.name, id_masked=head.id_masked, sex=head.sex, birth_date=head.birth_date,
        phone=head.phone, address=head.address, area=page["area_name"], facts=head.facts,
        cases=[
            {"id": str(one.id), "case_no": one.case_no, "status": one.status, "tier": one.tier,
             "run_no": one.run_no, "opened_at": instant(one.opened_at), "closed_at": instant(one.closed_at)}
            for one in page["cases"]
        ],
        employments=[one._asdict() for one in page["jobs"]],
        benefits=[one._asdict() for one in page["benefits"]],
    )  # fmt: skip


def _person_offers(person_id: int) -> list[Action]:
    context = ctx()
    with context.app.read() as conn:
        head = person_page.person_head(conn, person_id)
        duties = case_page.duties(conn, person_id)
    if head is None:
        raise NotFound
    require_file(context.actor, head.area)
    return offered_for_person(context, head.area, duties)


@views.get("/persons/<int:person_id>/actions")
def person_actions(person_id: int) -> Response:
    """Return what may be recorded for a person without a case."""
    return _as_json(_person_offers(person_id))


@views.post("/persons/<int:person_id>/actions/<action>")
def person_act(person_id: int, action: str) -> Response:
    """Record something for a person without a case."""
    wanted = PERSON_ACTIONS.get(action)
    if wanted is None or wanted not in _person_offers(person_id):
        raise NotFound
    values = member(body(), "values", dict, {})
    return _carry_out(wanted.make(person_id, values), f"{action}:{person_id}")


@views.get("/papers/<int:paper_id>")
def paper(paper_id: int) -> Response:
    """Return an issued paper as it was issued."""
    shown = load_paper(ctx(), paper_id)
    row, html = shown.row, shown.text
    return jsonify(
        id=str(row["id"]), kind=row["kind"], number=row["number"], issued_on=row["issued_on"],
        case_id=id_text(row["case_id"]), voided=row["voided_at"] is not None, hash=row["hash"],
        intact=papers.is_intact(row), html=html,
    )  # fmt: skip
