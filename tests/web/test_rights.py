"""Every route has a right, is shut to strangers, and refuses a change that no page of ours asked for."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tasks.actor import ADMIN_ROLES, Actor, Grant
from tests.web.office import Browser, Office
from web.create_app import UncoveredRoute, _check_rights
from web.rights import DATA_PAGES, DIAGRAM_PAGES, PLAIN, PUBLIC, RIGHTS, UPLOADS

_PARTS = {
    "task_id": 1, "case_id": 1, "person_id": 1, "paper_id": 1, "instance_id": 1, "definition_id": 1,
    "incident_id": 1, "file_id": 1, "migration_id": 1, "month_id": 1, "draft_id": 1, "trail_id": 1,
    "version": 1, "export_id": 1, "register": "E15",
    "action": "waive", "act": "approve", "side": "new", "clause_id": "R004-02.D1a", "key": "P04",
    "name": "MSG-16", "exchange_id": 1, "user_id": 1, "unit_id": 1, "year": 2027,
    "duty_id": 1, "window_id": 1, "kind": "DISABLED", "import_id": 1, "questionnaire_id": 1, "what": "go",
    "note_id": 1, "told_id": 1,
    "process_id": "P03_registration_recognition", "filename": "app.css", "table_id": "DT-15",
}  # fmt: skip


def _routes(office: Office) -> list[Rule]:
    return list(office.flask.url_map.iter_rules())


def _part(rule: Rule, name: str) -> object:
    """Return a value that fits: one of those the address names, where it names them."""
    named = getattr(rule._converters[name], "items", None)
    return sorted(named)[0] if named else _PARTS[name]


def _path(office: Office, rule: Rule) -> str:
    parts = {name: _part(rule, name) for name in rule.arguments}
    return office.flask.url_map.bind("localhost").build(rule.endpoint, parts)


def _changes(office: Office) -> list[tuple[str, str, str]]:
    return [
        (method, _path(office, rule), rule.endpoint)
        for rule in _routes(office)
        for method in sorted(rule.methods - {"GET", "HEAD", "OPTIONS"})
    ]


def test_every_route_has_a_right_and_every_right_a_route(office: Office) -> None:
    assert {rule.endpoint for rule in _routes(office)} == set(RIGHTS)


def test_pages_named_elsewhere_exist(office: Office) -> None:
    assert set(RIGHTS) >= DIAGRAM_PAGES | DATA_PAGES | UPLOADS | PLAIN


def test_a_route_without_a_right_stops_the_start() -> None:
    bare = Flask("bare")
    bare.add_url_rule("/secret", "secret", lambda: "")
    with pytest.raises(UncoveredRoute, match="secret"):
        _check_rights(bare)


def test_a_stranger_is_sent_to_the_login_or_refused(office: Office) -> None:
    stranger = office.browser()
    for rule in _routes(office):
        if RIGHTS[rule.endpoint] is PUBLIC or "GET" not in rule.methods:
            continue
        answer = stranger.get(_path(office, rule))
        if rule.rule.startswith("/api/") or rule.endpoint in DATA_PAGES:
            assert (answer.status_code, answer.json["code"]) == (401, "session_ended"), rule.rule
        else:
            assert answer.status_code == 303, rule.rule
            assert answer.location.startswith("/login"), rule.rule


def test_every_change_without_the_token_is_refused(office: Office, street: Browser) -> None:
    for method, path, endpoint in _changes(office):
        if endpoint in ("api.login", "auth.preferences"):
            continue
        answer = street.client.open(path, method=method, data={})
        assert answer.status_code == 403, path


def test_the_token_of_another_session_is_refused(office: Office, street: Browser) -> None:
    foreign = office.browser("staff.nfx").token("/notices")
    for method, path, endpoint in _changes(office):
        if endpoint not in ("api.login", "auth.preferences"):
            assert street.client.open(path, method=method, data={"_csrf": foreign}).status_code == 403, path


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_a_change_asked_for_by_another_site_is_refused(
    office: Office, street: Browser, headers: dict[str, str]
) -> None:
    token = street.token("/notices")
    for method, path, _endpoint in _changes(office):
        answer = street.client.open(path, method=method, data={"_csrf": token}, headers=headers)
        assert answer.status_code == 403, path


def test_a_page_of_another_role_says_so(office: Office) -> None:
    answer = office.browser("auditor.sy").get("/inbox")
    assert answer.status_code == 403
    assert "没有权限" in answer.text


@pytest.mark.parametrize("role", sorted(ADMIN_ROLES))
def test_administrators_see_no_case_and_no_person(role: str) -> None:
    actor = Actor(1, "", (Grant(role, "/1/"),))
    for endpoint in ("inbox.index", "task.show", "person.index", "person.show", "case.show", "paper.show"):
        assert not RIGHTS[endpoint].allows(actor)


def test_whoever_may_open_a_process_sees_its_diagram(office: Office) -> None:
    browser = office.browser("system.admin")
    page = browser.get("/processes/P04_community_assistance/1")
    assert page.status_code == 200
    drawn = re.search(r'data-xml-url="([^"]+)"', page.text)
    assert drawn
    assert browser.get(drawn[1]).status_code == 200
