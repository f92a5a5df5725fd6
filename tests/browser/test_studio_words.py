"""The editor speaks Chinese throughout, and offers nothing that the gate would refuse by name."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DeskOf
from tests.browser.kinds import drawing
from tests.browser.studio import Studio

pytestmark = pytest.mark.browser

PROCESS = "P12_continued_training"
#: Words that stay as they are: names of formats, keys, the sign of the drawing library.
ALLOWED = {"ID", "BPMN", "SVG", "JSON", "Ctrl", "Z", "Y", "F", "bpmn", "io", "MB", "UTF", "English", "LOCAL",
           "Powered", "by"}
#: Codes and what people wrote are no words of ours: ids, options, expressions, examples.
_SAID = """(root) => {
  const data = 'code, svg, .st-code, .st-choice small, .st-choice span, .st-chip, main [lang], script, '
    + 'style, .st-finding, .st-way';
  const found = [];
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    if (!walk.currentNode.parentElement.closest(data)) found.push(walk.currentNode.data.trim());
  }
  for (const one of root.querySelectorAll('[title], [aria-label], [placeholder], [alt]')) {
    for (const name of ['title', 'aria-label', 'placeholder', 'alt']) {
      if (!one.closest('main [lang], .st-chip, .st-flag')) found.push(one.getAttribute(name) ?? '');
    }
  }
  return [...new Set(found.filter(Boolean))];
}"""
_CATCH = "document.addEventListener('studio:ready', ({ detail }) => { window.studio = detail; })"
#: Open everything an element has: context pad, replace menu, properties. Returns what was said.
_WALK = """(said) => {
  const read = eval(said);
  const get = (name) => window.studio.modeler.get(name);
  const all = new Set();
  const entries = new Set();
  const note = () => read(document.querySelector('.st-app')).forEach((text) => all.add(text));
  const seen = new Set();
  for (const element of get('elementRegistry').getAll()) {
    const bo = element.businessObject;
    const kind = [bo.$type, bo.eventDefinitions?.[0]?.$type, bo.triggeredByEvent, element.host?.type].join();
    if (element.type === 'label' || seen.has(kind)) continue;
    seen.add(kind);
    get('selection').select(element);
    document.querySelectorAll('.st-group').forEach((group) => { group.open = true; });
    note();
    const pad = get('contextPad');
    const replace = pad.isOpen(element) && pad.getEntries(element).replace;
    if (replace) {
      replace.action.click(new MouseEvent('click'), element);
      note();
      document.querySelectorAll('.djs-popup [data-id]').forEach((one) => entries.add(one.dataset.id));
      get('popupMenu').close();
    }
  }
  return { said: [...all], kinds: [...seen], entries: [...entries] };
}"""
#: Do every replacement that is offered, each on a copy of its own; returns what could not be done.
_REPLACE = """(ids) => {
  const get = (name) => window.studio.modeler.get(name);
  const registry = get('elementRegistry');
  const offered = (element) => {
    get('selection').select(element);
    const entry = get('contextPad').getEntries(element).replace;
    if (!entry) return {};
    entry.action.click(new MouseEvent('click'), element);
    const { entries, headerEntries } = get('popupMenu')._current;
    get('popupMenu').close();
    return { ...entries, ...headerEntries };
  };
  const done = [];
  for (const [kind, copies] of Object.entries(ids)) {
    const names = Object.keys(offered(registry.get(copies[0])));
    names.forEach((name, n) => {
      const entry = offered(registry.get(copies[n + 1]))[name];
      entry.action({ preventDefault() {} }, entry);
      done.push(`${kind}: ${name}`);
    });
  }
  return done;
}"""
_COPIES = 14
#: What the gate says of kinds and places; what is still to be filled in is another matter.
_BY_NAME = {"elements", "events", "xml"}


@pytest.fixture
def studio(desk: DeskOf) -> Studio:
    """An editor whose parts the test can reach."""
    made = desk("sup.rh")
    made.page.add_init_script(_CATCH)
    return Studio(made)


def english(said: list[str]) -> str:
    """Return the sentences with an English word that is not on the list."""
    return "\n".join(text for text in said if set(re.findall(r"[A-Za-z]{2,}", text)) - ALLOWED)


def open_kinds(studio: Studio, copies: int = 1) -> dict[str, list[str]]:
    """Open a drawing with every kind of element."""
    file, ids = drawing(PROCESS, copies)
    studio.import_draft(PROCESS, "kinds.bpmn", file)
    return ids


def walk(page: Page) -> dict[str, Any]:
    """Open every menu of every kind of element, the search and all tabs; return what was said."""
    found: dict[str, Any] = page.evaluate(_WALK, _SAID)
    page.locator("[data-tool=find]").click()
    page.keyboard.type("zzz")
    found["said"] += page.evaluate(f"({_SAID})(document.querySelector('.st-app'))")
    page.keyboard.press("Escape")
    page.locator(".djs-minimap .toggle").click()
    for tab in page.get_by_role("tab").all():
        tab.click()
        found["said"] += page.evaluate(f"({_SAID})(document.querySelector('main'))")
    return found


def test_every_menu_of_every_kind_of_element_speaks_chinese(studio: Studio) -> None:
    open_kinds(studio)
    found = walk(studio.page)
    assert {"用户任务", "改换类型", "接网关", "依据条款"} <= set(found["said"])
    assert len(found["kinds"]) > 30
    assert len(found["entries"]) > 40
    assert english(found["said"]) == ""


def test_forms_deadlines_and_their_lists_speak_chinese(studio: Studio) -> None:
    studio.new_draft("P04").select("P04_FirstContact")
    page = studio.page
    page.get_by_role("button", name="修改期限").click()
    expect(page.locator("[data-rule=DL-015] .st-counted")).not_to_be_empty()
    said = page.evaluate(f"({_SAID})(document.querySelector('.st-side'))")
    studio.tab("属性")
    for key in ("role", "tier", "form", "deadline"):
        studio.field(key).click()
        said += page.evaluate(f"({_SAID})(document.querySelector('.st-side'))")
        page.keyboard.press("Escape")
    page.get_by_role("button", name="编辑表单").click()
    expect(page.locator(".st-preview h2")).to_be_visible()
    page.get_by_placeholder("项目代号").fill("Wrong Name")
    page.get_by_role("button", name="添加一项").click()
    said += page.evaluate(f"({_SAID})(document.querySelector('.st-side'))")
    said += page.locator(".st-choice span").all_inner_texts()
    assert english(said) == ""


def test_the_library_speaks_english_when_the_user_switches(studio: Studio) -> None:
    open_kinds(studio)
    studio.page.get_by_role("button", name="English").click()
    expect(studio.page.locator("html")).to_have_attribute("lang", "en")
    studio.ready()
    found = walk(studio.page)
    stays = ("继续培训", "中文")
    chinese = [text for text in found["said"] if re.search("[\u4e00-\u9fff]", text) and text not in stays]
    assert chinese == []
    assert {"User task", "Create start event", "Role", "Deadline rule"} <= set(found["said"])


def test_nothing_is_offered_that_the_gate_refuses_by_name(studio: Studio) -> None:
    ids = open_kinds(studio, _COPIES)
    with studio.page.expect_response(lambda answer: answer.url.endswith("/check"), timeout=60_000) as checked:
        done = studio.page.evaluate(_REPLACE, ids)
    assert len(done) > 100
    studio.saved()
    refused = [one for one in json.loads(checked.value.text())["findings"] if one["rule"] in _BY_NAME]
    assert refused == []
    drawn = studio.model()["xml"]
    for name in ("scriptTask", "complexGateway", "dataStoreReference", "transaction", "bpmn:task "):
        assert name not in drawn
