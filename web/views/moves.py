"""Migrating the running cases of a process: the plan, what would become of each case, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, FormInvalid
from engine.migration import ENDS
from tasks.migration_commands import StartMigration, StopMigration
from tasks.migrations import SIGNED
from tasks.queries import studio
from web import query
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go
from web.moveview import STATES, STOPS, begin, load_batch, load_plan, note_unknown

views = Blueprint("moves", __name__, url_prefix="/studio/<key>/migrate")


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
        migration_id = begin(context, command)
    except AidError as refusal:
        return make_response(_page(context, key, given, _typed(given), refusal), status_of(refusal))
    return go(f"/studio/{key}/migrate/{migration_id}")


@views.get("/<int:migration_id>")
def show(key: str, migration_id: int) -> str:
    """Show how far a batch is and what became of each case."""
    context = ctx()
    state = query.one_of("state", STATES)
    found = load_batch(context, key, migration_id, state, query.number("beyond") or 0)
    with context.app.read() as conn:
        versions = {one.version: one for one in studio.versions(conn, key)}
    old, new = versions.get(found.batch.from_version), versions.get(found.batch.to_version)
    return render_template(
        "moves_batch.html", key=key, batch=found.batch, progress=found.progress, rows=found.items,
        state=state, old_id=old and old.id, new_id=new and new.id,
        signed=new is not None and new.status in SIGNED, more=found.more, ends=STOPS,
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
    found = load_plan(context, key, chosen.get("from"), chosen.get("to"), typed, refused=refusal is not None)
    if refusal is None:
        note_unknown(found)
    return render_template(
        "moves.html", key=key, versions=found.versions, old=found.old, new=found.new,
        questions=found.questions, further=typed.get("further", found.further), batches=found.batches,
        chosen=chosen, ends=STOPS, sentence=_sentence(context, refusal), planned=found.planned, signed=SIGNED,
    )  # fmt: skip


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
    return {old: ENDS if new == STOPS else new for old, new in found.items()}


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
