"""Taking many lines along needs a second person (THR-14): asked with a reason, granted by a supervisor.

What is granted is one file: this register, office, period and filter, once, for three days.
"""

from __future__ import annotations

from datetime import timedelta

from engine.clock import to_us
from engine.errors import AidError, FormInvalid, FourEyes, IllegalState, NotFound
from engine.ids import new_id
from tasks import access, notices
from tasks.access import Subject
from tasks.auditing import need_reason, own_trail
from tasks.commands import Done
from tasks.commands_register import AskExport, DecideExport, ExportRegister
from tasks.desk import Desk
from tasks.store import register_exports as store
from tasks.store import rows
from tasks.store.tables_registers import register_export
from tasks.text import clean_line

#: Lines that may leave at once even with a second person: about a month of a street.
MOST = 5_000
#: How long a granted request may be used.
OPEN_FOR = timedelta(days=3)
SETTING = "export_rows_alone"


class NeedsApproval(AidError):
    """More lines are wanted than one person may take along alone."""

    code = "needs_approval"
    zh = "本次导出{rows}行，超过一人可以导出的{most}行，须由另一人批准。请写明事由，提出申请。"
    en = "{rows} lines are more than the {most} one person may take along; ask, with the reason."


def require_possible(count: int) -> None:
    """Raise FormInvalid for more lines than may leave at once."""
    if count > MOST:
        zh = f"一次最多导出{MOST}行，请缩小期间或范围。"
        raise FormInvalid([("rows", zh, f"At most {MOST} lines may be exported at once.")])


def ask_export(desk: Desk, command: AskExport) -> Done:
    """Ask for an export; raise FormInvalid without a reason, IllegalState where none has to be asked for."""
    access.authorize(desk.actor, "export_register", Subject(command.area))
    require_possible(command.rows)
    if command.rows <= desk.setting(SETTING):
        raise IllegalState(detail="这次导出不需要批准，可以直接导出")
    user_id = desk.actor.user_id
    if user_id is None:
        raise NotFound
    same = store.waiting(desk.conn, user_id, **_question(command))
    if same is not None and not _over(desk, same["decided_at"]):
        raise IllegalState(detail="已有同样的申请，正在等待批准或已经批准")
    made = new_id()
    reason = need_reason(command.reason)
    rows.add(
        desk.conn, register_export, id=made, rows=command.rows, reason=reason, state="asked",
        asked_at=desk.now_us, asked_by=user_id, **_question(command),
    )  # fmt: skip
    data = {"register": command.register, "area": command.area, "rows": command.rows, "reason": reason}
    desk.unit.emit(own_trail(desk), "ExportAsked", data={"export": str(made), **data})
    notices.tell_supervisors(desk, command.area, "ExportAsked", None, data)
    return Done(extra={"export_id": str(made)})


def _question(command: AskExport | ExportRegister) -> dict[str, object]:
    names = ("register", "area", "first", "last", "facet", "whole")
    return {name: getattr(command, name) for name in names}


def _over(desk: Desk, decided_at: int | None) -> bool:
    return decided_at is not None and decided_at < to_us(desk.now - OPEN_FOR)


def decide_export(desk: Desk, command: DecideExport) -> Done:
    """Grant or refuse a request; raise FourEyes for who asked, IllegalState where it was decided."""
    row = store.by_id(desk.conn, command.export_id, lock=True)
    if row is None:
        raise NotFound
    access.authorize(desk.actor, "approve_export", Subject(row["area"]))
    if row["asked_by"] == desk.actor.user_id:
        raise FourEyes()
    note = clean_line(command.note)[:200]
    if not command.granted and not note:
        raise FormInvalid([("note", "请写明不批准的理由。", "Say why it is refused.")])
    state = "granted" if command.granted else "refused"
    decided = {"decided_at": desk.now_us, "decided_by": desk.actor.user_id, "note": note}
    if not store.change(desk.conn, row["id"], "asked", state=state, **decided):
        raise IllegalState(detail="这一申请已经处理过")
    kind = "ExportGranted" if command.granted else "ExportRefused"
    data = {"register": row["register"], "area": row["area"], "rows": row["rows"], "reason": note}
    desk.unit.emit(own_trail(desk), kind, data={"export": str(row["id"]), **data})
    notices.tell(desk, row["asked_by"], kind, None, data)
    return Done(extra={"export_id": str(row["id"])})


def use_approval(desk: Desk, command: ExportRegister) -> dict[str, object]:
    """Return what is recorded of the second person, whose grant is used up; raise NeedsApproval without one.

    Lines that came since it was asked may go along while they are no more than one may take alone.
    """
    alone = desk.setting(SETTING)
    if command.rows <= alone:
        return {}
    refused = NeedsApproval(rows=command.rows, most=alone)
    if desk.actor.user_id is None:
        raise refused
    row = store.waiting(desk.conn, desk.actor.user_id, **_question(command))
    if row is None or row["state"] != "granted" or _over(desk, row["decided_at"]):
        raise refused
    if command.rows - row["rows"] > alone or not store.change(desk.conn, row["id"], "granted", state="taken"):
        raise refused
    return {"export": str(row["id"]), "granted_by": str(row["decided_by"])}
