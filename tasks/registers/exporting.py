"""Taking a register along: who may, how much at once, and what of it the trail keeps (THR-14)."""

from __future__ import annotations

from collections.abc import Mapping

from tasks import access
from tasks.access import Subject
from tasks.actor import Actor
from tasks.auditing import need_reason, own_trail
from tasks.commands import Done
from tasks.commands_register import ExportRegister
from tasks.desk import Desk
from tasks.registers.approval import require_possible, use_approval

#: The class of personal data that holds the whole identity number.
WHOLE = "P4"


def export_register(desk: Desk, command: ExportRegister) -> Done:
    """Keep that a register was taken along, by whom, how much and why; raise FormInvalid, NeedsApproval."""
    access.authorize(desk.actor, "export_register", Subject(command.area))
    require_possible(command.rows)
    data: dict[str, object] = {
        "exported": f"register:{command.register}", "area": command.area, "rows": command.rows,
        "hash": command.hash, "period": f"{command.first}/{command.last}",
    }  # fmt: skip
    payload: Mapping[str, object] | None = None
    if command.whole:
        if not may_see_whole(desk.actor, command.area):
            raise access.wrong_role("view_person_id")
        data |= {"fields": [WHOLE], "reason": need_reason(command.reason)}
        payload = {"persons": [str(one) for one in command.persons]}
    data |= use_approval(desk, command)
    desk.unit.emit(own_trail(desk), "RecordExported", data=data, payload=payload)
    return Done()


def may_see_whole(actor: Actor, area: str) -> bool:
    """Tell whether whole identity numbers of an area's people are for an actor at all."""
    return WHOLE in access.classes_for(actor, Subject(area)) and access.allowed(
        actor, "view_person_id", Subject(area)
    )
