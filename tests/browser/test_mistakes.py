"""What people do by mistake: wrong input, two clicks, two windows, going back, falling asleep over a form."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from engine.clock import SHANGHAI
from tasks import sessions
from tasks.store import accounts
from tests.browser.conftest import DeskOf
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

APPLICANT = "杨春华"  #: her application form waits for the street
FORM = "指导填写认定申请登记表"
CONTACTED = "褚慧敏"  #: the aide of 石门苑社区 has to call her
CONTACT = "首次联系，说明安排，征求意见"


def test_a_wrong_identity_number_is_told_at_the_field_and_nothing_typed_is_lost(desk: DeskOf) -> None:
    street = desk("staff.rh")
    street.register("高秀兰", "110113197801150021")
    field = street.page.get_by_label("证件号码")
    expect(field).to_have_value("110113197801150021")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(street.page.locator("#f-id_no-error")).to_have_text(re.compile("身份证号.*[\u4e00-\u9fff]"))
    expect(street.page.get_by_label("姓名")).to_have_value("高秀兰")
    expect(street.page.get_by_label("联系电话")).to_have_value("13800009999")
    expect(street.page.get_by_label("地址")).to_have_value("顺义区某街1号")


def test_a_person_who_is_known_is_not_registered_twice(desk: DeskOf) -> None:
    street = desk("staff.rh")
    street.register("王秀兰", "11011319840101020X")
    expect(street.page.get_by_role("alert")).to_contain_text(re.compile("已"))
    street.page.get_by_role("link", name="打开原档案").click()
    assert street.heading == "王秀英"


def test_a_date_to_come_and_empty_answers_keep_the_form_and_take_the_eye_to_the_fault(desk: DeskOf) -> None:
    street = desk("staff.rh").open(FORM, APPLICANT)
    street.form.fill({"失业起始日": "2027-01-01", "当场询问并修改的内容": "出生地更正"})
    street.page.get_by_role("button", name="办结，继续下一项").click()
    problems = street.page.locator(".problems")
    expect(problems).to_be_focused()
    expect(problems).to_contain_text("失业起始日")
    place = street.form.place("失业起始日")
    expect(place.locator(".error")).to_have_text(re.compile("[\u4e00-\u9fff]"))
    expect(place.locator("input")).to_have_value("2027-01-01")
    expect(street.form.place("当场询问并修改的内容").locator("textarea")).to_have_value("出生地更正")
    expect(street.form.place("申请人已签字").locator(".error")).to_be_visible()
    problems.get_by_role("link").first.click()
    expect(street.page.locator(".wrong :focus")).to_have_count(1)


def test_an_answer_that_need_not_be_given_can_be_taken_back(desk: DeskOf) -> None:
    street = desk("staff.rh").open(FORM, APPLICANT)
    place = street.form.place("家庭经济状况")
    for taken_back in ("press", "key"):
        place.get_by_text("一般", exact=True).click()
        expect(place.get_by_label("一般", exact=True)).to_be_checked()
        if taken_back == "press":
            place.get_by_text("一般", exact=True).click()
        else:
            street.page.keyboard.press("Delete")
        expect(place.locator("input:checked")).to_have_count(0)
    must = street.form.place("有劳动能力")
    must.get_by_text("否", exact=True).click()
    must.get_by_text("否", exact=True).click()
    expect(must.get_by_label("否", exact=True)).to_be_checked()


def test_two_clicks_complete_once(desk: DeskOf, product: Product) -> None:
    aide = desk("aide.smy").open(CONTACT, CONTACTED)
    aide.form.fill_the_rest("P04_FirstContact")
    aide.page.get_by_role("button", name="办结，继续下一项").dblclick()
    expect(aide.page.locator(".flash").first).to_have_text("已办结。")
    aide.go("/inbox?list=done")
    expect(aide.row(CONTACT, CONTACTED)).to_have_count(1)


def test_a_task_done_in_another_window_is_refused_clearly_and_keeps_what_was_typed(
    desk: DeskOf, windows: Windows, product: Product
) -> None:
    here = desk("aide.smy").open(CONTACT, CONTACTED)
    here.form.fill({"本人意见": "希望就近"})
    there = Desk(windows.open(), product, "aide.smy").log_in()
    there.work(CONTACT, CONTACTED)
    here.form.fill_the_rest("P04_FirstContact")
    here.page.get_by_role("button", name="办结，继续下一项").click()
    expect(here.page.get_by_role("alert").first).to_contain_text("已")
    expect(here.form.place("本人意见").locator("textarea")).to_have_value("希望就近")


def test_back_to_a_task_that_is_done_does_it_no_second_time(desk: DeskOf) -> None:
    aide = desk("aide.smy").work(CONTACT, CONTACTED)
    aide.page.go_back()
    expect(aide.page.locator("h1")).to_have_text(CONTACT)
    button = aide.page.get_by_role("button", name="办结，继续下一项")
    if button.count():  # the browser kept the page
        aide.form.fill_the_rest("P04_FirstContact")
        button.click()
    aide.go("/inbox?list=done")
    expect(aide.row(CONTACT, CONTACTED)).to_have_count(1)


@pytest.mark.parametrize("how", ["idle too long", "logged out in another window"])
def test_a_session_that_ended_keeps_the_form(desk: DeskOf, product: Product, how: str) -> None:
    aide = desk("aide.smy").open(CONTACT, CONTACTED)
    aide.form.fill({"本人意见": "希望就近就业，只能上白班"}).fill_the_rest("P04_FirstContact")
    if how == "idle too long":
        end_session(product, "aide.smy")
    else:
        aide.page.context.clear_cookies(name="aid595")
    aide.page.get_by_role("button", name="办结，继续下一项").click()
    expect(aide.page.get_by_role("alert")).to_contain_text("登录已过期")
    aide.log_in_here()
    expect(aide.page.locator("h1")).to_have_text(CONTACT)
    expect(aide.form.place("本人意见").locator("textarea")).to_have_value("希望就近就业，只能上白班")
    aide.complete()


def end_session(product: Product, username: str) -> None:
    """Do what half an hour without a click does."""
    with product.app.write() as conn:
        account = accounts.account_by_username(conn, username)
        assert account is not None
        sessions.end_all(conn, account["id"])


def test_moving_the_demo_clock_logs_nobody_out(desk: DeskOf, product: Product) -> None:
    street = desk("staff.rh").go("/inbox")
    day = (product.app.clock.now() + timedelta(days=3)).astimezone(SHANGHAI)
    street.move_clock_to(f"{day:%Y-%m-%dT%H:%M}")
    street.page.goto(product.url + "/people")
    assert street.heading == "人员"


def test_without_scripts_the_inbox_a_form_and_the_case_still_work(
    product: Product, windows: Windows
) -> None:
    aide = Desk(windows.open(java_script_enabled=False), product, "aide.smy").log_in()
    aide.open(CONTACT, CONTACTED)
    aide.page.locator("[data-field=channel]").get_by_text("电话", exact=True).click()
    aide.page.locator("[data-field=explained]").get_by_text("是", exact=True).click()
    aide.page.locator("[name=opinion]").fill("同意")
    aide.complete()
    aide.page.locator(".person-card a[href^='/cases/']").click()
    expect(aide.page.locator("#history")).to_contain_text(CONTACT)
    expect(aide.page.locator("#road")).to_contain_text("社区（村）援助")


def test_one_task_by_keyboard_only(desk: DeskOf) -> None:
    aide = desk("aide.smy").go("/inbox")
    keys = aide.page.keyboard
    for _step in range(aide.page.locator("[data-row]").count()):
        keys.press("j")
        if aide.page.locator("[data-row][data-current]").get_by_role("link", name=CONTACT).count():
            break
    keys.press("Enter")
    expect(aide.page.locator("h1")).to_have_text(CONTACT)
    answers = {"channel": "Space", "explained": "Space", "opinion": "同意，希望就近"}
    for _step in range(80):
        keys.press("Tab")
        name = aide.page.evaluate("document.activeElement.name || ''")
        if answers.get(name) == "Space":
            keys.press(answers.pop(name))
        elif name in answers:
            keys.type(answers.pop(name))
        elif name == "_then":
            break
    assert not answers
    keys.press("Enter")
    expect(aide.page.locator(".flash").first).to_have_text("已办结。")
