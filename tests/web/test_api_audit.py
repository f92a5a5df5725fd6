"""The auditor's desk through the interface: found, read, uncovered for a reason, proved, taken along."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tasks import commands
from tests.web.copied import REASON
from tests.web.office import Office
from tests.web.test_api import Program
from web.audit.verify_bundle import Bundle


@pytest.fixture(scope="module")
def case(office: Office) -> int:
    made = office.new_case("叶圣陶")
    office.complete(made, "P03_Check")
    benefit = {"code": "BEN-TRAIN", "starts_on": "2025-01-01", "ends_on": "2025-06-01"}
    office.app.do(commands.RecordBenefit(benefit, case_id=made), office.actor("staff.rh"))
    return made


@pytest.fixture
def auditor(office: Office) -> Program:
    return Program(office, "auditor.sy")


def test_cases_are_found_by_what_was_done_and_by_person(auditor: Program, case: int) -> None:
    by_step = auditor.get("/audit/cases?step=P03_Check&status=active").json
    assert str(case) in {one["case_id"] for one in by_step["cases"]}
    person = auditor.post("/audit/persons", {"person": "叶圣陶"}).json["cases"]
    assert [one["case_id"] for one in person] == [str(case)]
    assert auditor.post("/audit/persons", {"person": " "}).status_code == 422


def test_a_search_that_makes_no_sense_names_the_field(auditor: Program) -> None:
    answer = auditor.get("/audit/cases?from=2026-13-40&version=P99:1")
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json["fields"]} == {"from", "version"}


def test_a_case_is_read_with_its_way_and_why(auditor: Program, case: int) -> None:
    found = auditor.get(f"/audit/{case}").json
    (run,) = found["processes"]
    assert run["process_id"] == "P03_registration_recognition"
    assert run["way"][0]["event"] < run["way"][-1]["event"]
    assert run["branches"][0]["sentence"]
    assert "P03_Form" in {one["element"] for one in found["waits"]}
    early = auditor.get(f"/audit/{case}?at=3").json
    assert (early["events"], early["last"]) == (3, found["last"] + 1)


def test_personal_data_stay_covered_until_a_reason_is_given(
    office: Office, auditor: Program, case: int
) -> None:
    assert auditor.get(f"/audit/{case}").json["covered"] is True
    assert "叶圣陶" not in str(auditor.get(f"/audit/{case}").json)
    assert "BEN-TRAIN" not in auditor.get(f"/audit/{case}/events").text
    assert auditor.post(f"/audit/{case}/unmask", {"reason": "看"}).status_code == 422
    assert auditor.post(f"/audit/{case}/unmask", {"reason": REASON}).status_code == 204
    assert auditor.get(f"/audit/{case}").json["person"]["name"] == "叶圣陶"
    events = auditor.get(f"/audit/{case}/events").json["events"]
    assert {one["data"]["viewed"] for one in events if one["kind"] == "RecordViewed"} == {"trail", "person"}


def test_the_evidence_is_taken_for_a_reason_and_verifies(auditor: Program, case: int, tmp_path: Path) -> None:
    assert auditor.post(f"/audit/{case}/bundle", {}).status_code == 422
    taken = auditor.post(f"/audit/{case}/bundle", {"reason": REASON})
    assert (taken.status_code, taken.content_type) == (200, "application/zip")
    file = tmp_path / "case.zip"
    file.write_bytes(taken.data)
    assert Bundle(str(file)).check() == []
    last = auditor.get(f"/audit/{case}/events").json["events"][-1]
    assert (last["kind"], last["data"]["hash"]) == ("RecordExported", hashlib.sha256(taken.data).hexdigest())
    proof = auditor.post(f"/audit/{case}/verify", {}).json
    assert proof["whole"] is True


def test_the_desk_is_for_auditors(office: Office, auditor: Program, case: int) -> None:
    for path in (f"/audit/{case}", "/audit/cases", f"/audit/{case}/events"):
        assert Program(office, "sup.rh").get(path).status_code == 403, path
    admin = Program(office, "audit.admin")
    assert admin.get(f"/audit/{case}").status_code == 200
    assert admin.post(f"/audit/{case}/bundle", {"reason": REASON}).status_code in (403, 404)
    assert auditor.get("/audit/12345").status_code == 404
