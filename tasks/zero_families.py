"""Zero-employment families (P16): found by anybody or by DT-03, helped at once, cleared when one works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import FormInvalid, GuardUnmet, IllegalState
from engine.live import Live
from engine.messages import send
from tasks import access, decide, people
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Context, Desk
from tasks.matter_commands import ReportZeroFamily
from tasks.store import casework, rows, tables
from tasks.store import matters as store
from tasks.store.conn import RowMapping

PROCESS = "P16_zero_family"
TABLE = "DT-03"


def key_of(household_id: int) -> str:
    """Return the correlation key of a family."""
    return f"household:{household_id}"


def is_open(desk: Desk, household_id: int) -> bool:
    """Tell whether a family is being helped as one without anybody in work."""
    return bool(store.open_of(desk.conn, key_of(household_id)))


def look_at(desk: Desk, household_id: int | None) -> None:
    """Look at a family whose members have changed: one may be without work now, or have somebody in work.

    A family that is helped hears of the member who works and has come to it (MSG-29).
    """
    if household_id is None:
        return
    living = people.family_of(desk.conn, {"household_id": household_id, "id": 0})
    if not living.members:
        return
    if not is_open(desk, household_id):
        look(desk, int(living.members[0]["id"]))
    elif living.at_work:
        key = key_of(household_id)
        send(desk.unit, "MSG-29", key, {}, trail_id=desk.matter_trail(key), starts=False)


def look(desk: Desk, person_id: int) -> None:
    """Open the family's process where DT-03 finds that nobody of labour age works, and none is open."""
    if not desk.deployed(PROCESS):
        return
    person = desk.person(person_id)
    household = person["household_id"]
    if household is None or is_open(desk, household):
        return
    decision = decide.ask(desk, TABLE, decide.person_inputs(desk, person_id))
    assert isinstance(decision.output, Mapping)
    if decision.output["zero_employment_family"]:
        _found(desk, person)


def _found(desk: Desk, person: RowMapping) -> None:
    key = key_of(person["household_id"])
    send(desk.unit, "MSG-22", key, {"person": person["id"]}, trail_id=desk.matter_trail(key))


def report(desk: Desk, command: ReportZeroFamily) -> Done:
    """Tell that nobody of a person's family works (MSG-22); raise FormInvalid where no family is linked."""
    person = desk.person(command.person_id)
    access.authorize(desk.actor, "report_zero_family", Subject(person["area"]))
    if person["household_id"] is None:
        zh = "该人员还没有登记家庭成员，请先登记所属家庭。"
        raise FormInvalid([("household", zh, "No household is linked to this person yet.")])
    if is_open(desk, person["household_id"]):
        raise IllegalState(detail="该家庭的即时援助正在办理")
    if any(at_work(desk, member["id"]) for member in members(desk, person["household_id"])):
        raise IllegalState(detail="该家庭有成员在职，不是零就业家庭；如已失去岗位，请先登记")
    _found(desk, person)
    desk.unit.settle()
    return Done(person_id=command.person_id)


def opened(desk: Desk, key: str, values: Mapping[str, Any]) -> bool:
    """Start the help of a family where it is told that nobody works (MSG-22); once a family."""
    household_id = int(key.removeprefix("household:"))
    if not desk.deployed(PROCESS) or is_open(desk, household_id):
        return False
    person = desk.person(int(values["person"]))
    context = Context(None, None, person["area"], "street", household_id=household_id, matter=key)
    desk.start(PROCESS, context, "P16_Start")
    return True


def members(desk: Desk, household_id: int) -> list[RowMapping]:
    """Return the members of a family."""
    return people.household_members(desk.conn, {"household_id": household_id, "id": 0})


def at_work(desk: Desk, person_id: int) -> bool:
    """Tell whether a person has work that was not lost."""
    found = rows.first(desk.conn, tables.employment, person_id=person_id, lost_on=None)
    return found is not None


def helped(desk: Desk, values: Mapping[str, Any]) -> bool:
    """Tell whether the member who is helped has an active case."""
    return casework.active_case(desk.conn, int(values["member"])) is not None


def require_cleared(desk: Desk, values: Mapping[str, Any]) -> None:
    """Guard the clearing: the member named has work on record (AMB-34)."""
    if values["cleared"] and not at_work(desk, int(values["member"])):
        raise GuardUnmet(missing="该成员没有在职的就业记录，登记就业后才能确认清零")


def to_recognition(desk: Desk, live: Live) -> dict[str, Any]:
    """Return what MSG-02 brings for the member who is helped."""
    return {"_key": f"person:{int(desk.form['member'])}", "from": live.process_id}
