"""Who lives together, and whether the family is without any employment (D.4, DT-03, AMB-64)."""

from __future__ import annotations

from engine.errors import FormInvalid, IllegalState
from tasks import access, decide, people, zero_families
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Desk
from tasks.forms.command_forms import accept_values
from tasks.person_commands import JoinHousehold, LeaveHousehold
from tasks.store import people as store
from tasks.store.conn import RowMapping

TABLE = "DT-03"


def join(desk: Desk, command: JoinHousehold) -> Done:
    """Link a person with the household of another one, who is named by the identity number.

    Raises FormInvalid where nobody on file has the number, or somebody of another area.
    """
    person = desk.person(command.person_id)
    access.authorize(desk.actor, "set_facts", Subject(person["area"]))
    values = accept_values(desk, "join_household", command.values)
    other = people.find_by_id_no(desk.conn, desk.keys, values["member_id_no"])
    _require(desk, person["id"], other)
    assert other is not None
    household_id = other["household_id"]
    if household_id is None:
        household_id = people.make_household(desk.conn, [other["id"]], desk.now, values.get("urban"))
        _changed(desk, other["id"])
    elif values.get("urban") is not None:
        store.update_household(desk.conn, household_id, urban=values["urban"])
    if person["household_id"] == household_id:
        raise IllegalState(detail="两人已在同一家庭")
    people.join_household(desk.conn, person["id"], household_id, desk.now)
    _changed(desk, person["id"])
    zero_families.look_at(desk, household_id)
    zero_families.look_at(desk, person["household_id"])
    return Done(person_id=person["id"])


def _require(desk: Desk, person_id: int, other: RowMapping | None) -> None:
    if other is None:
        zh = "没有这个身份证号的档案，请核对号码；确未建档的，先建档。"
        raise FormInvalid([("member_id_no", zh, "Nobody on file has this number.")])
    if other["id"] == person_id:
        zh = "这是本人的身份证号，请填写家庭成员的。"
        raise FormInvalid([("member_id_no", zh, "It is the same person.")])
    if not access.allowed(desk.actor, "set_facts", Subject(other["area"])):
        zh = "该成员的档案在其他辖区，请联系区级工作人员登记。"
        raise FormInvalid([("member_id_no", zh, "The file lies in another area; ask the district.")])


def leave(desk: Desk, command: LeaveHousehold) -> Done:
    """Take a person out of the household; raise IllegalState where there is none."""
    person = desk.person(command.person_id)
    access.authorize(desk.actor, "set_facts", Subject(person["area"]))
    values = accept_values(desk, "leave_household", command.values)
    if person["household_id"] is None:
        raise IllegalState(detail="该人员没有登记家庭")
    people.join_household(desk.conn, person["id"], None, desk.now)
    _changed(desk, person["id"], values["reason"])
    zero_families.look_at(desk, person["household_id"])
    return Done(person_id=person["id"])


def _changed(desk: Desk, person_id: int, reason: str = "") -> None:
    desk.emit(desk.trail_of_person(person_id), "FactChanged", facts=["household"], reason=reason or None)


def zero_employment(desk: Desk, person_id: int) -> bool:
    """Tell whether a person's family has nobody in work today, by Shunyi's reading (DT-03, AMB-29)."""
    if desk.person(person_id)["household_id"] is None:
        return False
    found = decide.ask(desk, TABLE, decide.person_inputs(desk, person_id)).output
    return isinstance(found, dict) and bool(found[desk.library.tables[TABLE].outputs[0].name])
