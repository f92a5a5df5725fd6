"""Notices in the product: who should know what. No mail leaves from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.codec import dumps
from engine.ids import new_id
from tasks import accounts
from tasks.desk import Desk
from tasks.store import rows, tables


def tell(
    desk: Desk, user_id: int, kind: str, case_id: int | None, data: Mapping[str, Any],
    task_id: int | None = None,
) -> None:  # fmt: skip
    """Leave a notice for one person."""
    rows.add(
        desk.conn, tables.notice, id=new_id(), user_id=user_id, kind=kind, case_id=case_id, task_id=task_id,
        data=dumps(dict(data)), created_at=desk.now_us,
    )  # fmt: skip


def tell_supervisors(
    desk: Desk, area: str, kind: str, case_id: int | None, data: Mapping[str, Any]
) -> None:
    """Leave a notice for every supervisor over an area."""
    for row in accounts.staff(desk.conn, "supervisor", area):
        tell(desk, row["id"], kind, case_id, data)


def settle(desk: Desk, user_id: int, kind: str) -> None:
    """Take the unread notices of a kind for read: a new one says how things stand now."""
    n = tables.notice.c
    desk.conn.execute(
        tables.notice.update()
        .where(n.user_id == user_id, n.kind == kind, n.read_at.is_(None))
        .values(read_at=desk.now_us)
    )
