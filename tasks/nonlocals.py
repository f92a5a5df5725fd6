"""Residents who are registered elsewhere: the counter of their unemployment registration (R003-03.2).

It is the district's. The street's counter sends them there instead of taking an application in.
"""

from __future__ import annotations

from engine.codec import loads
from engine.errors import FormInvalid, IllegalState
from tasks import access, org, papers, people
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Desk
from tasks.forms.command_forms import COMMAND_FORMS, accept_values
from tasks.note_commands import NoteOrigin, RegisterNonLocal
from tasks.store.conn import Record

FACT = "non_local"
#: Certificate of unemployment (RULES section E).
CERTIFICATE = "E08"


def is_non_local(person: Record) -> bool:
    """Tell whether a person lives here without being registered here."""
    return bool(loads(person["facts"]).get(FACT))


def note_origin(desk: Desk, command: NoteOrigin) -> Done:
    """Write down where a person is registered."""
    person = desk.person(command.person_id)
    access.authorize(desk.actor, "set_facts", Subject(person["area"]))
    values = accept_values(desk, "note_origin", command.values)
    told = {FACT: values[FACT]}
    changes = people.write_facts(desk.conn, person["id"], told, desk.actor, desk.now, source="record")
    if changes:
        desk.emit(desk.trail_of_person(person["id"]), "FactChanged", facts=[FACT], reason=values["grounds"])
    return Done(person_id=person["id"])


def require_street(person: Record) -> None:
    """Raise IllegalState where the counter of a street is not the one to go to."""
    if is_non_local(person):
        raise IllegalState(detail="该人员为常住外来劳动力，由区级公共就业服务机构办理失业登记")


def register(desk: Desk, command: RegisterNonLocal) -> Done:
    """Register a resident from elsewhere as unemployed and issue the certificate.

    Raises IllegalState for somebody registered here, FormInvalid.
    """
    person = desk.person(command.person_id)
    access.authorize(desk.actor, "register_nonlocal", Subject(person["area"]))
    if not is_non_local(person):
        raise IllegalState(detail="该人员未登记为常住外来劳动力，失业登记由街（镇）公共就业服务机构办理")
    values = accept_values(desk, "register_nonlocal", command.values)
    if values["unemployed_since"] > values["registered_on"]:
        zh = "失业起始日不能晚于登记日期。"
        raise FormInvalid([("unemployed_since", zh, "It must not be after the registration.")])
    if not values["id_checked"]:
        raise FormInvalid([("id_checked", "请核对证件后再登记。", "Check the paper first.")])
    known = {"unemployed": True, "unemployed_since": values["unemployed_since"]}
    people.write_facts(
        desk.conn, person["id"], known, desk.actor, desk.now, source="register_nonlocal",
        since=values["registered_on"],
    )  # fmt: skip
    trail = desk.trail_of_person(person["id"])
    desk.emit(trail, "UnemploymentRegistered", on=values["registered_on"].isoformat())
    issued = papers.issue(
        desk.conn, desk.actor, desk.now,
        papers.PaperSource(
            CERTIFICATE, org.path_at(person["area"], "district"), COMMAND_FORMS["register_nonlocal"], values,
            person,
        ),
    )  # fmt: skip
    desk.emit(trail, "PaperIssued", paper=issued.kind, number=issued.number, id=str(issued.id),
              hash=issued.hash)  # fmt: skip
    return Done(person_id=person["id"], extra={"paper": str(issued.id)})
