"""What the browser bundle promises to pages: the diagram with its marks, and help that never loses input."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.conftest import Office

pytestmark = pytest.mark.browser

HEAD = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="csrf-token" content="t-1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/viewer.css">
<script src="/theme.js"></script><script src="/app.js" defer></script>"""
DIAGRAM_PAGE = HEAD + """<script src="/viewer.js" defer></script></head><body>
<div data-diagram data-xml-url="/road.bpmn" data-marks-url="/marks.json"><p>现在：登记</p></div>
</body></html>"""
DESK = HEAD + """</head><body>
<button type="button" data-theme-toggle>色</button><input data-search type="search">
<ul data-list><li data-row><a href="/one" data-open>甲</a></li>
<li data-row><a href="/two" data-open>乙</a></li></ul>
<form method="post" action="/done" data-once data-guard data-draft-url="/draft">
<input name="note" value=""><span data-draft-status></span>
<button name="act" value="done">办结</button></form>
<button id="swap" hx-post="/swap" hx-target="#place">换</button><div id="place">原来</div>
<dialog data-help>快捷键</dialog></body></html>"""
ROAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="D" targetNamespace="urn:test">
<bpmn:process id="P"><bpmn:startEvent id="Start"/><bpmn:userTask id="Check" name="登记"/>
<bpmn:sequenceFlow id="F1" sourceRef="Start" targetRef="Check"/></bpmn:process>
<bpmndi:BPMNDiagram id="DI"><bpmndi:BPMNPlane id="PL" bpmnElement="P">
<bpmndi:BPMNShape id="S1" bpmnElement="Start"><dc:Bounds x="100" y="100" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="S2" bpmnElement="Check"><dc:Bounds x="200" y="78" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNEdge id="E1" bpmnElement="F1"><di:waypoint x="136" y="118"/><di:waypoint x="200" y="118"/></bpmndi:BPMNEdge>
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"""  # noqa: E501
MARKS = '{"active": ["Check", "Gone"], "done": ["Start"], "taken": ["F1"], "counts": {"Check": 3}}'


@pytest.fixture
def diagram(office: Office, page: Page) -> Page:
    office.answers |= {"page": DIAGRAM_PAGE, "road.bpmn": ROAD, "marks.json": MARKS}
    page.goto(f"{office.url}/page")
    expect(page.locator("[data-diagram=ready]")).to_be_visible()
    return page


@pytest.fixture
def desk(office: Office, page: Page) -> Page:
    office.answers |= {"desk": DESK, "one": "甲的页面", "two": "乙的页面"}
    page.goto(f"{office.url}/desk")
    return page


def zoom(page: Page) -> float:
    matrix = page.locator(".viewport").get_attribute("transform") or "matrix(1"
    return float(re.split(r"[(, ]", matrix)[1])


def test_the_live_token_and_the_road_taken_are_marked(diagram: Page) -> None:
    expect(diagram.locator('[data-element-id="Check"].mark-active')).to_have_count(1)
    expect(diagram.locator('[data-element-id="Start"].mark-done')).to_have_count(1)
    expect(diagram.locator('[data-element-id="F1"].mark-taken')).to_have_count(1)
    expect(diagram.get_by_label("办理中")).to_have_text("● 3")
    line = diagram.locator('[data-element-id="Check"] .djs-visual rect').first
    assert line.evaluate("(rect) => getComputedStyle(rect).stroke") == "rgb(214, 0, 110)"


def test_the_sign_of_the_drawing_library_stays_in_sight(diagram: Page) -> None:
    expect(diagram.locator(".bjs-powered-by")).to_be_visible()


def test_zoom_works_by_button_and_by_key(diagram: Page) -> None:
    whole = zoom(diagram)
    diagram.get_by_role("button", name="放大").click()
    larger = zoom(diagram)
    assert larger > whole
    diagram.locator(".diagram-stage").focus()
    diagram.keyboard.press("-")
    assert zoom(diagram) < larger
    diagram.keyboard.press("0")
    assert zoom(diagram) == pytest.approx(whole)


def test_a_diagram_that_cannot_be_read_leaves_its_words_in_sight(office: Office, page: Page) -> None:
    office.answers |= {"page": DIAGRAM_PAGE, "road.bpmn": "<broken", "marks.json": "{}"}
    page.goto(f"{office.url}/page")
    expect(page.locator("[data-diagram=failed]")).to_contain_text("流程图没有打开")
    expect(page.get_by_text("现在：登记")).to_be_visible()


def test_the_theme_is_kept_in_the_browser(desk: Page) -> None:
    toggle = desk.locator("[data-theme-toggle]")
    toggle.click()
    toggle.click()
    expect(toggle).to_have_attribute("aria-label", "界面颜色：深色")
    desk.reload()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")


def test_keys_move_open_search_and_help(desk: Page) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("k")
    desk.keyboard.press("j")
    expect(desk.locator("[data-row][data-current]")).to_have_text("乙")
    desk.keyboard.press("?")
    expect(desk.get_by_text("快捷键")).to_be_visible()
    desk.keyboard.press("?")
    desk.keyboard.press("/")
    expect(desk.locator("[data-search]")).to_be_focused()
    desk.keyboard.type("jk?")
    expect(desk.locator("[data-search]")).to_have_value("jk?")
    desk.keyboard.press("Escape")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/two")


def test_what_is_typed_reaches_the_server_as_a_draft(desk: Page, office: Office) -> None:
    desk.clock.install()
    desk.locator("[name=note]").fill("已电话联系")
    with desk.expect_response("**/draft"):
        desk.clock.run_for(2_100)
    expect(desk.locator("[data-draft-status]")).to_contain_text("草稿已保存")
    assert office.posts == [("/draft", "t-1", "note=%E5%B7%B2%E7%94%B5%E8%AF%9D%E8%81%94%E7%B3%BB")]
    kept = desk.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "电话" not in kept


def test_a_draft_that_was_refused_says_so(desk: Page, office: Office) -> None:
    office.status["/draft"] = 409
    desk.clock.install()
    desk.locator("[name=note]").fill("字")
    with desk.expect_response("**/draft"):
        desk.clock.run_for(2_100)
    expect(desk.locator("[data-draft-status][data-failed]")).to_contain_text("草稿没有保存")


def test_leaving_with_unsaved_input_asks_first(desk: Page) -> None:
    asked: list[str] = []

    def stay(dialog) -> None:  # type: ignore[no-untyped-def]
        asked.append(dialog.type)
        dialog.dismiss()

    desk.on("dialog", stay)
    desk.locator("[name=note]").press_sequentially("字")
    desk.get_by_role("link", name="甲").click(no_wait_after=True)
    desk.wait_for_function("() => true")
    expect(desk.locator("[name=note]")).to_have_value("字")
    assert asked == ["beforeunload"]
    desk.locator("[name=note]").fill("")
    desk.get_by_role("link", name="甲").click()
    desk.wait_for_url("**/one")


def test_a_second_click_while_the_server_is_slow_completes_once(desk: Page, office: Office) -> None:
    office.may_answer.clear()
    again = "setTimeout(() => { button.click(); fetch('/go-on'); }, 100)"
    desk.locator("[name=act]").evaluate("(button) => { button.click(); " + again + " }")
    desk.wait_for_url("**/done")
    assert [(path, body) for path, _, body in office.posts] == [("/done", "note=&act=done")]


@pytest.mark.parametrize(("status", "place"), [(200, "答复"), (409, "答复"), (500, "原来")])
def test_a_refusal_is_shown_and_a_fault_leaves_the_page(
    desk: Page, office: Office, status: int, place: str
) -> None:
    office.status["/swap"] = status
    desk.locator("#swap").click()
    expect(desk.locator("#place")).to_have_text(place)
    assert office.posts == [("/swap", "t-1", "")]
    if status == 500:
        expect(desk.get_by_role("alert")).to_contain_text("填写的内容还在页面上")
