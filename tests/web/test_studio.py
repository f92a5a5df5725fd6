"""The studio's pages and answers without a browser: rights, bad input, nothing lost, nothing half done."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from engine.codec import dumps
from tasks.queries import studio
from tests.web.office import Browser, Office
from web.vocabulary import vocabulary

PROCESS = "P04_community_assistance"


@pytest.fixture
def supervisor(office: Office) -> Browser:
    """A browser of a supervisor."""
    return office.browser("sup.rh")


def send(browser: Browser, method: str, path: str, body: Any) -> Any:
    """Send JSON as the editor's script does."""
    headers = {"X-CSRF-Token": browser.token("/notices"), "Accept": "application/json"}
    return browser.client.open(path, method=method, json=body, headers=headers)


def new_draft(browser: Browser, office: Office) -> str:
    """Begin a draft from the version at work; return its address."""
    with office.app.read() as conn:
        active = next(one for one in studio.versions(conn, PROCESS) if one.status == "active")
    answer = browser.post("/studio/drafts", {"process": PROCESS, "base": str(active.id)})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def upload(browser: Browser, content: bytes, process: str = PROCESS) -> Any:
    """Import a file as a draft."""
    data = {"process": process, "_csrf": browser.token("/studio"), "file": (io.BytesIO(content), "p.bpmn")}
    return browser.client.post("/studio/drafts", data=data, content_type="multipart/form-data")


def test_the_library_tells_who_when_why_and_how_many(supervisor: Browser) -> None:
    page = supervisor.get("/studio").text
    assert "P04 社区（村）援助" in page
    assert "随产品发布" in page
    assert "系统随附" in page
    assert "新建草稿" in page


def test_a_caseworker_has_no_studio_and_an_auditor_only_reads(office: Office) -> None:
    assert office.browser("staff.rh").get("/studio").status_code == 403
    auditor = office.browser("auditor.sy")
    assert "新建草稿" not in auditor.get("/studio").text
    assert auditor.get(f"/studio/{PROCESS}/1").status_code == 200
    assert auditor.get("/studio/vocabulary").status_code == 403


