"""What the doors show: nothing of another area, nothing that runs, no page to whom it is not for."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa

from engine.store.tables import event
from tests.security.site import EVERYBODY, ID_NO, OUTSIDE, Site, address, parts_of
from web.rights import RIGHTS


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


