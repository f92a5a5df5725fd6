"""The login page, and how it carries a form over a session that ended."""

from __future__ import annotations

import re

from flask import current_app, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from engine.errors import AidError
from tasks import commands, sessions
from tasks.queries.task_page import task_view
from web import formview
from web.context import Ctx, ctx
from web.numbers import whole
from web.rights import RIGHTS

#: A form sent after its session ended comes back through the login under these names.
_TASK, _PATH, _FIELD = "kept_task", "kept_path", "kept."
#: Forms with passwords: never written into a page again.
_PRIVATE = ("auth.", "factor.")
_FORM_OF_TASK = re.compile(r"/tasks/(\d{1,19})(/draft)?", re.ASCII)
_MOST = 500


def login_page(
    target: str, username: str = "", sentence: str = "", kept: list[tuple[str, str]] | None = None
) -> str:
    """Return the login page with what was typed so far, without the password."""
    config = ctx().config
    return render_template(
        "login.html", next=target, username=username, sentence=sentence, kept=kept or [],
        accounts=config.demo_accounts if config.demo else (),
    )


def kept_from_form() -> list[tuple[str, str]]:
    """Return the fields of a form that arrived without a session, to be carried over the login."""
    match = _FORM_OF_TASK.fullmatch(request.path)
    if match is None and (request.files or (request.endpoint or "auth.").startswith(_PRIVATE)):
        return []
    fields = [
        (f"{_FIELD}{name}", value) for name, value in request.form.items(multi=True)
        if name not in formview.PAGE_NAMES
    ]  # fmt: skip
    if match is not None:
        return [(_TASK, match[1]), *fields[:_MOST]]
    return [(_PATH, request.path), *fields[:_MOST]] if fields else []


def kept_from_login() -> list[tuple[str, str]]:
    """Return what a login form carries over, for a login that failed."""
    every = request.form.items(multi=True)
    return [(name, value) for name, value in every if name.startswith("kept")][:_MOST]


def keep_draft(context: Ctx, token: str, otherwise: str) -> str:
    """Save what was carried over as a draft of its task; return where to go."""
    task_id = request.form.get(_TASK, type=whole)
    if task_id is None:
        return otherwise
    carried = MultiDict(_carried())
    try:
        with context.app.read() as conn:
            actor = sessions.session_user(conn, token, context.now)
            task = task_view(conn, task_id)
        if task is None:
            return otherwise
        values = formview.typed(context.form(task.definition_id, task.element), carried)
        context.app.do(commands.SaveDraft(task_id, values), actor)
    except AidError:
        return otherwise
    return f"/tasks/{task_id}?ok=draft_restored"


def _carried() -> list[tuple[str, str]]:
    return [
        (name.removeprefix(_FIELD), value) for name, value in kept_from_login() if name.startswith(_FIELD)
    ]


def kept_form(context: Ctx) -> tuple[str, list[tuple[str, str]]]:
    """Return where a form of no task is sent again once its sender has logged in, and its fields.

    The address is empty without one.
    """
    path = request.form.get(_PATH, "")
    try:
        endpoint, _values = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return "", []
    if endpoint.startswith(_PRIVATE) or not RIGHTS[endpoint].allows(context.actor):
        return "", []
    return path, _carried()