def test_a_draft_is_saved_over_the_revision_seen_and_no_other(office: Office, supervisor: Browser) -> None:
    path = new_draft(supervisor, office)
    model = supervisor.get(path + "/model").json
    changed = model["xml"].replace("入门指导", "入门指导和约定")
    answer = send(supervisor, "PUT", path + "/model", {**model, "xml": changed})
    assert (answer.status_code, answer.json["rev"]) == (200, 2)
    late = send(office.browser("sup.nfx"), "PUT", path + "/model", {**model, "xml": model["xml"] + " "})
    assert (late.status_code, late.json["code"]) == (409, "draft_changed")
    assert "没有覆盖" in late.json["detail"]
    assert supervisor.get(path + "/model").json["xml"] == changed


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"xml": "<no"}, 422, "xml_refused"),
        ({"xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}, 422, "xml_refused"),
        ({"xml": "<a>\ud800</a>"}, 422, "form_invalid"),
        ({"xml": 7}, 422, "form_invalid"),
        ({"annex": "[]"}, 422, "annex_refused"),
        ({"annex": '{"forms": 1}'}, 422, "annex_refused"),
        ({"rev": "1"}, 422, "form_invalid"),
        ({"rev": True}, 422, "form_invalid"),
        ({"rev": -1}, 422, "form_invalid"),
        ({"rev": 2**70}, 422, "form_invalid"),
        ({"xml": "<a>" + "x" * (2 * 1024 * 1024) + "</a>"}, 422, "xml_refused"),
        ({"xml": "<a>" + "x" * (9 * 1024 * 1024) + "</a>"}, 413, "too_large"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_words_and_the_draft_stays(
    office: Office, supervisor: Browser, change: dict[str, Any], status: int, code: str
) -> None:
    path = new_draft(supervisor, office)
    model = supervisor.get(path + "/model").json
    answer = send(supervisor, "PUT", path + "/model", {**model, **change})
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["detail"]
    assert supervisor.get(path + "/model").json == model


@pytest.mark.parametrize("body", [None, [], "x", {"xml": "<a/>"}])
def test_a_save_without_its_parts_is_refused(office: Office, supervisor: Browser, body: Any) -> None:
    path = new_draft(supervisor, office)
    answer = send(supervisor, "PUT", path + "/model", body)
    assert (answer.status_code, answer.json["code"]) == (422, "form_invalid")


def test_the_gate_names_element_line_and_the_way_out(office: Office, supervisor: Browser) -> None:
    path = new_draft(supervisor, office)
    model = supervisor.get(path + "/model").json
    assert send(supervisor, "POST", path + "/check", {}).json["findings"] == []
    broken = model["xml"].replace('aid595:form="P04_Plan"', "")
    send(supervisor, "PUT", path + "/model", {**model, "xml": broken})
    (found,) = send(supervisor, "POST", path + "/check", {}).json["findings"]
    assert (found["rule"], found["element"], found["severity"]) == ("forms", "P04_Plan", "error")
    assert found["line"] > 1
    assert "没有表单" in found["text"]
    assert "表单" in found["way"]
    page = supervisor.get(path + "/submit").text
    assert "有1处问题" in page
    refused = supervisor.post(path + "/submit", {"rev": "2", "reason": "试"})
    assert refused.status_code == 422
    assert "试" in refused.text


def test_a_form_and_a_rule_are_drawn_and_counted_as_they_will_be(office: Office, supervisor: Browser) -> None:
    entries = vocabulary(office.app.library, "zh")["entries"]
    asked = {"form": "P04_Plan", "entry": entries["forms"]["P04_Plan"]}
    form = send(supervisor, "POST", "/studio/preview", asked)
    assert "情况和困难原因" in form.json["html"]
    rule = {**entries["rules"]["DL-015"], "value": 5}
    counted = send(supervisor, "POST", "/studio/preview", {"rule": "DL-015", "entry": rule})
    assert "5个工作日" in counted.json["html"]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"form": "X"}, {"form": "X", "entry": {}}, {"rule": "DL-015", "entry": {"unit": "parsec"}},
        {"form": "X", "entry": {"title_zh": "x", "title_en": "x", "fields": [{"name": "a"}]}},
        {"form": "X", "entry": {"title_zh": 1, "title_en": "x", "fields": 7}},
        {"rule": "DL-015", "entry": {"value": 10**9}},
    ],
)  # fmt: skip
def test_a_preview_of_nonsense_says_so(supervisor: Browser, body: dict[str, Any]) -> None:
    answer = send(supervisor, "POST", "/studio/preview", body)
    assert (answer.status_code, answer.json["code"]) == (422, "form_invalid")


def test_an_endless_deadline_is_refused_not_computed(office: Office, supervisor: Browser) -> None:
    entry = dict(vocabulary(office.app.library, "zh")["entries"]["rules"]["DL-015"])
    endless = [{"value": 10**9, "unit": unit} for unit in ("working_day", "calendar_day", "month")]
    for change in (*endless, {"unit": "fixed_date", "until": "02-30"}):
        answer = send(supervisor, "POST", "/studio/preview", {"rule": "DL-015", "entry": {**entry, **change}})
        assert answer.status_code == 422, change


@pytest.mark.parametrize("content", [b"", b"<x", "流程".encode("gbk"), b"\x00\x01", b"<!DOCTYPE a><a/>"])
def test_a_file_that_is_no_diagram_begins_no_draft(
    office: Office, supervisor: Browser, content: bytes
) -> None:
    with office.app.read() as conn:
        before = len(studio.drafts(conn))
    answer = upload(supervisor, content)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    with office.app.read() as conn:
        assert len(studio.drafts(conn)) == before


