"""A supervisor sees how long applications lie, and where material was asked for more than once."""

from __future__ import annotations

from engine.store.db import Database
from tasks import commands
from tests.web.office import Office

MISSING = {"materials_complete": False}


def test_undecided_applications_are_listed_the_oldest_first_with_days_and_flag(database: Database) -> None:
    office = Office(database)
    first = office.new_case("钱早来")
    office.pass_days(3)
    second = office.new_case("孙后到")
    for _again in range(2):
        office.complete(first, "P03_Check", **MISSING)
        office.complete(first, "P03_Supplement")
        office.app.do(commands.SendMessage("MSG-17", first), office.actor("staff.rh"))
    browser = office.browser("sup.rh")
    page = browser.get("/office/applications").text
    assert page.index("钱早来") < page.index("孙后到")
    assert "退回补充材料2次" in page
    assert "已3日" in page
    assert "共2件，其中1件退回补充材料一次以上" in page
    office.reach(second, "P03_Will")
    page = browser.get("/office/applications").text
    assert "孙后到" not in page
    assert "钱早来" in page


def test_it_is_the_supervisor_s_page_and_of_his_area(database: Database) -> None:
    office = Office(database)
    office.new_case("钱早来")
    assert "钱早来" not in office.browser("sup.nfx").get("/office/applications").text
    worker = office.browser("staff.rh")
    assert worker.get("/office/applications").status_code == 403
    assert "/office/applications" not in worker.get("/office").text
