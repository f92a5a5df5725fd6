"""Civil affairs are given who receives assistance and works; vacancies say through whom they came."""

from __future__ import annotations

import pytest

from tasks import commands
from tasks.imports import take_items
from tests.web.office import Office, id_number

WORK = {"employment_kind": "UNIT", "employer": "顺义某超市", "employed_on": "2026-03-06"}


def test_the_list_has_recipients_who_work_and_nobody_else(office: Office) -> None:
    street = office.browser("staff.rh")
    empty = street.post("/office/lists/relief", {"reason": "送区民政局"})
    assert empty.status_code == 422
    assert "没有已就业的救助对象" in empty.text
    recipient = office.register("吴海燕", receives_dibao=True)
    number = id_number(office.people)
    office.register("没有就业", receives_dibao=True)
    other = office.register("不受救助")
    for person in (recipient, other):
        office.app.do(commands.FoundWork(WORK, person_id=person), office.actor("staff.rh"))
    assert street.post("/office/lists/relief", {"reason": ""}).status_code == 422
    given = street.post("/office/lists/relief", {"reason": "送区民政局办理就业奖励"})
    assert given.status_code == 200, given.text
    for said in ("吴海燕", number, "河南村", "低保对象", "顺义某超市", "2026-03-06"):
        assert said in given.text, said
    assert "没有就业" not in given.text
    assert "不受救助" not in given.text
    assert office.browser("aide.hnc").post("/office/lists/relief", {"reason": "看看"}).status_code == 404


@pytest.mark.parametrize(("said", "source"), [("", "HR_AGENCY"), ("用人单位", "EMPLOYER")])
def test_what_an_agency_sends_is_marked_as_coming_from_it(office: Office, said: str, source: str) -> None:
    agency = office.app.library.systems["X35"].source
    row = {"employer": f"{source}公司", "name": "保洁", "area": "顺义区", "number": 3}
    take_items(office.app, "vacancies", [row | ({"source": said} if said else {})], agency)
    page = office.browser("aide.hnc").get(f"/office/market?source={source}").text
    assert f"{source}公司" in page
    assert page.count("公司</b>") == 1
