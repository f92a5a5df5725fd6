"""The doors: whatever comes through them, no fault, no data of another area, and nothing stored by halves.

A sample runs with every change; the full product of roads, people and rubbish runs at night.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule

from engine.store.db import Database
from engine.store.metadata import metadata
from engine.store.tables import event
from tasks import commands, demo
from tasks.queries import case_page
from tests.web.office import STAFF, Browser, Office
from web.rights import RIGHTS

SCRIPT = "<script>alert(1)</script>"
ATTACK = "\"'><img src=x onerror=alert(2)>" + SCRIPT
ID_NO = "110113198401010023"
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
OUTSIDE = ("aide.smy", "staff.nfx", "sup.nfx")
EVERYBODY = ("", *STAFF.values(), *OUTSIDE, "system.admin", "security.admin", "audit.admin")


@dataclass
class Site:
    """An office with one person of 河南村, whose every text is an attack, at work in the street."""

    office: Office
    person: int
    case: int

    def __post_init__(self) -> None:
        self.browsers: dict[str, Browser] = {}

    def browser(self, name: str) -> Browser:
        """Return a browser of an account, logged in once."""
        if name not in self.browsers:
            self.browsers[name] = self.office.browser(name)
        return self.browsers[name]

    def ids(self, table: str) -> list[int]:
        """Return the ids of a table, the earliest first."""
        rows = metadata.tables[table]
        with self.office.app.read() as conn:
            return list(conn.execute(sa.select(rows.c.id).order_by(rows.c.id)).scalars())

    def count(self) -> tuple[int, ...]:
        """Return how much is on record."""
        names = ("event", "person", "paper", "form_data", "referral", "case_file", "deadline", "user_task")
        counts = [sa.select(sa.func.count()).select_from(metadata.tables[one]) for one in names]
        with self.office.app.read() as conn:
            return tuple(conn.execute(one).scalar_one() for one in counts)

    def tasks(self) -> dict[str, case_page.OpenTask]:
        """Return the open tasks of the person."""
        return self.office.open_tasks(self.case)


def attacks(office: Office, element: str) -> dict[str, Any]:
    """Return an attack for every text a task asks for."""
    return {
        field.name: ATTACK
        for field in office.app.library.forms[element]
        if field.type in ("text", "longtext") and field.required is True and not field.name.endswith("_no")
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A person whose name, address, facts, plans, letters and papers all hold attacks."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('doors')}/office.db")
    office = Office(database)
    facts = {"urban": True, "labour_ability": True, "wish": True, "unemployed_since": "2024-11-01",
             "other_recognised": SCRIPT, "education": ATTACK}  # fmt: skip
    file = commands.RegisterPerson(
        "<b>坏名</b>\"'<i>", ID_NO, office.community(), "13800000000", ATTACK, facts
    )
    person = office.app.do(file, office.actor("staff.rh")).person_id
    assert person is not None
    case = office.open_case(person)
    road = {element: attacks(office, element) for element in office.app.library.forms}
    office.reach(case, "P04_Interview", **road)
    yield Site(office, person, case)
    database.dispose()


def address(rule: Rule, parts: dict[str, Any]) -> str:
    """Return the address of a route, its parts as given and unescaped."""
    return re.sub(r"<(?:[^<>]*:)?([a-z_]+)>", lambda found: str(parts[found[1]]), rule.rule)


def parts_of(site: Site) -> dict[str, Any]:
    """Return a part of every kind that exists."""
    return {
        "task_id": site.tasks()["P04_Interview"].id, "case_id": site.case, "person_id": site.person,
        "paper_id": site.ids("paper")[0], "instance_id": site.ids("instance")[0],
        "definition_id": site.ids("definition")[0], "incident_id": 1, "version": 1, "action": "waive",
        "clause_id": "R004-02.D1a", "key": "P04_community_assistance", "name": "MSG-16",
        "process_id": "P03_registration_recognition", "filename": "app.css",
    }  # fmt: skip


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
    other = client.post("/api/v1/persons", json={**body, "id_no": "110113198401010066"}, headers=header)
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


def roads_to(site: Site) -> list[str]:
    """Return every page that shows something of the person."""
    case, person = site.case, site.person
    tasks = site.ids("user_task")
    return [
        f"/cases/{case}", f"/people/{person}", f"/audit/{case}", f"/cases/{case}/waive",
        f"/cases/{case}/void_paper", f"/api/v1/cases/{case}", *(f"/api/v1/tasks/{one}" for one in tasks[:3]),
        *(f"/papers/{one}" for one in site.ids("paper")), *(f"/tasks/{one}" for one in tasks),
        *(f"/instances/{one}/marks" for one in site.ids("instance")),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", *OUTSIDE, "system.admin", "security.admin"])
def test_nothing_of_a_person_is_shown_outside_the_area(site: Site, name: str) -> None:
    client = site.browser(name).client
    for path in roads_to(site):
        answer = client.get(path)
        assert answer.status_code in (303, 401, 403, 404), (name, path)
        assert "坏名" not in answer.text
    for query in ("坏名", "13800000000", ID_NO):
        assert f"/people/{site.person}" not in client.get(f"/people?q={query}", follow_redirects=True).text


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_of_a_person_is_changed_from_outside_the_area(site: Site, name: str) -> None:
    browser, before = site.browser(name), site.count()
    token = browser.token("/notices")
    acts = ("", "/claim", "/unclaim", "/draft", "/reassign", "/send-back", "/withdraw")
    case = ("waive", "exit", "accept", "return", "extend", "transfer")
    person = ("start", "exit", "found_work", "transfer")
    for path in (
        *(f"/tasks/{one}{act}" for one in site.ids("user_task")[-3:] for act in acts),
        *(f"/cases/{site.case}/{act}" for act in case),
        *(f"/people/{site.person}/{act}" for act in person),
    ):
        answer = browser.client.post(path, data={"_csrf": token, "reason": "看看"})
        assert answer.status_code in (403, 404, 409), (path, answer.status_code)
        assert "坏名" not in answer.text
    assert site.count() == before


class Reader(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        given = dict(attrs)
        if tag == "script" and not given.get("src") and given.get("type") != "application/json":
            self.runs.append(tag)
        if given.get("src") == "x" or (given.get("href") or "").lower().startswith("javascript:"):
            self.runs.append(tag)
        self.runs += [name for name in given if name.startswith("on")]


@pytest.mark.parametrize("name", ["staff.rh", "aide.hnc", "sup.rh", "expert.sy", "welfare.sy", "auditor.sy"])
def test_no_page_runs_what_somebody_typed(site: Site, name: str) -> None:
    client = site.browser(name).client
    lists = [f"/inbox?list={one}" for one in ("mine", "claim", "overdue", "week", "done")]
    shown = 0
    for path in (*roads_to(site), *lists, "/people?q=坏名", f"/cases/{site.case}?detail=1", "/notices?all=1"):
        answer = client.get(path)
        assert answer.status_code < 500, path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        if answer.status_code == 200 and answer.content_type.startswith("text/html"):
            shown += 1
            reader = Reader()
            reader.feed(answer.text)
            assert reader.runs == [], path
    assert shown >= (2 if name in ("expert.sy", "welfare.sy", "auditor.sy") else 20)


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_page_opens_to_its_roles_and_to_nobody_else(site: Site, name: str) -> None:
    client, good = site.browser(name).client, parts_of(site)
    actor = site.office.actor(name) if name else None
    for rule in site.office.flask.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint == "static":
            continue
        right, answer = RIGHTS[rule.endpoint], client.get(address(rule, good))
        if actor is None:
            assert right.public or answer.status_code in (303, 401), rule.endpoint
        elif not right.allows(actor):
            assert answer.status_code == 403, rule.endpoint
        else:
            assert answer.status_code in (200, 303, 404), (rule.endpoint, answer.status_code)


def test_the_trail_holds_no_name(site: Site) -> None:
    with site.office.app.read() as conn:
        told = conn.execute(sa.select(event.c.data)).scalars().all()
    assert told
    assert not any("坏名" in one or ID_NO in one for one in map(json.dumps, told))
    assert not any("13800000000" in one for one in told)


