"""Reading is work that leaves a trace: who looked at which trail, whose name he saw and why, what he took.

An auditor changes nothing of a case. What is kept of the reading stands in the trail of the case itself, so
that it can be altered as little as the rest; a search or a list stands in the auditor's own trail.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.clock import to_us
from engine.errors import FormInvalid, NotFound
from tasks import commands_audit as wanted
from tasks.commands import Done
from tasks.desk import Desk
from tasks.queries.audit_find import MOST_EXPORTED
from tasks.queries.trail_owners import Owner, owner_of, require
from tasks.store import rows, tables
from tasks.text import clean_line

#: How long personal data stay uncovered after a reason was given.
OPEN_FOR = timedelta(minutes=30)
#: What a reason has to have at least and may have at most, in characters.
SHORTEST, LONGEST = 4, 200


def _owner(desk: Desk, trail_id: int, wanted: str) -> Owner:
    """Return what a trail belongs to; raise NotFound, or a refusal for who may not what he wants."""
    found = owner_of(desk.conn, trail_id)
    if found is None or not found.rights(wanted):
        raise NotFound()
    require(desk.actor, found, wanted)
    return found


def _done(owner: Owner, **extra: Any) -> Done:
    return Done(case_id=owner.trail_id if owner.kind == "case" else None, extra=extra)


def view_trail(desk: Desk, command: wanted.ViewTrail) -> Done:
    """Keep in a trail that somebody opened it."""
    owner = _owner(desk, command.trail_id, "read")
    desk.emit(command.trail_id, "RecordViewed", viewed="trail")
    return _done(owner)


def unmask(desk: Desk, command: wanted.Unmask) -> Done:
    """Keep why somebody wants to see whom a trail is about; raise FormInvalid without a reason."""
    owner = _owner(desk, command.trail_id, "uncover")
    reason = need_reason(command.reason)
    desk.emit(command.trail_id, "RecordViewed", viewed="person", fields=["P3", "P4*"], reason=reason)
    return _done(owner)


def need_reason(text: str) -> str:
    """Return a reason on one line; raise FormInvalid for one that says nothing or too much."""
    reason = clean_line(text)
    if not SHORTEST <= len(reason) <= LONGEST:
        zh = f"请写明查看个人信息的理由，{SHORTEST}至{LONGEST}个字。"
        en = f"Give the reason for seeing personal data, {SHORTEST} to {LONGEST} characters."
        raise FormInvalid([("reason", zh, en)])
    return reason


def open_since(desk_now: int) -> int:
    """Return the instant (microseconds UTC) since which a reason still counts."""
    return desk_now - OPEN_FOR // timedelta(microseconds=1)


def own_trail(desk: Desk) -> int:
    """Return the trail of what somebody read that belongs to no one case, made when first needed."""
    user_id = desk.actor.user_id or 0
    row = rows.first(desk.conn, tables.trail_owner, kind="reader", person_id=user_id)
    if row is not None:
        return int(row["trail_id"])
    trail = desk.unit.new_trail()
    rows.add(desk.conn, tables.trail_owner, trail_id=trail, kind="reader", person_id=user_id)
    return trail


def note_search(desk: Desk, command: wanted.NoteSearch) -> Done:
    """Keep a search for persons; the words searched for stand beside the chain and may be erased."""
    desk.unit.emit(
        own_trail(desk), "RecordViewed",
        data={"viewed": "search", "by": command.by, "found": command.found}, payload={"term": command.term},
    )  # fmt: skip
    return Done()


def note_export(desk: Desk, command: wanted.NoteExport) -> Done:
    """Keep that something was exported; raise FormInvalid for more rows than may leave at once."""
    data: dict[str, Any] = {"exported": command.what, "hash": command.hash, "rows": command.rows}
    if command.trail_id is not None:
        # everything of the person is in it: as for seeing it, and what comes with it
        owner = _owner(desk, command.trail_id, "take")
        data["reason"] = need_reason(command.reason)
        desk.emit(command.trail_id, "RecordExported", **data)
        return _done(owner, at=to_us(desk.now))
    if command.rows > MOST_EXPORTED:
        zh = f"一次最多导出{MOST_EXPORTED}行，请缩小范围。"
        raise FormInvalid([("rows", zh, f"At most {MOST_EXPORTED} rows may be exported at once.")])
    desk.emit(own_trail(desk), "RecordExported", **data)
    return Done(extra={"at": to_us(desk.now)})
