"""The auditor's pages: one case told from its events, who is covered, what reading leaves behind."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine import seals
from engine.codec import loads
from engine.store import append_only
from engine.store.tables import event
from tasks.queries import trail
from tasks.store.tables import form_data
from tests.web.office import Browser, Office

NAME = "欧阳明珠"


@pytest.fixture(scope="module")
def case(office: Office) -> int:
    """A case whose first post did not come off, so that the search goes round again."""
    made = office.new_case(NAME)
    office.reach(made, "P04_Outcome")
    office.complete(made, "P04_Outcome", outcome="NOT_HIRED", reason="POST")
    office.reach(made, "P04_Letter")
    return made


@pytest.fixture
def auditor(office: Office) -> Browser:
    return office.browser("auditor.sy")


def words(page: str) -> str:
    text = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def told(office: Office, kind: str, case: int | None = None) -> list[dict[str, Any]]:
    query = sa.select(event.c.data).where(event.c.kind == kind).order_by(event.c.at, event.c.seq)
    if case is not None:
        query = query.where(event.c.trail_id == case)
    with office.app.read() as conn:
        return [loads(data) for data in conn.execute(query).scalars()]


def seq_of(office: Office, case: int, kind: str, element: str) -> int:
    query = sa.select(sa.func.max(event.c.seq)).where(
        event.c.trail_id == case, event.c.kind == kind, event.c.element == element
    )
    with office.app.read() as conn:
        return int(conn.execute(query).scalar_one())


def test_the_page_says_why_the_case_waits_and_for_whom(auditor: Browser, case: int) -> None:
    page = words(auditor.get(f"/audit/{case}").text)
    assert re.search(r"正在等就业援助员（.{2,4}）办理“核实岗位，出具推荐介绍信”：第\d+条记录起轮到", page)


def test_a_branch_is_explained_by_the_rule_and_the_data_that_decided_it(auditor: Browser, case: int) -> None:
    page = words(auditor.get(f"/audit/{case}?kind=decisions").text)
    assert "在“下一步”走了“继续推荐”" in page
    assert 'next_step == "RETRY"' in page.replace("&#34;", '"')
    assert re.search(r"依据决策表DT-08第\d+条（第\d+条记录）", page)
    assert "其余各支的条件都不符合，按默认的一支办理" in page


def test_the_round_walked_twice_has_both_numbers_on_the_diagram(auditor: Browser, case: int) -> None:
    page = auditor.get(f"/audit/{case}").text
    assert re.search(r'data-flow="F_P04_Wishes_P04_Match" data-order="\d+ \d+"', page)
    assert 'data-element="P04_Letter" data-state="active"' in page


def test_what_is_kept_to_is_counted_and_the_dots_are_explained(auditor: Browser, case: int) -> None:
    page = words(auditor.get(f"/audit/{case}?kind=papers").text)
    kept = re.search(r"审计记录 (\d+) / (\d+)", page)
    assert kept is not None
    assert 0 < int(kept[1]) < int(kept[2])
    assert "●●● 是遮盖的个人信息" in page


def test_the_slider_shows_where_it_stood_after_an_event(office: Office, auditor: Browser, case: int) -> None:
    then = seq_of(office, case, "TaskCreated", "P03_Approve")
    page = auditor.get(f"/audit/{case}?at={then}").text
    assert 'data-element="P03_Approve" data-state="active"' in page
    assert "P04_Outcome" not in page
    part = auditor.get(f"/audit/{case}?at={then}", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="asof"')
    assert 'id="waits" hx-swap-oob="true"' in part
    assert "办理“复核认定”" in words(part)
    assert 'data-element="P03_Approve" data-state="active"' in part


def test_a_form_filled_again_shows_what_was_there_before(office: Office, case: int) -> None:
    browser = office.browser("auditor.sy")
    browser.post(f"/audit/{case}/unmask", {"reason": "核对第二次推荐"})
    query = sa.select(form_data).where(form_data.c.case_id == case, form_data.c.element == "P04_Wishes")
    with office.app.read() as conn:
        rows = conn.execute(query.order_by(form_data.c.saved_at)).mappings().all()
    assert len(rows) == 2
    page = browser.get(f"/audit/{case}?step=P04_Wishes").text
    assert page.count("<table") == 2
    office.clock.advance(timedelta(hours=1))


def test_the_person_is_covered_until_a_reason_is_given_and_again_after_half_an_hour(
    office: Office, auditor: Browser, case: int
) -> None:
    assert NAME not in auditor.get(f"/audit/{case}").text
    assert "1380000" not in auditor.get(f"/audit/{case}").text
    answer = auditor.post(f"/audit/{case}/unmask", {"reason": "核查投诉件第12号"})
    assert answer.status_code == 303
    page = auditor.get(f"/audit/{case}").text
    assert NAME in page
    assert told(office, "RecordViewed", case)[-1] == {
        "viewed": "person", "fields": ["P3", "P4*"], "reason": "核查投诉件第12号",
    }  # fmt: skip
    page = office.browser("audit.admin").get(f"/audit/{case}").text
    assert NAME not in page
    assert 'href="/processes/' not in page  # which is not for this reader
    office.clock.advance(timedelta(minutes=31))
    assert NAME not in auditor.get(f"/audit/{case}").text


@pytest.mark.parametrize("reason", ["", "看", "x" * 500])
def test_without_a_reason_nothing_is_shown_and_nothing_kept(
    office: Office, auditor: Browser, case: int, reason: str
) -> None:
    before = len(told(office, "RecordViewed", case))
    answer = auditor.post(f"/audit/{case}/unmask", {"reason": reason})
    assert answer.status_code == 422
    assert "请写明查看个人信息的理由" in answer.text
    assert NAME not in answer.text
    assert len(told(office, "RecordViewed", case)) <= before + 1  # the page itself, once a day


def test_opening_a_trail_is_kept_once_a_day(office: Office, case: int) -> None:
    browser = office.browser("audit.admin")
    for _ in range(3):
        browser.get(f"/audit/{case}")
    office.clock.advance(timedelta(days=1))
    browser = office.browser("audit.admin")
    browser.get(f"/audit/{case}")
    with office.app.read() as conn:
        query = sa.select(sa.func.count()).where(
            event.c.trail_id == case, event.c.kind == "RecordViewed", event.c.role == "audit_admin"
        )
        kept = conn.execute(query).scalar_one()
    assert kept in (2, 3)  # the module's clock may stand before or after another test's visit
    assert "查阅记录" in browser.get(f"/audit/{case}?kind=reading").text


def test_an_altered_form_is_named_where_it_stands(office: Office, auditor: Browser, case: int) -> None:
    where = sa.and_(form_data.c.case_id == case, form_data.c.element == "P03_Check")
    with office.app.write() as conn:
        kept = conn.execute(sa.select(form_data.c["values"]).where(where)).scalar_one()
        conn.execute(sa.update(form_data).where(where).values(values=kept.replace("true", "false", 1)))
    try:
        assert "与办结时写入的记录不一致" in auditor.get(f"/audit/{case}?step=P03_Check").text
    finally:
        with office.app.write() as conn:
            conn.execute(sa.update(form_data).where(where).values(values=kept))
    assert "与办结时写入的记录不一致" not in auditor.get(f"/audit/{case}?step=P03_Check").text


def test_a_name_leads_to_the_case_without_standing_in_an_address(
    office: Office, auditor: Browser, case: int
) -> None:
    found = auditor.post("/audit/person", {"person": NAME})
    assert f"/audit/{case}?kind=decisions" in found.text
    assert NAME not in found.text
    kept = [data for data in told(office, "RecordViewed") if data["viewed"] == "search"]
    assert [(data["by"], data["found"]) for data in kept] == [("name", 1)]
    assert auditor.get("/audit/person").status_code in (404, 405)


def test_an_identity_number_finds_by_its_blind_index(office: Office, auditor: Browser, case: int) -> None:
    from tests.web.office import id_number

    found = auditor.post("/audit/person", {"person": id_number(office.people)})
    assert f"/audit/{case}" in found.text
    assert "没有符合的案件" in auditor.post("/audit/person", {"person": id_number(400)}).text


@pytest.mark.parametrize(
    "query",
    ["clause=R004-05.D4d", "step=P04_Decide_GW", "step=P04_Outcome&worker=aide.hnc", "worker=aide.hnc",
     "version=P04_community_assistance:1", "deadline=met", "status=active", "all=1"],
)  # fmt: skip
def test_a_case_is_found_by_what_was_done(auditor: Browser, case: int, query: str) -> None:
    assert f"/audit/{case}" in auditor.get(f"/audit?{query}").text


@pytest.mark.parametrize(
    "query",
    ["clause=R004-17.R2c&step=P04_Outcome", "step=P05_Plan", "worker=aide.smy", "status=closed",
     "from=2031-01-01", "step=P04_Outcome&to=2020-01-01", "version=P06_district_assistance:1"],
)  # fmt: skip
def test_a_case_is_not_found_by_what_was_not_done(auditor: Browser, case: int, query: str) -> None:
    answer = auditor.get(f"/audit?{query}")
    assert answer.status_code == 200
    assert f"/audit/{case}" not in answer.text


@pytest.mark.parametrize(
    ("query", "said"),
    [("clause=R999", "没有环节引用这一条款"), ("worker=无此人", "没有这个姓名"),
     ("from=2026-13-01", "日期写作"), ("unit=/9/9/", "请选择所辖"), ("deadline=x", "请从列表中选择"),
     ("version=P04:99", "请从列表中选择"), ("q=2026-999999", "没有找到案件")],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_field(auditor: Browser, query: str, said: str) -> None:
    answer = auditor.get(f"/audit?{query}")
    searched = query.startswith(("clause", "worker", "q"))  # that nothing is found is an answer
    assert answer.status_code == (200 if searched else 400)
    assert said in answer.text
    assert query.split("=")[1] in answer.text or query.startswith(("deadline", "version", "unit"))


def test_a_list_is_exported_with_its_mark_and_no_formula(office: Office, auditor: Browser, case: int) -> None:
    answer = auditor.post("/audit/export", {"status": "active"})
    text = answer.data.decode("utf-8-sig")
    mark, head, *rows = text.splitlines()
    assert mark.startswith("审计导出,罗兰,2026-")
    kept = told(office, "RecordExported")[-1]
    assert kept["hash"] in mark
    assert kept["rows"] == len(rows)
    assert head.startswith("案件编号,")
    from web.audit.export import harmless

    assert [harmless(cell) for cell in ("=1+1", "+86", "-1", "@x", "王", None)] == [
        "'=1+1", "'+86", "'-1", "'@x", "王", ""
    ]  # fmt: skip


def test_more_rows_than_may_leave_are_refused_with_the_list_kept(office: Office, auditor: Browser) -> None:
    from tasks.store.tables import case as cases

    with office.app.write() as conn:
        area = conn.execute(sa.select(cases.c.area).limit(1)).scalar_one()
        rows = [
            {"id": n, "case_no": f"X-{n}", "person_id": -n, "area": area, "status": "END-STABLE",
             "tier": "street", "run_no": 1, "data": "{}", "opened_at": n} for n in range(1, 502)
        ]  # fmt: skip
        conn.execute(cases.insert(), rows)
    try:
        before = len(told(office, "RecordExported"))
        answer = auditor.post("/audit/export", {"status": "closed"})
        assert (answer.status_code, "一次最多导出500行" in answer.text) == (422, True)
        assert len(told(office, "RecordExported")) == before
        assert 'value="closed" selected' in answer.text
    finally:
        with office.app.write() as conn:
            conn.execute(sa.delete(cases).where(cases.c.person_id < 0))


@pytest.mark.parametrize(
    "rubbish", ["no json", "[]", '{"path":7,"task":"x","set":[],"inputs":1}', "{" * 2000]
)
def test_a_trail_that_was_spoiled_is_still_shown_and_named(office: Office, rubbish: str) -> None:
    spoilt = office.new_case("皇甫嵩")
    office.complete(spoilt, "P03_Check")
    where = sa.and_(event.c.trail_id == spoilt, event.c.kind == "TaskCompleted")
    with office.app.write() as conn:
        append_only.remove(conn)
        seq, kept = conn.execute(sa.select(event.c.seq, event.c.data).where(where)).one()
        conn.execute(sa.update(event).where(where).values(data=rubbish))
    auditor = office.browser("auditor.sy")
    page = auditor.get(f"/audit/{spoilt}")
    assert page.status_code == 200
    assert f"自第{seq}条记录起，保存的路径与流程图对不上" in page.text
    answer = auditor.post(f"/audit/{spoilt}/verify")
    assert "验证未通过" in answer.text
    assert f'at={seq}' in answer.text
    everything = auditor.post("/audit/verify")
    assert f"/audit/{spoilt}?at={seq}" in everything.text
    with office.app.write() as conn:
        conn.execute(sa.update(event).where(where).values(data=kept))


def test_workers_and_supervisors_do_not_come_in(office: Office, case: int) -> None:
    for name in ("staff.rh", "sup.rh", "expert.sy", "system.admin", "security.admin"):
        browser = office.browser(name)
        for answer in (browser.get("/audit"), browser.get(f"/audit/{case}"),
                       browser.post(f"/audit/{case}/unmask", {"reason": "我想看一看"})):  # fmt: skip
            assert answer.status_code == 403, name


def test_an_auditor_does_not_come_to_the_work(office: Office, auditor: Browser, case: int) -> None:
    open_tasks = office.open_tasks(case)
    for path in (f"/cases/{case}", f"/tasks/{next(iter(open_tasks.values())).id}", f"/people/{1}"):
        assert auditor.get(path).status_code in (403, 404)
    assert office.open_tasks(case) == open_tasks


def test_the_way_shown_first_is_that_of_the_process_that_still_runs(
    office: Office, auditor: Browser
) -> None:
    case = office.new_case()
    office.reach(case, "P04_Outcome")
    office.complete(case, "P04_Outcome", outcome="HIRED", reason=None, employment_kind="UNIT")
    office.reach(case, "P04_SystemChange")
    office.complete(case, "P04_SystemChange")
    with office.app.read() as conn:
        told = trail.events(conn, case)
    ended = next(one.seq for one in told if one.kind == "ProcessEnded" and "P04" in str(one.process_id))
    shown = r'aria-current="true"><b>(P\d\d)</b>'
    assert re.findall(shown, auditor.get(f"/audit/{case}?at={ended - 1}").text) == ["P04"]
    assert re.findall(shown, auditor.get(f"/audit/{case}?at={ended}").text) == ["P03"]  # its notice runs on


def test_the_last_seal_is_printed_and_held_against_the_trail(office: Office, auditor: Browser) -> None:
    seals.seal(office.app.db, office.app.keys.trail, office.app.clock.now(), None)
    page = auditor.get("/audit/slip").text
    text = re.search(r"AID595-SEAL/[0-9A-F/]+", page)
    assert text is not None
    assert "第1次封存" in page or "第1次" in page
    assert NAME not in page
    said = words(auditor.post("/audit/slip", {"slip": text[0]}).text)
    assert "与库中的封存一致" in said
    other = text[0][:-1] + ("0" if text[0][-1] != "0" else "1")
    assert "与凭证不同" in words(auditor.post("/audit/slip", {"slip": other}).text)


def test_a_slip_that_cannot_be_read_keeps_what_was_typed(auditor: Browser) -> None:
    answer = auditor.post("/audit/slip", {"slip": "AID595-SEAL/1/2"})
    assert answer.status_code == 422
    assert "这不是封存凭证" in answer.text
    assert "AID595-SEAL/1/2</textarea>" in answer.text
