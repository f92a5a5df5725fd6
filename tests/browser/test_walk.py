"""A supervisor walks through a process by clicking: on tokens, on buttons, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DeskOf
from tests.browser.desk import Desk
from tests.browser.looks import COLOURS, PICTURES, SIZES, axe_finds
from tests.browser.product import Product
from tests.browser.studio import Studio
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

TO_THE_OUTCOME = (
    "P04_FirstContact", "P04_Plan", "P04_Guidance", "P04_FirstVacancy", "P04_Wishes", "P04_Match",
    "P04_Letter", "P04_Interview",
)  # fmt: skip
PATH = "/studio/P04_community_assistance/1/walk"


def card(page: Page, element: str) -> Locator:
    """Return the card of an element."""
    return page.locator(f"#walk [data-at={element}]")


def token_at(page: Page, element: str) -> Locator:
    """Return where the diagram shows a live token."""
    return page.locator(f"[data-diagram=ready] [data-element-id={element}].mark-active")


def token(page: Page, element: str) -> None:
    """Click on a token of the diagram."""
    page.locator(f"[data-diagram=ready] [data-element-id={element}] .djs-hit").first.click(force=True)


def pressed(page: Page, button: Locator) -> None:
    """Press a button and wait until the walk stands elsewhere."""
    before = page.locator("#walk").element_handle()
    button.click()
    page.wait_for_function("(one) => !one.isConnected && document.getElementById('walk')", arg=before)


def push(page: Page, element: str) -> None:
    """Push the button of a card and wait for what follows."""
    pressed(page, card(page, element).get_by_role("button"))


def test_a_supervisor_walks_the_community_case_to_employment_and_back_a_step(desk: DeskOf) -> None:
    page = desk("sup.rh").go(PATH.removesuffix("/walk")).page
    page.get_by_role("link", name="试走").click()
    expect(page.locator("h1")).to_contain_text("试走 P04")
    push(page, "P04_Start")
    expect(token_at(page, "P04_AssignAide")).to_be_attached()
    expect(page.locator("#walk-now")).to_be_focused()
    token(page, "P04_AssignAide")
    expect(token_at(page, "P04_FirstContact")).to_be_attached()
    expect(page.locator("[data-element-id=P04_AssignAide].mark-done")).to_be_attached()
    expect(page.locator(".walk-way")).to_contain_text("“指派就业援助员”办结。")
    for element in TO_THE_OUTCOME:
        push(page, element)
    outcome = card(page, "P04_Outcome")
    outcome.get_by_text("已就业", exact=True).click()
    outcome.get_by_text("单位就业", exact=True).click()
    push(page, "P04_Outcome")
    expect(page.locator(".walk-way")).to_contain_text("因为下一步是“已就业”")
    pressed(page, page.get_by_role("button", name="退一步"))
    expect(outcome).to_be_visible()
    pressed(page, page.get_by_role("button", name="“指派就业援助员”办结。"))
    expect(token_at(page, "P04_FirstContact")).to_be_attached()
    expect(page.locator("[data-element-id=P04_Plan].mark-done")).to_have_count(0)


def test_a_called_process_has_its_own_picture_and_the_token_moves_on_it(desk: DeskOf) -> None:
    page = desk("sup.rh").go(PATH.replace("P04_community", "P05_street")).page
    push(page, "P05_Start")
    while not page.locator(".walk-inside").count():
        first = page.locator("#walk article").first
        for choice in first.get_by_role("radiogroup").all():
            if choice.is_visible():
                choice.locator("label").first.click()
        pressed(page, first.get_by_role("button"))
    page.locator(".walk-inside").scroll_into_view_if_needed()
    expect(page.locator(".walk-inside [data-element-id=P11_Needs].mark-active")).to_be_attached()
    picture = page.locator(".walk-inside .djs-container svg").first.element_handle()
    push(page, "P11_Needs")
    expect(page.locator(".walk-inside [data-element-id=P11_Needs].mark-done")).to_be_attached()
    assert picture.evaluate("(one) => one.isConnected"), "the picture stays and is marked anew"


def test_a_draft_is_walked_from_its_editor(desk: DeskOf) -> None:
    studio = Studio(desk("sup.rh")).new_draft("P04")
    studio.page.get_by_role("link", name="试走").click()
    push(studio.page, "P04_Start")
    expect(token_at(studio.page, "P04_AssignAide")).to_be_attached()
    studio.page.get_by_role("link", name="返回编辑").click()
    studio.ready()


@pytest.mark.parametrize("size", SIZES)
def test_a_walk_under_way_is_fit_to_be_seen(product: Product, windows: Windows, size: str) -> None:
    width, height = SIZES[size]
    page = windows.open(viewport={"width": width, "height": height}, reduced_motion="reduce")
    Desk(page, product, "sup.rh").log_in().go(PATH)
    page.locator("[data-diagram=ready]").wait_for()
    for element in ("P04_Start", "P04_AssignAide"):
        push(page, element)
    expect(token_at(page, "P04_FirstContact")).to_be_in_viewport()
    shown = token_at(page, "P04_FirstContact").bounding_box()
    assert shown is not None
    assert shown["width"] > 60, "the live step can be read"
    wrong: list[str] = []
    for colours in COLOURS:
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/walk-under-way-{size}-{colours}.png", full_page=True)
        wrong += axe_finds(page)
    assert not wrong, "\n".join(wrong)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_without_scripts_the_walk_goes_on_by_its_forms(product: Product, windows: Windows) -> None:
    page = windows.open(java_script_enabled=False)
    Desk(page, product, "auditor.sy").log_in().go(PATH)
    for element in ("P04_Start", "P04_AssignAide", "P04_FirstContact"):
        card(page, element).get_by_role("button").click()
    expect(card(page, "P04_Plan")).to_be_visible()
    page.get_by_role("button", name="从头再来").click()
    expect(card(page, "P04_Start")).to_be_visible()
