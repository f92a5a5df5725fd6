"""Files of a task through the interface."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.web.office import Office
from tests.web.test_api import Program

PDF = b"%PDF-1.4\nx\n%%EOF\n"


@pytest.fixture
def program(office: Office) -> Program:
    return Program(office, "staff.rh")


@pytest.fixture(scope="module")
def task(office: Office) -> int:
    return office.open_tasks(office.new_case("艾青"))["P03_Check"].id


def send(program: Program, task: int, content: bytes, name: str = "身份证.pdf") -> Any:
    return program.client.post(
        f"/api/v1/tasks/{task}/files", data={"file": (io.BytesIO(content), name)}, headers=program.headers,
        content_type="multipart/form-data",
    )  # fmt: skip


def test_a_file_is_kept_listed_given_back_and_removed(program: Program, task: int) -> None:
    kept = send(program, task, PDF)
    assert kept.status_code == 201, kept.text
    assert [one["name"] for one in kept.json["files"]] == ["身份证.pdf"]
    assert send(program, task, PDF).json == kept.json
    file = kept.json["files"][0]["file_id"]
    given = program.get(f"/files/{file}")
    assert (given.data, given.content_type) == (PDF, "application/pdf")
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert program.delete(f"/files/{file}").status_code == 204
    assert program.get(f"/tasks/{task}/files").json == {"files": []}
    assert program.get(f"/files/{file}").status_code == 404


def test_what_is_no_picture_is_refused_and_not_kept(program: Program, task: int) -> None:
    refused = send(program, task, b"<script>", "a.pdf")
    assert (refused.status_code, refused.json["fields"][0]["field"]) == (422, "file")
    nothing = program.client.post(
        f"/api/v1/tasks/{task}/files", data={}, headers=program.headers, content_type="multipart/form-data"
    )
    assert nothing.status_code == 422
    as_json = program.post(f"/tasks/{task}/files", {"file": "x"})
    assert (as_json.status_code, as_json.json["code"]) == (415, "wrong_type")
    large = program.client.post(
        f"/api/v1/tasks/{task}/files", data=b"--x", headers=program.headers,
        content_type="multipart/form-data; boundary=x", environ_overrides={"CONTENT_LENGTH": str(9 << 20)},
    )  # fmt: skip
    assert (large.status_code, large.json["code"]) == (413, "too_large")
    assert program.get(f"/tasks/{task}/files").json == {"files": []}


def test_nobody_of_another_area_sees_or_adds_one(office: Office, program: Program, task: int) -> None:
    other = Program(office, "staff.nfx")
    assert other.get(f"/tasks/{task}/files").status_code == 404
    assert send(other, task, PDF).status_code in (403, 404)
    file = send(program, task, PDF).json["files"][0]["file_id"]
    assert other.get(f"/files/{file}").status_code == 404
    assert other.delete(f"/files/{file}").status_code in (403, 404)
