"""Headers of every answer, and the check that a change was asked for by one of our own pages."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from flask import Request, Response

from engine.errors import AidError
from web.config import WebConfig
from web.rights import DIAGRAM_PAGES, PLAIN

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; {attr}img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
CSP = _CSP.format(attr="")
#: The diagram viewer sets style attributes on what it draws; nothing else may (SEC-W1).
CSP_DIAGRAM = _CSP.format(attr="style-src-attr 'unsafe-inline'; ")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class NotOurPage(AidError):
    """A change came from another site, or without the page's token (SEC-W4)."""

    code = "not_our_page"
    zh = "页面已失效或请求不是由本系统页面发出，没有执行任何操作。请刷新页面后重试。"
    en = "The page is out of date or the request did not come from this site; nothing was done."


def add_headers(response: Response, config: WebConfig, endpoint: str | None) -> Response:
    """Set the security headers (SEC-W1, SEC-W2); personal pages are never stored."""
    headers = response.headers
    headers["Content-Security-Policy"] = CSP_DIAGRAM if endpoint in DIAGRAM_PAGES else CSP
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if config.https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if endpoint not in PLAIN:
        headers["Cache-Control"] = "no-store"
    return response


def check_origin(request: Request) -> None:
    """Refuse a change that another site asked for; raise NotOurPage."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise NotOurPage()
    origin = request.headers.get("Origin")
    # `null` is what our own pages send, because of their Referrer-Policy; the token decides then.
    if origin not in (None, "null") and urlsplit(origin).netloc != request.host:
        raise NotOurPage()


def check_token(request: Request, expected: str) -> None:
    """Refuse a change without the token of this session, in the form or the header; raise NotOurPage."""
    given = request.headers.get("X-CSRF-Token") or request.form.get("_csrf", "")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise NotOurPage()
