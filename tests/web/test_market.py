"""Vacancies say whom they suit and what was promised; the employer's file has numbers and nobody's name."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import pytest

from engine.ids import new_id
from tasks.imports import import_vacancies
from tasks.library import Library
from tasks.store import rows, tables
from tasks.store.tables_ledger import ledger_row
from tasks.vacancies import wanted
from tests.web.office import Office

LIST = (
    "employer,name,area,number,wage,tags,source,promised_on\n"
    "甲公司,保安,顺义区,2,3000元,,用人单位,\n"
    "乙公司,库管,仁和镇,1,,家门口、时间弹性,经营性人力资源服务机构,2026-01-05\n"
    "丙公司,门卫,顺义区,1,,适合大龄,,\n"
)


@pytest.fixture
def market(office: Office) -> Office:
    import_vacancies(office.app, LIST.encode())
    return office


def test_vacancies_are_found_by_whom_they_suit_and_by_the_promise(market: Office) -> None:
    browser = market.browser("aide.hnc")
    page = browser.get("/office/market").text
    for said in ("甲公司", "乙公司", "家门口", "经营性人力资源服务机构", "已书面承诺", "未书面承诺"):
        assert said in page
    assert "甲公司" not in browser.get("/office/market?tag=NEARBY").text
    assert "乙公司" in browser.get("/office/market?tag=NEARBY&promised=yes").text
    assert "乙公司" not in browser.get("/office/market?promised=no").text
    odd = browser.get("/office/market?tag=' or 1&promised=maybe")
    assert (odd.status_code, "甲公司" in odd.text) == (400, True)


@pytest.mark.parametrize(
    ("visits", "sex", "born", "tags"),
    [
        (3, "F", "1995-01-01", ["NEARBY", "FLEXIBLE"]),
        (1, "F", "1991-03-09", ["OLDER"]),
        (1, "F", "1991-03-10", []),
        (3, "M", "1981-03-09", ["NEARBY", "FLEXIBLE", "OLDER"]),
        (None, "M", "1981-03-10", []),
        (None, None, None, []),
    ],
)
def test_work_nearby_suits_class_three_and_posts_for_older_people_suit_them_from_their_birthday(
    visits: int | None, sex: str | None, born: str | None, tags: list[str]
) -> None:
    assert wanted(Library(), visits, sex, born, date(2026, 3, 9)) == tags


def test_what_suits_the_person_is_offered_first(market: Office) -> None:
    case = market.new_case("王秀英")
    market.reach(case, "P04_Match")
    task = market.open_tasks(case)["P04_Match"]
    with market.app.write() as conn:
        known = rows.first(conn, tables.case, id=case)
        assert known is not None
        rows.add(
            conn, ledger_row, instance_id=1, person_id=known["person_id"], area=known["area"], visit_class=3,
            source="MSG-01", listed_on="2026-03-09",
        )  # fmt: skip
    page = market.browser(market.worker_for(task)).get(f"/tasks/{task.id}").text
    first, second = page.index("库管 · 乙公司 · 时间弹性 · 家门口 · 已书面承诺"), page.index("保安 · 甲公司<")
    assert first < second


def test_an_employers_file_counts_and_names_nobody(market: Office) -> None:
    case = market.new_case("王秀英")
    with market.app.write() as conn:
        known = rows.first(conn, tables.case, id=case)
        assert known is not None
        for seq, outcome in enumerate(("HIRED", "NOT_HIRED", None), 1):
            rows.add(
                conn, tables.referral, id=new_id(), case_id=case, instance_id=1, tier="community", run_no=1,
                seq=seq, employer="丁公司", post="保洁", referred_on="2026-03-09", outcome=outcome,
                reason="POST" if outcome == "NOT_HIRED" else None, created_at=1,
            )  # fmt: skip
        rows.add(
            conn, tables.employment, id=new_id(), person_id=known["person_id"], kind="UNIT",
            employer="丁公司", employed_on="2026-03-10", confirmed_on="2026-03-10", source="REFERRAL",
            created_at=1,
        )  # fmt: skip
        rows.add(
            conn, tables.benefit, id=new_id(), person_id=known["person_id"], code="BEN-SI-EMP",
            starts_on="2026-03-01", recorded_at=1,
        )  # fmt: skip
    browser = market.browser("staff.rh")
    assert "丁公司" in browser.get("/office/market").text.split("目前没有提供岗位的单位")[1]
    page = browser.get(f"/office/market/employer?name={quote('丁公司')}").text
    for said in ("推荐人次 <b>3</b>", "录用 <b>1</b>", "未录用 <b>1</b>", "在职的援助对象 <b>1</b>"):
        assert said in page
    assert "王秀英" not in page
    import_vacancies(market.app, "employer,name,area,number\n丁公司,保洁,顺义区,1\n".encode())
    assert "目前没有提供岗位的单位" not in browser.get("/office/market").text
    assert browser.get("/office/market/employer?name=nobody").status_code == 404
