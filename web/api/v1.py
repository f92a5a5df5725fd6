"""`/api/v1`: what the pages do, for programs. A session's token is the bearer token."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, make_response, request
from werkzeug.wrappers import Response

from engine.errors import NotFound
from tasks import commands, entrance, sessions
from tasks.id_papers import Paper
from tasks.queries import areas, inbox
from web.api.body import BadBody, body
from web.api.openapi import document
from web.api.parts import answer, id_text, instant, key_of, member, query_number
from web.caseview import load_file
from web.context import ctx, passwords
from web.errors import aid_problem
from web.taskview import load_page
from web.views.inbox import cursor, span_of

views = Blueprint("api", __name__, url_prefix="/api/v1")
_MOST = 200


@views.get("/openapi.json")
def openapi() -> Response:
    """Return the description of this interface."""
    return jsonify(document())


@views.post("/session")
def login() -> Response:
    """Open a session; its token goes into `Authorization: Bearer`."""
    context = ctx()
    given = body()
    name, password = member(given, "username", str), member(given, "password", str)
    opened = entrance.enter_by_program(
        context.app, passwords(), name[:200], password[:400], member(given, "code", str, "")[:64],
        request.remote_addr or "", request.user_agent.string,
    )  # fmt: skip
    if isinstance(opened, sessions.LoginRefused):
        return aid_problem(opened.error)
    return make_response(jsonify(token=opened.token, expires_at=opened.expires_at.isoformat()), 201)


@views.delete("/session")
def logout() -> Response:
    """End the session."""
    context = ctx()
    entrance.leave(context.app, context.token, context.actor)
    return make_response("", 204)


@views.get("/me")
def me() -> Response:
    """Return who is asking."""
    actor = ctx().actor
    grants = [{"role": role, "area": area} for role, area in actor.grants]
    return jsonify(user_id=id_text(actor.user_id), name=actor.name, grants=grants)


@views.get("/tasks")
def tasks() -> Response:
    """Return one page of a list of the inbox."""
    context = ctx()
    which = request.args.get("list", "mine")
    if which not in inbox.LISTS:
        raise BadBody(what="list")
    asked = query_number("limit")
    limit = inbox.PAGE if asked is None else min(max(asked, 1), _MOST)
    given = request.args.get("after", "")
    after = cursor(given)
    if given and after is None:
        raise BadBody(what="after")
    with context.app.read() as conn:
        pools = areas.pools_of(conn, context.actor)
        rows = inbox.page(conn, which, context.user_id, pools, span_of(context), after=after, limit=limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    return jsonify(
        tasks=[
            {
                "id": str(row.id), "element": row.element, "state": row.state, "role": row.role,
                "area": row.area, "assignee_id": id_text(row.assignee_id), "due_at": instant(row.due_at),
                "case_id": id_text(row.case_id), "case_no": row.case_no, "person_id": id_text(row.person_id),
                "tier": row.tier,
            }
            for row in rows
        ],
        next=f"{rows[-1].at}-{rows[-1].id}" if more else None,
    )  # fmt: skip


@views.get("/tasks/<int:task_id>")
def task(task_id: int) -> Response:
    """Return a task with the fields of its form and what they hold."""
    page = load_page(ctx(), task_id)
    one = page.task
    fields = [
        {
            "name": f.name, "label": f.zh, "label_en": f.en, "type": f.type, "options": list(f.options),
            "required": f.required if isinstance(f.required, bool) else f.required.text,
            "show_if": f.show_if.text if f.show_if else None, "routing": f.routing,
        }
        for f in page.spec
    ]  # fmt: skip
    values = {name: value if _plain(value) else str(value) for name, value in page.values.items()}
    return jsonify(
        id=str(one.id), element=one.element, state=one.state, role=one.role, area=one.area,
        process_id=one.process_id, instance_id=str(one.instance_id), assignee_id=id_text(one.assignee_id),
        due_at=instant(one.due_at), case_id=id_text(one.case_id), case_no=one.case_no,
        person_id=id_text(one.person_id), clauses=[clause.id for clause in page.clauses], fields=fields,
        values=values,
    )  # fmt: skip


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | list | dict)


@views.post("/tasks/<int:task_id>/claim")
def claim(task_id: int) -> Response:
    """Take a task from the pool."""
    return answer(ctx().app.do(commands.ClaimTask(task_id), ctx().actor, key_of(f"claim:{task_id}")))


@views.post("/tasks/<int:task_id>/unclaim")
def unclaim(task_id: int) -> Response:
    """Give a task back to the pool."""
    return answer(ctx().app.do(commands.UnclaimTask(task_id), ctx().actor, key_of(f"unclaim:{task_id}")))


@views.post("/tasks/<int:task_id>/complete")
def complete(task_id: int) -> Response:
    """Complete a task with its form."""
    values = member(body(), "values", dict, {})
    command = commands.CompleteTask(task_id, values)
    return answer(ctx().app.do(command, ctx().actor, key_of(f"complete:{task_id}")))


@views.get("/cases/<int:case_id>")
def case(case_id: int) -> Response:
    """Return a case with what is open, its counters, deadlines and papers."""
    file = load_file(ctx(), case_id)
    head = file.head
    return jsonify(
        id=str(head.id), case_no=head.case_no, status=head.status, tier=head.tier, run_no=head.run_no,
        area=head.area, person_id=str(head.person_id), opened_at=instant(head.opened_at),
        closed_at=instant(head.closed_at),
        counters={counter.tier: counter.failed for counter in file.counters},
        processes=[
            {"id": str(one.id), "process_id": one.process_id, "version": one.version, "status": one.status}
            for one in file.instances
        ],
        open=[
            {"id": str(one.id), "element": one.element, "role": one.role, "state": one.state,
             "assignee_id": id_text(one.assignee_id), "due_at": instant(one.due_at)}
            for one in file.tasks
        ],
        deadlines=[
            {"rule_id": one.rule_id, "nth": one.nth, "literal": one.due_literal,
             "effective": one.due_effective, "met": one.met, "completed_on": one.completed_on}
            for one in file.deadlines
        ],
        papers=[
            {"id": str(one.id), "kind": one.kind, "number": one.number, "issued_on": one.issued_on,
             "voided": one.voided_at is not None}
            for one in file.papers
        ],
    )  # fmt: skip


@views.post("/persons")
def create_person() -> Response:
    """Open a person's file."""
    given = body()
    command = commands.RegisterPerson(
        member(given, "name", str), member(given, "id_no", str), member(given, "community_id", int),
        member(given, "phone", str, ""), member(given, "address", str, ""),
        member(given, "facts", dict, {}),
        Paper(*(member(given, name, str, "") for name in ("id_kind", "sex", "birth_date"))),
        member(given, "distinct_reason", str, ""),
    )  # fmt: skip
    return answer(ctx().app.do(command, ctx().actor, key_of("register")), 201)


@views.post("/processes/<process_id>/start")
def start_process(process_id: str) -> Response:
    """Start a process for a person."""
    given = body()
    if not process_id.startswith(("P03_", "P07_")):
        raise NotFound
    command = commands.StartProcess(
        process_id, member(given, "person_id", int), member(given, "values", dict, {})
    )
    return answer(ctx().app.do(command, ctx().actor, key_of(f"start:{process_id}")), 201)


@views.post("/cases/<int:case_id>/messages/<name>")
def message(case_id: int, name: str) -> Response:
    """Deliver a message from outside to a case."""
    if name not in ("MSG-16", "MSG-17", "MSG-23", "MSG-26"):
        raise NotFound
    command = commands.SendMessage(name, case_id, member(body(), "values", dict, {}))
    return answer(ctx().app.do(command, ctx().actor, key_of(f"{name}:{case_id}")), 202)
