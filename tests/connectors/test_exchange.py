"""A task's record goes out once, its receipt fills the form, and nothing ever waits for a system."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.doctor import examine
from engine.store.db import Database
from engine.store.tables import event, incident
from engine.verify import verify
from tasks.connectors.http import HttpAdapter
from tasks.exchange_commands import RetryExchange
from tasks.exchange_work import run_exchanges
from tasks.store.tables import form_data, vacancy
from tasks.store.tables_exchange import exchange, feed
from tests.connectors.conftest import TOKEN, Systems
from tests.web.office import Office

#: What the trail says of a record that went out and came back, in order.
SAID = ("TaskCreated", "RecordExported", "TaskAutoFilled", "TaskCompleted")


@pytest.fixture
def office(database: Database, systems: Systems) -> Office:
    made = Office(database)
    today = lambda: made.clock.now().date()  # noqa: E731
    made.app.adapters = {
        code: HttpAdapter(systems.url, TOKEN, today) for code in ("X01", "X02", "X03", "X10")
    }
    return made


def rows(office: Office, table: sa.Table) -> list[dict[str, Any]]:
    with office.app.read() as conn:
        return [dict(row) for row in conn.execute(sa.select(table)).mappings()]


def at_entry(office: Office) -> int:
    case = office.new_case()
    office.reach(case, "P03_Enter")
    return case


def later(office: Office, **time: int) -> int:
    office.clock.advance(timedelta(**time))
    return run_exchanges(office.app)


def test_a_receipt_completes_the_task_with_date_and_number(office: Office, systems: Systems) -> None:
    case = at_entry(office)
    assert run_exchanges(office.app) == 1
    (row,) = rows(office, exchange)
    assert (row["system"], row["state"], row["number"]) == ("X02", "accepted", "X02-2026-000001")
    assert "P03_Cert" in office.open_tasks(case)
    (sent,) = systems.book()["records"].values()
    assert sent["record"]["name"] == "王秀英"
    assert len(sent["record"]["id_no"]) == 18
    told = sorted((one["seq"], one["kind"]) for one in rows(office, event) if one["element"] == "P03_Enter")
    assert [kind for _seq, kind in told if kind in SAID] == list(SAID)
    with office.app.read() as conn:
        assert verify(conn, office.keys.trail, office.keys.state).faults == []
        assert examine(conn, office.app.definitions, office.keys.trail, office.keys.state) == []


def test_a_system_that_is_down_is_tried_again_and_gets_the_record_once(
    office: Office, systems: Systems
) -> None:
    case = at_entry(office)
    systems.behave("fail", "lose", "garble")
    assert run_exchanges(office.app) == 0
    assert later(office, seconds=30) == 0, "the first wait is a minute"
    assert later(office, minutes=1) == 0
    assert later(office, minutes=6) == 0
    assert "P03_Enter" in office.open_tasks(case)
    assert later(office, minutes=31) == 1
    book = systems.book()
    assert len(book["records"]) == 1
    assert list(book["asked"].values()) == [3]
    assert rows(office, exchange)[0]["number"] == "X02-2026-000001"
    assert "P03_Cert" in office.open_tasks(case)


def test_after_all_tries_an_incident_tells_and_a_supervisor_sends_it_again(
    office: Office, systems: Systems
) -> None:
    case = at_entry(office)
    systems.behave(*["fail"] * 4)
    for minutes in (0, 2, 6, 31):
        later(office, minutes=minutes)
    (row,) = rows(office, exchange)
    assert row["state"] == "dead"
    assert "503" in row["reason"]
    assert [one["state"] for one in rows(office, incident)] == ["open"]
    office.app.do(RetryExchange(row["id"]), office.actor("sup.rh"))
    assert run_exchanges(office.app) == 1
    assert [one["state"] for one in rows(office, incident)] == ["resolved"]
    assert "P03_Cert" in office.open_tasks(case)


def test_a_refusal_leaves_the_task_and_says_why(office: Office, systems: Systems) -> None:
    case = at_entry(office)
    systems.behave("refuse")
    run_exchanges(office.app)
    (row,) = rows(office, exchange)
    assert row["state"] == "refused"
    assert "不允许登记" in row["reason"]
    assert "P03_Enter" in office.open_tasks(case)
    assert "不允许登记" in rows(office, incident)[0]["detail"]


def test_who_did_it_by_hand_is_not_sent_again(office: Office, systems: Systems) -> None:
    case = at_entry(office)
    office.complete(case, "P03_Enter", system_no="手工-7")
    run_exchanges(office.app)
    assert systems.book()["records"] == {}
    assert rows(office, exchange)[0]["state"] == "by_hand"


def test_a_receipt_that_comes_late_stands_beside_what_was_done_by_hand(
    office: Office, systems: Systems
) -> None:
    case = at_entry(office)
    systems.behave("pending")
    run_exchanges(office.app)
    assert rows(office, exchange)[0]["state"] == "waiting"
    assert later(office, minutes=11) == 1
    assert rows(office, exchange)[0]["state"] == "accepted"
    assert "P03_Cert" in office.open_tasks(case)


def test_a_form_somebody_is_typing_into_is_left_alone(office: Office) -> None:
    from tasks.commands import SaveDraft

    case = at_entry(office)
    task = office.open_tasks(case)["P03_Enter"]
    office.app.do(SaveDraft(task.id, {"system_no": "我正在填"}), office.actor("staff.rh"))
    run_exchanges(office.app)
    assert "P03_Enter" in office.open_tasks(case)
    (draft,) = [row for row in rows(office, form_data) if row["draft"]]
    assert "我正在填" in draft["values"]
    assert rows(office, exchange)[0]["number"] == "X02-2026-000001"


def test_a_task_for_two_systems_waits_for_both_and_asks_the_person_for_the_other(
    office: Office, systems: Systems
) -> None:
    """Only X01 is connected here: its half is filled in, the other is the aide's to say."""
    case = office.new_case()
    office.reach(case, "P04_SystemChange", P04_Outcome={"outcome": "HIRED"})
    run_exchanges(office.app)
    assert "P04_SystemChange" in office.open_tasks(case)
    task = office.open_tasks(case)["P04_SystemChange"]
    draft = next(row for row in rows(office, form_data) if row["task_id"] == task.id and row["draft"])
    assert '"x01_done":true' in draft["values"]
    assert "x04_done" not in draft["values"]


