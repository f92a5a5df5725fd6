"""Contributions (X11), training institutions (X15) and lists of persons (X23, X29) over the connectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.errors import FormInvalid
from engine.store.db import Database
from engine.store.tables import instance, user_task
from tasks import commands, org, people
from tasks.actor import SYSTEM
from tasks.connectors.http import HttpAdapter
from tasks.connectors.port import Outgoing, Page, Receipt
from tasks.contribution_list import read_items
from tasks.desk import Context
from tasks.exchange_work import run_exchanges
from tasks.store.tables import contribution, form_data, matter_item
from tasks.store.tables_exchange import exchange, feed
from tests.connectors.conftest import TOKEN, Systems
from tests.web.office import Office


@pytest.fixture
def office(sqlite_database: Database, systems: Systems) -> Office:
    made = Office(sqlite_database)
    today = lambda: made.clock.now().date()  # noqa: E731
    made.app.adapters = {code: HttpAdapter(systems.url, TOKEN, today) for code in ("X11", "X15", "X29")}
    return made


def rows(office: Office, table: sa.Table, **where: Any) -> list[Any]:
    with office.app.read() as conn:
        query = sa.select(table).where(*(table.c[name] == value for name, value in where.items()))
        return list(conn.execute(query).mappings())


def street(office: Office) -> str:
    with office.app.read() as conn:
        return org.path_at(org.get_unit(conn, office.community()).path, "street")


def start(office: Office, process: str, matter: str) -> None:
    context = Context(None, None, street(office), "street", matter=matter)
    office.app.run(lambda desk: desk.start(process, context) and desk.unit.settle(), SYSTEM)


def of(office: Office, element: str) -> Any:
    return rows(office, user_task, element=element)[-1]


def test_contributions_come_as_the_answer_and_the_check_goes_on(office: Office, systems: Systems) -> None:
    office.new_case("王秀英")
    office.clock.advance(timedelta(minutes=1))
    start(office, "P08_social_insurance_check", "check:2026-03")
    assert of(office, "P08_Query")["state"] == "created"
    assert run_exchanges(office.app) == 1
    (sent,) = systems.book()["records"].values()
    assert [one["name"] for one in sent["record"]["persons"]] == ["王秀英"]
    assert set(sent["record"]["persons"][0]) == {"name", "id_no"}
    assert sent["record"]["months"] == ["2026-01", "2026-02", "2026-03"]
    assert [row["month"] for row in rows(office, contribution)] == ["2026-01", "2026-02", "2026-03"]
    assert of(office, "P08_Query")["state"] == "completed"
    (form,) = rows(office, form_data, element="P08_Query", draft=False)
    assert '"months":3' in form["values"]
    assert of(office, "P08_Verify")["state"] == "created", "whoever paid in is verified by a person"


class Wrong:
    """A system whose list has a wrong line."""

    def send(self, outgoing: Outgoing) -> Receipt:
        """Answer with a month that has not come."""
        number = outgoing.record["persons"][0]["id_no"]
        items: list[Mapping[str, Any]] = [
            {"id_no": number, "month": "2026-01"}, {"id_no": number, "month": "2031-01"}
        ]
        return Receipt("accepted", "N", outgoing.sent_on, items=tuple(items))

    def fetch(self, what: str, cursor: str) -> Page:
        """Offer nothing."""
        return Page((), "")


def test_an_answer_with_one_wrong_line_brings_nothing(office: Office) -> None:
    office.app.adapters = {"X11": Wrong()}
    office.new_case("王秀英")
    start(office, "P08_social_insurance_check", "check:2026-03")
    assert run_exchanges(office.app) == 0
    assert rows(office, contribution) == []
    (row,) = rows(office, exchange)
    assert row["state"] == "waiting"
    assert "第2行" in row["reason"]


@pytest.mark.parametrize(
    "item", [{}, {"id_no": 5, "month": "2026-01"}, {"id_no": "1", "month": "2026-01"}, {"month": None}]
)
def test_a_line_about_nobody_is_told(item: dict[str, Any]) -> None:
    with pytest.raises(FormInvalid) as refused:
        read_items([item], date(2026, 3, 9))
    assert refused.value.problems[0][1].startswith("第1行")


def test_a_school_is_told_the_need_by_name_and_the_step_is_done(office: Office, systems: Systems) -> None:
    person = office.register("李桂兰")
    start(office, "P12_continued_training", "course:1")
    task = of(office, "P12_Publicity")
    trainees = [{"person": str(person), "trade": "电工", "skill_level": "初级", "training_level": "中级"}]
    values = office.example(task["id"], employer="某厂", trainees=trainees)
    office.app.do(commands.CompleteTask(task["id"], values), office.actor("staff.rh"))
    assert run_exchanges(office.app) == 1
    (sent,) = systems.book()["records"].values()
    assert sent["record"]["trainees"] == [
        {"name": "李桂兰", "trade": "电工", "skill_level": "初级", "training_level": "中级"}
    ]
    assert of(office, "P12_School")["state"] == "completed"


def _numbers(office: Office) -> Iterator[str]:
    with office.app.read() as conn:
        for row in conn.execute(sa.text("SELECT id FROM person ORDER BY id")):
            yield people.reveal_id(conn, office.app.keys, row[0])


def test_a_list_of_persons_is_compared_and_brings_up_nobody_twice(office: Office, systems: Systems) -> None:
    office.register("李桂兰")
    items = [{"id_no": number, "name": "某"} for number in _numbers(office)]
    systems.behave(disabled=items)
    assert run_exchanges(office.app) == 1
    assert [row["why"] for row in rows(office, matter_item)] == ["LIST DISABLED"]
    assert len(rows(office, instance, process_id="P18_candidate_discovery")) == 1
    assert {row["system"] for row in rows(office, feed)} == {
        "X29:unemployed", "X29:low_income", "X29:disabled"
    }
    with office.app.write() as conn:
        conn.execute(matter_item.update().values(outcome="DISMISSED"))
    office.clock.advance(timedelta(hours=7))
    run_exchanges(office.app)
    assert len(rows(office, matter_item)) == 1
    page = office.browser("sup.rh").get("/exchanges").text
    assert "持证残疾人名单" in page


def test_a_wrong_number_in_a_list_takes_nothing_and_is_told(office: Office, systems: Systems) -> None:
    office.register("李桂兰")
    systems.behave(low_income=[{"id_no": next(_numbers(office))}, {"id_no": "110113199001011234"}])
    run_exchanges(office.app)
    assert rows(office, matter_item) == []
    told = {row["system"]: row["problem"] for row in rows(office, feed)}
    assert "第2行" in told["X29:low_income"]
    assert told["X29:disabled"] == ""
