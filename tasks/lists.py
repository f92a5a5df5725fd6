"""Lists an office brings along: of each is kept what it was, how long, and how much of it was known."""

from __future__ import annotations

from engine.ids import new_id
from tasks.desk import Desk
from tasks.store import rows, tables


def keep(desk: Desk, kind: str, area: str, name: str, digest: str, length: int, taken: int) -> int:
    """Note that a list was taken over; return its id."""
    made = new_id()
    rows.add(
        desk.conn, tables.imported_list, id=made, kind=kind, area=area, name=name[:200], digest=digest,
        rows=length, taken=taken, made_at=desk.now_us, made_by=desk.actor.user_id,
    )  # fmt: skip
    return made
