"""The studio through the interface: the gate, drafts, difference, impact, trial, and the way of a release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tasks import trials
from tests.tasks.local_step import KEY, SHIPPED, annex, with_visit
from tests.web.office import Office
from tests.web.test_api import Program

DRAWN = SHIPPED.decode()
THIRD_SUCCEEDS = trials.SCENARIOS / "GS10_third_referral_succeeds.yaml"


@pytest.fixture
def ann(office: Office) -> Program:
    return Program(office, "sup.rh")


@pytest.fixture
def ben(office: Office) -> Program:
    return Program(office, "sup.nfx")


def active(program: Program) -> dict[str, Any]:
    rows = program.get("/processes").json["processes"]
    return next(one for one in rows if one["process_id"] == KEY and one["status"] == "active")


def begun(program: Program, **more: Any) -> str:
    base = active(program)["definition_id"]
    made = program.post("/drafts", {"process_id": KEY, "base_definition_id": base, **more})
    assert made.status_code == 201, made.text
    return str(made.json["draft_id"])


def changed(program: Program) -> tuple[str, int]:
    draft = begun(program)
    saved = program.put(f"/drafts/{draft}", {"xml": with_visit().decode(), "annex": annex(), "rev": 1})
    assert saved.status_code == 200, saved.text
    return draft, saved.json["rev"]


def test_the_gate_says_the_same_of_an_upload_as_in_the_editor(ann: Program) -> None:
    fine = ann.post("/gate", {"process_id": KEY, "xml": DRAWN})
    assert fine.json == {"passes": True, "findings": []}
    broken = DRAWN.replace('aid595:form="P04_Plan"', "")
    (found,) = ann.post("/gate", {"process_id": KEY, "xml": broken}).json["findings"]
    assert (found["rule"], found["element"], found["severity"]) == ("forms", "P04_Plan", "error")
    assert found["line"] > 1
    draft = begun(ann, xml=broken)
    assert ann.post(f"/drafts/{draft}/check", {}).json == {"passes": False, "findings": [found]}
    assert ann.post("/gate", {"process_id": "P99", "xml": DRAWN}).json["passes"] is False


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"process_id": KEY}, 400),
        ({"process_id": KEY, "xml": 7}, 400),
        ({"process_id": KEY, "xml": "<a"}, 200),
        ({"process_id": KEY, "xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}, 200),
        ({"process_id": KEY, "xml": DRAWN, "annex": "[]"}, 422),
        ({"process_id": KEY, "xml": DRAWN, "annex": '{"forms": 1}'}, 422),
    ],
)
def test_an_upload_that_is_no_diagram_is_told_and_not_kept(
    ann: Program, body: dict[str, Any], status: int
) -> None:
    before = ann.get("/drafts").json
    answer = ann.post("/gate", body)
    assert answer.status_code == status, answer.text
    assert answer.json.get("passes", False) is False
    assert ann.get("/drafts").json == before


def test_a_draft_keeps_its_base_and_a_stale_save_overwrites_nothing(ann: Program, ben: Program) -> None:
    draft = begun(ann)
    read = ann.get(f"/drafts/{draft}").json
    assert (read["rev"], read["base_definition_id"]) == (1, active(ann)["definition_id"])
    renamed = read["xml"].replace("入门指导", "入门指导和约定")
    assert ann.put(f"/drafts/{draft}", {**_model(read), "xml": renamed}).json == {"rev": 2}
    late = ben.put(f"/drafts/{draft}", {**_model(read), "xml": read["xml"] + " "})
    assert (late.status_code, late.json["code"]) == (409, "draft_changed")
    assert "没有覆盖" in late.json["detail"]
    assert ann.get(f"/drafts/{draft}").json["xml"] == renamed
    assert ann.post(f"/drafts/{draft}/discard", {}).status_code == 422
    assert ann.post(f"/drafts/{draft}/discard", {"reason": "不再需要"}).status_code == 204
    assert ann.get(f"/drafts/{draft}").status_code == 404


def _model(read: dict[str, Any]) -> dict[str, Any]:
    return {name: read[name] for name in ("xml", "annex", "rev")}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"xml": "<no"}, 422, "xml_refused"),
        ({"annex": "[]"}, 422, "annex_refused"),
        ({"rev": 2**62}, 400, "bad_request"),
        ({"rev": True}, 400, "bad_request"),
        ({"xml": None}, 400, "bad_request"),
        ({"xml": "<a>" + "x" * (2 * 1024 * 1024) + "</a>"}, 422, "xml_refused"),
    ],
)
def test_what_cannot_be_saved_is_refused_and_the_draft_stays(
    ann: Program, change: dict[str, Any], status: int, code: str
) -> None:
    draft = begun(ann)
    before = ann.get(f"/drafts/{draft}").json
    answer = ann.put(f"/drafts/{draft}", {**_model(before), **change})
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert ann.get(f"/drafts/{draft}").json == before


def test_a_draft_begins_from_something(ann: Program) -> None:
    nothing = ann.post("/drafts", {"process_id": KEY})
    assert [one["field"] for one in nothing.json["fields"]] == ["xml"]
    assert ann.post("/drafts", {"process_id": "1x", "xml": DRAWN}).status_code == 422
    assert ann.post("/drafts", {"process_id": KEY, "base_definition_id": "77"}).status_code == 404
    assert ann.post("/drafts", {"process_id": KEY, "xml": "<a"}).status_code == 422


def test_difference_and_impact_are_told_as_on_the_page(ann: Program) -> None:
    draft, _rev = changed(ann)
    found = ann.get(f"/drafts/{draft}/difference").json
    assert "P04_Visit" in found["difference"]["added"]
    assert "新增环节“上门核实”" in "".join(one["zh"] for one in found["difference"]["sentences"])
    impact = ann.get(f"/drafts/{draft}/impact").json["impact"]
    assert "P04_Visit" in impact["added"]
    assert impact["names"]["P04_Visit"] == "上门核实"


def test_a_trial_is_started_and_its_result_read(
    ann: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "passes.yaml").write_text(THIRD_SUCCEEDS.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(trials, "SCENARIOS", tmp_path)
    draft = begun(ann)
    assert ann.get(f"/drafts/{draft}/trial").status_code == 404
    started = ann.post(f"/drafts/{draft}/trial", {})
    assert started.status_code == 202
    trials.wait(int(started.json["trial_id"]))
    found = ann.get(f"/drafts/{draft}/trial").json
    assert (found["state"], found["passed"], found["failed"], found["of_saved"]) == ("done", 1, 0, True)
    assert found["coverage"]["flows"]


def test_a_release_takes_two_persons_and_goes_back(ann: Program, ben: Program) -> None:
    before = active(ann)
    draft, rev = changed(ann)
    assert ann.post(f"/drafts/{draft}/submit", {"rev": rev}).status_code == 422
    assert ann.post(f"/drafts/{draft}/submit", {"rev": rev - 1, "reason": "上门"}).status_code == 409
    made = ann.post(f"/drafts/{draft}/submit", {"rev": rev, "reason": "上门"}, **{"Idempotency-Key": "s"})
    assert made.status_code == 201, made.text
    again = ann.post(f"/drafts/{draft}/submit", {"rev": rev, "reason": "上门"}, **{"Idempotency-Key": "s"})
    assert again.json == made.json
    release = f"/definitions/{made.json['definition_id']}"
    own = ann.post(f"{release}/approve", {"reason": "同意"})
    assert (own.status_code, own.json["code"]) == (403, "four_eyes")
    assert ben.post(f"{release}/approve", {"reason": "同意", "activate": "no"}).status_code == 400
    assert ben.post(f"{release}/approve", {"reason": "同意", "activate": False}).status_code == 200
    assert active(ann) == before
    assert ben.post(f"{release}/activate", {}).status_code == 200
    assert active(ann)["definition_id"] == made.json["definition_id"]
    assert "P04_Visit" in ann.get(f"{release}/annex").text
    there = ann.get(f"{release}/difference").json
    assert (there["base_definition_id"], there["runs_alike"]) == (before["definition_id"], False)
    assert ann.get(f"{release}/difference?base=77").status_code == 404
    assert ben.post(f"{release}/take-back", {}).status_code == 422
    assert ben.post(f"{release}/take-back", {"reason": "有误"}).status_code == 200
    assert active(ann)["definition_id"] == before["definition_id"]
    assert ben.post(f"{release}/reject", {"reason": "有误"}).status_code == 409


def test_nobody_but_a_supervisor_has_a_draft(office: Office, ann: Program) -> None:
    draft = begun(ann)
    for username in ("staff.rh", "auditor.sy", "system.admin"):
        other = Program(office, username)
        assert other.get(f"/drafts/{draft}").status_code == 403, username
        assert other.post("/gate", {"process_id": KEY, "xml": DRAWN}).status_code == 403, username
        assert other.put(f"/drafts/{draft}", {}).status_code == 403, username
    release = active(ann)["definition_id"]
    assert Program(office, "auditor.sy").get(f"/definitions/{release}/difference").status_code == 200
