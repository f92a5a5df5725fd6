"""Pages of registers and papers: what a number opens, what a workbook holds, what a code opens."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
import segno

from engine.codec import loads
from tasks.commands_register import DrawUp
from tasks.paper_code import drawing
from tasks.paper_survey import answered
from tasks.papers import get_paper, html_of, is_intact
from tasks.queries.measures import MEASURES
from tasks.registers.sheet import Head, Sheet
from tasks.registers.workbook import workbook
from tests.web.office import Office

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture(scope="module")
def worked(office: Office) -> tuple[Office, int]:
    """An office with a case that went up to the street, and one that was recognised."""
    case_id = office.new_case("王秀英")
    office.reach(case_id, "P05_Conference")
    return office, case_id


def book(office: Office, username: str, path: str, **values: str) -> Any:
    answer = office.browser(username).post(path, {**MARCH, **values})
    assert answer.status_code == 200, answer.text
    return openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]


def numbers(text: str) -> dict[str, int]:
    """Return the numbers of the last row of the summary by measure."""
    foot = re.search(r"<tfoot>(.*?)</tfoot>", text, re.DOTALL)
    assert foot is not None
    found = re.findall(r'(?:/counted/(\w+)\?[^"]*"|class="num none")>(\d+)<', foot[1])
    assert len(found) == len(MEASURES)
    return {name or list(MEASURES)[n]: int(count) for n, (name, count) in enumerate(found)}


def test_each_number_opens_as_many_rows_as_it_says(worked: tuple[Office, int]) -> None:
    office, _case = worked
    browser = office.browser("staff.rh")
    said = numbers(browser.get("/registers", query_string=MARCH).text)
    assert said["recognised"] == said["in_aid"] == said["escalated"] == 1
    assert said["referrals"] == 3
    for name, count in said.items():
        page = browser.get(f"/registers/counted/{name}", query_string=MARCH).text
        assert page.count("data-row") == count, name


def test_a_community_sees_its_own_numbers_only(worked: tuple[Office, int]) -> None:
    office, _case = worked
    theirs = office.browser("staff.hnc").get("/registers", query_string=MARCH)
    others = office.browser("staff.nfx").get("/registers", query_string=MARCH)
    assert numbers(theirs.text)["referrals"] == 3
    assert set(numbers(others.text).values()) == {0}
    area = re.search(r'option value="([^"]+)" selected', theirs.text)
    assert area is not None
    assert office.browser("staff.nfx").get(f"/registers/E15?unit={area[1]}").status_code == 404


def test_a_workbook_is_titled_frozen_and_typed(worked: tuple[Office, int]) -> None:
    office, _case = worked
    page = book(office, "staff.rh", "/registers/E15/export")
    assert page["A1"].value == "就业援助台帐"
    assert "单位：" in page["A2"].value
    assert "制表日期：2026年3月9日" in page["A2"].value
    assert page.freeze_panes == "A4"
    assert page.print_title_rows == "$1:$3"
    heads = [cell.value for cell in page[3]]
    row = dict(zip(heads, page[4], strict=True))
    assert row["录入日期"].is_date
    assert isinstance(row["推荐次数"].value, int)
    assert "********" in row["身份证号"].value
    assert "SHA-256" in page.cell(page.max_row, 1).value


def test_whole_numbers_take_right_and_reason_and_are_recorded(worked: tuple[Office, int]) -> None:
    office, _case = worked
    street = office.browser("staff.rh")
    refused = street.post("/registers/E07/export", {**MARCH, "whole": "1"})
    assert refused.status_code == 422
    assert "理由" in refused.text
    page = book(office, "staff.rh", "/registers/E07/export", whole="1", reason="街道年度核对")
    ids = [cell.value for cell in page[4] if re.fullmatch(r"\d{17}[\dX]", str(cell.value))]
    assert len(ids) == 1
    assert office.browser("staff.hnc").post(
        "/registers/E07/export", {**MARCH, "whole": "1", "reason": "想看看全部号码"}
    ).status_code == 403
    with office.app.read() as conn:
        rows = conn.exec_driver_sql("SELECT data FROM event WHERE kind = 'RecordExported'").all()
    told = [loads(row[0]) for row in rows]
    assert [one for one in told if one.get("reason") == "街道年度核对" and one["exported"] == "register:E07"]
    assert all(ids[0] not in row[0] for row in rows)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\t=1", "=HYPERLINK(\"http://x\")"])
def test_no_cell_becomes_a_formula(text: str) -> None:
    heads = (Head("甲"), Head("日期", "date"), Head("数", "number"))
    made = workbook([Sheet("甲", text, ((text, text),), heads, [(text, text, text)], text)])
    page = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)


@pytest.mark.parametrize("text", ["NaN", "-inf", "1e999", "1_0", "١٢", "9" * 400])
def test_what_is_no_number_to_a_spreadsheet_stays_text(text: str) -> None:
    made = workbook([Sheet("甲", "乙", (), (Head("数", "number"),), [(text,)], "")])
    page = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    assert (page["B4"].data_type, page["B4"].value) == ("s", text)


def test_a_code_opens_its_paper_for_the_office_and_nothing_for_others(worked: tuple[Office, int]) -> None:
    office, _case = worked
    with office.app.read() as conn:
        row = conn.exec_driver_sql("SELECT id, code FROM paper WHERE kind = 'E17' LIMIT 1").one()
    asked = {"code": f" {row[1].lower()} "}
    opened = office.browser("aide.hnc").post("/papers/find", asked)
    assert (opened.status_code, opened.location) == (303, f"/papers/{row[0]}")
    for answer in (
        office.browser("staff.nfx").post("/papers/find", asked),
        office.browser("staff.rh").post("/papers/find", {"code": "NOSUCHCODE22"}),
    ):
        assert answer.status_code == 404
        assert "没有找到代码" in answer.text


def test_the_square_on_a_paper_is_the_code_and_nothing_else() -> None:
    code = "7KQ2M9XWBCDE"
    cells = {
        (int(x) + n, int(y))
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)", drawing(code).path)
        for n in range(int(width))
    }
    matrix = segno.make_qr(code, error="m", boost_error=False).matrix
    assert cells == {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


def test_records_are_drawn_up_from_the_file_and_stay_as_issued(worked: tuple[Office, int]) -> None:
    office, case_id = worked
    staff = office.actor("staff.rh")
    texts = {}
    for kind in ("E14", "E21", "E49"):
        done = office.app.do(DrawUp(kind, case_id=case_id), staff)
        with office.app.read() as conn:
            row = get_paper(conn, int(done.extra["paper"]))
            texts[kind] = html_of(conn, row)
            assert is_intact(row)
    assert "上交街（镇）" in texts["E21"]
    assert "认定困难类别" in texts["E14"] or "城乡“3545”人员" in texts["E14"]
    assert "援助步骤" in texts["E49"]
    page = office.browser("staff.rh").get(f"/papers/new?case={case_id}").text
    task = re.search(r'name="task" value="(\d+)"', page)
    assert task is not None
    shown = office.browser("staff.rh").post(
        "/papers/new", {"kind": "E02", "case": str(case_id), "task": task[1]}
    )
    assert shown.status_code == 303
    paper = office.browser("staff.rh").get(shown.location).text
    assert "走访记录" in paper
    assert "2026年3月9日" in paper
    wrong = office.browser("staff.rh").post(
        "/papers/new", {"kind": "E42", "case": str(case_id), "task": task[1]}
    )
    assert wrong.status_code == 409


def test_the_street_draws_up_its_sheet_though_the_case_went_on(worked: tuple[Office, int]) -> None:
    office, _case = worked
    case_id = office.new_case("李桂芳")
    office.reach(case_id, "P04_Outcome")
    staff = office.browser("staff.rh")
    page = staff.get(f"/papers/new?case={case_id}").text
    offers = re.findall(r'name="kind" value="(E\d\d)"(.*?)</form>', page)
    assert [kind for kind, rest in offers if "<button" in rest] == ["E14"]
    assert all("由正在援助的社区（村）出具" in rest for kind, rest in offers if kind != "E14")
    drawn = staff.post("/papers/new", {"kind": "E14", "case": str(case_id)})
    assert drawn.status_code == 303
    assert "顺仁和动〔2026〕" in staff.get(drawn.location).text
    assert staff.post("/papers/new", {"kind": "E21", "case": str(case_id)}).status_code == 403


def test_the_register_opens_no_paper_that_is_not_for_its_reader(worked: tuple[Office, int]) -> None:
    office, _case = worked
    for reader in ("staff.rh", "staff.sy", "expert.sy"):
        browser = office.browser(reader)
        listed = browser.get("/papers", query_string=MARCH).text
        assert "顺仁和申〔2026〕" in listed
        for paper in set(re.findall(r'href="(/papers/\d+)"', listed)):
            assert browser.get(paper).status_code == 200
    assert not re.search(r'href="/papers/\d+"[^>]*><b class="num">顺仁和申', listed)


def test_who_has_a_sheet_and_what_is_in_the_handbooks_is_shown(worked: tuple[Office, int]) -> None:
    office, _case = worked
    case_id = office.new_case("孙玉兰")
    office.reach(case_id, "P05_Interview")
    staff = office.browser("staff.rh")
    assert "孙玉兰" in staff.get("/registers/E14", query_string=MARCH).text
    page = staff.get("/registers/E21", query_string=MARCH).text
    assert "孙玉兰" in page
    assert "应聘指导方案：" in page


def test_the_file_of_a_person_prints_with_what_was_done_for_him(worked: tuple[Office, int]) -> None:
    office, case_id = worked
    with office.app.read() as conn:
        person = conn.exec_driver_sql("SELECT person_id FROM case_file WHERE id = ?", (case_id,)).scalar()
    drawn = office.app.do(DrawUp("E53", person_id=person), office.actor("staff.rh"))
    page = office.browser("staff.rh").get(f"/papers/{drawn.extra['paper']}").text
    for words in ("实名制电子服务档案", "失业起始日", "服务记录", "上交街（镇）"):
        assert words in page


def test_a_paper_of_no_case_is_voided_for_a_reason_and_stays(worked: tuple[Office, int]) -> None:
    office, _case = worked
    person = office.register("赵文华")
    made = int(office.app.do(DrawUp("E48", person_id=person), office.actor("staff.rh")).extra["paper"])
    browser = office.browser("staff.rh")
    assert "有劳动能力" in browser.get(f"/papers/{made}").text
    refused = browser.post(f"/papers/{made}/void", {"reason": " "})
    assert refused.status_code == 422
    assert "请填写作废的理由" in refused.text
    assert office.browser("staff.nfx").post(f"/papers/{made}/void", {"reason": "误"}).status_code == 404
    assert browser.post(f"/papers/{made}/void", {"reason": "信息有误"}).status_code == 303
    page = browser.get(f"/papers/{made}").text
    assert "作 废" in page
    assert "信息有误" in page
    with office.app.read() as conn:
        letter = conn.exec_driver_sql("SELECT id FROM paper WHERE kind = 'E17' LIMIT 1").one()
    assert browser.post(f"/papers/{letter[0]}/void", {"reason": "误"}).status_code == 409


def test_a_paper_is_a_pdf_too(worked: tuple[Office, int]) -> None:
    office, _case = worked
    with office.app.read() as conn:
        ids = conn.exec_driver_sql("SELECT id, kind FROM paper WHERE kind IN ('E11', 'E17', 'E05')").all()
    for paper_id, kind in ids:
        answer = office.browser("staff.rh").get(f"/papers/{paper_id}.pdf")
        assert answer.status_code == 200, kind
        assert answer.data.startswith(b"%PDF-")
        assert answer.content_type == "application/pdf"


def test_without_the_component_the_page_says_how_to_print_to_pdf(
    worked: tuple[Office, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _case = worked
    monkeypatch.setattr("web.paper_pdf.available", lambda: False)
    with office.app.read() as conn:
        row = conn.exec_driver_sql("SELECT id FROM paper WHERE kind = 'E17' LIMIT 1").one()
    browser = office.browser("staff.rh")
    assert "另存为PDF" in browser.get(f"/papers/{row[0]}").text
    assert browser.get(f"/papers/{row[0]}.pdf").status_code == 404


def test_a_questionnaire_reads_in_words_with_its_number_masked() -> None:
    answers = {
        "id_no": "110113197502021018", "health": "4", "health_disability_grade": "三", "q01": "B",
        "q12": ["A", "B"], "hukou_place_town": "仁和镇", "hukou_place_village": "河南村",
    }  # fmt: skip
    grids = answered(answers)
    said = {question: answer for grid in grids for question, answer in grid["rows"]}
    assert said["身份证号"] == "110113********1018"
    assert said["户口所在地"] == "顺义区仁和镇河南村"
    assert said["1. 请问您目前的就业状态是？"] == "未就业"
    assert said["12. 请问您未就业的原因是？"] == "不知道如何找工作、技能水平未达到工作岗位要求"
    assert [grid["label"] for grid in grids] == ["基本信息部分", "需求问卷部分"]
