"""The interface offers vacancies, registers and questionnaires with the rights and refusals of the pages."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from tasks import commands, imports, org
from tasks.commands_register import CloseMonth
from tests.survey.papers import filled
from tests.web.office import STAFF, Office
from tests.web.test_api import Program
from web.api.openapi import document

MARCH = "from=2026-03-01&to=2026-03-31"


@pytest.fixture(scope="module")
def case(office: Office) -> int:
    """An office with a case at work, and an employer's vacancy."""
    made = office.new_case("王秀英")
    office.reach(made, "P04_Interview")
    offer = {"employer": "某厂", "name": "保洁员", "area": "仁和镇", "number": 2, "tags": "NEARBY"}
    imports.take_items(office.app, "vacancies", [offer])
    return made


@pytest.fixture
def program(office: Office, case: int) -> Program:
    return Program(office, "staff.rh")


def test_vacancies_and_the_file_of_an_employer(program: Program) -> None:
    found = program.get("/vacancies?tag=NEARBY&promised=no").json
    assert [(one["employer"], one["tags"]) for one in found["vacancies"]] == [("某厂", ["NEARBY"])]
    file = program.get("/employers?name=某厂").json
    assert (file["name"], file["referred"], len(file["vacancies"])) == ("某厂", 0, 1)
    assert program.get("/employers?name=没有这个单位").status_code == 404
    assert program.get("/employers").json == {"to_ask": []}
    assert program.get("/vacancies?tag=NONE").status_code == 400
    assert program.get("/vacancies?promised=1").status_code == 400


def test_a_register_is_read_in_pages_and_covered_as_on_the_page(
    office: Office, program: Program, case: int
) -> None:
    numbers = program.get(f"/registers?{MARCH}").json
    assert numbers["sum"]["in_aid"] == sum(one["numbers"]["in_aid"] for one in numbers["units"]) >= 1
    page = program.get(f"/registers/E50?{MARCH}").json
    assert page["total"] == next(one["entries"] for one in numbers["registers"] if one["id"] == "E50")
    line = page["lines"][0]
    assert (line["case_id"], line["cells"]["name"]) == (str(case), "王秀英")
    assert not line["cells"]["id_no"].isalnum()
    auditor = Program(office, "auditor.sy").get(f"/registers/E50?{MARCH}").json
    assert {one["cells"]["name"] for one in auditor["lines"]}.isdisjoint({"王秀英"})
    unit = numbers["unit"]
    assert Program(office, "staff.nfx").get(f"/registers/E50?unit={unit}").status_code == 404
    for wrong in ("from=x", "from=2026-04-01&to=2026-03-01", "before=x"):
        assert program.get(f"/registers/E50?{wrong}").status_code == 400, wrong
    assert program.get("/registers/E99").status_code == 404


def test_many_lines_go_along_with_a_second_person_only(office: Office, program: Program) -> None:
    chief = Program(office, "sup.rh")
    given = {"from": "2026-03-01", "to": "2026-03-31"}
    few = program.post("/registers/E50/export", given)
    assert few.status_code == 200
    assert openpyxl.load_workbook(io.BytesIO(few.data)).worksheets[0]["A1"].value
    change = commands.ChangeSetting("export_rows_alone", 3, "试用三行")
    office.app.do(change, office.actor("system.admin"))
    refused = program.post("/registers/E50/export", given)
    assert (refused.status_code, refused.json["code"]) == (403, "needs_approval")
    assert program.post("/registers/exports", {"register": "E50", **given}).status_code == 422
    asked = program.post("/registers/exports", {"register": "E50", "reason": "月度核对", **given})
    assert asked.status_code == 201, asked.text
    export = asked.json["export_id"]
    assert [one["state"] for one in chief.get("/registers/exports").json["exports"]] == ["asked"]
    assert program.post(f"/registers/exports/{export}/grant").status_code == 403
    assert chief.post(f"/registers/exports/{export}/refuse").status_code == 422
    assert chief.post(f"/registers/exports/{export}/grant", {"note": "同意"}).status_code == 204
    assert chief.post(f"/registers/exports/{export}/grant").status_code == 409
    assert program.post("/registers/E50/export", given).status_code == 200
    assert program.post("/registers/E50/export", given).status_code == 403


