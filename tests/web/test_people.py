"""People: search, registration, the file, an application."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from engine.codec import loads
from engine.store.tables import event
from tasks import people
from tasks.imports import ImportRefused, import_people
from tasks.queries import person_page
from tests.web.office import Browser, Office, id_number

FORM = {"name": "孙凤霞", "phone": "13900001111", "address": "某街2号"}


def _new(office: Office, n: int) -> dict[str, str]:
    return FORM | {"id_no": id_number(n), "community_id": str(office.community())}


def test_a_person_is_registered_and_found_by_name_phone_and_number(office: Office, street: Browser) -> None:
    answer = street.post("/people", _new(office, 501))
    assert answer.status_code == 303, answer.text
    page = street.get(answer.location).text
    assert "已建档" in page
    for text in ("孙凤", "1111", "13900001111", id_number(501)):
        assert "孙凤霞" in street.get(f"/people?q={text}").text, text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("id_no", "11011319840101002", "应为18位"),
        ("id_no", "", "请填写身份证号"),
        ("id_no", "110113840101002", "15位旧身份证号"),
        ("id_no", "110113198413010023", "出生日期"),
        ("name", "", "请填写姓名"),
        ("phone", "abc", "联系电话只填数字"),
        ("community_id", "", "请选择所属社区"),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_stays(
    office: Office, street: Browser, field: str, value: str, said: str
) -> None:
    answer = street.post("/people", _new(office, 502) | {field: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="某街2号"' in answer.text


def test_a_number_on_file_leads_to_that_file(office: Office, street: Browser) -> None:
    first = street.post("/people", _new(office, 503)).location.split("?")[0]
    answer = street.post("/people", _new(office, 503) | {"name": "另一人"})
    assert answer.status_code == 409
    assert f'href="{first}"' in answer.text


def test_a_number_on_file_elsewhere_does_not_show_the_file(office: Office, street: Browser) -> None:
    street.post("/people", _new(office, 504))
    other = {"community_id": str(office.community("三家店村")), "id_no": id_number(504), "name": "另一人"}
    answer = office.browser("staff.nfx").post("/people", FORM | other)
    assert answer.status_code == 409
    assert "打开原档案" not in answer.text


def test_nobody_is_found_beyond_the_own_area(office: Office) -> None:
    office.register("慕容雪")
    answer = office.browser("staff.nfx").get("/people?q=慕容雪")
    assert "没有找到" in answer.text


def test_an_application_opens_a_case_and_its_first_task(office: Office, street: Browser) -> None:
    person = office.register("司马光明")
    page = street.get(f"/people/{person}").text
    assert "受理认定申请" in page
    answer = street.post(f"/people/{person}/start")
    assert re.fullmatch(r"/tasks/\d+\?ok=started", answer.location)
    assert "核查申请材料" in street.get(answer.location).text


def test_a_second_application_is_refused_with_a_way_to_the_first(office: Office, street: Browser) -> None:
    person = office.register("上官云")
    street.post(f"/people/{person}/start")
    answer = street.post(f"/people/{person}/start")
    assert answer.status_code == 409
    assert "不能重复申请" in answer.text


def test_a_file_of_another_area_does_not_exist(office: Office) -> None:
    person = office.register("诸葛明")
    assert office.browser("staff.nfx").get(f"/people/{person}").status_code == 404


def test_a_supervisor_sees_the_number_covered(office: Office) -> None:
    person = office.register("夏侯宁")
    page = office.browser("sup.rh").get(f"/people/{person}").text
    assert "夏侯宁" in page
    assert "●●●" in page
    assert "110113" not in page


def test_a_benefit_is_recorded_for_a_person_without_a_case(office: Office, street: Browser) -> None:
    person = office.register("公孙瑞")
    page = street.get(f"/people/{person}/benefit").text
    code = re.search(r'value="(BEN-[A-Z-]+)"', page)
    assert code is not None
    values = {"code": code[1], "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    assert street.post(f"/people/{person}/benefit", values).status_code == 303
    assert "12月31日" in street.get(f"/people/{person}").text
    wrong = street.post(f"/people/{person}/benefit", values | {"starts_on": "never"})
    assert wrong.status_code == 422
    assert 'value="never"' in wrong.text


def test_an_action_that_does_not_exist_is_not_found(office: Office, street: Browser) -> None:
    person = office.register("东方朔")
    assert street.get(f"/people/{person}/fly").status_code == 404


@pytest.mark.parametrize(("username", "seen"), [("staff.rh", True), ("aide.hnc", True), ("expert.sy", False)])
def test_a_search_shows_no_more_of_a_person_than_the_file(office: Office, username: str, seen: bool) -> None:
    who = office.register("欧阳素芬")
    office.open_case(who)
    phone, browser = f"1380000{office.people:04d}", office.browser(username)
    for page in (browser.get("/people?q=欧阳素芬").text, browser.get(f"/people/{who}").text):
        assert (phone in page) is seen
        assert f"/people/{who}" in page
        assert re.search(r"(?<!\d)0岁", page) is None
    masked = f"{id_number(office.people)[:6]}********"
    assert (masked in browser.get("/people?q=欧阳素芬").text) is (username == "staff.rh")


def test_who_is_designated_for_a_person_is_known_to_the_table_of_rights(office: Office) -> None:
    who = office.register("上官明珠")
    office.reach(office.open_case(who), "P04_Interview")
    with office.app.read() as conn:
        area = people.get_person(conn, who)["area"]
        subject = person_page.subjects(conn, [(who, area)])[who]
    assert (subject.area, subject.tier) == (area, "community")
    assert office.actor("aide.hnc").user_id in subject.holders
    assert office.actor("staff.rh").user_id not in subject.holders


def test_the_holder_of_a_pass_is_entered_with_sex_and_birth_and_what_was_typed_stays(street: Browser) -> None:
    values = {"name": "陈美玲", "id_kind": "HK_MACAU_PASS", "id_no": "H12345678", "community_id": ""}
    page = street.get("/people/new").text
    assert "台湾居民来往大陆通行证" in page
    values["community_id"] = re.search(r'<option value="(\d+)"[^>]*>[^<]*河南村', page)[1]  # type: ignore[index]
    refused = street.post("/people", values)
    assert refused.status_code == 422
    for said in ("这种证件的号码不含性别", "这种证件的号码不含出生日期", 'value="H12345678"'):
        assert said in refused.text
    made = street.post("/people", {**values, "sex": "F", "birth_date": "1984-01-01"})
    assert made.status_code == 303, made.text
    file = street.get(made.location).text
    assert "港澳居民来往内地通行证" in file
    assert "H1*****78" in file


ALIKE = {
    "name": "王秀英", "id_kind": "TAIWAN_PASS", "id_no": "12345678", "sex": "F", "birth_date": "1984-01-01",
}  # fmt: skip


def test_a_namesake_of_the_same_birthday_is_shown_and_going_on_needs_a_reason_that_is_kept(
    office: Office, street: Browser
) -> None:
    there = street.post("/people", ALIKE | {"id_no": "87654321", "community_id": str(office.community())})
    assert there.status_code == 303, there.text
    values = ALIKE | {"community_id": str(office.community()), "address": "某街9号"}
    refused = street.post("/people", values)
    assert refused.status_code == 409
    assert "已有1份姓名和出生日期都相同的档案" in refused.text
    assert f'href="{there.location.split("?")[0]}"' in refused.text
    assert 'name="distinct_reason"' in refused.text
    assert 'value="某街9号"' in refused.text
    made = street.post("/people", values | {"distinct_reason": "户口簿核对，是另一人"})
    assert made.status_code == 303, made.text
    with office.app.read() as conn:
        query = sa.select(event.c.data).where(event.c.kind == "PersonRegistered")
        said = [loads(data) for data in conn.execute(query).scalars()]
    assert [one["reason"] for one in said if "reason" in one][-1:] == ["户口簿核对，是另一人"]


def test_a_namesake_elsewhere_is_counted_and_not_shown(office: Office, street: Browser) -> None:
    values = ALIKE | {"name": "赵亚男", "id_no": "11112222", "community_id": str(office.community())}
    there = street.post("/people", values).location.split("?")[0]
    other = values | {"id_no": "11113333", "community_id": str(office.community("三家店村"))}
    refused = office.browser("staff.nfx").post("/people", other)
    assert refused.status_code == 409
    assert "已有1份" in refused.text
    assert there not in refused.text


def test_a_list_names_the_row_of_a_namesake_until_it_says_why(office: Office) -> None:
    head = "name,id_no,community,id_kind,sex,birth_date,distinct_reason\n"
    row = "钱小红,{},仁和镇/河南村,TAIWAN_PASS,F,1984-01-01,{}\n"
    twice = head + row.format("22223333", "") + row.format("22224444", "")
    with pytest.raises(ImportRefused) as refused:
        import_people(office.app, twice.encode())
    assert ["第3行" in one and "姓名和出生日期都相同" in one for one in refused.value.problems] == [True]
    mended = head + row.format("22223333", "") + row.format("22224444", "双胞胎同名，已核对")
    assert import_people(office.app, mended.encode()) == 2
