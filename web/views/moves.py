"""Migrating the running cases of a process: the plan, what would become of each case, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, FormInvalid, NotFound
from engine.graph import Node
from engine.migration import ENDS, Plan, make_plan
from tasks import migration_runs
from tasks.migration_commands import StartMigration, StopMigration
from tasks.migrations import areas_of
from tasks.queries import migrations, studio
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go
from web.numbers import whole

views = Blueprint("moves", __name__, url_prefix="/studio/<key>/migrate")
#: Cases dealt with while the page is made; the worker goes on with the rest.
_AT_ONCE = 40
_PAGE = 100
#: What a select says for "the work of this step ends" and for "leave such cases on their version".
_ENDS, _STAYS = "-", ""


@dataclass(frozen=True, slots=True)
class Question:
    """A step without a place in the new version, with how many cases stand there and where they could go."""

    node: Node
    why: str
    cases: int
    targets: list[Node]
    chosen: str


@views.get("")
def plan(key: str) -> str:
    """Ask from which version to which, and where cases on removed steps go."""
    return _page(ctx(), key, request.args, {})


@views.post("")
def start(key: str) -> Response:
    """Begin a dry or a real batch; what was wrong is said beside what was typed."""
    context = ctx()
    given = request.form
    try:
        mapping = _mapping(given)
        command = StartMigration(
            key, _number(given, "from"), _number(given, "to"), mapping, given.get("recompute") == "1",
            given.get("go") != "start", given.get("reason", ""),
        )  # fmt: skip
        made = context.app.do(command, context.actor)
    except AidError as refusal:
        return make_response(_page(context, key, given, _typed(given), refusal), status_of(refusal))
    migration_id = int(made.extra["migration"])
    migration_runs.run(context.app, migration_id, most=_AT_ONCE)
    return go(f"/studio/{key}/migrate/{migration_id}")


@views.get("/<int:migration_id>")
def show(key: str, migration_id: int) -> str:
    """Show how far a batch is and what became of each case."""
    context = ctx()
    state = request.args.get("state", "")
    beyond = request.args.get("beyond", 0, type=whole) or 0
    areas = areas_of(context.actor)
    with context.app.read() as conn:
        found = migrations.batches(conn, key, migration_id)
        rows = migrations.items(conn, migration_id, areas, state=state, beyond=beyond, limit=_PAGE)
        versions = {one.version: one.id for one in studio.versions(conn, key)}
    if not found:
        raise NotFound
    done = migration_runs.progress(context.app, migration_id, areas)
    return render_template(
        "moves_batch.html", key=key, batch=found[0], progress=done, rows=rows, state=state,
        old_id=versions.get(found[0].from_version), new_id=versions.get(found[0].to_version),
        more=rows[-1].n if len(rows) == _PAGE else None, ends=_ENDS,
    )  # fmt: skip


@views.post("/<int:migration_id>/stop")
def stop(key: str, migration_id: int) -> Response:
    """Let a batch go no further."""
    context = ctx()
    context.app.do(StopMigration(migration_id), context.actor)
    return go(f"/studio/{key}/migrate/{migration_id}", "migration_stopped")


def _page(
    context: Ctx, key: str, chosen: Mapping[str, str], typed: Mapping[str, str],
    refusal: AidError | None = None,
) -> str:  # fmt: skip
    areas = areas_of(context.actor) or []
    with context.app.read() as conn:
        here = migrations.running(conn, key, areas)
        versions = [replace(one, running=here.get(one.id, 0)) for one in studio.versions(conn, key)]
        if not versions:
            raise NotFound
        active = next((one for one in versions if one.status == "active"), None)
        to = _chosen(versions, chosen.get("to"), active)
        older = [one for one in versions if to is not None and one.version != to.version and one.running]
        of = _chosen(versions, chosen.get("from"), older[0] if older else None)
        if refusal is not None and of == to:
            to = active  # what was typed has to be shown
        latest = migrations.batches(conn, key)
        stands = migrations.standing(conn, of.id, areas) if of is not None else {}
        plan = None
        if of is not None and to is not None and of.id != to.id:
            definitions = context.app.definitions
            plan = make_plan(definitions.get(conn, of.id), definitions.get(conn, to.id))
    questions, further = _questions(context, plan, stands, typed) if plan is not None else ([], "")
    return render_template(
        "moves.html", key=key, versions=versions, old=of, new=to, questions=questions,
        further=typed.get("further", further), batches=latest, chosen=chosen, ends=_ENDS,
        sentence=_sentence(context, refusal), planned=plan is not None,
    )  # fmt: skip


def _questions(
    context: Ctx, plan: Plan, stands: Mapping[str, int], typed: Mapping[str, str]
) -> tuple[list[Question], str]:
    """Return what has to be decided, with what looks right, and the further lines of the mapping."""
    suggested = plan.suggestions()
    found = [
        Question(
            node, why.zh if context.lang == "zh" else why.en, stands.get(node.id, 0), plan.targets(node),
            typed.get(node.id, suggested.get(node.id, _STAYS)),
        )
        for node, why in plan.unplaced()
    ]  # fmt: skip
    asked = {question.node.id for question in found}
    return found, "\n".join(f"{old} = {new}" for old, new in suggested.items() if old not in asked)


def _chosen(
    versions: list[studio.Version], given: str | None, otherwise: studio.Version | None
) -> studio.Version | None:
    wanted = whole(given) if given and given.isdecimal() else None
    return next((one for one in versions if one.version == wanted), otherwise)


def _typed(given: Mapping[str, str]) -> dict[str, str]:
    """Return what was chosen for each step, and the further lines as they were typed."""
    typed = {name[4:]: value for name, value in given.items() if name.startswith("map.")}
    return {**typed, "further": given.get("further", "")}


def _mapping(given: Mapping[str, str]) -> dict[str, str]:
    """Return the mapping a form gives; raise FormInvalid for a line that is none."""
    found = {name: target for name, target in _typed(given).items() if name != "further" and target}
    for line in given.get("further", "").splitlines():
        if not line.strip():
            continue
        old, equal, new = (part.strip() for part in line.partition("="))
        if not (old and equal and new):
            zh = f"“{line.strip()[:40]}”不是“旧编号 = 新编号”的写法。"
            raise FormInvalid([("further", zh, f"“{line.strip()[:40]}” is not written “old id = new id”.")])
        found[old] = new
    return {old: ENDS if new == _ENDS else new for old, new in found.items()}


def _number(given: Mapping[str, str], name: str) -> int:
    value = given.get(name, "")
    if not value.isdecimal() or len(value) > 9:
        raise FormInvalid([(name, "请选择版本。", "Choose a version.")])
    return int(value)


def _sentence(context: Ctx, refusal: AidError | None) -> str:
    if refusal is None:
        return ""
    if isinstance(refusal, FormInvalid):
        return " ".join(zh if context.lang == "zh" else en for _name, zh, en in refusal.problems)
    return refusal.sentence(context.lang)