def test_a_draft_is_thrown_away_with_a_reason(office: Office, supervisor: Browser) -> None:
    path = new_draft(supervisor, office)
    assert supervisor.post(path + "/discard", {"reason": " "}).status_code == 422
    assert supervisor.get(path).status_code == 200
    assert supervisor.post(path + "/discard", {"reason": "画错了"}).status_code == 303
    assert supervisor.get(path).status_code == 404
    answer = send(supervisor, "PUT", path + "/model", {"xml": "<a/>", "annex": "{}", "rev": 1})
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_draft_without_a_change_is_not_offered_for_release(office: Office, supervisor: Browser) -> None:
    draft = new_draft(supervisor, office)
    page = supervisor.get(f"{draft}/submit").text
    assert "没有可以提交的改动" in page
    assert 'name="reason"' not in page
    refused = supervisor.post(f"{draft}/submit", {"rev": "1", "reason": "没改"})
    assert refused.status_code == 409
    assert "没有可以发布的改动" in refused.text


def test_a_release_goes_its_way_by_two_hands(office: Office, supervisor: Browser) -> None:
    path = new_draft(supervisor, office)
    model = supervisor.get(path + "/model").json
    rule = {**vocabulary(office.app.library, "zh")["entries"]["rules"]["DL-015"], "value": 3}
    annex = dumps({"rules": {"DL-015": rule}})
    send(supervisor, "PUT", path + "/model", {**model, "annex": annex})
    assert supervisor.post(path + "/submit", {"rev": "2", "reason": ""}).status_code == 422
    submitted = supervisor.post(path + "/submit", {"rev": "2", "reason": "放宽一天"})
    release = submitted.location.split("?")[0]
    assert "须由另一位督导批准" in supervisor.get(release).text
    refused = supervisor.post(release + "/approve", {"reason": "自己批"})
    assert refused.status_code == 403
    late = send(supervisor, "PUT", path + "/model", {**model, "rev": 2})
    assert (late.status_code, late.json["code"]) == (409, "illegal_state")
    assert "data-studio" not in supervisor.get(path).text
    colleague = office.browser("sup.nfx")
    signed = colleague.post(release + "/approve", {"reason": "同意", "activate": "1"})
    assert signed.status_code == 303
    page = colleague.get(release).text
    assert "使用中" in page
    assert "3 个工作日" in page
    assert colleague.post(release + "/take-back", {"reason": "先不放宽"}).status_code == 303
    assert "已停用" in colleague.get(release).text
    assert colleague.post(release + "/approve", {"reason": "再来"}).status_code == 409


def test_a_file_without_drawing_becomes_a_drawn_draft(office: Office, supervisor: Browser) -> None:
    path = next(one for one in office.app.library.diagrams() if one.stem == PROCESS)
    bare = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", path.read_bytes(), flags=re.DOTALL)
    answer = upload(supervisor, bare)
    assert answer.status_code == 303
    assert "已自动排版" in supervisor.get(answer.location).text
    address = answer.location.partition("?")[0]
    assert "BPMNShape" in supervisor.get(address + "/model").json["xml"]
    found = send(supervisor, "POST", address + "/check", {}).json["findings"]
    assert [one["rule"] for one in found] == []
    drawn = upload(supervisor, path.read_bytes())
    assert "已自动排版" not in supervisor.get(drawn.location).text


def test_a_drawing_is_made_anew_for_the_editor_alone(office: Office, supervisor: Browser) -> None:
    path = next(one for one in office.app.library.diagrams() if one.stem == PROCESS)
    answer = send(supervisor, "POST", "/studio/layout", {"xml": path.read_text("utf-8")})
    assert answer.status_code == 200
    assert "BPMNShape" in answer.json["xml"]
    assert send(supervisor, "POST", "/studio/layout", {"xml": "<a"}).status_code == 422
    assert send(supervisor, "POST", "/studio/layout", {}).status_code == 422
    assert send(office.browser("staff.rh"), "POST", "/studio/layout", {"xml": "<a/>"}).status_code == 403
