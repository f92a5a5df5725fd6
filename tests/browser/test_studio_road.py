"""A supervisor at a draft: what is typed is kept, nobody overwrites another, files go out and come in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DeskOf
from tests.browser.studio import Studio
from tests.tasks.studio import KEY
from tests.web.test_one_check import stuck

pytestmark = pytest.mark.browser

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


def test_a_draft_is_shown_as_sound_only_after_the_second_interpreter(desk: DeskOf) -> None:
    undrawn = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", stuck(), flags=re.DOTALL)
    studio = Studio(desk("sup.rh")).import_draft(KEY, f"{KEY}.bpmn", undrawn)
    studio.tab("检查")
    said = studio.page.locator("[data-panel=findings]")
    expect(said).to_contain_text("正在由第二个引擎")
    expect(said.locator(".st-good")).to_have_count(0)
    expect(said.locator("[data-rule=second_opinion]")).to_contain_text("停住", timeout=20_000)
