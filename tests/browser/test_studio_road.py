"""The supervisor's road in the browser: draft, gate, submission, the colleague's signature."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DeskOf
from tests.browser.desk import Desk
from tests.browser.studio import Studio

pytestmark = pytest.mark.browser

FLOW = "F_P04_Guidance_P04_Join_GW"
REASON = "首次联系放宽一天，增加回访安排确认"


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


def change_the_deadline(studio: Studio) -> None:
    """Give the first contact one working day more."""
    studio.select("P04_FirstContact")
    studio.page.get_by_role("button", name="修改期限").click()
    card = studio.page.locator("[data-rule=DL-015]")
    value = card.locator("[data-part=value]")
    expect(value).to_be_focused()
    assert value.input_value() == "2"
    value.fill("3")
    expect(card.locator(".st-counted")).to_contain_text("3个工作日")


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
    expect(page.get_by_text("检查通过")).to_be_visible()
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


def test_a_supervisor_changes_a_process_and_a_colleague_puts_it_to_work(desk: DeskOf) -> None:
    supervisor = desk("sup.rh")
    studio = Studio(supervisor).new_draft("P04")
    change_the_deadline(studio)
    task = draw_a_task(studio)
    studio.type("name", "约定回访安排")
    assert studio.field("role").input_value() == "就业援助员 community_aide"
    assert studio.field("tier").input_value().startswith("社区（村）")
    studio.saved()
    mend(studio, task)
    release = submit(studio)
    cannot_sign(supervisor, release)
    colleague = desk("sup.nfx").go(release)
    expect(colleague.page.locator("main")).to_contain_text(REASON)
    button = colleague.page.get_by_role("button", name="批准", exact=True)
    colleague.page.locator("form.act").filter(has=button).get_by_label("原因").fill("同意")
    button.click()
    expect(colleague.page.locator(".flash").first).to_have_text("已批准并启用。")
    expect(colleague.page.locator(".title .chip")).to_have_text("使用中")
    colleague.page.get_by_role("link", name="查看").click()
    expect(colleague.page.locator("main")).to_contain_text("约定回访安排")
    expect(colleague.page.locator("main")).to_contain_text("3 个工作日")


def test_the_second_of_two_supervisors_is_told_and_overwrites_nothing(desk: DeskOf) -> None:
    first = Studio(desk("sup.rh")).new_draft("P04")
    second = Studio(desk("sup.nfx"))
    second.desk.go(first.path)
    second.ready().select("P04_Plan").type("name", "第二人的名称")
    second.saved()
    first.select("P04_Guidance").type("name", "第一人的名称")
    notice = first.page.locator(".st-notice")
    expect(notice).to_contain_text("没有覆盖对方的内容")
    expect(notice).to_contain_text("09:00")
    kept = first.model()["xml"]
    assert "第二人的名称" in kept
    assert "第一人的名称" not in kept
    with first.page.expect_download() as file:
        notice.get_by_role("button", name="把我的内容存为文件").click()
    assert "第一人的名称" in file.value.path().read_text("utf-8")
    assert file.value.suggested_filename.endswith(".bpmn")
    notice.get_by_role("button", name="打开最新草稿").click()
    first.ready().select("P04_Plan")
    assert first.field("name").input_value() == "第二人的名称"


def test_what_is_typed_survives_a_change_elsewhere_and_a_server_that_is_away(desk: DeskOf) -> None:
    studio = Studio(desk("sup.rh")).new_draft("P04").select("P04_Guidance")
    page = studio.page
    page.route(re.compile("/model$"), lambda route: route.fulfill(
        status=429, content_type="application/problem+json", body='{"detail": "请稍后再试。"}'))
    field = studio.field("name")
    field.press("End")
    field.press_sequentially("甲乙")
    page.locator("[data-field=tier] input").click()
    field.focus()
    field.press("End")
    field.press_sequentially("丙丁", delay=60)
    expect(page.locator("[data-part=status][data-state=failed]")).to_contain_text("请先不要关闭页面")
    assert field.input_value() == "入门指导甲乙丙丁"
    page.unroute(re.compile("/model$"))
    field.press_sequentially("戊")
    studio.saved()
    assert "入门指导甲乙丙丁戊" in studio.model()["xml"]


def test_a_switch_of_language_waits_for_what_was_just_typed(desk: DeskOf) -> None:
    studio = Studio(desk("sup.rh")).new_draft("P04").select("P04_Guidance")
    studio.field("name").press("End")
    studio.field("name").press_sequentially("改")
    studio.page.get_by_role("button", name="English").click()
    expect(studio.page.locator("html")).to_have_attribute("lang", "en")
    assert "入门指导改" in studio.ready().model()["xml"]


def test_files_go_out_and_come_in_and_a_wrong_one_changes_nothing(desk: DeskOf) -> None:
    studio = Studio(desk("sup.rh")).new_draft("P04").select("P04_Guidance").type("name", "带出去的名称")
    page = studio.page
    files = {}
    for item in ("导出 BPMN", "导出 SVG 图片"):
        page.get_by_text("导入导出").click()
        with page.expect_download() as file:
            page.get_by_role("button", name=item).click()
        files[item] = file.value.path().read_bytes()
    assert "带出去的名称".encode() in files["导出 BPMN"]
    assert files["导出 SVG 图片"].lstrip().startswith(b"<?xml")
    assert b"<svg" in files["导出 SVG 图片"]
    chooser = page.locator("[data-part=tools] input[type=file]")
    for name, content in (("x.bpmn", b"no"), ("x.json", b"[]"), ("y.bpmn", b"<definitions><broken")):
        chooser.set_input_files({"name": name, "mimeType": "text/plain", "buffer": content})
        expect(page.locator(".st-notice")).to_be_visible()
        page.locator(".st-notice button").click()
        expect(studio.shape("P04_Guidance")).to_be_attached()
    changed = files["导出 BPMN"].replace("带出去的名称".encode(), "带回来的名称".encode())
    chooser.set_input_files({"name": "p04.bpmn", "mimeType": "application/xml", "buffer": changed})
    expect(page.get_by_text("带回来的名称").first).to_be_attached()
    studio.saved()
    assert "带回来的名称" in studio.model()["xml"]