def test_a_questionnaire_is_kept_read_and_settled(office: Office, program: Program) -> None:
    wrong = program.post("/surveys", {"answers": {"name": "王"}})
    assert wrong.status_code == 422
    assert "id_no" in {one["field"] for one in wrong.json["fields"]}
    answers = filled(8, name="李桂兰")
    kept = program.post("/surveys", {"answers": answers})
    assert kept.status_code == 201, kept.text
    again = program.post("/surveys", {"answers": answers})
    assert (again.status_code, again.json["code"]) == (409, "duplicate_person")
    person = kept.json["person_id"]
    other = {**answers, "family_economy": "困难"}
    del other["id_no"]
    beside = program.post("/surveys", {"person_id": person, "answers": other})
    assert beside.status_code == 201, beside.text
    assert beside.json["beside"] is True
    listed = program.get("/surveys").json
    assert [one["name"] for one in listed["beside"]] == ["李桂兰"]
    second = beside.json["questionnaire_id"]
    assert program.get(f"/surveys/{second}").json["standing"] == "beside"
    assert Program(office, "staff.nfx").get(f"/surveys/{second}").status_code == 404
    assert program.post(f"/surveys/{second}/settle", {"holds": "yes"}).status_code == 400
    assert program.post(f"/surveys/{second}/settle", {"holds": True}).status_code == 200
    assert program.get(f"/surveys/{second}").json["standing"] == "held"


@pytest.mark.parametrize("value", [{"a": 1}, [["x"]], 10**40, True, "\u0001", "²", "x" * 5_000])
def test_an_odd_answer_is_refused_by_its_question(program: Program, value: Any) -> None:
    for name in ("id_no", "q12", "survey_date", "mobile"):
        answer = program.post("/surveys", {"answers": {**filled(10), name: value}})
        assert answer.status_code == 422, (name, answer.text)


@pytest.mark.parametrize(
    ("path", "status"), [("/surveys/new?person=²", 400), ("/people/new?community_id=²", 200)]
)
def test_a_sign_that_only_looks_like_a_number_is_no_fault(office: Office, path: str, status: int) -> None:
    assert office.browser("staff.rh").get(path).status_code == status


def test_a_closed_month_is_read_with_its_hash(office: Office, case: int) -> None:
    office.clock.advance(timedelta(days=35))
    program = Program(office, "staff.rh")  # a session does not last as long
    unit = program.get("/registers").json["unit"]
    with office.app.read() as conn:
        street = org.unit_of_path(conn, unit).id
    office.app.do(CloseMonth(street, "2026-03"), office.actor("sup.rh"))
    closed = program.get(f"/registers/E50?unit={unit}").json["closed"]
    month = program.get(f"/registers/months/{closed[0]['month_id']}").json
    assert (month["intact"], month["hash"]) == (True, closed[0]["hash"])
    assert len(month["lines"]) > 3
    there = Program(office, "staff.nfx").get(f"/registers/months/{closed[0]['month_id']}")
    assert there.status_code == 404


def test_every_address_is_described() -> None:
    assert {"/vacancies", "/employers", "/registers", "/surveys"} <= set(document()["paths"])


def test_a_paper_is_for_whom_its_page_is(office: Office, case: int) -> None:
    """It holds name, address and telephone: a role that sees none of them on the page sees none here."""
    with office.app.read() as conn:
        (number, *_more) = conn.execute(sa.text("SELECT id FROM paper ORDER BY id")).scalars()
    answers = set()
    for username in (*STAFF.values(), "aide.smy", "staff.nfx", "sup.nfx"):
        page = office.browser(username).get(f"/papers/{number}").status_code
        told = Program(office, username).get(f"/papers/{number}").status_code
        assert told == page, username
        answers.add(told)
    assert answers >= {200, 404}
