"""From the application at the counter to a public-welfare post and the first follow-up, all by hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DeskOf
from tests.browser.roads import FAILED, PERSON, recognised

pytestmark = pytest.mark.browser

TWO_POSTS = [
    {"用人单位": "顺义某超市", "岗位": "理货员", "推荐日期": "2026-05-07"},
    {"用人单位": "顺义某餐厅", "岗位": "后厨帮工", "推荐日期": "2026-05-07"},
]
BOTH_FAILED = [
    {"推荐序号": 1, "结果": "未就业", "原因": "岗位原因"},
    {"推荐序号": 2, "结果": "未就业", "原因": "岗位原因"},
]


def test_three_tiers_to_a_public_welfare_post(desk: DeskOf) -> None:
    case = recognised(desk)
    _community(desk, case)
    _street(desk, case)
    _district(desk, case)
    _placement(desk)
    _registration(desk)
    _first_follow_up(desk, case)


def _community(desk: DeskOf, case: str) -> None:
    """Aide, contact, plan, guidance, a vacancy, three referrals that fail; the third sends the case up."""
    desk("staff.hnc").work("指派就业援助员", PERSON)
    aide = desk("aide.hnc")
    for task in ("首次联系，说明安排，征求意见", "制定就业援助方案", "入门指导", "提供一条岗位信息"):
        aide.work(task, PERSON)
    for day in ("2026-04-23", "2026-04-28", "2026-05-07"):
        for task in ("掌握就业意愿和条件", "搜索匹配岗位", "核实岗位，出具推荐介绍信", "组织带领面试"):
            aide.work(task, PERSON)
        aide.move_clock_to(f"{day}T10:00")
        aide.work("电话回访，记录结果", PERSON, FAILED)
    aide.go(case)
    expect(aide.page.locator(".tier-step.tier-community .count")).to_have_text("未成功推荐 3/3")
    aide.work("上交街（镇）", PERSON)


def _street(desk: DeskOf, case: str) -> None:
    """Conference, plan, officer, agreement, referrals, guidance; five days later the street reports up."""
    staff, officer = desk("staff.rh"), desk("officer.rh")
    for task in ("集体会商", "个性化就业援助方案", "指派就业助理专员"):
        staff.work(task, PERSON)
    for task in ("联系，说明安排，征求意见", "签订就业援助协议书"):
        officer.work(task, PERSON)
    officer.work("两次以上岗位推荐", PERSON, {"推荐岗位": TWO_POSTS})
    officer.work("接待了解，评估能力", PERSON)
    officer.work("讲解政策", PERSON)
    officer.work("收集分析资料，判断困难原因", PERSON, {"困难原因": "缺少经验"})
    for task in ("联系用工单位，积累经验", "应聘指导方案并实施", "供需匹配，推荐岗位", "陪同面试"):
        officer.work(task, PERSON)
    officer.move_clock_to("2026-05-12T10:00")
    officer.work("回访面试结果", PERSON, FAILED)
    staff.work("会商研判下一步", PERSON, {"研判结论": "上报区级", "其余推荐的结果": BOTH_FAILED})
    staff.work("档案上传，上报区级", PERSON)


def _district(desk: DeskOf, case: str) -> None:
    """Consultation, plan, expert, three referrals that fail: told by the employer, asked by telephone."""
    staff, expert = desk("staff.sy"), desk("expert.sy")
    staff.work("专家会诊", PERSON)
    staff.work("专业化就业援助方案", PERSON)
    desk("centre.sy").work("确定就业服务专家", PERSON)
    for task in ("联系，说明安排，征求意见", "职业素质测评并解读", "职业生涯规划"):
        expert.work(task, PERSON)
    for round_, day in enumerate(("2026-05-20", "2026-06-03", "2026-07-10")):
        expert.work("搜集岗位", PERSON)
        expert.work("匹配推荐，指导用人单位", PERSON)
        expert.move_clock_to(f"{day}T10:00")
        if round_ < 2:  # the third time nobody tells, and the clock brings the call
            expert.go(case).act("登记推荐结果", FAILED, "登记")
        expert.work("电话回访，记录结果，系统变更", PERSON, FAILED | {"就业确实困难": False})
    expert.work("案例分析模块提出指导建议", PERSON)
    expert.work("转入公益性岗位安置", PERSON)


def _placement(desk: DeskOf) -> None:
    """Review, post, training, the second signature, the first day at work."""
    welfare = desk("welfare.sy")
    for task in ("审核材料", "按实际情况确定岗位", "岗前培训"):
        welfare.work(task, PERSON)
    desk("sup.sy").work("复核安置", PERSON)
    welfare.work("协调单位，安置上岗", PERSON)


def _registration(desk: DeskOf) -> None:
    staff = desk("staff.rh")
    for task in ("通知办理就业登记", "查验材料", "就业登记", "向单位讲解政策并协助申请", "档案移交"):
        staff.work(task, PERSON)


def _first_follow_up(desk: DeskOf, case: str) -> None:
    """A month after the registration the community calls."""
    community = desk("staff.hnc")
    community.go(case).move_clock_to("2026-08-12T10:00")
    community.work("首次回访", PERSON)
    community.go(case)
    expect(community.page.locator("#history")).to_contain_text("首次回访")
