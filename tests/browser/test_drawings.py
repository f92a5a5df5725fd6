"""A drawing as a reader meets it: large enough to read, names broken evenly, the whole one button away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DeskOf

pytestmark = pytest.mark.browser
STAGE = "[data-diagram=ready] .diagram-stage"
#: How many pixels of the screen a task of 120 units is wide, by one hundred and twenty.
_SCALE = """() => document.querySelector('.diagram-stage [data-element-id=P05_Agreement] .djs-visual rect')
  .getBoundingClientRect().width / 120"""
_LINES = """() => [...document.querySelectorAll('.diagram-stage .djs-shape .djs-visual > text')]
  .map((text) => [...text.querySelectorAll('tspan')].map((line) => line.textContent))
  .filter((lines) => lines.length > 1 && !/[A-Za-z]/.test(lines.join('')))"""


def _open(desk: DeskOf) -> Page:
    page = desk("staff.rh").go("/processes/P05_street_assistance/1").page
    page.locator(STAGE).scroll_into_view_if_needed()
    page.locator("[data-diagram=ready]").wait_for(state="attached")
    return page


def test_a_wide_drawing_opens_at_a_size_to_read_and_the_whole_is_one_button_away(desk: DeskOf) -> None:
    page = _open(desk)
    assert page.evaluate(_SCALE) > 0.65
    page.get_by_role("button", name="显示全图").click()
    assert page.evaluate(_SCALE) < 0.3


def test_no_line_of_a_name_holds_what_the_others_left(desk: DeskOf) -> None:
    broken: list[list[str]] = _open(desk).evaluate(_LINES)
    assert ["签订就业援", "助协议书"] in broken
    assert ["联系，说明安排，", "征求意见"] in broken
    assert [lines for lines in broken if any(len(line) < 2 or line[0] in "，。、）”" for line in lines)] == []


def test_on_a_telephone_a_flat_drawing_stands_at_its_live_step_without_blank_paper(desk: DeskOf) -> None:
    page = desk("sup.rh").page
    page.set_viewport_size({"width": 390, "height": 844})
    desk("sup.rh").go("/office/matters?process=P20")
    page.locator("[data-row] a[data-open]").first.click()
    page.locator("[data-diagram]").first.scroll_into_view_if_needed()
    page.locator("[data-diagram=ready]").wait_for(state="attached")
    stage, step = page.locator(STAGE).bounding_box(), page.locator(".mark-active").first.bounding_box()
    assert stage is not None
    assert step is not None
    assert stage["height"] < 260
    assert stage["x"] <= step["x"] < step["x"] + step["width"] <= stage["x"] + stage["width"]
