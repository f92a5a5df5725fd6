"""Policy is told to one person and kept; credit records stand where a post is chosen; who registers where."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tasks.imports import import_vacancies
from tasks.store.tables_notes import credit_note, told
from tests.web.office import Office


def _told(office: Office, person: int) -> list[dict[str, object]]:
    with office.app.read() as conn:
        query = sa.select(told).where(told.c.person_id == person)
        return [dict(row) for row in conn.execute(query).mappings()]


def test_a_policy_is_told_in_the_words_of_its_clauses_and_kept_with_who_and_how(office: Office) -> None:
    aide = office.browser("aide.hnc")
    person = office.register("王秀英")
    assert "告知政策" in aide.get(f"/people/{person}").text
    page = aide.get(f"/people/{person}/tell?topic=RECOGNITION").text
    words = ("王秀英：", "就业困难人员是指大龄、身有残疾", "二、申请流程", "仁和镇公共就业服务", "sms:1380")
    for said in words:
        assert said in page, said
    values = {"topic": "RECOGNITION", "channel": "VISIT", "told_on": "2026-03-09"}
    values["said"] = "王秀英：\n请来窗口申请。"
    answer = aide.post(f"/people/{person}/tell", values)
    assert answer.status_code == 303, answer.text
    (row,) = _told(office, person)
    assert (row["topic"], row["channel"], row["said"]) == ("RECOGNITION", "VISIT", "王秀英：\n请来窗口申请。")
    sheet = aide.get(answer.location.partition("?")[0]).text
    assert "政策告知单" in sheet
    assert "请来窗口申请。" in sheet
    file = aide.get(f"/people/{person}").text
    assert "就业困难人员认定" in file
    assert "上门" in file


def test_the_topics_of_the_benefits_a_person_may_ask_for_are_marked(office: Office) -> None:
    person = office.register(receives_dibao=True)
    page = office.browser("aide.hnc").get(f"/people/{person}/tell").text
    assert "适合本人" in page
    assert page.count("适合本人") < 8


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"topic": "NOPE", "channel": "VISIT", "said": "某句话"}, "告知主题"),
        ({"topic": "PLAN", "channel": "VISIT", "said": ""}, "告知内容"),
        ({"topic": "PLAN", "channel": "VISIT", "said": "某句话", "told_on": "2026-03-10"}, "2026-03-10"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(office: Office, values: dict[str, str], said: str) -> None:
    person = office.register()
    aide = office.browser("aide.hnc")
    answer = aide.post(f"/people/{person}/tell", {"told_on": "2026-03-09", **values})
    assert answer.status_code == 422
    assert said in answer.text
    assert values["said"] in answer.text
    assert _told(office, person) == []


def test_nobody_elsewhere_sees_or_tells(office: Office) -> None:
    person = office.register()
    other = office.browser("staff.nfx")
    assert other.get(f"/people/{person}/tell").status_code == 404
    values = {"topic": "PLAN", "channel": "VISIT", "told_on": "2026-03-09", "said": "某句话"}
    assert other.post(f"/people/{person}/tell", values).status_code == 404
    assert _told(office, person) == []


CREDIT = {"nature": "BAD", "fact": "两次无故不参加面试", "noted_on": "2026-03-05", "source": "单位书面反馈"}
DISTRICT = {
    "id_checked": "true", "residence": "居住证", "unemployed_since": "2026-02-01",
    "registered_on": "2026-03-09", "certificate_no": "1101132026000123",
}  # fmt: skip


def test_a_credit_record_of_a_person_is_shown_and_struck_out_after_an_appeal(office: Office) -> None:
    person = office.register()
    street, supervisor = office.browser("staff.rh"), office.browser("sup.rh")
    assert street.post(f"/people/{person}/note_credit", CREDIT).status_code == 303
    office.open_case(person)
    assert "两次无故不参加面试" in street.get(f"/people/{person}").text
    with office.app.read() as conn:
        note = conn.execute(sa.select(credit_note.c.id)).scalar_one()
    address = f"/people/{person}/credit/{note}/strike"
    assert street.post(address, {"reason": "申诉成立"}).status_code == 403
    assert supervisor.post(address, {"reason": ""}).status_code == 422
    assert supervisor.post(address, {"reason": "申诉成立，单位记错人"}).status_code == 303
    assert "已撤销：申诉成立，单位记错人" in street.get(f"/people/{person}").text
    assert supervisor.post(address, {"reason": "再次"}).status_code == 409


def test_credit_records_stand_at_the_step_that_chooses_a_post(office: Office) -> None:
    import_vacancies(office.app, "employer,name,area,number\n某物业公司,保安,顺义区,2\n".encode())
    person = office.register()
    case = office.open_case(person)
    office.reach(case, "P04_Match")
    task = office.open_tasks(case)["P04_Match"]
    street, aide = office.browser("staff.rh"), office.browser("aide.hnc")
    assert "信用" not in aide.get(f"/tasks/{task.id}").text
    assert street.post(f"/people/{person}/note_credit", CREDIT).status_code == 303
    given = {**CREDIT, "about": "EMPLOYER", "name": "某物业公司", "fact": "岗位与承诺不符"}
    assert street.post("/office/credit", given).status_code == 303
    page = aide.get(f"/tasks/{task.id}").text
    assert "两次无故不参加面试" in page
    assert "信用：守信0条、失信1条" in page


def test_records_of_bodies_are_the_districts_and_name_what_is_missing(office: Office) -> None:
    street = office.browser("staff.rh")
    wrong = street.post("/office/credit", {**CREDIT, "about": "AGENCY", "name": ""})
    assert wrong.status_code == 422
    assert "两次无故不参加面试" in wrong.text
    given = {**CREDIT, "about": "AGENCY", "name": "某人力资源公司", "nature": "GOOD"}
    assert street.post("/office/credit", given).status_code == 303
    assert "某人力资源公司" in office.browser("staff.nfx").get("/office/credit").text
    assert office.browser("auditor.sy").get("/office/credit").status_code == 403


def test_a_resident_from_elsewhere_is_sent_to_the_district_which_registers(office: Office) -> None:
    person = office.register()
    street, district = office.browser("staff.rh"), office.browser("staff.sy")
    here = f"/people/{person}"
    noted = street.post(f"{here}/note_origin", {"non_local": "true", "grounds": "居住证"})
    assert noted.status_code == 303
    refused = street.post(f"{here}/start", {})
    assert refused.status_code == 409
    assert "由区级公共就业服务机构办理失业登记" in refused.text
    assert street.post(f"{here}/register_nonlocal", DISTRICT).status_code == 403
    late = {**DISTRICT, "unemployed_since": "2026-03-09", "registered_on": "2026-03-08"}
    assert district.post(f"{here}/register_nonlocal", late).status_code == 422
    answer = district.post(f"{here}/register_nonlocal", DISTRICT)
    assert answer.status_code == 303, answer.text
    assert "顺失〔2026〕0001号" in district.get("/papers?from=2026-01-01").text


def test_the_district_leaves_who_is_registered_here_to_the_street(office: Office) -> None:
    person = office.register()
    answer = office.browser("staff.sy").post(f"/people/{person}/register_nonlocal", DISTRICT)
    assert answer.status_code == 409
    assert "失业登记由街（镇）公共就业服务机构办理" in answer.text


def test_credit_belongs_to_the_office_and_what_is_told_to_the_person(office: Office) -> None:
    street = office.browser("staff.rh")
    assert '<a href="/office" aria-current="page">' in street.get("/office/credit").text
    person = office.register("钱桂花")
    assert '<a href="/people" aria-current="page">' in street.get(f"/people/{person}/tell").text
