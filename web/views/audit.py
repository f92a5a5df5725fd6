"""One trail for those who check it: its way over all tiers, every event, why it waits, and its proof."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import FormInvalid
from engine.verify import Report
from tasks import commands_audit
from tasks.queries import studio
from tasks.queries.audit_case import Run
from tasks.queries.proof import prove
from tasks.queries.trail_owners import may
from web import query
from web.audit import drawing, timeline, why
from web.audit.file import AuditFile, load
from web.audit.reading import note_view, take_bundle, zipped
from web.audit.spoiled import or_spoiled
from web.audit.trails import of_person
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go

views = Blueprint("audit", __name__, url_prefix="/audit")
_PAGE = 100
#: The last event of a process.
_OVER = frozenset({"ProcessEnded", "ProcessCancelled"})


@views.get("/<int:case_id>")
def show(case_id: int) -> str | Response:
    """Show a trail as it stands or stood after an event; the person stays unnamed (SECURITY 2.2)."""
    context = ctx()
    return or_spoiled(context, case_id, lambda: _show(context, case_id))


def _show(context: Ctx, case_id: int) -> str:
    file = load(context, case_id, query.number("at"))
    if request.headers.get("HX-Request") == "true":
        return render_template("audit_part.html", file=file, waits=why.waits(file), **_road(file))
    note_view(context, case_id)
    return _page(file)


def _page(
    file: AuditFile, result: Report | None = None, problem: str = "", wanting: str = "", reason: str = ""
) -> str:
    kinds = ["all", *timeline.GROUPS]
    kind, step = query.one_of("kind", kinds, "all"), request.args.get("step", "")[:64]
    run = query.number("run")
    chosen = timeline.entries(file, kind, step, run, query.number("after") or 0, _PAGE)
    total = len(timeline.kept_to(file, kind, step, run))
    steps = sorted(
        {(e.element, e.definition_id) for e in file.events if e.element and e.kind.startswith("Task")},
        key=lambda one: str(one[0]),
    )
    person_id = file.owner.person_id
    others = [one for one in of_person(file.context, person_id) if one[0] != file.id] if person_id else []
    return render_template(
        "audit_case.html", file=file, case=file.head, waits=why.waits(file), entries=chosen, kind=kind,
        step=step, steps=steps, kinds=kinds, result=result, problem=problem,
        reason=reason, wanting=wanting, total=total,
        may_unmask=may(file.context.actor, file.owner, "uncover"),
        may_take=may(file.context.actor, file.owner, "take"), trails=others,
        more=chosen[-1].event.seq if len(chosen) == _PAGE else None, **_road(file),
    )  # fmt: skip


def _road(file: AuditFile) -> dict[str, object]:
    """Return the process drawn: the one asked for, else the one that still runs."""
    run = file.run(query.number("show") or 0) or _latest(file)
    if run is None or not file.has_begun(run):
        return {"run": None, "picture": None, "trace": None, "branches": [], "passed": []}
    with file.context.app.read() as conn:
        xml = studio.diagram(conn, run.definition_id) or ""
    trace, graph = file.trace(run), file.graph(run)
    way = [(place, one) for place, one in enumerate(trace.passed, 1) if one.flow in graph.flows]
    passed = [(place, one.seq, graph.flows[one.flow]) for place, one in way]
    picture = drawing.draw(drawing.picture(xml), graph, trace)
    return {
        "run": run, "picture": picture, "trace": trace, "branches": list(why.branches(file, run)),
        "passed": passed, "asked": bool(request.args.get("show")),
    }  # fmt: skip


def _latest(file: AuditFile) -> Run | None:
    """Return what tells most: of the processes still running the one last worked on, else the last of all."""
    main = {run.id: run for run in file.main_runs}
    over = {event.instance_id for event in file.events if event.kind in _OVER}
    worked = [event.instance_id for event in reversed(file.events) if event.instance_id in main]
    running = (instance_id for instance_id in worked if instance_id not in over)
    latest = next(running, worked[0] if worked else None)
    return None if latest is None else main[latest]


@views.post("/<int:case_id>/verify")
def verify(case_id: int) -> str | Response:
    """Prove the chain of a case and show the result."""
    context = ctx()
    return or_spoiled(context, case_id, lambda: _verify(context, case_id))


def _verify(context: Ctx, case_id: int) -> str:
    file = load(context, case_id)
    with context.app.read() as conn:
        proof = prove(conn, context.app.keys, context.config.checkpoints, case_id)
    return _page(file, proof)


@views.post("/<int:case_id>/unmask")
def unmask(case_id: int) -> str | Response:
    """Uncover the person for a while, for a reason that goes into the trail."""
    context = ctx()
    return or_spoiled(context, case_id, lambda: _unmask(context, case_id), 409)


def _unmask(context: Ctx, case_id: int) -> Response:
    reason = request.form.get("reason", "")
    file = load(context, case_id)
    try:
        context.app.do(
            commands_audit.Unmask(case_id, reason), context.actor, _key(context, f"unmask:{case_id}")
        )
    except FormInvalid as refusal:
        return make_response(_page(file, problem=_said(refusal, context), reason=reason), status_of(refusal))
    return go(f"/audit/{case_id}", "unmasked")


@views.post("/<int:case_id>/bundle")
def bundle(case_id: int) -> str | Response:
    """Take the evidence of a case along, for a reason; what was taken is recorded in the trail."""
    context = ctx()
    return or_spoiled(context, case_id, lambda: _bundle(context, case_id), 409)


def _bundle(context: Ctx, case_id: int) -> Response:
    reason = request.form.get("reason", "")
    file = load(context, case_id)
    try:
        return zipped(take_bundle(context, case_id, reason))
    except FormInvalid as refusal:
        page = _page(file, wanting=_said(refusal, context), reason=reason)
        return make_response(page, status_of(refusal))


def _key(context: Ctx, what: str) -> str | None:
    return context.command_key(request.form.get("_key", ""), what)


def _said(refusal: FormInvalid, context: Ctx) -> str:
    return " ".join(zh if context.lang == "zh" else en for _name, zh, en in refusal.problems)
