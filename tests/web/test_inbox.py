"""The inbox: who sees what, in which order, how it is claimed, and that lists lean on their indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.clock import to_us
from engine.store.db import Database
from tasks import commands
from tasks.actor import Actor, Grant
from tasks.queries import areas, inbox
from tests.web.office import Office

_SPAN = inbox.Span(10, 20)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office with three applications in one street and one in the other."""
    folder: Path = tmp_path_factory.mktemp("inbox")
    database = Database(f"sqlite:///{folder}/office.db")
    made = Office(database)
    for name in ("王秀英", "李桂兰", "张建国"):
        made.new_case(name)
    other = made.register("刘海燕", "三家店村")
    made.app.do(commands.StartProcess("P03_registration_recognition", other), made.actor("staff.nfx"))
    yield made
    database.dispose()


def test_the_pool_shows_the_own_street_only(office: Office) -> None:
    page = office.browser("staff.rh").get("/inbox?list=pool").text
    assert "王秀英" in page
    assert "刘海燕" not in page
    assert page.count("data-row") == 3


def test_counts_stand_beside_every_list(office: Office) -> None:
    page = office.browser("staff.nfx").get("/inbox").text
    counts = re.findall(r"list-(\w+)\".*?<b[^>]*>(\S+)</b>", page)
    assert counts == [("mine", "0"), ("pool", "1"), ("overdue", "0"), ("week", "0"), ("done", "0")]


def test_a_task_is_claimed_in_one_click_and_opened(office: Office) -> None:
    street = office.browser("staff.rh")
    task = re.search(r'name="one" value="(\d+)"', street.get("/inbox?list=pool").text)
    assert task is not None
    answer = street.post("/inbox/claim", {"one": task[1]})
    assert answer.location == f"/tasks/{task[1]}?ok=claimed_one"
    assert "已认领" in street.get(answer.location).text
    assert task[1] in street.get("/inbox?list=mine").text


def test_the_second_to_claim_is_told_who_was_first(office: Office) -> None:
    with office.app.read() as conn:
        rows = inbox.page(conn, "pool", 0, (("street_staff", _street(office)),), office_span(office))
    first = office.actor("staff.rh")
    office.app.do(commands.ClaimTask(rows[0].id), first)
    second = Actor(first.user_id + 1 if first.user_id else None, "另一人", first.grants, "test")
    with pytest.raises(Exception, match="claimed"):
        office.app.do(commands.ClaimTask(rows[0].id), second)


def test_an_empty_pool_leads_to_what_is_in_hand(office: Office) -> None:
    case = office.new_case("赵立春")
    office.app.do(commands.ClaimTask(office.open_tasks(case)["P03_Check"].id), office.actor("staff.rh"))
    street = office.browser("staff.rh")
    page = street.get("/inbox?list=pool").text
    street.post("/inbox/claim", {"many": "1", "task": re.findall(r'name="task" value="(\d+)"', page)})
    empty = street.get("/inbox?list=pool").text.partition("没有待认领的任务")[2]
    assert re.search(r'class="button" href="/inbox\?list=mine">.*我的待办 \d+</a>', empty)


def test_bulk_claim_takes_what_is_left_and_counts_what_is_lost(office: Office) -> None:
    case = office.new_case("赵立新")
    mine = office.open_tasks(case)["P03_Check"].id
    answer = office.browser("staff.rh").post("/inbox/claim", {"task": [str(mine), "17"], "many": "1"})
    assert answer.location == "/inbox?ok=claimed_some&n=1&lost=1"
    page = office.browser("staff.rh").get(answer.location).text
    assert "已认领1项；另有1项" in page


def test_nothing_ticked_is_said(office: Office) -> None:
    answer = office.browser("staff.rh").post("/inbox/claim", {"many": "1"})
    assert "nothing_picked" in answer.location


def test_a_search_finds_by_name_and_by_case_number(office: Office) -> None:
    street = office.browser("staff.rh")
    office.new_case("欧阳明珠")
    found = street.get("/inbox?list=pool&q=欧阳").text
    assert found.count("data-row") == 1
    number = re.search(r"2026-\d{6}", found)
    assert number is not None
    assert street.get(f"/inbox?list=pool&q={number[0]}").text.count("data-row") == 1
    assert "没有符合条件的任务" in street.get("/inbox?list=pool&q=无此人").text


