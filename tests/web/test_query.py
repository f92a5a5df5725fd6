"""What an address asks for and makes no sense is told on the page, answered with 400, and left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.office import Browser, Office

#: Who asks for what, of which page, and how the page names it.
NONSENSE = {
    "/inbox?list=xxx": "staff.rh", "/inbox?after=%00": "staff.rh", "/inbox?process=P99": "staff.rh",
    "/inbox?area=/9/": "staff.rh", "/notices?all=yes": "staff.rh", "/surveys?year=abc": "staff.rh",
    "/surveys?before=-1": "staff.rh", "/surveys?choice=q01=Z": "staff.rh", "/surveys?area=x": "staff.rh",
    "/surveys/new?person=x": "staff.rh", "/surveys/analysis?by=colour": "sup.rh",
    "/surveys/analysis?year=20": "sup.rh",
    "/office/market?tag=x": "staff.rh", "/office/market?promised=maybe": "staff.rh",
    "/office/matters?state=x": "staff.rh", "/office/matters?before=x": "staff.rh",
    "/registers?before=x": "staff.rh", "/papers?before=x": "staff.rh",
    "/incidents?state=x": "sup.rh", "/exchanges?system=x": "sup.rh",
    "/exchanges?before=99999999999999999999": "sup.rh",
    "/studio/P04_community_assistance/migrate?from=99": "sup.rh",
    "/audit?before=abc": "auditor.sy", "/clauses?list=xxx": "auditor.sy", "/clauses?seed=x": "auditor.sy",
    "/trail?of=x": "audit.admin", "/trail?from=yesterday": "audit.admin", "/trail?beyond=-": "audit.admin",
    "/access?beyond=x": "security.admin", "/units?parent=x": "system.admin",
    "/accounts?kind=x": "system.admin", "/accounts?unit=77": "security.admin",
}  # fmt: skip
#: Pages whose form says it at the field.
SAID = {
    "/registers?from=2026-02-30": "staff.rh", "/papers?to=x": "staff.rh", "/audit?status=x": "auditor.sy",
    "/audit?from=x": "auditor.sy", "/tables/DT-15?on=x": "auditor.sy",
    "/registers/counted/visits?from=x": "staff.rh",
}
OF_OLD = ("/inbox?list=", "/inbox?ok=what_was_once_said&n=x", "/inbox?utm_source=x&page=-1", "/notices?all=0",
          "/registers?from=&to=", "/surveys?year=&area=&choice=&category=")  # fmt: skip
TOLD = "无法识别"


@pytest.mark.parametrize("path", NONSENSE)
def test_what_makes_no_sense_in_an_address_is_told_on_the_page(office: Office, path: str) -> None:
    answer = office.browser(NONSENSE[path]).get(path)
    assert answer.status_code == 400
    name = path.partition("?")[2].partition("=")[0]
    assert f"地址中的“{name}=" in answer.text
    assert "<h1" in answer.text
    assert "</main>" in answer.text


@pytest.mark.parametrize("path", SAID)
def test_what_a_field_says_itself_is_not_said_twice(office: Office, path: str) -> None:
    answer = office.browser(SAID[path]).get(path)
    assert answer.status_code == 400
    assert TOLD not in answer.text
    assert 'role="alert"' in answer.text or "wrong" in answer.text


def test_a_day_that_is_none_is_told_once(street: Browser) -> None:
    page = street.get("/registers?from=abc&to=2001-02-01").text
    assert "日期不对，请重新选择。" in page
    assert "截止日期不能早于起始日期" not in page


@pytest.mark.parametrize("path", OF_OLD)
def test_an_old_bookmark_opens_as_ever(street: Browser, path: str) -> None:
    answer = street.get(path)
    assert answer.status_code == 200
    assert TOLD not in answer.text


def test_a_search_that_finds_nothing_was_understood(office: Office) -> None:
    auditor = office.browser("auditor.sy")
    for asked in ("clause=R999", "worker=无此人", "q=2026-999999"):
        assert auditor.get(f"/audit?{asked}").status_code == 200


def test_the_page_is_shown_as_if_it_had_not_been_asked_for(office: Office, street: Browser) -> None:
    case_id = office.new_case()
    page = street.get(f"/cases/{case_id}?detail=x&beyond=y")
    assert page.status_code == 400
    assert "“detail=x、beyond=y”" in page.text or "“beyond=y、detail=x”" in page.text
    assert "王秀英" in page.text
    audit = office.browser("auditor.sy").get(f"/audit/{case_id}?kind=x&run=x&show=x&at=x&after=x")
    assert audit.status_code == 400
    for name in ("kind", "run", "show", "at", "after"):
        assert f"{name}=x" in audit.text


def test_what_was_not_understood_is_shown_harmless_and_in_the_readers_language(street: Browser) -> None:
    page = street.get("/inbox?list=%3Cb%3E%E2%80%AE" + "x" * 90).text
    assert "list=&lt;b&gt;�xxx" in page
    assert "x" * 50 not in page.partition("<main")[2].partition("</h1>")[0]
    street.client.set_cookie("lang", "en")
    assert "The address asks for “list=x”" in street.get("/inbox?list=x").text


def test_a_file_is_refused_rather_than_given_for_something_else(office: Office) -> None:
    boss = office.browser("sup.rh")
    assert boss.get("/surveys/analysis/report.xlsx").status_code == 200
    refused = boss.get("/surveys/analysis/report.xlsx?year=last")
    assert refused.status_code == 400
    assert "地址中的“year=last”无法识别" in refused.text


@pytest.mark.parametrize("path", ["/surveys?year=x", "/notices?all=x", "/incidents?state=x"])
def test_a_program_is_refused_with_the_name(office: Office, path: str) -> None:
    answer = office.browser("sup.rh").get(f"/api/v1{path}")
    assert answer.status_code == 400
    assert answer.json["code"] == "bad_request"
    assert path.partition("?")[2] in answer.json["detail"]


def test_every_page_reads_its_address_this_way(root: Path) -> None:
    free = {"q", "name", "step", "focus", "next"}  # words that are searched for, or shown as they are
    more = {"tables": {"on"}, "audit": {"show"}, "accounts": {"beyond"}, "editor": {"wait"}}
    asked = r'(?:request\.(?:args|values)|\bask)(?:\.get\(|\[)"(\w+)"'
    for view in sorted((root / "web/views").glob("*.py")):
        own = set(re.findall(asked, view.read_text(encoding="utf-8")))
        assert own <= free | more.get(view.stem, set()), view.name
