"""A supervisor sets a telephone up at the login and logs in with it, in a real browser (SEC-A4)."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tasks import commands, demo
from tests.browser.looks import PICTURES, SIZES, axe_finds, look, ways_to_look
from tests.browser.product import Product
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser
#: The pages of a half-done login, opened by this test alone.
PAGES = ("/login/enrol", "/login/code")


def _password(page: Page, product: Product) -> None:
    page.goto(product.url + "/login?next=/studio")
    page.get_by_label("登录名").fill("sup.rh")
    page.get_by_label("密码", exact=True).fill(demo.PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def _looked_at(page: Page, product: Product, path: str, nightly: bool) -> list[str]:
    wrong: list[str] = []
    for turn in (0, 1):
        for size, colours in ways_to_look(nightly, turn):
            wrong += look(page, product, path, path.strip("/").replace("/", "-"), colours, size)
    return wrong


def _codes_shown(page: Page) -> list[str]:
    wrong: list[str] = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        if PICTURES:
            page.screenshot(path=f"{Path(PICTURES) / 'recovery-codes'}-{size}.png", full_page=True)
        wrong += axe_finds(page)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong.append(f"recovery codes scroll sideways on a {size}")
    return wrong


def test_a_supervisor_sets_a_telephone_up_and_logs_in_with_it(
    product: Product, windows: Windows, nightly: bool
) -> None:
    product.do("security.admin", commands.ChangeSetting("second_factor", "PRIVILEGED", "等保要求"))
    page = windows.open(reduced_motion="reduce")
    _password(page, product)
    expect(page.get_by_role("heading", level=1)).to_have_text("登录验证码")
    wrong = _looked_at(page, product, PAGES[0], nightly)
    telephone = pyotp.TOTP("".join(page.locator(".factor-secret code").all_inner_texts()))
    page.get_by_label("手机上的6位数字").fill(telephone.at(product.app.clock.now()))
    page.get_by_role("button", name="确认启用").click()
    expect(page.locator(".factor-codes li")).to_have_count(10)
    recovery = page.locator(".factor-codes code").first.inner_text()
    wrong += _codes_shown(page)
    page.get_by_role("link", name="已记下，继续").click()
    expect(page.locator("header.top")).to_be_visible()
    page.context.clear_cookies()
    _password(page, product)
    expect(page).to_have_url(re.compile("/login/code"))
    wrong += _looked_at(page, product, PAGES[1], nightly)
    page.get_by_label("手机上的6位数字").fill("一二三")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("验证码不对或已经用过")
    page.get_by_label("手机上的6位数字").fill(recovery)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("header.top")).to_be_visible()
    wrong += _looked_at(page, product, "/second-factor", nightly)
    page.get_by_label("密码", exact=True).fill(demo.PASSWORD)
    page.get_by_label("原手机上的6位数字").fill(telephone.at(product.app.clock.now(), counter_offset=1))
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.locator(".factor-code")).to_be_visible()
    assert not wrong, "\n".join(wrong)
