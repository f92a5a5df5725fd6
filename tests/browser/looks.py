"""What a page must never do, at any size and in any colours: asked of the page itself, and of axe-core."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.product import Product

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
COLOURS = ("light", "dark")
#: Each size and each colours once. By day pages take turns; by night each is looked at in all four ways.
SAMPLE = (("desktop", "light"), ("phone", "dark"))
#: Where to put a picture of every page looked at; nothing is kept without it.
PICTURES = os.environ.get("AID595_SCREENSHOTS", "")
_AXE = Path(__file__).parents[2] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
#: The drawing is a picture with words beside it; its parts are the library's.
_DRAWING = (".diagram", "[data-part=canvas]")

_SPILLED = """() => {
  const wide = document.documentElement.clientWidth;
  const rolls = (one) => {
    for (let up = one.parentElement; up; up = up.parentElement)
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  const texts = 'h1, h2, h3, p, dt, dd, td, th, button, a, label, legend, b, time';
  const spilled = [...document.body.querySelectorAll('*')].filter((one) => {
    if (!one.checkVisibility() || one.closest('.diagram, .st-canvas, .visually-hidden, .skip')) return false;
    if (rolls(one)) return false;
    const box = one.getBoundingClientRect();
    return box.width && box.height && (box.right > wide + 1 || box.left < -1);
  });
  const cut = [...document.body.querySelectorAll(texts)]
    .filter((one) => one.checkVisibility() && !one.closest('.diagram, .st-canvas, .visually-hidden'))
    .filter((one) => one.clientWidth
      && getComputedStyle(one).overflowX === 'visible' && getComputedStyle(one).display !== 'inline'
      && one.scrollWidth > one.clientWidth + 1);
  const name = (one) => `<${one.tagName} class="${one.className}"> ${one.textContent.trim().slice(0, 30)}`;
  return { sideways: document.documentElement.scrollWidth > wide, spilled: spilled.slice(0, 3).map(name),
    cut: cut.slice(0, 3).map(name) };
}"""
_OPEN_MENUS = "document.querySelectorAll('details.menu').forEach((menu) => { menu.open = true; })"
_CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"
_NAMELESS = """(controls) => [...document.querySelectorAll(controls)]
  .filter((one) => one.checkVisibility() && !one.closest('.diagram, .st-canvas'))
  .filter((one) => !(one.getAttribute('aria-label') || one.title || one.textContent.trim()
    || [...(one.labels ?? [])].some((label) => label.textContent.trim())))
  .map((one) => one.outerHTML.slice(0, 120))"""
_RUN_AXE = """async (drawing) => {
  const result = await axe.run({ exclude: drawing.map((one) => [one]) }, { resultTypes: ['violations'] });
  const told = (node) => `${node.html.slice(0, 140)} ${node.any[0]?.message ?? ''}`;
  return result.violations.map((one) => ({ id: one.id, where: one.nodes.slice(0, 3).map(told) }));
}"""


@cache
def _axe() -> str:
    assert _AXE.exists(), "make setup"
    return _AXE.read_text(encoding="utf-8")


def ways_to_look(nightly: bool, turn: int) -> list[tuple[str, str]]:
    """Return (size, colours) in which a page is looked at; `turn` is its place among the pages."""
    return [(size, colours) for size in SIZES for colours in COLOURS] if nightly else [SAMPLE[turn % 2]]


def axe_has_its_turn(nightly: bool, turn: int) -> bool:
    """Tell whether axe, which takes longer than all the rest, looks too: by day at half the pages."""
    return nightly or turn % 4 < 2


def look(
    page: Page, product: Product, path: str, name: str, colours: str, size: str, with_axe: bool = True
) -> list[str]:
    """Open a page and return everything that is wrong with it."""
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    page.set_viewport_size({"width": SIZES[size][0], "height": SIZES[size][1]})
    page.goto(product.url + path, wait_until="domcontentloaded")
    expect(page.locator("h1").first).to_be_attached()
    if page.locator("[data-diagram]").first.is_visible():
        page.locator("[data-diagram]").first.scroll_into_view_if_needed()
        page.locator("[data-diagram=ready]").first.wait_for(state="attached")
        page.evaluate("scrollTo(0, 0)")
    if page.locator("[data-studio]").is_visible():
        page.locator("[data-studio=ready]").wait_for()
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/{name}-{size}-{colours}.png", full_page=True)
    return [f"{name} {size} {colours}: {one}" for one in _wrong(page) + (axe_finds(page) if with_axe else [])]


def _wrong(page: Page) -> list[str]:
    found: dict[str, Any] = page.evaluate(_SPILLED)
    wrong = ["scrolls sideways"] if found["sideways"] else []
    wrong += [f"spills out: {one}" for one in found["spilled"]] + [f"cut off: {one}" for one in found["cut"]]
    page.evaluate(_OPEN_MENUS)
    found = page.evaluate(_SPILLED)
    wrong += [f"menu spills out: {one}" for one in found["spilled"]]
    wrong += [f"has no name: {one}" for one in page.evaluate(_NAMELESS, _CONTROLS)]
    return wrong


def axe_finds(page: Page) -> list[str]:
    """Return everything axe-core has against a page, of whatever weight, the drawing excepted."""
    # By the browser's own door: the content policy of the page rightly refuses foreign scripts.
    page.evaluate(_axe() + ";undefined")
    found: list[dict[str, Any]] = page.evaluate(_RUN_AXE, list(_DRAWING))
    return [f"axe {one['id']}: {where}" for one in found for where in one["where"]]
