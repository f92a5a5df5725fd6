"""Lists an office brings along: of each is kept what it was, how long, and how much of it was known."""

from __future__ import annotations

from tasks import office_trail
from tasks.desk import Desk
from tasks.store import rows, tables


def keep(
    desk: Desk, list_id: int, kind: str, area: str, name: str, digest: str, length: int, taken: int
) -> None:
    """Note that a list was taken over, also on the office's trail."""
    rows.add(
        desk.conn, tables.imported_list, id=list_id, kind=kind, area=area, name=name[:200], digest=digest,
        rows=length, taken=taken, made_at=desk.now_us, made_by=desk.actor.user_id,
    )  # fmt: skip
    office_trail.emit(desk, "ListImported", f"list:{list_id}", list=kind, file=name[:200], rows=length,
                      taken=taken, digest=digest)  # fmt: skip
