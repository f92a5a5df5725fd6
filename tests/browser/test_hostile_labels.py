"""What a supervisor writes on a drawing, a form or a rule is shown as text and never runs (THR-4).

A breach of the content policy or a script error in any window fails the test by itself (`windows`).
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Page, expect

from engine.codec import canonical
from tasks import studio_commands as commands
from tasks import trials, worker
from tasks.migration_commands import StartMigration
from tests.browser.conftest import DeskOf
from tests.tasks.local_step import KEY, SHIPPED, shipped_form, shipped_rule

pytestmark = pytest.mark.browser
_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_RUN = "window.__xss=1"

PAYLOADS = (
    f"<script>{_RUN}</script>", f"<ScRiPt>{_RUN}</sCrIpT>", f"</script><script>{_RUN}</script>",
    "<script src=//x.invalid/a.js></script>", f"<img src=x onerror={_RUN}>", f"<img/src=x/onerror={_RUN}>",
    f'<img src="x" onerror="{_RUN}">', f"<svg onload={_RUN}>", f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x>", f"<svg><a href='javascript:{_RUN}'>x</a></svg>",
    f"<foreignObject><body onload={_RUN}></foreignObject>", f"<iframe src='javascript:{_RUN}'></iframe>",
    f"<iframe srcdoc='<script>parent.{_RUN}</script>'></iframe>", f"<body onload={_RUN}>",
    f"<details open ontoggle={_RUN}>", f"<input autofocus onfocus={_RUN}>", f"<video><source onerror={_RUN}>",
    f"<marquee onstart={_RUN}>", f"<a href='javascript:{_RUN}'>x</a>", f"javascript:{_RUN}",
    "<style>*{background:url(//x.invalid)}</style>", "<link rel=stylesheet href=//x.invalid>",
    "<base href=//x.invalid/>", "<meta http-equiv=refresh content='0;url=//x.invalid'>",
    f"<object data='data:text/html,<script>{_RUN}</script>'>", f"<math><mtext><script>{_RUN}</script></math>",
    f"<form action='javascript:{_RUN}'><button>x</button></form>", f'" onmouseover="{_RUN}" x="',
    f"' onmouseover='{_RUN}' x='", f'"><script>{_RUN}</script>', f"'><img src=x onerror={_RUN}>",
    f"--><script>{_RUN}</script>", f"]]><script>{_RUN}</script>", f"</title><script>{_RUN}</script>",
    f"</textarea><script>{_RUN}</script>", "{{7*7}}{% raw %}", "${7*7}",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;", f"<template><script>{_RUN}</script></template>",
    f"\\u003cscript\\u003e{_RUN}\\u003c/script\\u003e",
)  # fmt: skip
#: Labels of the drawing that pages repeat: each kind of element once.
PLACES = ("P04_Pool", "P04_Lane_community_aide", "P04_Fork_GW", "P04_FirstContact", "P04_Body", "P04_Start",
          "F_P04_FirstContact_P04_Plan", "P04_HandOver_Msg", KEY)  # fmt: skip
#: With each the labels change places; after both, by night, every payload has stood on the drawing.
TURNS = range(0, 20, 10)
#: A story of the office in which the first contact is counted.
STORY = "L17_four_eyes"
STEP = "首次联系，说明安排，征求意见"


def hostile(n: int) -> str:
    """Return two payloads as one label; as `n` goes on every payload has its turn."""
    start = 2 * n % len(PAYLOADS)
    return " ".join((PAYLOADS * 2)[start : start + 2])


def hostile_drawing(turn: int) -> bytes:
    """Return P04 with payloads in its labels, a documentation, a reason and a note."""
    root = etree.fromstring(SHIPPED)
    for n, element in enumerate(PLACES):
        (node,) = root.xpath("//*[@id=$id]", id=element)
        node.set("name", f"{node.get('name') or '走向'} {hostile(turn + n)}")
    (task,) = root.xpath("//*[@id='P04_FirstContact']")
    task.set(f"{{{root.nsmap['aid595']}}}reason", hostile(turn + 9))
    words = etree.Element(f"{{{_BPMN}}}documentation")
    words.text = hostile(turn)
    task.insert(0, words)
    (process,) = root.xpath(f"//*[@id='{KEY}']")
    note = etree.SubElement(process, f"{{{_BPMN}}}textAnnotation", id="Note_1")
    etree.SubElement(note, f"{{{_BPMN}}}text").text = hostile(turn + 1)
    (plane,) = root.xpath("//*[local-name()='BPMNPlane']")
    shape = etree.SubElement(plane, etree.QName(plane, "BPMNShape"), id="Note_1_di", bpmnElement="Note_1")
    bounds = {"x": "400", "y": "20", "width": "300", "height": "40"}
    etree.SubElement(shape, "{http://www.omg.org/spec/DD/20100524/DC}Bounds", bounds)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def hostile_annex(turn: int) -> str:
    """Return a first contact whose form and rule carry payloads wherever words may stand."""
    form, rule = shipped_form("P04_FirstContact"), shipped_rule("DL-015")
    first, *others = form["fields"]
    asked = {**first, "zh": f"{first['zh']}{hostile(turn + 2)}", "help_zh": hostile(turn + 3)}
    options = {code: {"zh": hostile(turn + n), "en": code} for code, n in (("A", 5), ("B", 6))}
    more = {"name": "mood", "zh": hostile(turn + 4), "en": "Mood", "type": "enum", "options": ["A", "B"],
            "labels": options}  # fmt: skip
    form = {**form, "title_zh": f"{form['title_zh']}{hostile(turn + 7)}", "fields": [asked, *others, more]}
    rule = {**rule, "title": f"{rule['title']}{hostile(turn + 8)}"}
    return canonical({"forms": {"P04_FirstContact": form}, "rules": {"DL-015": rule}})


def unmoved(page: Page) -> None:
    """Hold that the page shows itself, that nothing ran, and that nothing was put into it."""
    expect(page.locator("h1").first).to_be_attached()
    for kind in ("[data-diagram]", "[data-studio]"):
        drawn = page.locator(kind).first
        if drawn.count() and drawn.is_visible():
            drawn.scroll_into_view_if_needed()
            page.locator(f"{kind[:-1]}=ready]").first.wait_for(state="attached")
    assert page.evaluate("window.__xss === undefined"), page.url
    assert (
        page.evaluate("document.querySelectorAll('[onerror],[onload],[src=x],iframe,object,base').length")
        == 0
    )
    assert "49" not in page.locator("h1").first.inner_text()


def walk(page: Page, url: str, paths: list[str]) -> None:
    """Look at pages one by one, pointing at what could be pointed at."""
    for path in paths:
        page.goto(url + path, wait_until="domcontentloaded")
        unmoved(page)


def test_no_label_of_a_drawing_a_form_or_a_rule_ever_runs(
    desk: DeskOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nightly: bool
) -> None:
    shutil.copy(trials.SCENARIOS / f"{STORY}.yaml", tmp_path)
    monkeypatch.setattr(trials, "SCENARIOS", tmp_path)
    supervisor, colleague = desk("sup.rh"), desk("sup.nfx")
    made = supervisor.product
    opened: dict[str, Any] = made.do("sup.rh", commands.OpenDraft(KEY, reason="试"))
    draft, at = int(opened["draft_id"]), f"/studio/drafts/{opened['draft_id']}"
    turns = TURNS if nightly else TURNS[:1]
    for rev, turn in enumerate(turns, 1):
        kept = made.do("sup.rh", commands.SaveModel(draft, rev, hostile_drawing(turn), hostile_annex(turn)))
        assert kept["rev"] == rev + 1
        walk(supervisor.page, made.url, [at, f"{at}/difference", f"{at}/impact", f"{at}/submit"])
    walk(supervisor.page, made.url, ["/studio", f"{at}/trial"])
    supervisor.page.locator("main form button").first.click()
    expect(supervisor.page.locator("#trial .flash").first).to_be_visible()
    unmoved(supervisor.page)
    done = made.do("sup.rh", commands.SubmitRelease(draft, len(turns) + 1, hostile(0)))
    release, version = int(done["definition_id"]), int(done["version"])
    walk(colleague.page, made.url, [f"/studio/releases/{release}", f"/studio/{KEY}/{version}"])
    made.do("sup.nfx", commands.ApproveRelease(release, hostile(1)))
    made.do("sup.sy", StartMigration(KEY, 1, version, reason=hostile(2)))
    while worker.tick(made.app):
        pass
    look_at_the_work(desk)


def look_at_the_work(desk: DeskOf) -> None:
    """See inbox, task, case, trail and evidence that carry the words."""
    aide = desk("aide.smy").go("/inbox")
    unmoved(aide.page)
    row = aide.page.locator("[data-row]", has_text=STEP).filter(has_text="褚慧敏")
    expect(row).to_contain_text("__xss")
    row.get_by_role("link", name=re.compile(STEP)).click()
    unmoved(aide.page)
    case = aide.page.locator("a[href^='/cases/']").first.get_attribute("href") or ""
    walk(aide.page, aide.product.url, [case, f"{case}?detail=1", "/processes"])
    auditor, seen = desk("auditor.sy"), case.replace("/cases/", "/audit/")
    walk(auditor.page, auditor.product.url, [seen, f"{seen}?kind=decisions", "/trail?of=releases", "/studio"])
