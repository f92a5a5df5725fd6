"""`/api/v1`: the auditor's desk: cases found, a trail as its reader may see it, verified, taken along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import jsonify, make_response, request
from werkzeug.wrappers import Response

from engine.errors import FormInvalid
from tasks import commands_audit
from tasks.queries import audit_find
from tasks.queries.audit_find import Found
from tasks.queries.proof import prove
from web.api.body import body
from web.api.parts import id_text, instant, key_of, member, query_number
from web.api.v1 import views
from web.api.work import told
from web.audit import search, why
from web.audit.file import AuditFile, load
from web.audit.reading import note_view, of_person, take_bundle, zipped
from web.context import Ctx, ctx

_EVENTS = 200


@views.get("/audit/cases")
def audit_cases() -> Response:
    """Return cases by unit, worker, step, clause, period, deadline, version and status, a page at a time."""
    context = ctx()
    asked = search.read(context, request.args)
    if asked.problems:
        raise FormInvalid([(name, said, said) for name, said in asked.problems.items()])
    with context.app.read() as conn:
        rows = audit_find.find(conn, asked.wanted, query_number("before"))
    return _cases(rows, rows[-1].id if len(rows) == audit_find.PAGE else None)


def _cases(rows: Sequence[Found], more: int | None = None, **beside: Any) -> Response:
    return jsonify(
        cases=[
            {"case_id": str(one.id), "case_no": one.case_no, "area": one.area, "status": one.status,
             "tier": one.tier, "run_no": one.run_no, "opened_at": instant(one.opened_at),
             "closed_at": instant(one.closed_at)}
            for one in rows
        ],
        next=id_text(more), **beside,
    )  # fmt: skip


@views.post("/audit/persons")
def audit_persons() -> Response:
    """Find the cases of a person by name, telephone or identity number; the search is recorded."""
    text = str(member(body(), "person", str)).strip()[:60]
    if not text:
        said = ctx().t("find.by_person")
        raise FormInvalid([("person", said, said)])
    rows, others = of_person(ctx(), text)
    told = [{"trail_id": str(one.trail_id), "kind": one.kind, "area": one.area} for one in others]
    return _cases(rows, trails=told)


@views.get("/audit/<int:trail_id>")
def audit_trail(trail_id: int) -> Response:
    """Return a trail as it stands or stood after the event `at`, covered; the look is recorded."""
    context = ctx()
    file = load(context, trail_id, query_number("at"))
    note_view(context, trail_id)
    return jsonify(
        trail_id=str(trail_id), kind=file.owner.kind, title=file.title, area=file.owner.area,
        covered=file.covered, person=None if file.person is None else dict(file.person),
        events=len(file.events), last=file.last,
        processes=[_way(file, run) for run in (*file.main_runs, *file.duty_runs)],
        waits=[
            {"instance_id": str(one.run.id), "element": one.element, "sentence": one.sentence,
             "late": one.late, "since": one.since, "clauses": list(one.clauses)}
            for one in why.waits(file)
        ],
        papers=[
            {"id": str(one.id), "kind": one.kind, "number": one.number, "issued_on": one.issued_on,
             "sha256": one.hash}
            for one in file.papers
        ],
    )  # fmt: skip


def _way(file: AuditFile, run: Any) -> dict[str, Any]:
    """Return one process with the way it took on the version it ran, and why at each branch."""
    trace = file.trace(run)
    return {
        "instance_id": str(run.id), "process_id": run.process_id, "version": run.version,
        "digest": run.digest, "status": trace.status, "started_at": instant(run.started_at),
        "left": [{"event": one.seq, "version": one.version, "digest": one.digest} for one in run.left],
        "way": [{"event": one.seq, "flow": one.flow} for one in trace.passed],
        "stands_at": sorted(trace.tokens), "broken_at": trace.fault,
        "branches": [
            {"event": one.seq, "sentence": one.sentence, "rule": one.rule, "clauses": list(one.clauses)}
            for one in why.branches(file, run)
        ],
    }  # fmt: skip


@views.get("/audit/<int:trail_id>/events")
def audit_events(trail_id: int) -> Response:
    """Return one page of a trail in order, with the link of each event, what is personal covered."""
    context = ctx()
    beyond = query_number("beyond") or 0
    note_view(context, trail_id)
    file = load(context, trail_id)
    found = [one for one in file.shown if one.seq > beyond][:_EVENTS]
    return jsonify(
        events=[{**told(context, one), "data": one.data, "hash": bytes(one.hash).hex()} for one in found],
        next=str(found[-1].seq) if len(found) == _EVENTS else None,
    )


@views.post("/audit/<int:trail_id>/verify")
def audit_verify(trail_id: int) -> Response:
    """Prove the chain of a trail."""
    body()
    context = ctx()
    load(context, trail_id)
    with context.app.read() as conn:
        report = prove(conn, context.app.keys, context.config.checkpoints, trail_id)
    return jsonify(
        whole=report.ok, events=report.events, outside=report.outside,
        faults=[str(fault) for fault in report.faults],
    )  # fmt: skip


@views.post("/audit/<int:trail_id>/unmask")
def audit_unmask(trail_id: int) -> Response:
    """Uncover the person for a while, for a reason that goes into the trail."""
    context: Ctx = ctx()
    reason = str(member(body(), "reason", str, ""))
    load(context, trail_id)
    context.app.do(commands_audit.Unmask(trail_id, reason), context.actor, key_of(f"unmask:{trail_id}"))
    return make_response("", 204)


@views.post("/audit/<int:trail_id>/bundle")
def audit_bundle(trail_id: int) -> Response:
    """Take the evidence of a trail along, for a reason; what was taken is recorded in the trail."""
    return zipped(take_bundle(ctx(), trail_id, str(member(body(), "reason", str, ""))))
