"""The short ways through: own reasons, a job at the street, a waiver, a hand-over that comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DeskOf
from tests.browser.desk import Desk

pytestmark = pytest.mark.browser


def test_own_reasons_once_and_confirmed_go_up_to_the_street(desk: DeskOf) -> None:
    person = "李桂兰"
    aide = desk("aide.hnc")
    aide.work("组织带领面试", person)
    aide.work(
        "电话回访，记录结果", person,
        {"结果": "未就业", "未成功的原因": "自身原因", "原因说明": "本人不愿倒班"},
    )  # fmt: skip
    desk("sup.rh").work("复核“自身原因”", person, {"确认为自身原因": True})
    aide.open("上交街（镇）", person)
    expect(aide.form.place("上交原因").locator("input:checked + span")).to_have_text("自身原因")
    aide.work("上交街（镇）", person)
    desk("staff.rh").open("集体会商", person)


def test_a_supervisor_who_does_not_confirm_own_reasons_lets_the_aide_go_on(desk: DeskOf) -> None:
    person = "韩素芬"
    aide = desk("aide.sjd")
    aide.work("组织带领面试", person)
    aide.work("电话回访，记录结果", person, {"结果": "未就业", "未成功的原因": "自身原因"})
    desk("sup.nfx").work("复核“自身原因”", person, {"确认为自身原因": False})
    aide.open("掌握就业意愿和条件", person)


def test_hired_at_the_street_ends_in_registration(desk: DeskOf) -> None:
    person = "赵国庆"
    officer = desk("officer.rh")
    officer.work("供需匹配，推荐岗位", person)
    officer.work("陪同面试", person)
    officer.move_clock_to("2026-04-27T10:00")
    officer.work("回访面试结果", person, {"结果": "已就业"})
    officer.work("系统变更", person)
    street = desk("staff.rh")
    for task in ("通知办理就业登记", "查验材料", "就业登记"):
        street.work(task, person)
    officer.open("效果评估报告", person)


def test_a_waiver_names_what_it_ends_and_closes_the_case(desk: DeskOf) -> None:
    person = "刘玉梅"
    aide = desk("aide.hnc")
    aide.open("搜索匹配岗位", person)
    case = case_of(aide)
    aide.go(case)
    aide.page.locator(".title .menu summary").click()
    aide.page.get_by_role("link", name="自愿放弃援助").click()
    expect(aide.page.locator(".closing")).to_contain_text("搜索匹配岗位")
    aide.form.fill({"声明内容": "本人自愿放弃就业援助", "本人已签字": True, "归档位置": "档案室"})
    aide.page.get_by_role("button", name="确认放弃并结案").click()
    expect(aide.page.locator(".title .chip-closed")).to_be_visible()
    expect(aide.page.locator("#now")).to_contain_text("目前没有待办任务")


def test_a_hand_over_comes_back_with_a_reason_and_goes_up_again(desk: DeskOf) -> None:
    person, reason = "许振华", "缺少第三次推荐的介绍信"
    street = desk("staff.nfx")
    street.go("/people").page.get_by_role("searchbox").fill(person)
    street.page.keyboard.press("Enter")
    street.page.get_by_role("link", name=person).click()
    street.page.locator(".case-main [data-open][href^='/cases/']").first.click()
    expect(street.page.locator(".call")).to_contain_text("等待接收")
    street.act("退回移交", {"退回理由": reason}, "退回")
    aide = desk("aide.sjd")
    aide.work("上交街（镇）", person)
    street.open("集体会商", person)
    street.go(case_of(street))
    expect(street.page.locator(".case-side")).to_contain_text(reason)


def case_of(desk: Desk) -> str:
    """Return the address of the case of the task at hand."""
    return desk.page.locator(".person-card a[href^='/cases/']").get_attribute("href") or ""
