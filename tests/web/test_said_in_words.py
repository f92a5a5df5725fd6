"""What a page says is in words: no code, no id and no English where a name is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.db import Database
from tasks import labels
from tests.web.office import Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for all who only look."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('words')}/office.db")
    yield Office(database)
    database.dispose()


def test_a_branch_that_was_chosen_by_a_code_is_told_by_the_name_of_the_branch(office: Office) -> None:
    case = office.new_case("卓文君")
    office.reach(case, "P04_Plan")
    office.pass_days(8)
    page = office.browser("auditor.sy").get(f"/audit/{case}?kind=decisions").text
    assert "任务种类：每周联系" in page
    assert "任务种类：WEEKLY_CONTACT" not in page
    assert "系统 · 系统" not in page


def test_a_page_that_was_refused_is_told_by_its_name(office: Office) -> None:
    assert office.browser("staff.rh").get("/audit").status_code == 403
    page = office.browser("security.admin").get("/access").text
    assert "audit_find" not in page
    assert re.search(r"越权被拒绝</b>\s*(<span[^>]*>)?审计", page)


def test_places_and_scenarios_of_clauses_have_names(office: Office) -> None:
    boss = office.browser("sup.rh")
    page = boss.get("/clauses?list=deadlines").text
    assert "P01 DL-001 期满" in page
    assert "GS01 全程顺利：从入户调查到稳定就业，只经社区一级" in page
    assert "DT-08 社区推荐结果判定" in boss.get("/clauses/R004-05.D4d").text
    words = re.sub(r"<[^>]*>", " ", page)
    assert not re.findall(r"P\d\d[a-z]?_\w*(?:Timer|Start|End)\b", words)
    assert "GS01 survey" in boss.get("/clauses?list=deadlines", headers={"Accept-Language": "en"}).text


def test_the_work_of_every_process_can_be_looked_for(office: Office) -> None:
    page = office.browser("staff.hnc").get("/inbox").text
    codes = re.findall(r'<option value="(P\d\d[a-z]?)"', page)
    assert codes == sorted(codes)
    assert {"P01", "P01a", "P02", "P10", "P12", "P21"} <= set(codes)


def test_every_reason_why_a_duty_ends_has_words() -> None:
    reasons = set()
    for path in (Path(__file__).parents[2] / "tasks").rglob("*.py"):
        for call in re.findall(r"\bclose_(?:duty|kinds|of_\w+)\((.*)\)", path.read_text("utf-8")):
            reasons |= set(re.findall(r', "([a-z ]+)"$', call))
    assert {"begun", "replaced", "case ended"} <= reasons
    assert not [one for one in reasons if labels.catalogue().find("close_reason", one, "zh") is None]
