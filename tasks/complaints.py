"""Complaints (P20): taken in by any worker, handled by the supervisor on receipt (R003-16.6)."""

from __future__ import annotations

from datetime import date

from engine.errors import FormInvalid, IllegalState
from engine.ids import new_id
from engine.live import Live
from tasks import access, org
from tasks.access import Subject
from tasks.commands import Done
from tasks.desk import Context, Desk
from tasks.forms.command_forms import accept_values
from tasks.matter_commands import FileComplaint
from tasks.people import phone_of
from tasks.store import papers as series
from tasks.store import rows, tables
from tasks.store.market import case_of

PROCESS = "P20_complaint"


def file(desk: Desk, command: FileComplaint) -> Done:
    """Take a complaint in and start its handling at the street, or at the district where it is about that."""
    values = accept_values(desk, "file_complaint", command.values)
    unit = org.get_unit(desk.conn, int(values["unit"]))
    access.authorize_start(desk.actor, PROCESS, Subject(unit.path))
    if not desk.deployed(PROCESS):
        raise IllegalState(detail="接诉即办流程还没有发布")
    phone, problems = phone_of(values.get("phone") or "")
    case = case_of(desk.conn, str(values["case_no"]).upper()) if values.get("case_no") else None
    if values.get("case_no") and (case is None or not str(case["area"]).startswith(unit.path)):
        problems.append(("case_no", "该机构没有这个案件编号，请核对。", "The office has no such case."))
    if problems:
        raise FormInvalid(problems)
    made, number = new_id(), _number(desk, unit.path)
    rows.add(
        desk.conn, tables.complaint, id=made, number=number, area=unit.path,
        received_on=values["received_on"].isoformat(), source=values["source"],
        complainant=values.get("complainant"), phone=phone or None, content=values["content"],
        case_id=None if case is None else case["id"], filed_at=desk.now_us, filed_by=desk.actor.user_id,
    )  # fmt: skip
    tier = "district" if unit.level == "district" else "street"
    live = desk.start(PROCESS, Context(None, None, unit.path, tier, matter=f"complaint:{made}"))
    return Done(instance_id=live.id, extra={"number": number})


def require_received(desk: Desk, live: Live, on: date) -> None:
    """Raise FormInvalid for a reply before the day on which the complaint came in (J.5)."""
    found = rows.first(desk.conn, tables.complaint, id=int(live.key.removeprefix("complaint:")))
    if found is not None and on.isoformat() < found["received_on"]:
        zh = f"答复日期不能早于收到诉求的日期{found['received_on']}。"
        raise FormInvalid([("replied_on", zh, "The complaint was not there yet on this day.")])


def _number(desk: Desk, area: str) -> str:
    district = int(org.path_at(area, "district").strip("/").split("/")[-1])
    return f"诉{desk.today.year}-{series.take_number(desk.conn, 'complaint', district, desk.today.year):04d}"
