"""The decision tables are read row by row, with their days; the trail names the row and since when."""

from __future__ import annotations

from datetime import date

import pytest

from engine.store.db import Database
from tasks import commands
from tasks.library import Library
from tests.web.office import Browser, Office

TABLES = sorted(Library().tables)
EVE, DAY = date(2025, 12, 31), date(2026, 1, 1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(Database(f"sqlite:///{tmp_path_factory.mktemp('tables') / 'office.db'}"))


@pytest.fixture(scope="module")
def aide(office: Office) -> Browser:
    return office.browser("aide.hnc")


def test_every_table_is_listed_for_every_account(office: Office, aide: Browser) -> None:
    for browser in (aide, office.browser("auditor.sy"), office.browser("system.admin")):
        page = browser.get("/tables").text
        assert all(f'href="/tables/{one}"' in page for one in TABLES)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_read_without_a_code_in_it(aide: Browser, table: str, lang: str) -> None:
    aide.client.set_cookie("lang", lang)
    answer = aide.get(f"/tables/{table}")
    aide.client.set_cookie("lang", "zh")
    assert answer.status_code == 200
    body = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert body.count("<tr ") == len(Library().tables[table].rules)
    for code in ("NOT_HIRED", "VERY_HARD", "PUBLIC_WELFARE", "BEN-", "SY0", "MONTHLY", "ESCALATE", "null"):
        assert code not in body, code


def test_a_row_that_does_not_hold_on_the_day_looked_at_says_so(aide: Browser) -> None:
    now, then = (aide.get(f"/tables/DT-15?on={on}").text for on in (DAY, EVE))
    assert (now.count("尚未生效"), now.count("已失效")) == (0, 2)
    assert (then.count("尚未生效"), then.count("已失效")) == (5, 0)
    assert "自2026年1月1日起" in now
    assert "至2025年12月31日止" in now


def test_a_day_that_is_none_is_told_and_kept(aide: Browser) -> None:
    answer = aide.get("/tables/DT-15?on=2026-02-30")
    assert answer.status_code == 400
    assert "日期请写成 2026-01-01 的样子" in answer.text
    assert 'value="2026-02-30"' in answer.text


def test_an_unknown_table_is_not_found(aide: Browser) -> None:
    assert aide.get("/tables/DT-99").status_code == 404


def test_the_trail_tells_which_row_spoke_and_since_when_it_holds(office: Office) -> None:
    case = office.new_case()
    earlier = {"code": "BEN-SI-FLEX", "starts_on": date(2024, 1, 1), "ends_on": EVE}
    again = {"code": "BEN-SI-FLEX-AGAIN", "starts_on": DAY, "ends_on": None}
    for given in (earlier, again):
        office.app.do(commands.RecordBenefit(given, case), office.actor("staff.rh"))
    browser = office.browser("auditor.sy")
    browser.post(f"/audit/{case}/unmask", {"reason": "核对再享受一次"})
    page = browser.get(f"/audit/{case}?kind=decisions").text
    hints = "再享受一次灵活就业社会保险补贴、职业培训和技能评价补贴"
    assert f"DT-15</span> · {hints} · 第6行，自2026年1月1日起有效" in page
    assert "/tables/DT-15?on=2026-03-09#r6" in page


def test_what_the_table_read_of_a_person_stays_covered(office: Office) -> None:
    case = office.open_case(office.register("李秀兰", receives_dibao=True))
    given = {"code": "BEN-TRAIN", "starts_on": DAY, "ends_on": None}
    office.app.do(commands.RecordBenefit(given, case), office.actor("staff.rh"))
    browser = office.browser("auditor.sy")
    covered = browser.get(f"/audit/{case}?kind=decisions").text
    assert "就业困难人员" in covered
    assert "职业培训和技能评价补贴" not in covered
    assert 'href="/tables/DT-15"' in covered


def test_a_condition_that_excludes_is_said_in_words(aide: Browser) -> None:
    page = aide.get("/tables/DT-15").text
    assert "不是公益性岗位" in page
    assert "≠" not in page


def test_the_subsidy_once_more_is_refused_a_second_time_with_its_clause(office: Office) -> None:
    case = office.new_case()
    again = {"code": "BEN-SI-FLEX-AGAIN", "starts_on": DAY.isoformat(), "ends_on": ""}
    browser = office.browser("staff.rh")
    assert browser.post(f"/cases/{case}/benefit", again).status_code == 303
    answer = browser.post(f"/cases/{case}/benefit", again | {"starts_on": "2026-03-01"})
    assert answer.status_code == 422
    assert "每人只有一次（R000-08.3），已有自2026年1月1日起的一次，不能再登记" in answer.text
    assert 'value="2026-03-01"' in answer.text


def test_each_tier_calls_the_way_up_as_its_own_clause_does(aide: Browser) -> None:
    community = aide.get("/tables/DT-08").text
    assert "上交街（镇）</b>" in community
    assert "上报区级" not in community
    assert "上报区级</b>" in aide.get("/tables/DT-09").text


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("DT-04", ("低于8772元", "低于5712元", "低收入家庭</b>")),
        ("DT-13", ("第1题选A", "答第12题：请问您未就业的原因是？", "第1题选B且第11题选A")),
        ("DT-14", ("不属于调查对象</b>", "现役军人")),
        ("DT-17", ("DL-015", "2个工作日；逢休息日顺延", 'href="/clauses/R004-03.D2a"')),
    ],
)
def test_what_is_kept_with_other_data_is_read_row_by_row(
    aide: Browser, table: str, said: tuple[str, ...]
) -> None:
    assert f'href="/tables/{table}"' in aide.get("/tables").text
    for lang in ("en", "zh"):
        aide.client.set_cookie("lang", lang)
        answer = aide.get(f"/tables/{table}")
        assert answer.status_code == 200
    for one in said:
        assert one in answer.text, one


def test_a_table_that_is_not_made_says_why(aide: Browser) -> None:
    page = aide.get("/tables").text
    assert "DT-19" in page
    assert "没有判定条件" in page
