"""The questionnaire on a telephone at a door, and a workbook on the supervisor's desk, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DeskOf
from tests.browser.looks import look, ways_to_look
from tests.browser.product import Product
from tests.survey.papers import book, employed, filled, number, raw

pytestmark = pytest.mark.browser
_WORDS = {
    "name": "门口人", "ethnicity": "汉族", "mobile": "13800001234", "home_phone": "无",
    "hukou_place_town": "仁和镇", "hukou_place_village": "河南村", "residence_province": "北京市",
    "residence_county": "顺义区", "residence_town": "仁和镇", "residence_village": "河南村1号",
    "top_skill": "无", "skills_other": "无", "interviewer_village": "河南村",
}  # fmt: skip


def _tick(page: Page, name: str, code: str) -> None:
    page.locator(f'label:has(input[name="survey__{name}"][value="{code}"])').first.click()


def _choose(page: Page, name: str, code: str) -> None:
    box = page.locator(f'select[name="survey__{name}"]')
    if box.count():
        box.select_option(code)
    else:
        _tick(page, name, code)


def test_a_questionnaire_is_filled_in_on_a_telephone_and_asks_only_what_the_arrows_say(desk: DeskOf) -> None:
    page = desk("staff.hnc").page
    page.set_viewport_size({"width": 390, "height": 844})
    desk("staff.hnc").go("/surveys/new")
    page.locator('input[name="survey__id_no"]').fill(number(8))
    for name, text in _WORDS.items():
        page.locator(f'input[name="survey__{name}"]').fill(text)
    codes = {"education": "2", "health": "1", "new_labour": "N", "only_child_family": "N", "hukou": "U",
             "person_type": "U1", "family_economy": "2", "dibao": "N"}  # fmt: skip
    for name, code in codes.items():
        _choose(page, name, code)
    tenth, third = (page.locator(f'[data-field="survey__{name}"]') for name in ("q10", "q03"))
    _tick(page, "q01", "A")
    expect(third).to_be_visible()
    expect(tenth).to_be_hidden()
    page.get_by_role("button", name="五险").click()
    expect(page.locator('input[name="survey__q07"]:checked')).to_have_count(5)
    _tick(page, "q01", "B")
    expect(third).to_be_hidden()
    _tick(page, "q10", "B")
    _tick(page, "q11", "B")
    expect(page.locator('[data-field="survey__q14"]')).to_be_hidden()
    page.get_by_role("button", name="保存问卷").click()
    expect(page.get_by_text("问卷已保存")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("门口人")


def test_a_workbook_is_checked_mended_and_imported_on_the_supervisors_desk(
    desk: DeskOf, product: Product, tmp_path: Path, nightly: bool
) -> None:
    file = tmp_path / "问卷.xlsx"
    unlikely = employed(3, name="导二", person_type="就业转失业")
    file.write_bytes(raw(book(filled(2, name="导一"), unlikely, filled(4, q14="A", mobile="x"))))
    page = desk("sup.rh").go("/surveys/imports").page
    page.locator('input[type="file"]').set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("有1行需要改正，尚未导入任何内容")).to_be_visible(timeout=30_000)
    checked = page.url.removeprefix(product.url)
    found = _looked(page, product, checked, "survey-import-checked", nightly)
    page.get_by_role("button", name="只导入没有错的2行").click()
    expect(page.get_by_text("已导入2行，共2行")).to_be_visible(timeout=30_000)
    found += _looked(page, product, checked, "survey-import-done", nightly)
    found += _looked(page, product, "/surveys/analysis", "survey-analysis-full", nightly)
    desk("sup.rh").go("/surveys")
    page.get_by_role("link", name="导二").click()
    expect(page.get_by_text("请再核对").first).to_be_visible()
    found += _looked(page, product, page.url.removeprefix(product.url), "survey-show", nightly)
    assert not found, "\n".join(found)


def _looked(page: Page, product: Product, path: str, name: str, nightly: bool) -> list[str]:
    found = []
    for size, colours in ways_to_look(nightly, len(name)):
        found += look(page, product, path, name, colours, size)
    return found
