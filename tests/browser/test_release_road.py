"""The supervisor's whole road: draft, scenarios, signature, new and old cases, migration, return."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tasks import trials, worker
from tests.browser.conftest import DeskOf
from tests.browser.desk import Desk
from tests.browser.roads import recognised
from tests.browser.studio import Studio
from web import moveview

pytestmark = pytest.mark.browser

FLOW = "F_P04_Guidance_P04_Join_GW"
REASON = "首次联系放宽一天，增加回访安排确认"
STEP, NEXT = "约定回访安排", "掌握就业意愿和条件"
#: Stories of the office; the second says on which day the first contact is due.
STORIES = ("GS10_third_referral_succeeds", "L17_four_eyes")
#: People whose cases are opened by hand: two before the release, one after it.
EARLIER = (("罗玉兰", "110113197801150020"), ("方秀珍", "110113197902160025"))
LATER = ("邵桂芬", "110113198003170021")


@pytest.fixture(autouse=True)
def stories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of the office's scenarios; the one that counts the first contact expects one day more."""
    folder = tmp_path / "stories"
    folder.mkdir()
    for name in STORIES:
        shutil.copy(trials.SCENARIOS / f"{name}.yaml", folder)
    story = folder / f"{STORIES[1]}.yaml"
    told = story.read_text("utf-8")
    assert told.count("DL-015, literal: 2026-03-11") == 1
    story.write_text(told.replace("literal: 2026-03-11", "literal: 2026-03-12"), "utf-8")
    monkeypatch.setattr(trials, "SCENARIOS", folder)


def draw_a_task(studio: Studio) -> str:
    """Put a user task on the way from guidance to the join; return its id."""
    studio.select("P04_Guidance")
    page = studio.page
    page.locator('.djs-palette [data-action="create.user-task"]').click()
    line = studio.shape(FLOW).locator(".djs-visual > path").bounding_box()
    assert line is not None
    x, y = line["x"] + 40, line["y"] + line["height"] - 2
    page.mouse.move(x - 10, y)
    page.mouse.move(x, y, steps=4)
    page.mouse.click(x, y)
    expect(page.locator("[data-panel=properties] h2")).to_have_text("用户任务")
    page.keyboard.press("Escape")
    return page.locator("[data-panel=properties] .st-head code").inner_text()


def change_the_deadline(studio: Studio, old: str, new: str) -> None:
    """Give the first contact another number of working days."""
    studio.select("P04_FirstContact")
    studio.page.get_by_role("button", name="修改期限").click()
    card = studio.page.locator("[data-rule=DL-015]")
    value = card.locator("[data-part=value]")
    expect(value).to_be_focused()
    assert value.input_value() == old
    value.fill(new)
    expect(card.locator(".st-counted")).to_contain_text(f"{new}个工作日")
    studio.saved()


def mend(studio: Studio, task: str) -> None:
    """Read the gate's messages about the new task and mend them one by one."""
    page = studio.page
    page.get_by_role("tab", name="检查").click()
    listed = page.locator(f'.st-finding[data-element="{task}"]')
    expect(listed).to_have_count(2)
    expect(page.locator(".st-flag")).to_have_count(1)
    listed.filter(has_text="表单").click()
    expect(studio.field("form")).to_be_focused()
    page.get_by_role("button", name="编辑表单").click()
    page.get_by_placeholder("项目代号").fill("agreed_on")
    page.get_by_role("button", name="添加一项").click()
    card = page.locator("[data-name=agreed_on]")
    card.locator("[data-part=zh]").fill("约定回访日期")
    card.locator("[data-part=en]").fill("Day agreed")
    card.locator("[data-part=type]").select_option("date")
    page.locator("[data-name=agreed_on] .st-tick input").first.check()
    expect(page.locator(".st-preview")).to_contain_text("约定回访日期")
    studio.tab("属性").choose("clauses", "LOCAL")
    expect(studio.field("reason")).to_be_visible()
    studio.saved().tab("检查")
    expect(page.locator(f'[data-rule=clauses] .st-finding[data-element="{task}"]')).to_contain_text("理由")
    page.locator(f'[data-rule=clauses] .st-finding[data-element="{task}"]').click()
    studio.type("reason", "本区惯例：入门指导后当面约定回访")
    expect(page.locator(".st-badge[data-state=good]")).to_be_visible()
    expect(page.locator(".st-flag")).to_have_count(0)


