"""What follows a right password or code: a page that asks for more, or the session and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Response, make_response, redirect, render_template, request

from tasks import login_steps
from tasks.login_steps import HalfLogin, Kind
from tasks.sessions import LoginRefused, SessionToken
from web import auth
from web.context import Ctx, ctx
from web.errors import status_of
from web.loginpage import keep_draft, kept_form, kept_from_login

#: The page a half-done login leads to.
PAGES: dict[Kind, str] = {"code": "/login/code", "enrol": "/login/enrol"}


def refused(page: str, refusal: LoginRefused) -> Response:
    """Return a page that says why nobody was let in, and when to come back."""
    response = make_response(page, status_of(refusal.error))
    if refusal.wait_seconds:
        response.headers["Retry-After"] = str(refusal.wait_seconds)
    return response


def step_page(kind: Kind, token: str, target: str, sentence: str = "") -> str:
    """Return the page of a half-done login with what it carries over; raise SessionEnded."""
    context = ctx()
    carried = {"next": target, "kept": kept_from_login() if request.method == "POST" else []}
    with context.app.read() as conn:
        if kind == "code":
            login_steps.find(conn, token, kind, context.now)
            return render_template("login_code.html", sentence=sentence, **carried)
        offer = login_steps.offer(conn, context.app.keys, token, kind, context.now)
    return render_template("login_enrol.html", offer=offer, sentence=sentence, **carried)


def go_on_with(context: Ctx, half: HalfLogin, target: str) -> Response:
    """Lead the browser whose password was right to what is still asked, with what it carries over."""
    if kept_from_login():
        response = make_response(step_page(half.kind, half.token, target))
    else:
        asked = f"?{urlencode({'next': target})}" if target != "/" else ""
        response = make_response(redirect(PAGES[half.kind] + asked, 303))
    auth.set_step(response, half.token, context.config)
    return response


def let_in(context: Ctx, opened: SessionToken, target: str, codes: Sequence[str] = ()) -> Response:
    """Give a browser its session and lead it on; `codes` are recovery codes, shown once before that."""
    target = keep_draft(context, opened.token, target)
    path: str = ""
    fields: list[tuple[str, str]] = []
    if codes or not opened.must_change:
        auth.enter(context, opened.token)
    if opened.must_change:
        target = "/password"
    else:
        path, fields = kept_form(context)
    if codes:
        page = render_template("factor_codes.html", codes=codes, next_url=target, kept_url=path, kept=fields)
        response = make_response(page)
    elif path:
        response = make_response(render_template("login_kept.html", kept_url=path, kept=fields))
    else:
        response = make_response(redirect(target, 303))
    auth.set_session(response, opened.token, context.config)
    auth.set_step(response, "", context.config)
    return response
