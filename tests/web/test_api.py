"""The interface for programs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tasks import demo
from tests.web.office import Office, id_number


class Program:
    """A program with a bearer token."""

    def __init__(self, office: Office, username: str) -> None:
        self.client = office.flask.test_client()
        answer = self.client.post("/api/v1/session", json={"username": username, "password": demo.PASSWORD})
        assert answer.status_code == 201, answer.text
        self.headers = {"Authorization": f"Bearer {answer.json['token']}"}

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=self.headers)

    def put(self, path: str, body: Any) -> Any:
        return self.client.put(f"/api/v1{path}", json=body, headers=self.headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1{path}", headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(f"/api/v1{path}", json=body, headers=self.headers | headers)


@pytest.fixture
def program(office: Office) -> Program:
    return Program(office, "staff.rh")


def test_a_case_is_worked_through_the_interface(office: Office, program: Program) -> None:
    body = {"name": "沈从文", "id_no": id_number(701), "community_id": str(office.community())}
    person = program.post("/persons", body)
    assert person.status_code == 201, person.text
    started = program.post(
        "/processes/P03_registration_recognition/start", {"person_id": person.json["person_id"]}
    )
    assert started.status_code == 201, started.text
    case = program.get(f"/cases/{started.json['case_id']}").json
    task = case["open"][0]
    assert task["element"] == "P03_Check"
    shown = program.get(f"/tasks/{task['id']}").json
    assert {"channel", "materials"} <= {field["name"] for field in shown["fields"]}
    values = {
        "channel": "COUNTER", "urban": True, "unemployed": True, "materials_complete": True,
        "materials": [{"name": "居民身份证", "copies": 1, "present": True}],
    }  # fmt: skip
    done = program.post(f"/tasks/{task['id']}/complete", {"values": values})
    assert done.status_code == 200, done.text
    again = program.get(f"/cases/{started.json['case_id']}").json
    assert [one["element"] for one in again["open"]] == ["P03_Form"]


def test_lists_come_in_pages(office: Office, program: Program) -> None:
    for n in range(3):
        office.new_case(f"分页{'甲乙丙'[n]}")
    first = program.get("/tasks?list=pool&limit=2").json
    assert len(first["tasks"]) == 2
    second = program.get(f"/tasks?list=pool&limit=2&after={first['next']}").json
    assert not {one["id"] for one in first["tasks"]} & {one["id"] for one in second["tasks"]}


def test_a_refusal_is_a_problem_with_code_title_and_field(office: Office, program: Program) -> None:
    case = office.new_case()
    task = office.open_tasks(case)["P03_Check"].id
    answer = program.post(f"/tasks/{task}/complete", {"values": {"channel": "BY_DOVE"}})
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json; charset=utf-8"
    assert answer.json["type"] == "urn:aid595:problem:form_invalid"
    assert answer.json["title"] == "表单需要改正"
    assert "channel" in {one["field"] for one in answer.json["fields"]}


def test_the_same_key_gives_the_same_answer(office: Office, program: Program) -> None:
    body = {"name": "巴金", "id_no": id_number(702), "community_id": str(office.community())}
    first = program.post("/persons", body, **{"Idempotency-Key": "k-1"})
    second = program.post("/persons", body, **{"Idempotency-Key": "k-1"})
    third = program.post("/persons", body, **{"Idempotency-Key": "k-2"})
    assert first.json["person_id"] == second.json["person_id"]
    assert (third.status_code, third.json["code"]) == (409, "duplicate_person")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/persons", []),
        ("/persons", {"name": 1, "id_no": "x", "community_id": 1}),
        ("/persons", {"name": "x", "id_no": "x", "community_id": True}),
        ("/tasks/1/complete", {"values": []}),
        ("/session", {"username": "x"}),
    ],
)
def test_a_body_of_the_wrong_shape_is_refused(program: Program, path: str, body: Any) -> None:
    answer = program.post(path, body)
    assert (answer.status_code, answer.json["code"]) == (400, "bad_request")


def test_broken_json_is_refused(program: Program) -> None:
    answer = program.client.post(
        "/api/v1/persons", data=b"{", headers=program.headers, content_type="application/json"
    )
    assert answer.status_code == 400


def test_an_end_of_session_shuts_the_token(program: Program) -> None:
    assert program.get("/me").json["name"] == "周杰"
    assert program.client.delete("/api/v1/session", headers=program.headers).status_code == 204
    assert program.get("/me").status_code == 401


def test_a_cookie_does_not_change_anything_without_the_token(office: Office) -> None:
    browser = office.browser("staff.rh")
    assert browser.client.post("/api/v1/persons", json={}).status_code == 403


def test_a_message_that_is_not_from_outside_is_not_found(office: Office, program: Program) -> None:
    case = office.new_case()
    assert program.post(f"/cases/{case}/messages/MSG-14", {}).status_code == 404


def test_the_description_names_every_route_and_method(office: Office, program: Program) -> None:
    described = {
        (path, method)
        for path, methods in program.get("/openapi.json").json["paths"].items()
        for method in methods
    }
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")), method.lower())
        for rule in office.flask.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert described == routes
