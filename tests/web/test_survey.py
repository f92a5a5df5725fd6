"""Questionnaires in the browser: at a door, settled, found again, imported, analysed, by whom it is for."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from engine.codec import loads
from engine.store.tables import event
from tasks import people
from tasks.store.tables_survey import questionnaire
from tasks.survey import importing
from tasks.survey.check import check
from tests.survey.papers import TODAY, book, employed, filled, number, raw
from tests.web.office import Browser, Office


@pytest.fixture
def community(office: Office) -> Browser:
    return office.browser("staff.hnc")


@pytest.fixture
def chief(office: Office) -> Browser:
    return office.browser("sup.rh")


def posted(row: dict[str, Any]) -> dict[str, Any]:
    """Return a questionnaire as the page posts it: codes, under the names of its controls."""
    answers = check(row, TODAY).answers
    return {f"survey__{name}": answer for name, answer in answers.items()}


def kept(office: Office, **equal: Any) -> list[Any]:
    with office.app.read() as conn:
        query = sa.select(questionnaire).order_by(questionnaire.c.id)
        for name, value in equal.items():
            query = query.where(questionnaire.c[name] == value)
        return list(conn.execute(query).mappings())


def events(office: Office, kind: str) -> int:
    with office.app.read() as conn:
        query = sa.select(sa.func.count()).select_from(event).where(event.c.kind == kind)
        return int(conn.execute(query).scalar_one())


def test_a_questionnaire_at_the_door_opens_the_file_and_is_kept(office: Office, community: Browser) -> None:
    page = community.get("/surveys/new").text
    assert 'data-show-if="survey__q03 in [&#34;A&#34;, &#34;B&#34;, &#34;D&#34;]"' in page
    answer = community.post("/surveys", posted(filled(40, name="门口人")))
    assert answer.status_code == 303, answer.text[:2000]
    row = kept(office)[-1]
    assert answer.location.startswith(f"/surveys/{row['id']}")
    shown = community.get(answer.location).text
    assert "门口人" in shown
    assert "家中有需要照顾的人" in shown
    assert events(office, "RecordViewed") >= 1
    assert "调查问卷" in community.get(f"/people/{row['person_id']}").text


def test_what_is_wrong_stands_at_its_question_and_nothing_typed_is_lost(
    office: Office, community: Browser
) -> None:
    before = len(kept(office))
    values = posted(filled(41)) | {"survey__q14": ["A"], "survey__mobile": "没有电话吧"}
    answer = community.post("/surveys", values)
    assert answer.status_code == 422
    assert 'id="f-survey__q14-error"' in answer.text
    assert 'value="没有电话吧"' in answer.text
    assert number(41) in answer.text
    assert len(kept(office)) == before


def test_a_second_questionnaire_stands_beside_the_first_until_somebody_decides(
    office: Office, community: Browser
) -> None:
    person = office.register("李双份")
    first = posted(filled(id_no=None, name="李双份")) | {"person": str(person)}
    assert community.post("/surveys", first).status_code == 303
    same = community.post("/surveys", first)
    assert "ok=survey_same" in same.location
    second = posted(filled(id_no=None, name="李双份", family_economy="困难")) | {"person": str(person)}
    answer = community.post("/surveys", second)
    shown = community.get(answer.location).text
    assert "2026年1月20日" in shown
    assert "2026-01-20" not in shown
    assert "同一人同一年有两份问卷" in shown
    assert shown.count('class="differs"') == 1
    assert "李双份" in community.get("/surveys").text
    row = kept(office, person_id=person, standing="beside")[0]
    settled = community.post(f"/surveys/{row['id']}/settle", {"holds": "1"})
    assert settled.status_code == 303
    assert [one["standing"] for one in kept(office, person_id=person)] == ["set_aside", "held"]
    with office.app.read() as conn:
        assert loads(people.get_person(conn, person)["facts"])["family_economy"] == "HARD"
    again = community.post(f"/surveys/{row['id']}/settle", {"holds": "0"})
    assert again.status_code == 409


def test_a_number_on_file_leads_to_that_person(office: Office, community: Browser) -> None:
    community.post("/surveys", posted(filled(44, name="有档案")))
    other = posted(filled(44, name="有档案", q13="兴趣爱好"))
    answer = community.post("/surveys", other)
    assert answer.status_code == 409
    assert re.search(r'href="/surveys/new\?person=\d+"', answer.text)


def test_a_questionnaire_is_not_for_other_areas(office: Office, community: Browser) -> None:
    community.post("/surveys", posted(filled(45, name="本村人")))
    row = kept(office)[-1]
    other = office.browser("staff.nfx")
    assert other.get(f"/surveys/{row['id']}").status_code == 404
    assert "本村人" not in other.get("/surveys").text
    settle = other.post(f"/surveys/{row['id']}/settle", {"holds": "1"})
    assert settle.status_code in (403, 404)


def _upload(chief: Browser, content: bytes, name: str = "问卷.xlsx") -> Any:
    values = {"_csrf": chief.token("/surveys/imports"), "file": (io.BytesIO(content), name)}
    return chief.client.post("/surveys/imports", data=values, content_type="multipart/form-data")


def test_a_workbook_goes_from_upload_to_report(office: Office, chief: Browser) -> None:
    rows = (filled(50, name="导一"), employed(51, name="导二"), filled(52, q14="A"))
    answer = _upload(chief, raw(book(*rows)))
    assert answer.status_code == 303
    import_id = int(answer.location.rpartition("/")[2])
    assert importing.wait(import_id, 60)
    page = chief.get(answer.location).text
    assert "有1行需要改正，尚未导入任何内容" in page
    assert "第14题" in page
    mend = chief.get(f"{answer.location}/rows.xlsx")
    assert load_workbook(io.BytesIO(mend.data))["问卷"].max_row == 2
    go = chief.post(f"{answer.location}/go", {})
    assert go.status_code == 303
    assert importing.wait(import_id, 60)
    assert "已导入2行，共2行" in chief.get(answer.location).text
    analysis = chief.get("/surveys/analysis?year=2026&by=category")
    assert analysis.status_code == 200
    assert "各题统计" in analysis.text
    behind = re.search(r'href="(/surveys\?[^"]*choice=q01%3DB[^"]*)"', analysis.text)
    assert behind is not None
    assert "导一" in chief.get(behind[1].replace("&amp;", "&")).text
    report = load_workbook(io.BytesIO(chief.get("/surveys/analysis/report.xlsx?year=2026").data))
    assert report.sheetnames == ["汇总", "按各社区（村）", "按走访类别", "按初判困难类别"]
    assert "百姓就业服务需求调查分析" in str(report["汇总"]["A1"].value)


def test_what_is_no_workbook_is_said_on_the_page_of_the_import(chief: Browser) -> None:
    answer = _upload(chief, b"\x00nothing")
    importing.wait(int(answer.location.rpartition("/")[2]), 60)
    page = chief.get(answer.location).text
    assert "没有导入任何内容" in page
    assert "不是Excel工作簿" in page
    assert _upload(chief, b"", "").status_code == 422


def test_only_supervisors_and_the_system_administrator_see_the_import(
    office: Office, community: Browser, chief: Browser
) -> None:
    assert community.get("/surveys/imports").status_code == 403
    assert _upload(community, b"x").status_code == 403
    answer = _upload(chief, raw(book(filled(60))))
    importing.wait(int(answer.location.rpartition("/")[2]), 60)
    other = office.browser("sup.nfx")
    assert other.get(answer.location).status_code == 404
    assert other.post(f"{answer.location}/go", {}).status_code == 404


def test_the_template_is_there_for_everybody_at_work(community: Browser) -> None:
    answer = community.get("/surveys/imports/template.xlsx")
    assert load_workbook(io.BytesIO(answer.data)).sheetnames[0] == "问卷"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_analysis_is_of_ones_own_area_only(office: Office, community: Browser) -> None:
    path = office.actor("sup.nfx").grants[0].area
    assert community.get(f"/surveys/analysis?area={path}").status_code == 404
