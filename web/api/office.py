"""`/api/v1`: notices, incidents, processes, clauses, settings, the own password."""

from __future__ import annotations

from flask import jsonify, make_response
from werkzeug.wrappers import Response

from engine.clock import to_us
from engine.errors import NotFound
from tasks import commands, entrance
from tasks.queries import office, studio
from web import clauses, query
from web.api.body import body
from web.api.parts import answer, id_text, instant, key_of, member
from web.api.v1 import views
from web.context import ctx, passwords

_EVENTS = 200


@views.get("/notices")
def notices() -> Response:
    """Return what the product told the person, unread ones unless all are asked for."""
    context = ctx()
    every = query.flag("all")
    query.insist()
    with context.app.read() as conn:
        rows = office.notices(conn, context.user_id, unread=not every)
    return jsonify(
        notices=[
            {"id": str(row.id), "kind": row.kind, "case_id": id_text(row.case_id), "case_no": row.case_no,
             "task_id": id_text(row.task_id), "data": row.data, "at": instant(row.created_at),
             "read": row.read_at is not None}
            for row in rows
        ]
    )  # fmt: skip


@views.post("/notices/read")
def read_notices() -> Response:
    """Mark one notice, or all, as read."""
    context, given = ctx(), body()
    one = member(given, "notice", int) if "notice" in given else None
    with context.app.db.transaction() as conn:
        office.mark_read(conn, context.user_id, to_us(context.now), one)
    return make_response("", 204)


@views.get("/incidents")
def incidents() -> Response:
    """Return the incidents of the reader's area, open or resolved."""
    context = ctx()
    state = query.one_of("state", ("open", "resolved"), "open")
    query.insist()
    every = None if "system_admin" in context.actor.roles else list(context.actor.areas("supervisor"))
    with context.app.read() as conn:
        rows = office.incidents(conn, every, state=state)
    return jsonify(
        incidents=[
            {"id": str(row.id), "kind": row.kind, "detail": row.detail, "state": row.state,
             "element": row.element, "process_id": row.process_id, "instance_id": id_text(row.instance_id),
             "case_id": id_text(row.case_id), "case_no": row.case_no, "opened_at": instant(row.opened_at)}
            for row in rows
        ]
    )  # fmt: skip


@views.post("/incidents/<int:incident_id>/retry")
def retry_incident(incident_id: int) -> Response:
    """Try again what failed."""
    command = commands.RetryIncident(incident_id)
    return answer(ctx().app.do(command, ctx().actor, key_of(f"retry:{incident_id}")))


@views.get("/processes")
def processes() -> Response:
    """Return every version of every process, with how many instances it has."""
    with ctx().app.read() as conn:
        rows = studio.versions(conn)
    return jsonify(
        processes=[
            {"definition_id": str(row.id), "process_id": row.key, "version": row.version, "name": row.name,
             "status": row.status, "digest": row.digest, "running": row.running, "ended": row.ended,
             "reason": row.reason, "author": row.author, "approver": row.approver,
             "created_at": instant(row.created_at), "activated_at": instant(row.activated_at)}
            for row in rows
        ]
    )  # fmt: skip


@views.get("/definitions/<int:definition_id>")
def definition(definition_id: int) -> Response:
    """Return a diagram as it was deployed, as BPMN."""
    with ctx().app.read() as conn:
        text = studio.diagram(conn, definition_id)
    if text is None:
        raise NotFound
    response = make_response(text)
    response.content_type = "application/xml; charset=utf-8"
    return response


@views.get("/clauses/<clause_id>")
def clause(clause_id: str) -> Response:
    """Return a clause of the policy."""
    found = clauses.clause(clause_id)
    lang = ctx().lang
    return jsonify(
        id=found.id, document=found.document(lang), article=found.article(lang), quote=found.quote_zh
    )


@views.get("/settings")
def settings() -> Response:
    """Return what the office has decided, and what the default is."""
    context = ctx()
    with context.app.read() as conn:
        values = context.app.settings(conn)
    return jsonify(
        settings=[
            {"id": one.id, "title": one.title, "type": one.type, "basis": one.basis,
             "rules": list(one.rules), "reading": one.reading, "default": one.default,
             "value": values.get(one.id)}
            for one in context.app.library.settings.values()
        ]
    )  # fmt: skip


@views.put("/me/password")
def change_password() -> Response:
    """Set a new password; the session at hand stays."""
    context, given = ctx(), body()
    old, new = member(given, "old_password", str), member(given, "password", str)
    entrance.change_password(
        context.app, passwords(), context.actor, old[:400], new[:400], context.token
    )
    return make_response("", 204)