def test_vacancies_are_fetched_in_parts_and_each_once(office: Office, systems: Systems) -> None:
    today = lambda: office.clock.now().date()  # noqa: E731
    office.app.adapters = {"X05": HttpAdapter(systems.url, TOKEN, today)}
    offers = [
        {"employer": f"企业{n}", "name": "保洁员", "area": "仁和镇", "number": 2, "wage": "3000"}
        for n in range(5)
    ]
    systems.behave(vacancies=offers)
    before = len(rows(office, vacancy))
    assert run_exchanges(office.app) == 5
    assert len(rows(office, vacancy)) == before + 5
    assert run_exchanges(office.app) == 0
    later(office, hours=7)
    assert len(rows(office, vacancy)) == before + 5
    assert rows(office, feed)[0]["problem"] == ""


def test_a_wrong_item_of_a_list_takes_nothing_and_is_told(office: Office, systems: Systems) -> None:
    office.app.adapters = {"X05": HttpAdapter(systems.url, TOKEN, lambda: office.clock.now().date())}
    offers = [{"employer": "企业", "name": "保洁员", "area": "仁和镇", "number": "许多"}]
    systems.behave(vacancies=offers)
    before = len(rows(office, vacancy))
    run_exchanges(office.app)
    assert len(rows(office, vacancy)) == before
    assert "第1行" in rows(office, feed)[0]["problem"]


#: Answers that take a case from the community to the district and leave it without a job there.
TO_THE_DISTRICT: dict[str, dict[str, Any]] = {
    "P05_Conclude": {"decision": "ESCALATE", "street_posts_checked": True, "really_hard": True,
                     "street_cannot_solve": True, "other_outcomes": [
                         {"seq": n, "outcome": "NOT_HIRED", "reason": "POST"} for n in (1, 2)
                     ]},
    "P06_Outcome": {"outcome": "NOT_HIRED", "reason": "POST", "really_hard": False},
}  # fmt: skip


def test_a_result_is_told_to_the_placement_system_and_advice_to_the_guidance_system_when_done(
    office: Office, systems: Systems
) -> None:
    today = lambda: office.clock.now().date()  # noqa: E731
    office.app.adapters = {code: HttpAdapter(systems.url, TOKEN, today) for code in ("X04", "X09")}
    case = office.new_case()
    office.reach(case, "P06_Outcome", most=160, **TO_THE_DISTRICT)
    task = office.open_tasks(case)["P06_Outcome"]
    assert office.example(task.id)["x04_done"] is True
    assert [row for row in rows(office, exchange) if row["element"] == "P06_Outcome"] == []
    office.reach(case, "P06_Advice", most=160, **TO_THE_DISTRICT)
    office.complete(case, "P06_Advice", advice="转公益性岗位")
    while run_exchanges(office.app):
        pass
    sent = [one for one in systems.book()["records"].values() if one["step"].startswith("P06")]
    told = [one for one in sent if one["kind"] == "outcome"]
    assert [one["record"]["referral"]["seq"] for one in told] == [1, 2, 3]
    assert {one["record"]["forms"]["P06_Outcome"]["outcome"] for one in told} == {"NOT_HIRED"}
    (given,) = [one for one in sent if one["kind"] == "advice"]
    assert (given["system"], given["record"]["forms"]["P06_Advice"]["advice"]) == ("X09", "转公益性岗位")
    kept = [row["state"] for row in rows(office, exchange) if row["told_task"]]
    assert kept == ["accepted"] * 4
    with office.app.read() as conn:
        assert verify(conn, office.keys.trail, office.keys.state).faults == []
