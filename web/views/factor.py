"""The second factor: the code at a login, and setting a telephone up, at the login or on the own page."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, FormInvalid, IllegalState
from tasks import entrance, login_steps, sessions
from tasks.login_steps import Kind
from tasks.queries import factors
from tasks.second_factor import Offer
from web import auth
from web.context import Ctx, ctx, passwords
from web.entering import let_in, refused, step_page
from web.errors import sentence_of, status_of
from web.going import go, ours
from web.loginpage import kept_from_login, login_page

views = Blueprint("factor", __name__)


@views.get("/login/code")
def code() -> Response | str:
    """Ask for the code of a login whose password was right."""
    return _step("code")


@views.get("/login/enrol")
def enrol() -> Response | str:
    """Show how a telephone is set up, which this login asks for."""
    return _step("enrol")


def _step(kind: Kind) -> Response | str:
    target = ours(request.args.get("next"))
    if ctx().logged_in:
        return go(target)
    try:
        return step_page(kind, auth.step_token(), target)
    except sessions.SessionEnded:
        return redirect(f"/login?{urlencode({'next': target})}" if target != "/" else "/login", 303)


@views.post("/login/code")
def code_post() -> Response:
    """Open the session, or say why not."""
    context, token, target = ctx(), auth.step_token(), ours(request.form.get("next"))
    try:
        opened = entrance.enter_code(
            context.app, token, _code(), request.remote_addr or "", request.user_agent.string
        )
        if isinstance(opened, sessions.LoginRefused):
            page = step_page("code", token, target, opened.error.sentence(context.lang))
            return refused(page, opened)
    except sessions.SessionEnded as over:
        return _login_again(context, target, over)
    return let_in(context, opened, target)


@views.post("/login/enrol")
def enrol_post() -> Response:
    """Set the telephone up, open the session and show the recovery codes: now, and never again."""
    context, token, target = ctx(), auth.step_token(), ours(request.form.get("next"))
    try:
        done = entrance.enrol(
            context.app, token, _code(), request.remote_addr or "", request.user_agent.string
        )
    except sessions.SessionEnded as over:
        return _login_again(context, target, over)
    except FormInvalid as wrong:
        page = step_page("enrol", token, target, sentence_of(wrong, context.lang))
        return make_response(page, status_of(wrong))
    return let_in(context, done.session, target, done.codes)


def _code() -> str:
    return request.form.get("code", "")[:64]


def _login_again(context: Ctx, target: str, over: AidError) -> Response:
    page = login_page(target, sentence=over.sentence(context.lang), kept=kept_from_login())
    return make_response(page, status_of(over))


@views.get("/second-factor")
def own() -> str:
    """Show whether the own account has a second factor, and set one up."""
    return _own()


def _own(sentence: str = "") -> str:
    context = ctx()
    offer: Offer | None = None
    with context.app.read() as conn:
        with suppress(sessions.SessionEnded):
            offer = login_steps.offer(conn, context.app.keys, context.token, "own", context.now)
        state = factors.state_of(conn, context.user_id)
    return render_template("factor.html", state=state, offer=offer, sentence=sentence)


@views.post("/second-factor/begin")
def begin() -> Response:
    """Begin to set a telephone up, once who is logged in has proved to be he."""
    context = ctx()
    failed = entrance.begin_own(
        context.app, passwords(), context.actor, request.form.get("password", "")[:400], _code(),
        context.token,
    )  # fmt: skip
    if failed is None:
        return go("/second-factor")
    wrong_password = isinstance(failed.error, sessions.LoginFailed)
    said = context.t("factor.wrong_password") if wrong_password else failed.error.sentence(context.lang)
    response = refused(_own(said), failed)
    response.status_code = 422 if response.status_code == 401 else response.status_code
    return response


@views.post("/second-factor")
def confirm() -> Response:
    """Set the telephone up and show the recovery codes: now, and never again."""
    context = ctx()
    try:
        codes = entrance.confirm_own(context.app, context.actor, _code(), context.token)
    except (FormInvalid, IllegalState) as wrong:
        return make_response(_own(sentence_of(wrong, context.lang)), status_of(wrong))
    page = render_template("factor_codes.html", codes=codes, next_url="/second-factor", kept_url="", kept=[])
    return make_response(page)