def submit(studio: Studio) -> str:
    """Submit the draft with a reason; return the address of the release."""
    page = studio.page
    page.get_by_role("button", name="提交发布").click()
    expect(page.get_by_text("检查通过，可以提交")).to_be_visible()
    expect(page.locator("main")).to_contain_text("期限DL-015“2个工作日内首次联系”比政策规定晚")
    expect(page.get_by_text("2个场景全部通过")).to_be_visible()
    expect(page.locator("#difference")).to_contain_text(f"新增环节“{STEP}”")
    expect(page.locator("#impact")).to_contain_text("3个工作日内首次联系")
    page.get_by_label("原因").fill(REASON)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".flash").first).to_have_text("已提交，等待另一位督导批准。")
    return page.url.split("?")[0].removeprefix(studio.desk.product.url)


def cannot_sign(desk: Desk, release: str) -> None:
    """See that one's own submission cannot be approved, on the page and past it."""
    expect(desk.page.get_by_text("须由另一位督导批准")).to_be_visible()
    expect(desk.page.get_by_role("button", name="批准", exact=True)).to_have_count(0)
    token = desk.page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    answer = desk.page.request.post(
        f"{desk.product.url}{release}/approve", form={"_csrf": token, "reason": "自己批"}
    )
    assert answer.status == 403
    assert "待批准" not in desk.go(release).heading
    expect(desk.page.locator(".title .chip")).to_have_text("已提交")


def try_scenarios(studio: Studio, button: str) -> Locator:
    """Run the scenarios from the editor's page; return where the results are told."""
    page = studio.page
    page.get_by_role("link", name="场景试运行").click()
    page.get_by_role("button", name=button).click()
    results = page.locator("#trial")
    expect(results.locator(".flash")).to_be_visible()
    return results


def break_a_scenario_and_mend_it(studio: Studio) -> None:
    """Slip while typing the deadline, be told by a scenario and where, mend it, and see all pass."""
    page = studio.page
    change_the_deadline(studio, "2", "30")
    results = try_scenarios(studio, "开始试运行")
    expect(results).to_contain_text("2个场景中有1个未通过")
    expect(results.locator("li")).to_contain_text("L17")
    expect(results.locator("li .chip")).to_have_text(["首次联系，说明安排，征求意见"])
    drawn = page.locator("[data-diagram=ready]")
    expect(drawn.locator("[data-element-id=P04_FirstContact].mark-failing")).to_be_visible()
    expect(drawn.locator(".diagram-badge-failing")).to_have_count(1)
    page.get_by_role("link", name="返回编辑").click()
    studio.ready()
    flag = page.locator(".st-flag-trial")
    expect(flag).to_have_count(1)
    assert "DL-015" in (flag.get_attribute("title") or "")
    change_the_deadline(studio, "30", "3")
    expect(flag).to_have_count(0)
    page.get_by_role("link", name="场景试运行").click()
    expect(page.get_by_text("结果属于较早的内容")).to_be_visible()
    page.get_by_role("link", name="返回编辑").click()
    expect(try_scenarios(studio.ready(), "再试一次")).to_contain_text("2个场景全部通过")
    page.get_by_role("link", name="返回编辑").click()
    studio.ready()


def read_difference_and_impact(studio: Studio, task: str) -> None:
    """Read what changes as sentences and in colour on both diagrams, and what it means."""
    page = studio.page
    page.get_by_role("link", name="差异").click()
    told = page.locator("#difference")
    for sentence in (f"新增环节“{STEP}”", "的数值由“2”改为“3”"):
        expect(told).to_contain_text(sentence)
    new, old = page.locator(".diagram").all()
    for place, element, kind, colour in (
        (new, task, "added", "rgb(11, 87, 208)"), (new, "P04_FirstContact", "changed", "rgb(214, 0, 110)"),
        (old, "P04_FirstContact", "changed", "rgb(214, 0, 110)"),
    ):  # fmt: skip
        place.scroll_into_view_if_needed()
        drawn = place.locator(f'[data-element-id="{element}"].mark-{kind} .djs-visual > *').first
        expect(drawn).to_have_css("stroke", colour)
    page.get_by_role("link", name="返回编辑").click()
    studio.ready().page.get_by_role("link", name="影响").click()
    expect(page.locator("#impact")).to_contain_text(STEP)
    expect(page.locator("#impact")).to_contain_text("第1版")
    page.get_by_role("link", name="返回编辑").click()
    studio.ready()


