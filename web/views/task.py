"""The page of one task: its form, the person, why it is due, its clause, the diagram, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, FormInvalid, NotFound
from tasks import commands
from tasks.forms.spec import FormSpec
from tasks.queries import inbox, task_page
from web import formview
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go
from web.numbers import whole
from web.taskview import Page, load_page
from web.views.inbox import span_of

views = Blueprint("task", __name__, url_prefix="/tasks")


@views.get("/<int:task_id>")
def show(task_id: int) -> str:
    """Show a task."""
    return _render(load_page(ctx(), task_id))


def _render(
    page: Page,
    values: Mapping[str, Any] | None = None,
    refusal: AidError | None = None,
    spare: Mapping[str, int] | None = None,
) -> str:
    context = ctx()
    form = formview.draw(
        page.spec, page.values if values is None else values, context.lang, context.today,
        choices=page.choices, spare_rows=spare,
        problems=refusal if isinstance(refusal, FormInvalid) else None,
    )  # fmt: skip
    sentence = refusal.sentence(context.lang) if refusal and not isinstance(refusal, FormInvalid) else ""
    return render_template("task.html", page=page, task=page.task, form=form, sentence=sentence, typed=values)


def refused_at(context: Ctx, task_id: int, refusal: AidError) -> Response:
    """Answer with the page of a task that says at its head why something about it was refused."""
    page = _render(load_page(context, task_id), None, refusal)
    return make_response(page, status_of(refusal))


def refused_page(context: Ctx, task_id: int, sentence: str) -> str:
    """Return the page of a task with a sentence on what was refused beside its form."""
    page = load_page(context, task_id)
    form = formview.draw(page.spec, page.values, context.lang, context.today, choices=page.choices)
    return render_template(
        "task.html", page=page, task=page.task, form=form, sentence="", problem=sentence, typed=None
    )


@views.post("/<int:task_id>")
def complete(task_id: int) -> Response:
    """Complete a task; a refusal shows the page again with everything that was typed."""
    context = ctx()
    values = _typed(_spec(context, task_id))
    if "_add" in request.form:
        return make_response(_render(load_page(context, task_id), values, spare={request.form["_add"]: 1}))
    try:
        key = context.command_key(request.form.get("_key", ""), f"complete:{task_id}")
        done = context.app.do(commands.CompleteTask(task_id, values), context.actor, key)
    except AidError as refusal:
        return make_response(_render(load_page(context, task_id), values, refusal), status_of(refusal))
    if request.form.get("_then") == "list":
        return go("/inbox", "completed")
    following = done.next_task_id or _next_of_mine(context)
    return go(f"/tasks/{following}" if following else "/inbox", "completed")


def _spec(context: Ctx, task_id: int) -> FormSpec:
    """Return the form of a task without reading its page; the command holds the rights."""
    with context.app.read() as conn:
        found = task_page.element_of(conn, task_id)
    if found is None:
        raise NotFound
    return context.form(*found)


def _typed(spec: FormSpec) -> dict[str, Any]:
    return formview.typed(spec, request.form)


def _next_of_mine(context: Ctx) -> int | None:
    """Return the task that is due first among those in hand."""
    with context.app.read() as conn:
        rows = inbox.page(conn, "mine", context.user_id, (), span_of(context), limit=1)
    return rows[0].id if rows else None


@views.post("/<int:task_id>/draft")
def draft(task_id: int) -> Response:
    """Keep what was typed so far."""
    context = ctx()
    context.app.do(commands.SaveDraft(task_id, _typed(_spec(context, task_id))), context.actor)
    if request.headers.get("Sec-Fetch-Mode") == "navigate":
        return go(f"/tasks/{task_id}", "draft_saved")
    return make_response("", 204)


@views.post("/<int:task_id>/row")
def add_row(task_id: int) -> Response:
    """Show the form with one more row in a list, for browsers without scripts."""
    page = load_page(ctx(), task_id)
    return make_response(_render(page, _typed(page.spec), spare={request.form.get("_add", ""): 1}))


@views.post("/<int:task_id>/claim")
def claim(task_id: int) -> Response:
    """Take the task from the pool."""
    return _give(task_id, commands.ClaimTask(task_id), "claimed_one")


@views.post("/<int:task_id>/unclaim")
def unclaim(task_id: int) -> Response:
    """Give the task back to the pool."""
    return _give(task_id, commands.UnclaimTask(task_id), "unclaimed")


@views.post("/<int:task_id>/reassign")
def reassign(task_id: int) -> Response:
    """Hand the task to another person for good."""
    to = request.form.get("to", 0, type=whole)
    return _give(task_id, commands.ReassignTask(task_id, to, _reason()), "reassigned", "/inbox")


@views.post("/<int:task_id>/send-back")
def send_back(task_id: int) -> Response:
    """Return the work to an earlier step."""
    command = commands.SendBack(task_id, request.form.get("to", ""), _reason())
    return _give(task_id, command, "sent_back", "/inbox")


@views.post("/<int:task_id>/withdraw")
def withdraw(task_id: int) -> Response:
    """Take back one's own completed step."""
    return _give(task_id, commands.Withdraw(task_id, _reason()), "withdrawn")


def _reason() -> str:
    return request.form.get("reason", "").strip()[:500]


def _give(task_id: int, command: commands.Command, ok: str, then: str = "") -> Response:
    """Give a command from the page; a refusal is said on the page itself."""
    context = ctx()
    page = load_page(context, task_id)
    try:
        if hasattr(command, "reason") and not command.reason:
            raise FormInvalid([("reason", context.t("task.reason_needed"), context.t("task.reason_needed"))])
        key = context.command_key(request.form.get("_key", ""), f"{type(command).__name__}:{task_id}")
        context.app.do(command, context.actor, key)
    except NotFound:
        raise
    except AidError as refusal:
        return refused_at(context, page.task.id, refusal)
    return go(then or f"/tasks/{task_id}", ok)
