"""`/api/v1`: migrating running cases: the plan, a dry or a real batch, how far it is, and stopping it."""

from __future__ import annotations

from typing import Any

from flask import jsonify, make_response, request
from werkzeug.wrappers import Response

from engine.migration import ENDS
from tasks.migration_commands import StartMigration, StopMigration
from tasks.queries import migrations as queries
from tasks.queries.migrations import Batch
from web import query
from web.api.body import BadBody, body
from web.api.parts import flag, id_text, instant, key_of, member, query_number
from web.api.studio import reason_of
from web.api.v1 import views
from web.context import ctx
from web.moveview import STATES, STAYS, STOPS, Moving, begin, load_batch, load_plan, note_unknown

#: No version is larger.
_MOST = 2**31 - 1


def _target(chosen: str) -> str | None:
    """Return where a step goes: an id, an empty text where its work ends, None where cases stay."""
    return {STAYS: None, STOPS: ENDS}.get(chosen, chosen)


@views.get("/processes/<process_id>/migration-plan")
def migration_plan(process_id: str) -> Response:
    """Return which steps have no place in the newer version, with their cases and where those could go."""
    found = load_plan(ctx(), process_id, request.args.get("from"), request.args.get("to"), {})
    note_unknown(found)
    query.insist()
    further = dict(line.split(" = ") for line in found.further.splitlines())
    questions = [
        {"element": one.node.id, "name": one.node.name, "why": one.why, "cases": one.cases,
         "suggested": _target(one.chosen), "targets": [node.id for node in one.targets]}
        for one in found.questions
    ]  # fmt: skip
    return jsonify(
        process_id=process_id, from_version=found.old.version if found.old else None,
        to_version=found.new.version if found.new else None, planned=found.planned, questions=questions,
        mapping=further,
    )  # fmt: skip


@views.get("/processes/<process_id>/migrations")
def migrations(process_id: str) -> Response:
    """Return the latest batches of a process."""
    with ctx().app.read() as conn:
        found = queries.batches(conn, process_id)
    return jsonify(migrations=[_batch(one) for one in found])


def _batch(one: Batch) -> dict[str, Any]:
    return {
        "migration_id": str(one.id), "process_id": one.key, "from_version": one.from_version,
        "to_version": one.to_version, "mapping": one.mapping, "recompute": bool(one.recompute),
        "dry": bool(one.dry), "reason": one.reason, "state": one.state, "made_by": one.maker,
        "made_at": instant(one.made_at), "ended_at": instant(one.ended_at),
    }  # fmt: skip


@views.post("/processes/<process_id>/migrations")
def start_migration(process_id: str) -> Response:
    """Begin a batch: a dry one, unless `dry` is false, only tells what would become of each case."""
    given = body()
    mapping = member(given, "mapping", dict, {})
    if not all(isinstance(one, str) for one in mapping.values()):
        raise BadBody(what="mapping")
    command = StartMigration(
        process_id, _version(given, "from_version"), _version(given, "to_version"), mapping,
        flag(given, "recompute", False), flag(given, "dry", True), reason_of(given),
    )  # fmt: skip
    made = begin(ctx(), command, key_of(f"migration:{process_id}"))
    return make_response(_moving(load_batch(ctx(), process_id, made)), 202)


def _version(given: dict[str, Any], name: str) -> int:
    number: int = member(given, name, int)
    if number > _MOST:
        raise BadBody(what=name)
    return number


@views.get("/processes/<process_id>/migrations/<int:migration_id>")
def migration(process_id: str, migration_id: int) -> Response:
    """Return how far a batch is, and a page of what became or would become of each case."""
    state = request.args.get("state", "")
    if state and state not in STATES:
        raise BadBody(what="state")
    return _moving(load_batch(ctx(), process_id, migration_id, state, query_number("beyond") or 0))


def _moving(found: Moving) -> Response:
    done = found.progress
    return jsonify(
        **_batch(found.batch) | {"state": done.state},
        progress={"total": done.total, "waiting": done.waiting, "done": done.done, "refused": done.refused,
                  "gone": done.gone},
        items=[
            {"n": one.n, "instance_id": str(one.instance_id), "case_id": id_text(one.case_id),
             "case_no": one.case_no, "state": one.state, "said": one.said}
            for one in found.items
        ],
        next=found.more,
    )  # fmt: skip


@views.post("/processes/<process_id>/migrations/<int:migration_id>/stop")
def stop_migration(process_id: str, migration_id: int) -> Response:
    """Let a batch go no further; what it has done stays."""
    body()
    load_batch(ctx(), process_id, migration_id)
    ctx().app.do(StopMigration(migration_id), ctx().actor, key_of(f"stop:{migration_id}"))
    return _moving(load_batch(ctx(), process_id, migration_id))
