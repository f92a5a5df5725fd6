"""Settings, the calendar, roles for many, and the trail page: what the administrators do day by day."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.store.db import Database
from engine.store.tables import event
from tasks import calendar_preview, calendar_runs, worker
from tasks.office_trail import ACCESS
from tasks.queries import office_trail
from tasks.queries.office_trail import Search
from tests.web.office import Browser, Office
from tests.web.test_administration import WHY, Empty, send, staffed

YEAR = {
    "source": "国办发明电〔2027〕1号", "name0": "元旦", "first0": "2028-01-01", "last0": "2028-01-03",
    "name1": "春节", "first1": "2028-01-25", "last1": "2028-01-31", "weekend0": "2028-02-05",
}  # fmt: skip
SHEET = "类型,名称,开始日期,结束日期\n放假,元旦,2028-01-01,2028-01-03\n上班,,2028-01-08,\n"


@pytest.fixture
def empty(sqlite_database: Database) -> Empty:
    """An empty office on SQLite."""
    return Empty(sqlite_database)


@pytest.fixture
def system(empty: Empty) -> Browser:
    """A browser of the system administrator."""
    return empty.enter("system.admin")


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("public_notice_days", "7", 7),
        ("public_notice_days", "", None),
        ("exit_needs_supervisor", "no", False),
        ("clock_start", "card", "card"),
        ("four_eyes", ["recognition"], ["recognition"]),
    ],
)
def test_a_setting_is_changed_with_a_reason_and_its_change_is_told(
    empty: Empty, system: Browser, name: str, value: object, kept: object
) -> None:
    send(system, f"/settings/{name}", "setting_changed", value=value, reason="办公会决定")
    with empty.app.read() as conn:
        assert empty.app.settings(conn)[name] == kept
    page = system.get(f"/settings/{name}").text
    assert "→" in page
    assert "办公会决定" in page


def test_the_offices_own_targets_are_set_rule_by_rule(empty: Empty, system: Browser) -> None:
    send(system, "/settings/office_targets", "setting_changed", reason=WHY, **{"target.DL-014": "3"})
    with empty.app.read() as conn:
        assert empty.app.settings(conn)["office_targets"] == {"DL-014": 3}
    wrong = {"target.DL-014": "零", "target.DL-023": "400", "target.DL-044": "5"}
    refused = send(system, "/settings/office_targets", status=422, reason=WHY, **wrong).text
    assert "每项请填1到365之间的整数" in refused
    assert refused.count('class="field wrong"') == 2
    assert 'value="零"' in refused


@pytest.mark.parametrize(
    ("name", "value"),
    [("public_notice_days", "99"), ("public_notice_days", "七"), ("clock_start", "no"), ("four_eyes", None)],
)
def test_what_a_setting_cannot_be_is_refused_and_stays_typed(
    empty: Empty, system: Browser, name: str, value: str | None
) -> None:
    reason = "先试一试" if value else " "
    answer = send(system, f"/settings/{name}", status=422, value=value or "recognition", reason=reason)
    assert (value or "请填写理由") in answer.text
    with empty.app.read() as conn:
        before = {one.id: one.default for one in empty.app.library.settings.values()}
        assert empty.app.settings(conn)[name] == before[name]


def seen_in(page: str) -> str:
    """Return the calendar that a preview was made with, as its form sends it."""
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_a_calendar_is_looked_at_and_confirmed_before_anything_changes(empty: Empty, system: Browser) -> None:
    seen = send(system, "/settings/calendar/2028/preview", status=200, **YEAR)
    assert "确认导入" in seen.text
    with empty.app.read() as conn:
        assert not empty.app.work_calendar(conn).knows(2028)
    send(system, "/settings/calendar/2028", "calendar_loaded", seen=seen_in(seen.text), **YEAR)
    with empty.app.read() as conn:
        year = empty.app.work_calendar(conn).years[2028]
    assert set(year.holidays.values()) == {"元旦", "春节"}
    assert "国办发明电〔2027〕1号" in system.get("/settings").text
    again = system.get("/settings/calendar/2028").text
    assert 'value="2028-01-25"' in again


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first0": "2027-01-01"}, "不在2028年内"), ({"last1": "2028-01-20"}, "结束日期应不早于开始日期"),
        ({"weekend0": "2028-02-07"}, "不是星期六或星期日"), ({"source": ""}, "请填写依据的通知"),
        ({"first0": "soon"}, "不是日期"),
    ],
)  # fmt: skip
def test_a_wrong_year_is_refused_and_stays_typed(system: Browser, wrong: dict[str, str], said: str) -> None:
    answer = send(system, "/settings/calendar/2028/preview", status=422, **{**YEAR, **wrong})
    assert said in answer.text
    assert "春节" in answer.text


def test_a_calendar_comes_from_a_file_of_its_own_year(system: Browser) -> None:
    def sent(year: int, text: str) -> tuple[int, str]:
        file = (io.BytesIO(text.encode()), "2028.csv")
        answer = system.post(f"/settings/calendar/{year}/preview", {"file": file})
        return answer.status_code, answer.text

    code, text = sent(2028, SHEET)
    assert (code, "元旦" in text, "确认导入" in text) == (200, True, True)
    code, text = sent(2029, SHEET)
    assert (code, "2028年的日历" in text) == (422, True)
    code, text = sent(2028, SHEET.replace("放假", "休息"))
    assert (code, "第2行" in text) == (422, True)


def test_a_calendar_is_pasted_as_the_notice_has_it(system: Browser) -> None:
    notice = "一、元旦：1月1日至3日放假。\n二、春节：1月25日至31日放假调休。2月5日（周六）上班。"
    pasted = {"paste": notice, "source": "国办发明电〔2027〕1号"}
    answer = system.post("/settings/calendar/2028/preview", pasted)
    assert answer.status_code == 200
    assert 'class="day-off">25<i title="春节">休</i>' in answer.text
    assert 'class="day-work">5<i>班</i>' in answer.text
    for wrong in ("", "新年好"):
        answer = system.post("/settings/calendar/2028/preview", {"paste": wrong})
        assert answer.status_code == 422
        assert wrong in answer.text


def test_who_confirms_what_was_changed_meanwhile_looks_again(empty: Empty, system: Browser) -> None:
    old = seen_in(send(system, "/settings/calendar/2028/preview", status=200, **YEAR).text)
    send(system, "/settings/calendar/2028", "calendar_loaded", seen=old, **YEAR)
    again = send(system, "/settings/calendar/2028", status=409, seen=old, **{**YEAR, "last1": "2028-01-30"})
    assert "工作日历已有变动" in again.text
    with empty.app.read() as conn:
        assert len(empty.app.work_calendar(conn).years[2028].holidays) == 10


def test_what_is_left_goes_on_in_the_background_and_the_page_says_so(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_runs, "AT_ONCE", 1)
    office = Office(sqlite_database)
    for name in ("王一", "王二"):
        office.reach(office.new_case(name), "P04_FirstContact")
    admin = office.browser("system.admin")
    off = {"source": "应急放假", "name0": "放假", "first0": "2026-03-09", "last0": "2026-03-31"}
    seen = seen_in(send(admin, "/settings/calendar/2026/preview", status=200, **off).text)
    send(admin, "/settings/calendar/2026", "calendar_going_on", seen=seen, **off)
    assert re.search(r"已调整\d+个期限，还有[1-9]\d*案待核对", admin.get("/settings").text)
    worker.tick(office.app)
    assert "还有" not in admin.get("/settings").text


def test_many_moves_are_read_page_by_page(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_preview, "PAGE", 1)
    office = Office(sqlite_database)
    for name in ("王一", "王二"):
        office.reach(office.new_case(name), "P04_FirstContact")
    admin = office.browser("system.admin")
    off = {"source": "应急放假", "name0": "放假", "first0": "2026-03-09", "last0": "2026-03-31"}
    first = send(admin, "/settings/calendar/2026/preview", status=200, **off).text
    told = re.search(r"第1页，共(\d)页", first)
    assert told is not None
    rest = [
        send(admin, "/settings/calendar/2026/preview", status=200, page=str(n), **off).text
        for n in range(2, int(told[1]) + 1)
    ]
    assert [f"第{n}页，共{told[1]}页" in page for n, page in enumerate(rest, 2)] == [True] * len(rest)
    # the offices' own duties move too: they have no case
    numbers = [found for page in (first, *rest) if (found := set(re.findall(r"2026-\d{6}", page)))]
    assert [len(one) for one in numbers] == [1, 1]
    assert numbers[0] != numbers[1]


def test_the_preview_names_the_deadlines_that_a_year_moves(sqlite_database: Database) -> None:
    office = Office(sqlite_database)
    office.reach(office.new_case(), "P04_FirstContact")
    admin = office.browser("system.admin")
    off = {"source": "应急放假", "name0": "放假", "first0": "2026-03-09", "last0": "2026-03-31"}
    seen = send(admin, "/settings/calendar/2026/preview", status=200, **off)
    assert "DL-015" in seen.text
    with office.app.read() as conn:
        number = conn.execute(sa.text("SELECT case_no FROM case_file")).scalar_one()
        before = conn.execute(sa.text("SELECT due_effective FROM deadline")).scalars().all()
    assert number in seen.text
    send(admin, "/settings/calendar/2026", "calendar_loaded", seen=seen_in(seen.text), **off)
    with office.app.read() as conn:
        assert conn.execute(sa.text("SELECT due_effective FROM deadline")).scalars().all() != before


def test_many_accounts_get_a_role_over_their_own_units_or_none_does(empty: Empty) -> None:
    system, security, _audit = staffed(empty)
    for name, unit in (("a", "河南村"), ("b", "河南村"), ("c", "仁和镇")):
        named = {"username": name, "display_name": f"职员{name}", "unit_id": empty.unit(unit)}
        send(system, "/accounts", status=200, **named)
    ids = {name: empty.account(name) for name in "abc"}
    refused = send(security, "/accounts/grant", status=422, users=[ids["a"], ids["c"]], role="street_staff",
                   reason=WHY)  # fmt: skip
    assert "职员a：" in refused.text
    assert "职员c：" not in refused.text
    send(security, "/accounts/grant", "roles_granted", users=[ids["a"], ids["b"]], role="community_staff",
         reason=WHY)  # fmt: skip
    with empty.app.read() as conn:
        held = conn.execute(sa.text("SELECT user_id, role FROM role_grant WHERE role = 'community_staff'"))
        assert {row[0] for row in held} == {ids["a"], ids["b"]}
    assert "请先勾选账号" in send(security, "/accounts/grant", status=422, role="auditor", reason=WHY).text


def test_the_trail_is_searched_by_person_and_period_and_read_page_by_page(empty: Empty) -> None:
    staffed(empty)
    for day in range(3):
        for _ in range(30):
            Browser(empty.flask.test_client()).post("/login", {"username": "wang.min", "password": str(day)})
            empty.clock.advance(timedelta(minutes=20))
        empty.clock.advance(timedelta(days=1))
    first = empty.clock.now().date() - timedelta(days=2)
    with empty.app.read() as conn:
        total = conn.execute(
            sa.select(sa.func.count()).where(event.c.trail_id == ACCESS, event.c.element.is_not(None))
        ).scalar_one()
        seen, beyond = [], None
        while rows := office_trail.page(conn, ACCESS, Search(), beyond):
            seen += [row.seq for row in rows]
            beyond = rows[-1].seq
        of_person = office_trail.page(conn, ACCESS, Search("王敏"), limit=200)
        of_day = office_trail.page(conn, ACCESS, Search(first=first, last=first), limit=200)
        both = office_trail.page(conn, ACCESS, Search("wang.min", first, first), limit=200)
    assert seen == list(range(total, 0, -1))
    assert len(of_person) == 90
    assert of_day
    assert [row.seq for row in both] == [row.seq for row in of_day if row.kind == "LoginFailed"]
