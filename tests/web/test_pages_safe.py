"""Headers, sizes, hosts, faults: what every answer keeps to (SEC-W)."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.web.office import CHEAP, Browser, Office
from web.config import WebConfig
from web.create_app import create_app
from web.security import CSP, CSP_DIAGRAM


def test_every_page_carries_the_security_headers(street: Browser) -> None:
    answer = street.get("/inbox")
    assert answer.headers["Content-Security-Policy"] == CSP
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers


def test_only_pages_with_a_diagram_allow_style_attributes(street: Browser) -> None:
    answer = street.get("/processes/P04_community_assistance/1")
    assert answer.headers["Content-Security-Policy"] == CSP_DIAGRAM
    assert "style-src-attr 'unsafe-inline'" in CSP_DIAGRAM
    assert "unsafe" not in CSP


def test_over_https_the_cookie_is_bound_to_the_host(office: Office) -> None:
    flask = create_app(office.app, WebConfig(https=True), CHEAP)
    browser = Browser(flask.test_client())
    page = browser.get("/login", base_url="https://localhost")
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_a_foreign_host_name_is_refused(office: Office) -> None:
    assert office.browser().get("/login", headers={"Host": "evil.example"}).status_code == 400


def test_a_form_that_is_too_large_is_refused_with_a_sentence(street: Browser) -> None:
    answer = street.post("/notices/read", {"notice": "x" * 300_000})
    assert answer.status_code == 413
    assert "提交的内容过大" in answer.text


def test_an_unknown_page_says_so(street: Browser) -> None:
    answer = street.get("/nowhere")
    assert answer.status_code == 404
    assert "没有找到" in answer.text


def test_an_unknown_address_of_the_interface_is_a_problem(street: Browser) -> None:
    answer = street.get("/api/v1/nowhere")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json; charset=utf-8")


def test_a_fault_shows_a_number_and_no_traceback(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    street = office.browser("staff.rh")

    def fail(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("tasks.queries.inbox.page", fail)
    with caplog.at_level(logging.ERROR, logger="aid595.web"):
        answer = street.get("/inbox")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    number = caplog.records[-1].__dict__["incident"]
    assert number in answer.text


def test_a_fault_of_the_interface_is_a_problem(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    street = office.browser("staff.rh")
    monkeypatch.setattr("web.api.v1.span_of", lambda _context: 1 / 0)
    answer = street.get("/api/v1/tasks")
    assert (answer.status_code, answer.json["code"]) == (500, "fault")


def test_health_answers_without_a_login(office: Office) -> None:
    stranger = office.browser()
    assert stranger.get("/healthz").json == {"status": "ok"}
    assert stranger.get("/readyz").json == {"status": "ok"}
    assert "aid595_timers_overdue" in stranger.get("/metrics").text


def test_metrics_are_shut_to_other_machines(office: Office) -> None:
    answer = office.browser().get("/metrics", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == 404
