"""Refusals and faults as answers: a Chinese page, or `application/problem+json` under `/api/`."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from engine.codec import dumps
from engine.errors import AidError, FormInvalid
from engine.ids import new_id
from tasks import labels
from tasks.sessions import SessionEnded
from web.context import ctx
from web.i18n import say_or
from web.loginpage import kept_from_form, login_page
from web.rights import DATA_PAGES

log = logging.getLogger("aid595.web")

STATUS: dict[str, int] = {
    "error": 400,
    "not_found": 404,
    "stale_task": 409,
    "illegal_state": 409,
    "already_claimed": 409,
    "case_active": 409,
    "duplicate_person": 409,
    "possible_duplicate": 409,
    "paused": 409,
    "not_assignee": 403,
    "not_candidate": 403,
    "out_of_area": 403,
    "four_eyes": 403,
    "needs_approval": 403,
    "roles_exclusive": 403,
    "own_account": 403,
    "last_administrator": 409,
    "not_our_page": 403,
    "forbidden": 403,
    "password_due": 403,
    "login_failed": 401,
    "code_wrong": 401,
    "second_factor_required": 401,
    "second_factor_due": 403,
    "session_ended": 401,
    "form_invalid": 422,
    "guard_unmet": 422,
    "calendar_unknown": 422,
    "rate_limited": 429,
    "incident": 409,
    "not_retried": 409,
    "bad_request": 400,
    "not_allowed": 405,
    "too_large": 413,
    "wrong_type": 415,
    "fault": 500,
    "unavailable": 503,
    "policy_invalid": 422,
    "plan_invalid": 422,
    "not_migratable": 409,
    "calendar_invalid": 422,
    "import_refused": 422,
    "workbook_refused": 422,
    "no_database": 422,
    "xml_refused": 422,
    "gate_refused": 422,
    "slip_unread": 422,
    "draft_changed": 409,
    "annex_refused": 422,
    "decision_refused": 422,
    "decision_unmatched": 409,
    "not_ready": 503,
    "unreachable": 502,
    "expression_invalid": 422,
}
_HTTP_CODES = {
    400: "bad_request", 404: "not_found", 405: "not_allowed", 413: "too_large", 415: "wrong_type",
    503: "unavailable",
}  # fmt: skip


class Forbidden(AidError):
    """The page belongs to other roles."""

    code = "forbidden"
    zh = "您的岗位没有这个页面的权限。需要时请联系安全管理员授权。"
    en = "Your role has no right to this page."


class PasswordDue(AidError):
    """The one-time password has to be changed before anything else."""

    code = "password_due"
    zh = "首次登录请先修改密码。"
    en = "Change the one-time password first."


def title_of(code: str, lang: str) -> str:
    """Return the short title of an error code."""
    return say_or(lang, f"error.{code}", labels.label("error", code, lang))


def status_of(error: AidError) -> int:
    """Return the HTTP status of a refusal."""
    return STATUS.get(error.code, 400)


def wants_json() -> bool:
    """Tell whether the request came through the interface for programs, or from the editor's script."""
    return request.path.startswith("/api/") or request.endpoint in DATA_PAGES


def problem(code: str, status: int, title: str, detail: str, **more: Any) -> Response:
    """Return an `application/problem+json` answer (RFC 9457)."""
    body = {"type": f"urn:aid595:problem:{code}", "code": code, "title": title, "status": status,
            "detail": detail, **more}  # fmt: skip
    response = make_response(dumps(body), status)
    response.content_type = "application/problem+json; charset=utf-8"
    return response


def aid_problem(error: AidError) -> Response:
    """Return a refusal as problem+json, with its data and the fields it names."""
    context = ctx()
    more: dict[str, Any] = {"data": {k: v for k, v in error.data.items() if isinstance(v, str | int | bool)}}
    if isinstance(error, FormInvalid):
        more["fields"] = [
            {"field": name, "detail": zh if context.lang == "zh" else en} for name, zh, en in error.problems
        ]
    title = title_of(error.code, context.lang)
    answer = problem(error.code, status_of(error), title, error.sentence(context.lang), **more)
    if answer.status_code == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if answer.status_code == 429:
        answer.headers["Retry-After"] = str(error.data.get("seconds", 1))
    return answer


def sentence_of(error: AidError, lang: str) -> str:
    """Return a refusal in words; one that names fields says what is wrong with each."""
    if isinstance(error, FormInvalid):
        return " ".join(zh if lang == "zh" else en for _name, zh, en in error.problems)
    return error.sentence(lang)


def error_page(code: str, status: int, sentence: str, **more: Any) -> Response:
    """Return the page that says what is wrong and what to do."""
    title = title_of(code, ctx().lang)
    if request.headers.get("HX-Request"):  # stands in the place of what was asked for
        return make_response(render_template("error_part.html", sentence=sentence), status)
    page = render_template("error.html", heading=title, status=status, sentence=sentence, **more)
    return make_response(page, status)


def refused(error: AidError) -> AnyResponse:
    """Answer a refusal."""
    context = ctx()
    context.app.record_denial(context.actor, error, request.endpoint or "")
    if wants_json():
        return aid_problem(error)
    sentence = error.sentence(context.lang)
    if isinstance(error, PasswordDue):
        return redirect("/password", 303)
    if isinstance(error, SessionEnded):
        if request.method == "GET":
            return redirect_to_login()
        if request.headers.get("HX-Request"):
            return error_page(error.code, status_of(error), sentence)
        return make_response(login_page("/", sentence=sentence, kept=kept_from_form()), status_of(error))
    if isinstance(error, FormInvalid):
        sentence += "".join(f" {zh if context.lang == 'zh' else en}" for _name, zh, en in error.problems)
    return error_page(error.code, status_of(error), sentence)


def redirect_to_login() -> AnyResponse:
    """Send the browser to the login page and back afterwards."""
    target = request.full_path.rstrip("?")
    where = "/login" if target == "/" else f"/login?next={quote(target, safe='/')}"
    if request.headers.get("HX-Request"):
        response = make_response("", 401)
        response.headers["HX-Redirect"] = where
        return response
    return redirect(where, 303)


def _http_fault(fault: HTTPException) -> AnyResponse:
    status = fault.code or 500
    if status < 400 or not hasattr(g, "ctx"):
        return fault.get_response()
    code = _HTTP_CODES.get(status, "bad_request" if status < 500 else "fault")
    sentence = ctx().t(f"error_text.{code}")
    if wants_json():
        answer = problem(code, status, title_of(code, ctx().lang), sentence)
    else:
        answer = error_page(code, status, sentence)
    if isinstance(fault, MethodNotAllowed) and fault.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(fault.valid_methods))
    return answer


def _unexpected(fault: Exception) -> AnyResponse:
    number = f"{new_id():X}"
    log.error("request failed", exc_info=fault, extra={"action": "fault", "incident": number,
                                                       "endpoint": request.endpoint})  # fmt: skip
    if not hasattr(g, "ctx"):
        return make_response(f"500 {number}", 500)
    sentence = ctx().t("error_text.fault", number=number)
    if wants_json():
        return problem("fault", 500, title_of("fault", ctx().lang), sentence, incident=number)
    return error_page("fault", 500, sentence, number=number)


def install(flask: Flask) -> None:
    """Make every refusal and fault of the Flask app an answer of ours."""
    flask.register_error_handler(AidError, refused)
    flask.register_error_handler(HTTPException, _http_fault)
    flask.register_error_handler(Exception, _unexpected)
