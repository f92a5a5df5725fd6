"""Registers, as an office reads them: entries, filters, rights, workbook, summary, closed months."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from engine.clock import SHANGHAI, to_us
from engine.codec import loads
from engine.errors import FormInvalid, IllegalState, OutOfArea
from tasks import commands, worker
from tasks.commands_register import CloseMonth
from tasks.queries import registers as entries
from tasks.queries.proof import prove
from tasks.registers import closing, lines, months
from tasks.registers.spec import register_spec
from tasks.store import registers as store
from tasks.store.tables_people import person
from tasks.store.tables_registers import register_month, register_row
from tests.web.office import Office

EVER = entries.Wanted(("/",), 0, 2**62)
APRIL = datetime(2026, 4, 1, 0, 1, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def worked(office: Office) -> tuple[Office, int]:
    """An office with a case that went up to the street."""
    case_id = office.new_case("王秀英")
    office.reach(case_id, "P05_Conference")
    return office, case_id


def told(office: Office, register: str, wanted: entries.Wanted = EVER) -> list[lines.Line]:
    spec = register_spec(register)
    with office.app.read() as conn:
        return lines.lines_of(conn, spec, entries.entries(conn, spec, wanted, most=500))


def cells(office: Office, register: str, column: str) -> list[str]:
    names = [one.name for one in register_spec(register).columns]
    return [line.cells[names.index(column)] for line in told(office, register)]


def test_what_is_done_stands_in_its_registers(worked: tuple[Office, int]) -> None:
    office, _case = worked
    assert cells(office, "E02", "visited_on") == ["2026-03-09"]
    assert cells(office, "E07", "categories") == ["城乡“3545”人员、连续失业一年以上的城乡劳动力"]
    assert cells(office, "E18", "submit_reason") == ["推荐三次未成"]
    assert cells(office, "E15", "referrals") == ["3", "2", "1", "0"]
    assert cells(office, "E15", "reason") == ["岗位原因", "岗位原因", "岗位原因", ""]
    assert len(cells(office, "E50", "summary")) > 20
    assert all("********" in one for one in cells(office, "E50", "id_no"))


def test_an_entry_belongs_to_its_event(worked: tuple[Office, int]) -> None:
    office, case_id = worked
    with office.app.read() as conn:
        query = sa.text("SELECT data FROM event WHERE trail_id = :trail AND kind = 'RegisterWritten'")
        events = sorted(loads(row[0])["register"] for row in conn.execute(query, {"trail": case_id}))
        r = register_row.c
        mine = sa.select(r.register).where(r.case_id == case_id, r.register != "E50")
        assert sorted(conn.execute(mine).scalars()) == events


def test_pages_follow_one_another_by_key(worked: tuple[Office, int]) -> None:
    office, _case = worked
    spec, seen, before = register_spec("E50"), [], None
    with office.app.read() as conn:
        while page := entries.entries(conn, spec, EVER, before, most=7):
            seen += [one.id for one in page]
            before = (page[-1].at, page[-1].id)
        assert len(seen) == len(set(seen)) == entries.count(conn, spec, EVER)


def test_withdrawn_work_leaves_the_register_but_not_a_period_that_was_over(office: Office) -> None:
    case_id = office.new_case("周国平")
    office.reach(case_id, "P03_Verify")
    task = office.open_tasks(case_id)["P03_Verify"]
    office.complete(case_id, "P03_Verify")
    before = len(told(office, "E02"))
    actor = office.actor(office.worker_for(task))
    now = to_us(office.clock.now())
    office.app.do(commands.Withdraw(task.id, "填写有误"), actor)
    assert len(told(office, "E02")) == before - 1
    assert len(told(office, "E02", entries.Wanted(("/",), 0, now))) == before


def test_work_sent_back_leaves_the_register_until_it_is_done_again(office: Office) -> None:
    case_id = office.new_case("孙淑珍")
    office.reach(case_id, "P04_Outcome")
    office.complete(case_id, "P04_Outcome", outcome="NOT_HIRED", reason="POST", explanation="路远")
    before = cells(office, "E15", "explanation").count("路远")
    following = next(
        task for name, task in office.open_tasks(case_id).items()
        if name in ("P04_Wishes", "P04_Match", "P04_SystemChange")
    )  # fmt: skip
    aide = office.actor(office.worker_for(following))
    if following.state == "created":
        office.app.do(commands.ClaimTask(following.id), aide)
    office.app.do(commands.SendBack(following.id, "P04_Outcome", "结果填错"), aide)
    assert before == 1
    assert cells(office, "E15", "explanation").count("路远") == 0
    office.complete(case_id, "P04_Outcome", outcome="NOT_HIRED", reason="POST", explanation="工资低")
    assert cells(office, "E15", "explanation").count("工资低") == 1


def test_what_is_not_for_a_reader_is_covered(worked: tuple[Office, int]) -> None:
    office, _case = worked
    spec = register_spec("E18")
    line = told(office, "E18")[0]
    names = [one.name for one in spec.columns]

    def seen(username: str) -> dict[str, str]:
        shown = lines.veiled(office.actor(username), spec, line)
        return dict(zip(names, shown.cells, strict=True))

    assert seen("staff.rh")["summary"] == "社区援助情况和未成功原因"
    community = seen("aide.hnc")
    assert community["name"] == "王秀英"
    assert community["summary"] == community["id_no"] == lines.HIDDEN
    auditor = seen("auditor.sy")
    assert auditor["name"] == auditor["id_no"] == auditor["summary"] == lines.HIDDEN
    assert auditor["case_no"].startswith("2026-")


def unit_id(office: Office, name: str) -> int:
    with office.app.read() as conn:
        return next(row["id"] for row in store.offices(conn) if row["name"] == name)


def test_a_month_is_closed_when_it_is_over_and_never_changes(worked: tuple[Office, int]) -> None:
    office, _case = worked
    street = unit_id(office, "仁和镇")
    with pytest.raises(FormInvalid):
        office.app.do(CloseMonth(street, "2026-03"), office.actor("sup.rh"))
    assert closing.close_waiting(office.app) == 0
    office.clock.set(APRIL - timedelta(seconds=40))
    assert closing.close_waiting(office.app) == 0, "what began before midnight may not be written yet"
    with pytest.raises(FormInvalid):
        office.app.do(CloseMonth(street, "2026-03"), office.actor("sup.rh"))
    office.clock.set(APRIL)
    worker.tick(office.app)
    with office.app.read() as conn:
        closed = store.month(conn, street, "E15", "2026-03")
    assert closed is not None
    assert months.is_intact(closed)
    assert closed["rows"] >= 4
    with pytest.raises(IllegalState):
        office.app.do(CloseMonth(street, "2026-03"), office.actor("sup.rh"))
    with pytest.raises(OutOfArea):
        office.app.do(CloseMonth(street, "2026-03"), office.actor("sup.nfx"))
    with office.app.write() as conn:
        conn.execute(person.update().where(person.c.name == "王秀英").values(name="王秀瑛"))
    office.clock.advance(timedelta(days=30))
    worker.tick(office.app)
    with office.app.read() as conn:
        again = store.month(conn, street, "E15", "2026-03")
        april = store.month(conn, street, "E15", "2026-04")
    assert again == closed
    assert april is not None
    content = loads(april["content"])
    assert content["previous"] == closed["hash"]
    wrong = [one for one in loads(closed["content"])["lines"] if one["cells"][1] == "王秀英"]
    assert [one["id"] for one in content["corrections"]] == sorted(one["id"] for one in wrong)
    assert {one["month"] for one in content["corrections"]} == {"2026-03"}
    assert {(one["was"][1], one["cells"][1]) for one in content["corrections"]} == {("王秀英", "王秀瑛")}
    office.clock.advance(timedelta(days=31))
    worker.tick(office.app)
    with office.app.read() as conn:
        may = store.month(conn, street, "E15", "2026-05")
        assert may is not None
        assert may["corrections"] == 0
        assert prove(conn, office.keys).ok


def test_the_sum_of_a_closed_month_is_no_line_of_it(worked: tuple[Office, int]) -> None:
    office, _case = worked
    office.clock.set(max(office.clock.now(), APRIL))
    worker.tick(office.app)
    browser = office.browser("sup.rh")
    found = re.search(r'href="(/registers/months/\d+)"', browser.get("/registers").text)
    assert found is not None
    page = browser.get(found[1]).text
    assert "序号" not in page
    assert re.findall(r'<tr class="sum"><td data-label="单位名称" [^>]*>(\w+)</td>', page) == ["合计"]
    assert "条</span>" not in page
    sheet = load_workbook(io.BytesIO(browser.post(f"{found[1]}/export", {}).data)).worksheets[0]
    numbered = {sheet.cell(row, 2).value: sheet.cell(row, 1).value for row in range(4, sheet.max_row)}
    assert numbered["合计"] is None
    assert set(numbered.values()) == {None, *range(1, len(numbered))}
    assert "条。" not in str(sheet.cell(sheet.max_row, 1).value)


def test_a_line_opens_the_person_by_name(worked: tuple[Office, int]) -> None:
    office, case_id = worked
    page = office.browser("staff.rh").get("/registers/E15?from=2026-03-01&to=2026-03-31").text
    assert re.search(rf'<a href="/cases/{case_id}">王秀[英瑛]</a>', page)
    covered = office.browser("expert.sy").get("/registers/E15?from=2026-03-01&to=2026-03-31").text
    assert "●●●</a>" not in covered
    assert re.search(rf'<a href="/cases/{case_id}">\d+</a>', covered), "the number opens it instead"


def test_a_changed_month_is_found_by_verification(worked: tuple[Office, int]) -> None:
    office, _case = worked
    with office.app.write() as conn:
        m = register_month.c
        one = conn.execute(sa.select(m.id, m.content).where(m.register == "E07")).first()
        assert one is not None
        conn.execute(register_month.update().where(m.id == one[0]).values(content=one[1] + " "))
    with office.app.read() as conn:
        report = prove(conn, office.keys)
    assert [fault.detail for fault in report.faults if "台账 E07" in fault.detail]


def test_every_page_opens_for_who_may_see_it(worked: tuple[Office, int]) -> None:
    office, case_id = worked
    for username in ("staff.rh", "aide.hnc", "sup.rh", "auditor.sy", "expert.sy"):
        browser = office.browser(username)
        for path in ("", "/E15?from=2026-03-01&to=2026-03-31", "/counted/referrals?from=2026-03-01", "/E03"):
            answer = browser.get(f"/registers{path}")
            assert answer.status_code == 200, (username, path, answer.text)
    browser = office.browser("staff.rh")
    for path in ("/papers", f"/papers/new?case={case_id}", f"/cases/{case_id}"):
        assert browser.get(path).status_code == 200, path
