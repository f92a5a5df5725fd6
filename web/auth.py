"""Who is at the other end: session cookie or bearer token, the anonymous page token, the language."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Request, Response, g, request

from engine.errors import AidError
from tasks import sessions
from tasks.app import App
from tasks.queries import office
from web import i18n
from web.config import WebConfig
from web.context import Ctx, ctx
from web.errors import Forbidden, PasswordDue
from web.rights import RIGHTS, Right
from web.security import SAFE, check_origin, check_token

_YEAR = timedelta(days=365)
#: What is open before a one-time password was changed.
PASSWORD_PAGES = frozenset({"auth.password", "auth.password_post", "api.logout", "api.change_password"})
#: Anything shorter was not made here.
_SHORTEST = 32


def cookie_name(config: WebConfig) -> str:
    """Return the name of the session cookie; browsers hold `__Host-` to https and the whole site."""
    return "__Host-aid595" if config.https else "aid595"


def _page_cookie(config: WebConfig) -> str:
    return "__Host-aid595-page" if config.https else "aid595-page"


def _step_cookie(config: WebConfig) -> str:
    return "__Host-aid595-step" if config.https else "aid595-step"


def step_token() -> str:
    """Return the token of a login that is half done in this browser; empty without one."""
    return request.cookies.get(_step_cookie(ctx().config), "")


def set_step(response: Response, token: str, config: WebConfig) -> None:
    """Let this browser, and no other, go on with a login; an empty token takes that away."""
    response.set_cookie(
        _step_cookie(config), token, max_age=None if token else 0, httponly=True, secure=config.https,
        samesite="Lax", path="/",
    )  # fmt: skip


def begin(app: App, config: WebConfig) -> Ctx:
    """Build the context of a request; nobody is logged in yet."""
    lang = i18n.choose(request.cookies.get("lang"), request.headers.get("Accept-Language", ""))
    g.ctx = Ctx(app, config, lang, app.clock.now())
    return g.ctx  # type: ignore[no-any-return]


def admit(endpoint: str) -> None:
    """Find out who asks and check the right of the route; raise SessionEnded, NotOurPage or Forbidden."""
    context = ctx()
    right = RIGHTS[endpoint]
    _find_session(context, right)
    if request.method not in SAFE and not context.bearer:
        check_origin(request)
        if not context.logged_in and not right.public:  # before the token, which ended with the session
            raise sessions.SessionEnded
        if endpoint not in ("api.login", "auth.preferences"):
            check_token(request, context.csrf if context.logged_in else _anonymous_token(context.config))
    if context.must_change and not right.public and endpoint not in PASSWORD_PAGES:
        raise PasswordDue
    if not right.allows(context.actor):
        raise Forbidden() if context.logged_in else sessions.SessionEnded()


def _find_session(context: Ctx, right: Right) -> None:
    header = request.headers.get("Authorization", "")
    context.bearer = header.startswith("Bearer ") and request.path.startswith("/api/")
    token = header[7:].strip() if context.bearer else request.cookies.get(cookie_name(context.config), "")
    if not token:
        return
    try:
        with context.app.read() as conn:
            live = sessions.find_session(conn, token, context.now, _address(request))
            if request.method == "GET":  # a page; who sends something mostly needs neither
                if not context.bearer:
                    context.unread = office.unread_count(conn, live.actor.user_id or 0)
                context.calendar = context.app.work_calendar(conn)
    except AidError:
        if not right.public:
            raise
        return
    context.actor, context.csrf, context.token = live.actor, live.csrf, token
    context.must_change = live.must_change
    if live.stale:
        with context.app.db.transaction() as conn:
            sessions.touch(conn, token, context.now)


def enter(context: Ctx, token: str) -> None:
    """Go on as who has just logged in: the answer to a login that shows a page."""
    with context.app.read() as conn:
        live = sessions.find_session(conn, token, context.now, _address(request))
    context.actor, context.csrf, context.token = live.actor, live.csrf, token


def _address(req: Request) -> str:
    return req.remote_addr or ""


def _anonymous_token(config: WebConfig) -> str:
    return request.cookies.get(_page_cookie(config), "")


def anonymous_token() -> str:
    """Return the page token of a browser that is not logged in; `finish` makes it a cookie."""
    context = ctx()
    token = str(g.get("new_page_token") or _anonymous_token(context.config))
    if len(token) < _SHORTEST:
        token = g.new_page_token = secrets.token_urlsafe(24)
    return token


def finish(response: Response, config: WebConfig) -> Response:
    """Set the page token where one was made."""
    token = g.pop("new_page_token", None)
    if token:
        response.set_cookie(
            _page_cookie(config), token, httponly=True, secure=config.https, samesite="Lax", path="/"
        )
    return response


def set_session(response: Response, token: str, config: WebConfig) -> None:
    """Put a fresh session into the cookie; it ends with the browser or on the server."""
    response.set_cookie(
        cookie_name(config), token, httponly=True, secure=config.https, samesite="Lax", path="/"
    )


def drop_session(response: Response, config: WebConfig) -> None:
    """Take the cookie away and ask the browser to forget what it kept (SEC-W2)."""
    response.delete_cookie(
        cookie_name(config), path="/", secure=config.https, httponly=True, samesite="Lax"
    )
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def set_preference(response: Response, name: str, value: str, config: WebConfig) -> None:
    """Keep a preference such as the language for a year."""
    response.set_cookie(
        name, value, max_age=int(_YEAR.total_seconds()), secure=config.https, httponly=True,
        samesite="Lax", path="/",
    )  # fmt: skip
