"""The page of one case, its actions, papers, audit, processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.store import append_only
from engine.store.db import Database
from engine.store.tables import event
from tests.web.office import Browser, Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office with one case at the street after three failures."""
    folder: Path = tmp_path_factory.mktemp("case")
    database = Database(f"sqlite:///{folder}/office.db")
    yield Office(database)
    database.dispose()


@pytest.fixture(scope="module")
def street_case(office: Office) -> int:
    """A case that the community handed up to the street."""
    case = office.new_case("周玉梅")
    office.reach(case, "P05_Contact")
    return case


def test_the_page_tells_the_whole_road(office: Office, street_case: int) -> None:
    page = office.browser("staff.rh").get(f"/cases/{street_case}").text
    assert "未成功推荐 3/3" in page
    assert "社区（村） → 街（镇）" in page
    assert page.count("推荐介绍信") >= 3
    assert "助理专员2个工作日内联系" in page
    assert "当日不计，自次日起算" in page
    assert "李建国" in page  # the aide


def test_the_page_reminds_of_benefits_those_who_may_know_the_facts(office: Office, street_case: int) -> None:
    seen = office.browser("staff.rh").get(f"/cases/{street_case}").text
    assert "职业培训和技能评价补贴" in seen
    assert "是否享受以经办审核为准" in seen
    assert "职业培训和技能评价补贴" not in office.browser("staff.hnc").get(f"/cases/{street_case}").text


def test_every_detail_is_one_click_away(office: Office, street_case: int) -> None:
    browser = office.browser("staff.rh")
    assert "生成任务" not in browser.get(f"/cases/{street_case}").text
    assert "生成任务" in browser.get(f"/cases/{street_case}?detail=1").text
    older = re.search(r"beyond=(\d+)", browser.get(f"/cases/{street_case}?detail=1").text)
    assert older is not None
    assert "立案" in browser.get(f"/cases/{street_case}?detail=1&beyond=20").text


def test_after_the_hand_over_the_community_sees_how_it_stands_but_no_identity_number(
    office: Office, street_case: int
) -> None:
    page = office.browser("staff.hnc").get(f"/cases/{street_case}").text
    assert "街（镇）" in page
    assert "110113" not in page
    assert "●●●" in page


def test_another_street_does_not_find_the_case(office: Office, street_case: int) -> None:
    assert office.browser("staff.nfx").get(f"/cases/{street_case}").status_code == 404


def test_an_issued_paper_is_shown_as_it_was_issued(office: Office, street_case: int) -> None:
    browser = office.browser("staff.rh")
    number = re.search(r'href="(/papers/\d+)">推荐介绍信', browser.get(f"/cases/{street_case}").text)
    assert number is not None
    page = browser.get(number[1])
    assert page.status_code == 200
    assert "周玉梅" in page.text
    assert "内容与出具时一致" in page.text
    assert "&lt;" not in page.text
    assert office.browser("staff.nfx").get(number[1]).status_code == 404


def test_closing_lists_first_what_it_ends(office: Office) -> None:
    case = office.new_case("胡月娥")
    office.reach(case, "P04_Plan")
    browser = office.browser("aide.hnc")
    page = browser.get(f"/cases/{case}/waive").text
    assert "办理后将一并终止" in page
    assert "制定就业援助方案" in page
    assert "P04 社区（村）援助" in page
    assert re.search(r'name="statement_on" value="20\d\d-\d\d-\d\d"', page)


def test_a_waiver_closes_the_case(office: Office) -> None:
    case = office.new_case("郑伟")
    office.reach(case, "P04_Plan")
    browser = office.browser("aide.hnc")
    refused = browser.post(f"/cases/{case}/waive", {"statement_reason": "另有安排"})
    assert refused.status_code == 422
    assert "另有安排" in refused.text
    given = {"statement_on": str(office.clock.now().date()), "statement_reason": "另有安排", "signed": "true",
             "archived_at": "档案室"}  # fmt: skip
    answer = browser.post(f"/cases/{case}/waive", given)
    assert answer.status_code == 303, answer.text
    page = browser.get(answer.location).text
    assert "自愿放弃就业援助" in page
    assert "更多操作" not in page
    assert office.open_tasks(case) == {}
    assert browser.get(f"/cases/{case}/waive").status_code == 404


def test_actions_are_offered_by_right(office: Office) -> None:
    case = office.new_case("冯丽")
    office.reach(case, "P04_FirstContact")
    supervisor = office.browser("sup.rh").get(f"/cases/{case}").text
    aide = office.browser("aide.hnc").get(f"/cases/{case}").text
    assert f"/cases/{case}/extend" in supervisor
    assert f"/cases/{case}/extend" not in aide
    assert office.browser("aide.hnc").post(f"/cases/{case}/extend", {}).status_code == 404


def test_a_question_is_recorded_whenever_it_is_asked(office: Office) -> None:
    case = office.new_case("冯英")
    office.reach(case, "P04_FirstContact")
    village = office.browser("staff.hnc")
    assert 'value="P21_Question"' in village.get(f"/cases/{case}/start_duty").text
    answer = village.post(f"/cases/{case}/start_duty", {"kind": "P21_Question"})
    assert answer.status_code == 303, answer.text
    assert "P21_Question" in office.open_tasks(case)
    wrong = village.post(f"/cases/{case}/start_duty", {"kind": ""})
    assert (wrong.status_code, "请选择要登记的事项" in wrong.text) == (422, True)