def test_filters_by_process_and_area_narrow_the_list(office: Office) -> None:
    street = office.browser("staff.rh")
    assert street.get("/inbox?list=pool&process=P09").text.count("data-row") == 0
    with office.app.read() as conn:
        path = areas.units_under(conn, [_street(office)], "community")[1]["path"]
    assert street.get(f"/inbox?list=pool&area={path}").text.count("data-row") == 0


@pytest.mark.parametrize("after", ["x", "1-x", "-", "9" * 60, "٣-٣"])
def test_a_bad_page_mark_is_told_and_shows_the_first_page(office: Office, after: str) -> None:
    answer = office.browser("staff.rh").get(f"/inbox?list=pool&after={after}")
    assert answer.status_code == 400
    assert f"“after={after[:40]}" in answer.text
    assert "data-row" in answer.text


def _street(office: Office) -> str:
    return next(path for role, path in office.actor("staff.rh").grants if role == "street_staff")


def office_span(office: Office) -> inbox.Span:
    now = to_us(office.clock.now())
    return inbox.Span(now, now)


def test_pages_follow_one_another_without_gap_or_repeat(office: Office) -> None:
    pools = (("street_staff", _street(office)),)
    for n in range(5):
        office.new_case(f"翻页{'甲乙丙丁戊'[n]}")
    with office.app.read() as conn:
        whole = [row.id for row in inbox.page(conn, "pool", 0, pools, office_span(office))]
        read: list[int] = []
        after = None
        while rows := inbox.page(conn, "pool", 0, pools, office_span(office), after=after, limit=2):
            read += [row.id for row in rows]
            after = inbox.Cursor(rows[-1].at, rows[-1].id)
    assert read == whole
    assert len(whole) > 5


def test_a_wider_grant_draws_from_every_pool_below(office: Office) -> None:
    district = "/".join(_street(office).split("/")[:3]) + "/"
    actor = Actor(1, "", (Grant("street_staff", district), Grant("supervisor", district)))
    with office.app.read() as conn:
        pools = areas.pools_of(conn, actor)
    assert [role for role, _path in pools] == ["street_staff"] * 2 + ["supervisor"] * 3


def test_too_many_pools_are_read_as_ranges(office: Office) -> None:
    pools = {("street_staff", f"/1/2/{n}/") for n in range(3, 80)} | {("street_staff", _street(office))}
    with office.app.read() as conn:
        many = inbox.page(conn, "pool", 0, tuple(sorted(pools)), office_span(office))
        few = inbox.page(conn, "pool", 0, (("street_staff", _street(office)),), office_span(office))
    assert {row.id for row in few} <= {row.id for row in many}


@pytest.mark.parametrize("which", inbox.LISTS)
def test_every_list_leans_on_its_index(office: Office, which: str) -> None:
    shape = inbox.Shape(which, 2, False, False, False, False, True)
    query = inbox._page_query(shape)
    names = ("me", "limit", "now", "week_end", "after_at", "after_id", "role0", "role1", "pool0", "pool1")
    with office.app.read() as conn:
        text = str(query.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": False}))
        compiled = query.compile(dialect=conn.dialect)
        order = compiled.positiontup or []
        values = dict.fromkeys(names, 1)
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", tuple(values[name] for name in order))
        steps = [row[-1] for row in plan]
    touched = [step for step in steps if "user_task" in step]
    assert touched
    assert all(re.search("USING (COVERING )?INDEX ix_user_task_", step) for step in touched), steps


def test_counts_stop_at_a_hundred(office: Office) -> None:
    pools = (("street_staff", _street(office)),)
    with office.app.read() as conn:
        plan_free = inbox.counts(conn, 0, pools, _SPAN)
        assert conn.execute(sa.text("select 1")).scalar() == 1
    assert plan_free.pool <= inbox.COUNT_LIMIT
    assert plan_free.done == 0
