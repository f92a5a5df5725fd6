"""Credit records of those served, of employers, agencies and their staff (R003-16.3).

A record is a fact with its source and its day, never a verdict: it is shown where somebody decides, and
decides nothing itself. After an appeal it is struck out with a reason, and stays on file.
"""

from __future__ import annotations

from engine.errors import FormInvalid, IllegalState, NotFound
from engine.ids import new_id
from tasks import access, org
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Desk
from tasks.forms.command_forms import accept_values
from tasks.note_commands import NoteCredit, StrikeCredit
from tasks.store import rows
from tasks.store.conn import Record
from tasks.store.tables_notes import credit_note
from tasks.text import clean_line, need_reason

PERSON = "PERSON"
#: Whom a note may be about beside a person on file.
BODIES = ("EMPLOYER", "AGENCY", "STAFF")
#: Steps that decide on a post or a placement: the person's records are shown there.
READ_AT = frozenset({
    "P04_Match", "P05_Match", "P05_TwoReferrals", "P06_Recommend", "P06_Transfer", "P13_Review",
    "P13_Designate", "P13_Approve", "P13_Place",
})  # fmt: skip


def note(desk: Desk, command: NoteCredit) -> Done:
    """Note a fact; raise FormInvalid."""
    person = desk.person(command.person_id) if command.person_id is not None else None
    area = person["area"] if person is not None else org.path_at(command.area, "district")
    access.authorize(desk.actor, "note_credit", Subject(area if person is not None else command.area))
    form = "note_credit" if person is not None else "note_credit_of"
    values = accept_values(desk, form, command.values)
    name = clean_line(values["name"]) if person is None else None
    if name == "":
        raise FormInvalid([("name", "请填写名称。", "Enter the name.")])
    made = new_id()
    rows.add(
        desk.conn, credit_note, id=made, about=PERSON if person is not None else values["about"],
        person_id=None if person is None else person["id"], name=name, area=area,
        good=values["nature"] == "GOOD", noted_on=values["noted_on"].isoformat(), source=values["source"],
        said=values["fact"], noted_at=desk.now_us, noted_by=desk.actor.user_id,
    )  # fmt: skip
    _emit(desk, {"person_id": command.person_id, "area": area}, "CreditNoted", made, values["fact"])
    return Done(person_id=command.person_id, extra={"note": str(made)})


def strike(desk: Desk, command: StrikeCredit) -> Done:
    """Strike a note out; raise NotFound, FormInvalid, or IllegalState where it is struck out already."""
    row = rows.first(desk.conn, credit_note, id=command.note_id)
    if row is None:
        raise NotFound
    access.authorize(desk.actor, "strike_credit", Subject(row["area"]))
    reason = need_reason(command.reason)
    if row["struck_at"] is not None:
        raise IllegalState(detail="这条信用记录已经撤销")
    rows.change(
        desk.conn, credit_note, row["id"], struck_at=desk.now_us, struck_by=desk.actor.user_id,
        strike_reason=reason,
    )  # fmt: skip
    _emit(desk, row, "CreditStruck", row["id"], reason)
    return Done(person_id=row["person_id"])


def _emit(desk: Desk, row: Record, kind: str, note_id: int, said: str) -> None:
    if row["person_id"] is not None:
        trail = desk.trail_of_person(row["person_id"])
    else:
        trail = desk.matter_trail(f"unit:{org.unit_of_path(desk.conn, row['area']).id}")
    desk.unit.emit(trail, kind, data={"note": str(note_id)}, payload={"said": said})