def test_a_supervisor_extends_a_deadline_and_both_dates_stay(office: Office) -> None:
    case = office.new_case("蒋红")
    office.reach(case, "P04_FirstContact")
    boss = office.browser("sup.rh")
    page = boss.get(f"/cases/{case}/extend").text
    assert 'value="DL-015"' in page
    given = {"rule_id": "DL-015", "new_due": "2026-06-30", "reason": "本人住院", "paper": "批件1号"}
    answer = boss.post(f"/cases/{case}/extend", given)
    assert answer.status_code == 303, answer.text
    assert "已经批准延长或中止" in boss.get(answer.location).text


def test_the_auditor_reads_and_proves_the_trail_without_names(office: Office, street_case: int) -> None:
    auditor = office.browser("auditor.sy")
    number = re.search(r"\d{4}-\d{6}", office.browser("staff.rh").get(f"/cases/{street_case}").text)
    assert number is not None
    found = auditor.get(f"/audit?q={number[0]}")
    assert found.location == f"/audit/{street_case}"
    page = auditor.get(found.location).text
    assert "周玉梅" not in page
    assert "R004-02.D1a" in page
    proved = auditor.post(f"/audit/{street_case}/verify")
    assert "验证通过" in proved.text


def test_an_altered_event_is_found_and_numbered(office: Office) -> None:
    case = office.new_case("褚遂良")
    office.complete(case, "P03_Check")
    with office.db.transaction() as conn:
        append_only.remove(conn)
        conn.execute(
            sa.update(event).where(event.c.trail_id == case, event.c.seq == 3).values(data='{"forged":true}')
        )
    answer = office.browser("auditor.sy").post(f"/audit/{case}/verify")
    assert "验证未通过" in answer.text
    assert "#3" in answer.text


def test_processes_show_versions_counts_and_a_diagram(office: Office, street_case: int) -> None:
    browser = office.browser("sup.rh")
    page = browser.get("/processes").text
    assert "P04 社区（村）援助" in page
    assert "使用中" in page
    detail = browser.get("/processes/P04_community_assistance/1").text
    xml = re.search(r'data-xml-url="([^"]+)"', detail)
    assert xml is not None
    answer = browser.get(xml[1])
    assert answer.content_type.startswith("application/xml")
    assert "P04_FirstVacancy" in answer.text
    assert "R004-05.R1" in detail


def test_a_clause_shows_its_passage_and_its_steps(office: Office) -> None:
    page = office.browser("staff.rh").get("/clauses/R004-05.R1").text
    assert "<mark>" in page
    assert "提供一条岗位信息" in page


def test_settings_say_what_the_office_decided(office: Office) -> None:
    page = office.browser("sup.rh").get("/settings").text
    assert "公示天数" in page
    assert "工作日历" in page
    assert "public_notice_days" not in page


def test_a_missed_deadline_reaches_the_supervisor(office: Office) -> None:
    case = office.new_case("卫子夫")
    office.reach(case, "P04_FirstContact")
    office.pass_days(5)
    boss = office.browser("sup.rh")
    page = boss.get("/notices").text
    assert "任务逾期" in page
    assert re.search(r'class="badge">\d+', boss.get("/inbox").text)
    assert boss.post("/notices/read").status_code == 303
    assert "没有未读的通知" in boss.get("/notices").text


@pytest.mark.parametrize("path", ["/processes", "/notices", "/settings", "/incidents", "/people", "/inbox"])
def test_pages_stand_in_english_too(office: Office, path: str) -> None:
    browser: Browser = office.browser("sup.rh")
    browser.post("/preferences", {"lang": "en"})
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize(
    ("username", "opens"),
    [("staff.rh", True), ("staff.hnc", True), ("sup.rh", True), ("expert.sy", False), ("staff.sy", False)],
)
def test_a_paper_shows_a_name_only_to_who_may_know_it(
    office: Office, street_case: int, username: str, opens: bool
) -> None:
    path = re.search(r'href="(/papers/\d+)"', office.browser("staff.rh").get(f"/cases/{street_case}").text)
    assert path is not None
    browser = office.browser(username)
    page = browser.get(f"/cases/{street_case}").text
    assert "推荐介绍信" in page
    assert (path[1] in page) is opens
    assert ("周玉梅" in page) is opens
    assert browser.get(path[1]).status_code == (200 if opens else 404)


def test_a_message_from_outside_is_offered_only_while_a_process_waits_for_it(office: Office) -> None:
    case = office.new_case("孟繁荣")
    browser = office.browser("staff.rh")
    page = browser.get(f"/cases/{case}").text
    assert not any(f"/cases/{case}/{one}" in page for one in ("objection", "resubmitted", "outcome"))
    assert browser.post(f"/cases/{case}/objection", {"content": "不符合"}).status_code == 404
    office.complete(case, "P03_Check", materials_complete=False)
    assert f"/cases/{case}/resubmitted" not in browser.get(f"/cases/{case}").text
    office.complete(case, "P03_Supplement")
    assert f"/cases/{case}/resubmitted" in browser.get(f"/cases/{case}").text
    assert browser.post(f"/cases/{case}/resubmitted").status_code == 303
    assert "P03_Check" in office.open_tasks(case)


def test_a_list_of_one_thing_is_chosen_already(office: Office) -> None:
    case = office.new_case("孟繁荣")
    office.reach(case, "P03_Enter")
    browser = office.browser("sup.rh")
    running = re.findall(r'<option value="(DL-\d+)"( selected)?', browser.get(f"/cases/{case}/extend").text)
    assert [mark for _rule, mark in running] == [" selected"]
    papers = re.findall(r'<option value="(\d+)"( selected)?', browser.get(f"/cases/{case}/void_paper").text)
    assert len(papers) > 1
    assert not any(mark for _paper, mark in papers)
