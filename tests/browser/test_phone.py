"""On a telephone: whom it is about and how to call is in sight, and nothing hides beyond the edge."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser


def _phone(windows: Windows) -> Page:
    return windows.open(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)


def test_the_task_names_the_person_and_calls_before_any_scrolling(product: Product, windows: Windows) -> None:
    desk = Desk(_phone(windows), product, "aide.hnc").log_in().open("每周联系", "刘玉梅")
    expect(desk.page.get_by_role("link", name="刘玉梅").first).to_be_in_viewport()
    call = desk.page.locator(".title-person a[href^='tel:']")
    expect(call).to_be_in_viewport()
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    expect(call).to_be_hidden()


def test_the_case_shows_person_and_outcomes_before_the_long_history(
    product: Product, windows: Windows
) -> None:
    desk = Desk(_phone(windows), product, "staff.nfx").log_in().go("/people?q=许振华")
    desk.page.locator("[data-row] a[data-open]").first.click()
    desk.page.locator(".case-main a[data-open][href^='/cases/']").first.click()
    places = ["#now", ".person-card", "#referrals", "#road", "#history"]
    tops = [desk.page.locator(one).bounding_box() for one in places]
    assert all(tops)
    assert [box["y"] for box in tops if box] == sorted(box["y"] for box in tops if box)
    outcome = desk.page.locator("#referrals").get_by_text("未就业").first
    box = outcome.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize(
    ("username", "path"),
    [
        ("staff.nfx", "/inbox?list=done"), ("staff.nfx", "/office/lists"),
        ("sup.rh", "/clauses?list=unfounded"),
    ],
)
def test_the_chosen_list_is_in_sight_and_on_one_line(
    product: Product, windows: Windows, username: str, path: str
) -> None:
    desk = Desk(_phone(windows), product, username).log_in().go(path)
    chosen = desk.page.locator("nav:is(.lists, .switch) a[aria-current]")
    box = chosen.bounding_box()
    assert box
    assert box["height"] <= 60
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_a_long_table_is_read_one_record_below_the_other(product: Product, windows: Windows) -> None:
    desk = Desk(_phone(windows), product, "staff.rh").log_in().go("/registers/E15?from=2026-01-01")
    table = desk.page.locator("table.register")
    assert table.evaluate("(one) => one.scrollWidth <= one.parentElement.clientWidth")
    expect(desk.page.locator("td[data-label=环节]").first).to_be_visible()


@pytest.mark.parametrize("width", [1440, 1366, 1280, 1024])
def test_every_entry_of_the_navigation_has_its_room(product: Product, windows: Windows, width: int) -> None:
    desk = Desk(windows.open(viewport={"width": width, "height": 700}), product, "sup.rh").log_in()
    for language in ("zh", "en"):
        room = desk.page.locator("nav.nav").evaluate("(one) => one.clientWidth - one.scrollWidth")
        assert room >= 0, language
        if language == "zh":
            desk.page.get_by_role("button", name="English").click()
            expect(desk.page.locator("html")).to_have_attribute("lang", "en")
