"""An office's pages and what they read over both databases."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from engine.clock import SHANGHAI
from engine.store.db import Database
from tasks import commands, discovery, list_import, office_duties, people
from tasks.due_work import run_due
from tasks.matter_commands import RaiseWarning, ReportZeroFamily
from tests.web.office import Office, id_number

PAGES = (
    "/office", "/office/matters", "/office/matters?process=P14&state=open", "/office/matters?state=over",
    "/office/matters?q=王秀英", "/office/matters?before=99", "/office/families", "/office/complaint",
    "/office/lists", "/inbox?list=pool",
)  # fmt: skip


@pytest.mark.slow
def test_every_page_of_an_office_stands_on_both_databases(database: Database) -> None:
    office = Office(database)
    office.app.run(office_duties.open_missing)
    case = office.new_case()
    number = id_number(office.people)
    refused = {"outcome": "NOT_HIRED", "reason": "OWN", "explanation": "不愿"}
    office.reach(case, "P05_Plan", P04_Outcome=refused)
    staff, community = office.actor("staff.rh"), office.community()
    person = office.register("钱秀兰")
    with office.app.write() as conn:
        people.make_household(conn, [person], office.clock.now(), urban=True)
    office.app.do(ReportZeroFamily(person), staff)
    office.app.do(RaiseWarning({"unit": str(community), "said": "走访记录雷同"}), office.actor("staff.sy"))
    rows = "".join(f"{number},2026-0{month}\n" for month in (1, 2, 3))
    office.clock.set(datetime(2026, 3, 31, 9, tzinfo=SHANGHAI))
    run_due(office.app)
    raw = f"身份证号,缴费月份\n{rows}".encode()
    assert list_import.take_contributions(office.app, raw, "三月.csv", staff).known == 3
    assert list_import.take_contributions(office.app, raw, "再次.csv", staff).known == 3
    found = office.app.run(lambda desk: discovery.compare(desk, "DISABLED", "残联.csv", "", [person]))
    assert [count for _street, count, _run in found.runs] == [1]
    street = office.browser("staff.rh")
    for path in PAGES:
        assert street.get(path).status_code == 200, path
    seen: set[str] = set()
    for path in ("/office", "/office/matters", "/inbox?list=pool"):
        seen |= set(re.findall(r'href="(/(?:matters|office/duties|tasks)/[0-9]+)"', street.get(path).text))
    assert len(seen) > 5
    for path in sorted(seen):
        assert street.get(path).status_code == 200, path
    query = street.get("/inbox?list=pool&process=P08").text
    task = re.search(r"/tasks/([0-9]+)", query)
    assert task is not None
    office.app.do(commands.CompleteTask(int(task[1]), office.example(int(task[1]))), staff)
    assert "核实是否已就业" in street.get("/inbox?list=pool&process=P08").text
    meeting = re.search(r"/tasks/([0-9]+)", street.get("/inbox?list=pool&process=P14").text)
    assert meeting is not None
    given = {"decisions": [{"case": str(case), "decision": "优先推荐", "plan_change": "增加培训"}]}
    office.app.do(commands.CompleteTask(int(meeting[1]), office.example(int(meeting[1]), **given)), staff)
    assert "增加培训" in street.get(f"/cases/{case}").text
