"""The English side: the switch in the header, and no Chinese of ours left on the pages of the day's work."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DeskOf

pytestmark = pytest.mark.browser

#: What stays Chinese: names, what people wrote, numbers of papers, the words of the policy, the drawing.
_OURS = """() => {
  const stays = '[lang|="zh"], .diagram, blockquote, input, textarea, template, script';
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    const { parentElement, data } = walk.currentNode;
    if (/[\\u4e00-\\u9fff]/.test(data) && !parentElement.closest(stays)) found.push(data.trim());
  }
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
    if (one.closest(stays)) continue;
    for (const name of ['aria-label', 'title', 'placeholder']) {
      const text = one.getAttribute(name) ?? '';
      if (/[\\u4e00-\\u9fff]/.test(text)) found.push(text);
    }
  }
  return found;
}"""
#: Names of people and places, employers and posts, numbers of papers such as 顺仁和推〔2026〕0003号, and what
#: the people of the demo said.
_NAMES = re.compile(
    r"顺\S*〔\d{4}〕\d+号|仁和镇|南法信镇|顺义区|河南村|石门苑社区|三家店村|华英园社区|\d+号|"
    r"顺义某\S{2,4}|保洁员?|可倒班|本街道|理货员|后厨帮工|包装工|门卫|单位已招满"
)


def chinese_of_ours(page: Page, people: Iterable[str]) -> list[str]:
    """Return the Chinese on a page that is neither a name nor a quotation."""
    found: list[str] = page.evaluate(_OURS)
    names = re.compile("|".join([_NAMES.pattern, *map(re.escape, people)]))
    return sorted({text for text in found if re.search("[\u4e00-\u9fff]", names.sub("", text))})


def test_nothing_chinese_of_ours_is_left_in_the_inbox_on_a_task_and_on_a_case(
    desk: DeskOf, demo_names: list[str]
) -> None:
    aide = desk("aide.hnc")
    page = aide.page
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    left = {"inbox": chinese_of_ours(page, demo_names)}
    page.get_by_role("link", name="Search matching vacancies").first.click()
    page.locator("[data-diagram]").scroll_into_view_if_needed()
    expect(page.locator("[data-diagram=ready]")).to_be_visible()
    left["task"] = chinese_of_ours(page, demo_names)
    page.locator(".person-card a[href^='/cases/']").click()
    expect(page.locator("#history")).to_be_visible()
    left["case"] = chinese_of_ours(page, demo_names)
    assert not any(left.values()), left
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("zh"))
