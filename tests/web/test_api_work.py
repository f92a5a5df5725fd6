"""The interface covers what the pages do, with the same rights; its refusals follow HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.web.office import Office
from tests.web.test_api import Program


@pytest.fixture(scope="module")
def case(office: Office) -> int:
    return office.new_case("林徽因")


@pytest.fixture
def program(office: Office) -> Program:
    return Program(office, "staff.rh")


def names(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {one["name"] for one in answer.json["actions"]}


def test_a_person_is_found_and_read(program: Program, case: int) -> None:
    found = program.get("/persons?q=林徽因").json["persons"]
    assert [one["name"] for one in found] == ["林徽因"]
    person = program.get(f"/persons/{found[0]['id']}").json
    assert (person["name"], [one["id"] for one in person["cases"]]) == ("林徽因", [str(case)])
    assert "*" in person["id_masked"]


def test_nobody_of_another_area_is_found(office: Office, program: Program, case: int) -> None:
    there = program.get(f"/cases/{case}").json["person_id"]
    other = Program(office, "staff.nfx")
    assert other.get("/persons?q=林徽因").json["persons"] == []
    for path in (f"/persons/{there}", f"/persons/{there}/actions", f"/cases/{case}/events"):
        assert other.get(path).status_code == 404, path


def test_what_happened_is_told_in_words(program: Program, case: int) -> None:
    events = program.get(f"/cases/{case}/events").json["events"]
    assert {"CaseOpened", "ProcessStarted"} <= {one["kind"] for one in events}
    assert all(one["title"] for one in events)


def test_an_action_is_offered_with_its_fields_and_carried_out(office: Office, program: Program) -> None:
    case = office.new_case("丁玲")
    offers = program.get(f"/cases/{case}/actions")
    assert {"benefit", "waive"} <= names(offers)
    fields = next(one["fields"] for one in offers.json["actions"] if one["name"] == "waive")
    assert fields
    empty = program.post(f"/cases/{case}/actions/waive", {"values": {}})
    assert empty.status_code == 422
    assert {one["field"] for one in empty.json["fields"]} <= {field["name"] for field in fields}
    assert program.post(f"/cases/{case}/actions/void_paper", {"values": {}}).status_code == 404
    assert program.post(f"/cases/{case}/actions/nothing", {}).status_code == 404


def test_a_draft_is_kept_and_a_task_is_handed_on(office: Office, program: Program) -> None:
    case = office.new_case("萧红")
    task = office.open_tasks(case)["P03_Check"].id
    assert program.post(f"/tasks/{task}/claim").status_code == 200
    assert program.post(f"/tasks/{task}/draft", {"values": {"channel": "COUNTER"}}).status_code == 204
    assert program.get(f"/tasks/{task}").json["values"]["channel"] == "COUNTER"
    to = str(office.actor("staff.rh").user_id)
    no_reason = program.post(f"/tasks/{task}/reassign", {"to": to})
    assert [one["field"] for one in no_reason.json["fields"]] == ["reason"]
    assert program.post(f"/tasks/{task}/send-back", {"to": "P99", "reason": "x"}).status_code in (403, 409)


def test_a_step_is_taken_back_once(office: Office, program: Program) -> None:
    case = office.new_case("冰心")
    task = office.open_tasks(case)["P03_Check"].id
    office.complete(case, "P03_Check", "staff.rh")
    answers = [
        program.post(f"/tasks/{task}/withdraw", {"reason": "填错"}, **{"Idempotency-Key": "w"}) for _ in "ab"
    ]
    assert [one.status_code for one in answers] == [200, 200], answers[0].text
    assert "P03_Check" in office.open_tasks(case)


def test_the_trail_is_for_those_who_check_it(office: Office, program: Program, case: int) -> None:
    assert program.get(f"/audit/{case}/events").status_code == 403
    auditor = Program(office, "auditor.sy")
    trail = auditor.get(f"/audit/{case}/events").json
    assert [one["seq"] for one in trail["events"]] == list(range(1, len(trail["events"]) + 1))
    proof = auditor.post(f"/audit/{case}/verify").json
    assert proof == {"whole": True, "events": len(trail["events"]), "outside": False, "faults": []}


def test_policy_processes_and_settings_are_read(program: Program) -> None:
    processes = program.get("/processes").json["processes"]
    assert "P03_registration_recognition" in {one["process_id"] for one in processes}
    diagram = program.get(f"/definitions/{processes[0]['definition_id']}")
    assert (diagram.status_code, diagram.content_type) == (200, "application/xml; charset=utf-8")
    assert program.get("/clauses/R004-00.P1").json["quote"]
    assert program.get("/clauses/nothing").status_code == 404
    assert program.get("/notices").json == {"notices": []}
    assert program.post("/notices/read", {}).status_code == 204


def test_incidents_are_for_supervisors(office: Office, program: Program) -> None:
    assert program.get("/incidents").status_code == 403
    supervisor = Program(office, "sup.rh")
    assert supervisor.get("/incidents").json == {"incidents": []}
    assert supervisor.post("/incidents/1/retry").status_code == 404
    assert supervisor.get("/settings").json["settings"]


def test_a_password_is_changed_only_by_who_knows_the_old_one(program: Program) -> None:
    body = {"old_password": "wrong", "password": "correct horse battery staple"}
    answer = program.client.put("/api/v1/me/password", json=body, headers=program.headers)
    assert answer.status_code == 422


@pytest.mark.parametrize("kind", ["text/xml", "application/x-www-form-urlencoded", "text/plain"])
def test_another_media_type_is_415(program: Program, kind: str) -> None:
    answer = program.client.post(
        "/api/v1/persons", data=b"name=x", headers=program.headers, content_type=kind
    )
    assert (answer.status_code, answer.json["code"]) == (415, "wrong_type")
    assert answer.content_type.startswith("application/problem+json")


def test_a_method_an_address_has_not_is_told_those_it_has(program: Program) -> None:
    answer = program.client.delete("/api/v1/tasks", headers=program.headers)
    assert (answer.status_code, answer.json["code"]) == (405, "not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_who_is_not_logged_in_is_told_how(office: Office) -> None:
    answer = office.flask.test_client().get("/api/v1/me")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_who_is_too_fast_is_told_for_how_long(office: Office) -> None:
    client = office.flask.test_client()
    body = {"username": "expert.sy", "password": "wrong"}
    answers = [client.post("/api/v1/session", json=body) for _ in range(12)]
    late = next(one for one in answers if one.status_code == 429)
    assert int(late.headers["Retry-After"]) >= 1
    office.clock.advance(timedelta(minutes=15))


@pytest.mark.parametrize(
    "path", ["/tasks?limit=many", "/tasks?after=x", "/tasks?list=all", "/cases/1/events?beyond=x"]
)
def test_a_query_that_makes_no_sense_is_refused(program: Program, path: str, case: int) -> None:
    answer = program.get(path.replace("/1/", f"/{case}/"))
    assert (answer.status_code, answer.json["code"]) == (400, "bad_request")