def sign(colleague: Desk, release: str) -> None:
    """Approve another's release and put it to work."""
    page = colleague.go(release).page
    expect(page.locator("main")).to_contain_text(REASON)
    expect(page.locator("#looser")).to_contain_text("比政策规定晚")
    act(colleague, "批准", "同意")
    expect(page.locator(".flash").first).to_have_text("已批准并启用。")
    expect(page.locator(".title .chip")).to_have_text("使用中")
    page.get_by_role("link", name="查看", exact=True).click()
    expect(page.locator("main")).to_contain_text(STEP)
    expect(page.locator("main")).to_contain_text("3 个工作日")


def act(desk: Desk, name: str, reason: str) -> None:
    """Do one of the acts of a release."""
    button = desk.page.get_by_role("button", name=name, exact=True)
    desk.page.locator("form.act").filter(has=button).get_by_label("原因").fill(reason)
    button.click()


def guide(desk: DeskOf, person: str) -> Desk:
    """Take a newly recognised person through contact, plan and guidance; return the aide's desk."""
    desk("staff.hnc").work("指派就业援助员", person)
    aide = desk("aide.hnc")
    for task in ("首次联系，说明安排，征求意见", "制定就业援助方案", "入门指导", "提供一条岗位信息"):
        aide.work(task, person)
    return aide


def the_new_take_the_new_road_and_the_old_the_old(desk: DeskOf) -> None:
    """Meet the new step in a new case, and not in one that began before."""
    recognised(desk, *LATER)
    aide = guide(desk, LATER[0])
    aide.open(STEP, LATER[0]).form.fill({"约定回访日期": "2026-04-20"})
    aide.complete().open(NEXT, LATER[0])
    before = desk("aide.smy")
    before.work("制定就业援助方案", "吴海燕")
    before.work("入门指导", "吴海燕")
    before.open(NEXT, "吴海燕")


def migrate(desk: Desk) -> None:
    """Try the migration of every case of the old version, then do it, the worker at it meanwhile."""
    page = desk.go("/studio").page
    shelf = page.locator(".shelf").filter(has=page.locator("h2", has_text="P04"))
    expect(shelf).to_contain_text("另有10件在其他版本上办理")
    shelf.get_by_role("link", name="迁移在办案件").click()
    page.get_by_role("button", name="试算").click()
    worked_off(desk, "可以迁移")
    page.get_by_label("理由").fill("按新版本办理")
    page.get_by_role("button", name="开始迁移").click()
    worked_off(desk, "已迁移")


def worked_off(desk: Desk, word: str) -> None:
    """See a batch under way, let the worker go on, and see ten results."""
    expect(desk.page.get_by_role("heading", name="已处理 3 / 10 件")).to_be_visible()
    worker.tick(desk.product.app)
    expect(desk.page.get_by_role("heading", name="已处理 10 / 10 件")).to_be_visible()
    expect(desk.page.locator("tbody tr", has_text=word)).to_have_count(10)


def test_a_supervisor_changes_a_process_and_takes_it_back(
    desk: DeskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moveview, "AT_ONCE", 3)
    for person in EARLIER:
        recognised(desk, *person)
    supervisor, colleague = desk("sup.rh"), desk("sup.nfx")
    studio = Studio(supervisor).new_draft("P04")
    task = draw_a_task(studio)
    studio.type("name", STEP)
    assert studio.field("role").input_value() == "就业援助员 community_aide"
    assert studio.field("tier").input_value().startswith("社区（村）")
    studio.saved()
    mend(studio, task)
    break_a_scenario_and_mend_it(studio)
    read_difference_and_impact(studio, task)
    release = submit(studio)
    cannot_sign(supervisor, release)
    sign(colleague, release)
    the_new_take_the_new_road_and_the_old_the_old(desk)
    migrate(desk("sup.sy"))
    desk("aide.smy").work(NEXT, "吴海燕")
    act(colleague.go(release), "撤回", "先按原办法办理")
    expect(colleague.page.locator(".title .chip")).to_have_text("已停用")
    expect(colleague.page.locator("tr", has_text="第1版")).to_contain_text("使用中")
    expect(colleague.page.locator("main")).to_contain_text("另有11件在其他版本上办理")
