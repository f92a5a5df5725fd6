"""Where a page sends the browser next: our own addresses only, and what to say there."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import current_app, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from web.i18n import catalogue
from web.numbers import whole


def ours(target: str | None, otherwise: str = "/") -> str:
    """Return an address as given when it is a page of ours, else the other one (THR-21)."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if any(char in target for char in "\\\r\n\t") or not target.isprintable():
        return otherwise
    path = urlsplit(target).path
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return otherwise
    return target


def here() -> str:
    """Return the address of the page as shown, without what was said on it."""
    if request.method != "GET":
        try:
            return ours(request.form.get("back"))
        except HTTPException:  # a body that was refused
            return "/"
    said_before = ("ok", "n", "lost")
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in said_before]
    return request.path + (f"?{urlencode(kept)}" if kept else "")


def go(target: str, ok: str = "", **numbers: int) -> Response:
    """Redirect after a change; `ok` names the sentence that the next page says."""
    said = {"ok": ok, **numbers} if ok else {}
    joint = "&" if "?" in target else "?"
    return redirect(target + (joint + urlencode(said) if said else ""), 303)


def said(lang: str) -> str:
    """Return the sentence a redirect asked this page to say: from the catalogue only, with numbers only."""
    key = f"ok.{request.args.get('ok', '')}"
    text = catalogue(lang).get(key)
    if text is None:
        return ""
    numbers = {name: request.args.get(name, 0, type=whole) for name in ("n", "lost")}
    return text.format(**numbers)
