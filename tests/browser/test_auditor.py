"""An auditor at work: from a name or a clause to the decision, back in time, to the proof."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DeskOf

pytestmark = pytest.mark.browser
NAME = "张建军"
#: What a decision has to stand with: the sentence with its data, who, and the clause.
DECISION = re.compile(r"在“下一步”走了“.+”，因为下一步：.+，符合这一支的条件。依据决策表DT-08第\d+条")
ACTOR = re.compile(r"李建国 · 就业援助员")


def decision(page: Page) -> None:
    """Hold that a decision stands there with its data, its actor and its clause."""
    entry = page.locator("li.event", has_text="下一步").filter(has_text="选择分支").first
    expect(entry).to_contain_text(DECISION)
    expect(entry).to_contain_text(ACTOR)
    expect(entry.locator("a[href^='/clauses/']").first).to_be_visible()


def test_from_a_name_to_the_decision_in_two_clicks(desk: DeskOf) -> None:
    page = desk("auditor.sy").go("/audit").page
    page.get_by_placeholder("姓名、电话或身份证号").fill(NAME)
    page.get_by_role("search", name="姓名").get_by_role("button", name="查找").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    assert NAME not in page.content()
    page.get_by_role("link", name="看判定").click()
    decision(page)
    assert NAME not in page.content()


def test_from_a_clause_to_the_decision_in_two_clicks(desk: DeskOf) -> None:
    page = desk("auditor.sy").go("/clauses/R004-05.D4d").page
    page.get_by_role("link", name="查看按这一条办理的案件").click()
    page.locator("[data-row]", has_text="2026-000001").get_by_role("link", name="看判定").click()
    decision(page)


def test_the_slider_goes_back_and_the_diagram_follows(desk: DeskOf) -> None:
    page = desk("auditor.sy").go("/audit?q=2026-000001").page
    active = page.locator("#asof [data-state=active]")
    expect(active).to_have_attribute("data-element", "P13_Train")
    slider = page.get_by_label("回看到第几条记录")
    slider.fill("60")
    expect(active.first).to_have_attribute("data-element", re.compile("^P0[34]_"))
    expect(page.locator("#asof")).to_contain_text("第60条记录之后")
    expect(page).to_have_url(re.compile(r"\?at=60"))
    page.reload()
    expect(page.locator("#asof")).to_contain_text("第60条记录之后")
    page.get_by_role("link", name="回到现在").click()
    expect(active).to_have_attribute("data-element", "P13_Train")


def test_the_way_round_the_loop_is_numbered_on_the_diagram(desk: DeskOf) -> None:
    page = desk("auditor.sy").go("/audit?q=2026-000001").page
    page.locator(".asof-runs a", has_text="P04").click()
    round_ = page.locator("svg.bp [data-flow=F_P04_Wishes_P04_Match]")
    assert len((round_.get_attribute("data-order") or "").split()) == 3
    page.get_by_text("放大到能看清文字").click()
    assert page.locator("svg.bp").evaluate("(one) => one.getBoundingClientRect().width") > 2000


def test_a_reason_uncovers_and_the_evidence_goes_along_and_proves_itself(
    desk: DeskOf, tmp_path: Path
) -> None:
    page = desk("auditor.sy").go("/audit?q=2026-000001").page
    page.get_by_role("button", name="验证记录完整性").click()
    expect(page.get_by_role("status").first).to_contain_text("验证通过")
    page.get_by_text("查看个人信息", exact=True).click()
    page.get_by_label("查看理由").fill("看")
    page.get_by_role("button", name="写入理由并查看").click()
    expect(page.get_by_role("alert")).to_contain_text("请写明查看个人信息的理由")
    expect(page.get_by_label("查看理由")).to_have_value("看")
    page.get_by_label("查看理由").fill("核查投诉件第12号")
    page.get_by_role("button", name="写入理由并查看").click()
    expect(page.locator("#person")).to_contain_text(NAME)
    page.get_by_text("导出证据包", exact=True).click()
    page.get_by_label("导出理由").fill("核查投诉件第12号")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="写入理由并导出").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.name == "2026-000001.zip"
    with zipfile.ZipFile(file) as packed:
        packed.extract("verify_bundle.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "verify_bundle.py"), str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "没有发现问题" in done.stdout
    page.reload()
    page.get_by_label("记录种类").select_option("reading")
    page.get_by_role("button", name="筛选").click()
    read = page.locator("#timeline .events")
    expect(read).to_contain_text("个人信息")
    expect(read).to_contain_text("核查投诉件第12号")
    expect(read).to_contain_text("证据包")
