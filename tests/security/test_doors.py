"""The doors: whatever comes through them, no fault, no data of another area, and nothing stored by halves.

A sample runs with every change; the full product of roads, people and rubbish runs at night.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from tasks import demo
from tests.security.site import EVERYBODY, ID_NO, SCRIPT, Site, address, parts_of

#: What an address must never take for a number of ours.
NUMBERS = ("0", "-1", str(2**63 - 1), str(2**63), "9" * 26, "1" * 5_000, "abc", "%00", "１２")
#: Values no field of ours expects; half characters can only come as JSON.
RUBBISH = ("\0", "\u202e<b>", "x" * 1_000_000, "x" * 5_000, "9" * 30, "null", SCRIPT, "2026-02-30", "NaN")
QUERIES = (
    "", "?list=all&after=99999999999999999999999-9&limit=-5&q=%00%ff&area=%27&beyond=99999999999999999999",
    "?beyond=-1&limit=99999999999999999999&after=-&q=%ED%A0%80&area=/1/&next=//evil&back=//evil",
)  # fmt: skip
BODIES = (
    b"{", b"[]", b"null", b"\xff\xfe", b'{"values":NaN}', b'{"a":1,"a":2}', b"[" * 100_000,
    b'{"values":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001, b'{"values":{"\\ud800":"x"}}',
    b'{"values":{"content":"\\ud800"}}', b'{"values":{"content":"\\u0000"}}', b'{"name":"\\ud800"}',
)  # fmt: skip


def addresses(site: Site, numbers: tuple[str, ...]) -> Iterator[tuple[Rule, str]]:
    """Yield the addresses of every route: right, and each part in turn wrong."""
    good = parts_of(site)
    for rule in site.office.flask.url_map.iter_rules():
        if rule.endpoint == "static" or rule.endpoint.endswith("logout"):
            continue
        yield rule, address(rule, good)
        for part in sorted(rule.arguments):
            for number in numbers:
                yield rule, address(rule, {**good, part: number})


def knock(site: Site, people: tuple[str, ...], numbers: tuple[str, ...], queries: tuple[str, ...]) -> int:
    """Ask every address as everybody in every way; return how many answers came, none of them a fault."""
    before, answers = site.count(), 0
    for name in people:
        client = site.browser(name).client
        for rule, path in addresses(site, numbers):
            for query in queries:
                answer = client.get(path + query)
                answers += 1
                assert answer.status_code < 500, (name, path + query)
            for method in ("POST", "PUT", "DELETE"):
                answer = client.open(path, method=method, data={"a": "1", "_csrf": "stale"})
                answers += 1
                assert answer.status_code < 500, (name, method, path)
                if rule.endpoint not in ("auth.login_post", "auth.preferences"):
                    assert answer.status_code not in (200, 201, 202, 204), (name, method, path)
    assert site.count() == before
    return answers


def test_no_address_is_a_fault(site: Site) -> None:
    assert knock(site, ("staff.rh",), (str(2**63), "%00"), QUERIES[1:2]) > 300


@pytest.mark.nightly
def test_no_address_is_a_fault_for_anybody(site: Site) -> None:
    assert knock(site, EVERYBODY, NUMBERS, QUERIES) > 10_000


def rubbish_forms(site: Site, values: tuple[str, ...]) -> None:
    """Send every field of the open form each wrong value, with a name the form has not."""
    task = site.tasks()["P04_Interview"]
    browser, path = site.browser("aide.hnc"), f"/tasks/{task.id}"
    fields = list(site.office.app.library.forms["P04_Interview"].fields)
    token = browser.token("/notices")
    for field in fields:
        for value in values:
            before = site.count()
            sent = {"_csrf": token, field: value, "never_asked": "1"}
            answer = browser.client.post(path, data=sent)
            assert answer.status_code in (413, 422), (field, value[:20], answer.status_code)
            assert site.count() == before
            for other in ("/draft", "/row", "/send-back", "/reassign", "/claim"):
                data = {"_csrf": token, field: value, "to": value, "_add": value, "_key": value}
                assert browser.client.post(path + other, data=data).status_code < 500, (other, value[:20])


def test_rubbish_in_a_form_is_refused_and_stores_nothing(site: Site) -> None:
    rubbish_forms(site, ("\0", "x" * 5_000, SCRIPT))


@pytest.mark.nightly
def test_any_rubbish_in_a_form_is_refused_and_stores_nothing(site: Site) -> None:
    rubbish_forms(site, RUBBISH)


def test_a_refused_form_keeps_what_was_typed(site: Site) -> None:
    task = site.tasks()["P04_Interview"]
    browser = site.browser("aide.hnc")
    typed = '本人“自行”前往<i>"'
    answer = browser.post(f"/tasks/{task.id}", {"accompanied": "false", "absence_reason": typed})
    assert answer.status_code == 422
    assert "本人“自行”前往&lt;i&gt;&#34;" in answer.text


def api_token(site: Site, name: str) -> dict[str, str]:
    """Return the header of an account that uses the interface for programs."""
    client = site.office.flask.test_client()
    answer = client.post("/api/v1/session", json={"username": name, "password": demo.PASSWORD})
    return {"Authorization": f"Bearer {answer.get_json()['token']}"}


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/json; charset=utf-16"])
def test_a_broken_body_is_a_problem_and_stores_nothing(site: Site, kind: str) -> None:
    client, header, before = site.office.flask.test_client(), api_token(site, "staff.rh"), site.count()
    good = parts_of(site)
    for rule in site.office.flask.url_map.iter_rules():
        if not rule.rule.startswith("/api/") or "POST" not in rule.methods or rule.endpoint == "api.login":
            continue
        for body in BODIES:
            answer = client.post(address(rule, good), data=body, headers=header, content_type=kind)
            assert 400 <= answer.status_code < 500, (rule.endpoint, body[:30], answer.status_code)
            assert answer.content_type.startswith("application/problem+json")
    assert site.count() == before


@pytest.mark.parametrize("body", BODIES)
def test_a_broken_login_is_a_problem(site: Site, body: bytes) -> None:
    client = site.office.flask.test_client()
    assert client.post("/api/v1/session", data=body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("number", [b"9223372036854775808", b"1e400", b"true", b"-1"])
def test_a_person_that_cannot_be_is_no_person(site: Site, number: bytes) -> None:
    client, header = site.office.flask.test_client(), api_token(site, "staff.rh")
    path, body = "/api/v1/processes/P03_registration_recognition/start", b'{"person_id":' + number + b"}"
    answer = client.post(path, data=body, headers=header, content_type="application/json")
    assert answer.status_code == 400


def test_a_message_carries_only_what_its_form_asks(site: Site) -> None:
    client, header = site.office.flask.test_client(), api_token(site, "staff.rh")
    path, before = f"/api/v1/cases/{site.case}/messages/MSG-16", site.count()
    for values in ({"never_asked": "1"}, {"content": "x" * 5_000}, {"upheld": "maybe"}, {"content": [1]}):
        answer = client.post(path, json={"values": values}, headers=header)
        assert answer.status_code == 422, values
    assert site.count() == before


def test_the_same_key_with_another_body_is_another_command(site: Site) -> None:
    client, header = site.office.flask.test_client(), api_token(site, "staff.rh")
    header["Idempotency-Key"] = "k" * 80
    body = {"name": "赵一", "id_no": "11011319840101004X", "community_id": str(site.office.community())}
    first = client.post("/api/v1/persons", json=body, headers=header)
    again = client.post("/api/v1/persons", json=body, headers=header)
    other = client.post("/api/v1/persons", json={**body, "name": "赵二", "id_no": "110113198401010066"},
                        headers=header)  # fmt: skip
    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert first.get_json() == again.get_json()
    assert other.status_code == 201, other.text
    assert other.get_json()["person_id"] != first.get_json()["person_id"]


def test_whose_file_a_number_has_is_not_told_to_another_area(site: Site) -> None:
    body = {"name": "赵一", "id_no": ID_NO, "community_id": str(site.office.community("三家店村"))}
    client = site.office.flask.test_client()
    answer = client.post("/api/v1/persons", json=body, headers=api_token(site, "staff.nfx"))
    assert answer.status_code == 409
    assert "坏名" not in answer.text
    assert str(site.person) not in answer.text
