"""Login, logout, password, language."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from engine.errors import FormInvalid
from tasks import entrance, sessions
from tasks.accounts import MIN_PASSWORD
from tasks.login_steps import HalfLogin
from web import auth
from web.context import ctx, passwords
from web.entering import go_on_with, let_in, refused
from web.going import go, ours
from web.i18n import LANGUAGES
from web.loginpage import kept_from_login, login_page

views = Blueprint("auth", __name__)


@views.get("/login")
def login() -> Response | str:
    """Show the login page."""
    if ctx().logged_in:
        return go(ours(request.args.get("next")))
    return login_page(ours(request.args.get("next")))


@views.post("/login")
def login_post() -> Response:
    """Open a session, or say why not."""
    context = ctx()
    form = request.form
    opened = entrance.enter(
        context.app, passwords(), form.get("username", "")[:200], form.get("password", "")[:400],
        request.remote_addr or "", request.user_agent.string, context.token,
    )  # fmt: skip
    target = ours(form.get("next"))
    if isinstance(opened, sessions.LoginRefused):
        sentence = opened.error.sentence(context.lang)
        page = login_page(target, form.get("username", "")[:200], sentence, kept_from_login())
        return refused(page, opened)
    if isinstance(opened, HalfLogin):
        return go_on_with(context, opened, target)
    return let_in(context, opened, target)


@views.post("/logout")
def logout() -> Response:
    """End the session on the server and in the browser."""
    context = ctx()
    if context.token:
        entrance.leave(context.app, context.token, context.actor)
    response = make_response(redirect("/login", 303))
    auth.drop_session(response, context.config)
    return response


@views.post("/preferences")
def preferences() -> Response:
    """Set the language and go back to the page."""
    response = make_response(redirect(ours(request.form.get("back")), 303))
    lang = request.form.get("lang")
    if lang in LANGUAGES:
        auth.set_preference(response, "lang", lang, ctx().config)
    return response


@views.get("/password")
def password() -> str:
    """Show the form for a new password."""
    return _password_page({})


@views.post("/password")
def password_post() -> Response:
    """Set a new password; the session at hand stays."""
    context = ctx()
    form = request.form
    try:
        if form.get("password", "") != form.get("again", ""):
            raise FormInvalid([("again", context.t("password.differ"), context.t("password.differ"))])
        entrance.change_password(
            context.app, passwords(), context.actor, form.get("old_password", "")[:400],
            form.get("password", "")[:400], context.token,
        )  # fmt: skip
    except FormInvalid as refusal:
        errors = {name: zh if context.lang == "zh" else en for name, zh, en in refusal.problems}
        return make_response(_password_page(errors), 422)
    return go("/", "password_changed")


def _password_page(errors: Mapping[str, str]) -> str:
    return render_template("password.html", errors=errors, least=MIN_PASSWORD)
