"""Members of a household are linked by their identity number; a family without work is named as one."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from engine.store.tables import user_task
from tasks import commands, people
from tasks.store import matters
from tasks.store.conn import Connection
from tasks.zero_families import key_of
from tests.web.office import Browser, Office, id_number


def _number(office: Office, person: int) -> str:
    """Return the identity number of a person the office registered."""
    assert person
    return id_number(office.people)


def test_two_persons_without_work_are_a_zero_employment_family(office: Office) -> None:
    village = office.browser("staff.hnc")
    wife = office.register(name="郑桂英")
    number = _number(office, wife)
    husband = office.register(name="郑大山")
    answer = village.post(f"/people/{husband}/join_household", {"member_id_no": number, "urban": "true"})
    assert answer.status_code == 303, answer.text
    assert "郑桂英" in village.get(f"/people/{husband}").text
    assert "郑大山" in village.get(f"/people/{wife}").text
    again = village.post(f"/people/{husband}/join_household", {"member_id_no": number})
    assert again.status_code == 409
    assert "已在同一家庭" in again.text
    office.open_case(husband)
    assert "零就业家庭" in office.browser("staff.rh").get(f"/people/{husband}").text
    out = village.post(f"/people/{husband}/leave_household", {"reason": "分户"})
    assert out.status_code == 303, out.text
    assert "郑桂英" not in village.get(f"/people/{husband}").text


@pytest.mark.parametrize(
    ("number", "said"),
    [("110113198401010023", "没有这个身份证号的档案"), ("", "请填写"), ("own", "这是本人的身份证号")],
)
def test_a_wrong_number_is_named_and_stays(office: Office, number: str, said: str) -> None:
    village = office.browser("staff.hnc")
    person = office.register(name="郑小河")
    given = _number(office, person) if number == "own" else number
    answer = village.post(f"/people/{person}/join_household", {"member_id_no": given})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{given}"' in answer.text


def test_a_member_on_file_elsewhere_is_left_to_the_district(office: Office, street: Browser) -> None:
    person = office.register(name="郑小溪")
    office.register(name="郑远", community="三家店村")
    number = id_number(office.people)
    answer = street.post(f"/people/{person}/join_household", {"member_id_no": number})
    assert answer.status_code == 422
    assert "在其他辖区" in answer.text


def _link(office: Office, person: int, number: str, **given: str) -> None:
    village = office.browser("staff.hnc")
    answer = village.post(f"/people/{person}/join_household", {"member_id_no": number, **given})
    assert answer.status_code == 303, answer.text


def _open(conn: Connection, instances: list[int]) -> dict[str, int]:
    query = sa.select(user_task.c.element, user_task.c.id).where(
        user_task.c.instance_id.in_(instances), user_task.c.state.in_(("created", "claimed"))
    )
    return {row.element: row.id for row in conn.execute(query)}


def _helped(office: Office, person: int) -> dict[str, int]:
    """Return the open steps, with their ids, of the process that helps the person's family."""
    with office.app.read() as conn:
        household = people.get_person(conn, person)["household_id"]
        runs = matters.open_of(conn, key_of(household)) if household is not None else []
        return _open(conn, [one["id"] for one in runs])


def _complete(office: Office, person: int, element: str, **given: Any) -> None:
    task = _helped(office, person)[element]
    office.app.do(commands.CompleteTask(task, office.example(task, **given)), office.actor("staff.rh"))


def _work(office: Office, person: int) -> int:
    """Let a person have work on record; return the case."""
    values = {"employment_kind": "UNIT", "employer": "某公司", "employed_on": office.clock.now().date()}
    command = commands.StartProcess("P07_employment_registration", person, values)
    case = office.app.do(command, office.actor("staff.rh")).case_id
    assert case is not None
    return case


def test_a_family_linked_today_is_helped_today(office: Office) -> None:
    wife = office.register(name="丁一梅")
    number = id_number(office.people)
    husband = office.register(name="丁大力")
    assert not _helped(office, wife)
    _link(office, husband, number, urban="true")
    assert [*_helped(office, wife)] == ["P16_ImmediatePost"]


def test_a_family_left_by_the_one_who_works_is_helped_today(office: Office) -> None:
    wife = office.register(name="丁二梅")
    number = id_number(office.people)
    worker = office.register(name="丁二力")
    _work(office, worker)
    _link(office, worker, number)
    assert not _helped(office, wife)
    village = office.browser("staff.hnc")
    assert village.post(f"/people/{worker}/leave_household", {"reason": "分户"}).status_code == 303
    assert [*_helped(office, wife)] == ["P16_ImmediatePost"]
    assert not _helped(office, worker)


def test_a_member_who_works_and_joins_is_told_to_the_family_that_is_helped(office: Office) -> None:
    wife = office.register(name="丁三梅")
    number = id_number(office.people)
    _link(office, office.register(name="丁三力"), number)
    assert [*_helped(office, wife)] == ["P16_ImmediatePost"]
    son = office.register(name="丁三山")
    _work(office, son)
    _link(office, son, number)
    _complete(office, wife, "P16_ImmediatePost", member=str(wife), offer="就近保洁岗位")
    assert [*_helped(office, wife)] == ["P16_Confirm"]


def test_who_died_no_longer_keeps_a_family_from_help(office: Office) -> None:
    wife = office.register(name="丁四梅")
    number = id_number(office.people)
    worker = office.register(name="丁四力")
    case = _work(office, worker)
    _link(office, worker, number)
    assert not _helped(office, wife)
    day = office.clock.now().date()
    gone = commands.Exit({"end_code": "END-DIED", "effective_on": day, "evidence": "死亡证明"}, case)
    office.app.do(gone, office.actor("staff.rh"))
    assert [*_helped(office, wife)] == ["P16_ImmediatePost"]
