"""The editor by keyboard, in full screen, and with the colours of the tiers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DeskOf
from tests.browser.studio import Studio

pytestmark = pytest.mark.browser


@pytest.fixture
def studio(desk: DeskOf) -> Studio:
    """The editor with P04 open."""
    return Studio(desk("sup.rh")).new_draft("P04")


def test_keys_find_rename_remove_and_bring_back(studio: Studio) -> None:
    page = studio.page
    studio.shape("P04_Plan").click()
    page.keyboard.press("Control+f")
    page.keyboard.type("P04_Guidance")
    # What is found is marked while it is looked for; keys are the drawing's again once the search is over.
    expect(page.locator(".djs-search-result-selected")).to_contain_text("P04_Guidance")
    page.keyboard.press("Enter")
    expect(page.locator(".djs-search-open")).to_have_count(0)
    page.wait_for_function("document.activeElement.matches('[data-part=canvas] svg')")
    expect(studio.shape("P04_Guidance")).to_have_class(re.compile(r"\bselected\b"))
    page.keyboard.press("Delete")
    expect(studio.shape("P04_Guidance")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(studio.shape("P04_Guidance")).to_have_count(1)
    studio.shape("P04_Plan").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-tool=undo]")).to_be_enabled()
    page.keyboard.press("Control+z")
    studio.saved()


def test_the_menus_work_in_full_screen(studio: Studio) -> None:
    page = studio.page
    page.locator("[data-tool=full]").click()
    page.wait_for_function("() => document.fullscreenElement !== null")
    studio.select("P04_Guidance").pad("改换类型").click()
    menu = page.locator(".djs-popup")
    box, window = menu.bounding_box(), page.viewport_size
    assert box is not None
    assert window is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= window["height"]
    menu.get_by_text("手工任务").click()
    expect(page.locator("[data-panel=properties] h2")).to_have_text("手工任务")
    assert studio.field("role").input_value() == "就业援助员 community_aide"
    page.locator("[data-tool=full]").click()
    page.wait_for_function("() => document.fullscreenElement === null")


@pytest.mark.parametrize(
    ("role", "colour"),
    [("street_staff", "rgb(255, 240, 184)"), ("district_expert", "rgb(250, 215, 211)"),
     ("supervisor", "rgb(255, 255, 255)"), ("community_staff", "rgb(215, 239, 214)")],
)  # fmt: skip
def test_a_step_has_the_colour_of_the_tier_that_does_it(studio: Studio, role: str, colour: str) -> None:
    studio.select("P04_Plan").choose("role", role)
    box = studio.shape("P04_Plan").locator(".djs-visual rect").first
    expect(box).to_have_css("fill", colour)


def test_a_message_a_deadline_and_a_default_are_written_as_the_engine_reads_them(studio: Studio) -> None:
    studio.select("P04_Submit").choose("deadline", "DL-017")
    studio.select("P04_FirstContact_Timer").page.get_by_label("删除DL-015").click()
    studio.choose("deadline", "DL-018")
    expect(studio.field("time")).to_have_value('end_of_day(due("DL-018"))')
    studio.select("P04_Employed_End").choose("message", "MSG-11")
    studio.select("F_P04_Reason_GW_OWN")
    studio.page.get_by_label("其他情况走这条路径").check()
    expect(studio.field("condition")).to_have_count(0)
    studio.saved()
    xml = studio.model()["xml"]
    assert re.search(r'id="P04_Submit"[^>]*aid595:deadline="DL-017"', xml)
    assert re.search(r'id="P04_FirstContact_Timer"[^>]*aid595:deadline="DL-018"', xml)
    assert 'due("DL-018")' in xml
    assert '<bpmn:message id="Msg_11" name="MSG-11"' in xml
    assert re.search(r'id="P04_Employed_End"[^>]*aid595:message="MSG-11"', xml)
    assert 'messageRef="Msg_11"' in xml
    assert re.search(r'id="P04_Reason_GW"[^>]*default="F_P04_Reason_GW_OWN"', xml)


def test_what_is_found_stands_beside_the_palette_and_not_below_it(studio: Studio) -> None:
    studio.select("P04_Submit").select("P04_FirstVacancy")
    shape = studio.shape("P04_FirstVacancy").bounding_box()
    palette = studio.page.locator(".djs-palette").bounding_box()
    assert shape is not None
    assert palette is not None
    assert shape["x"] > palette["x"] + palette["width"]
