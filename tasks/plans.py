"""Aid plans: one active a tier, every version kept (CR-12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.codec import dumps
from engine.ids import new_id
from engine.live import Live
from tasks.desk import Desk
from tasks.store import rows, tables
from tasks.store.conn import Connection, RowMapping


def keep(desk: Desk, live: Live, values: Mapping[str, Any]) -> None:
    """Keep the next version of the plan of an instance's tier."""
    context = desk.context(live)
    versions = rows.rows(
        desk.conn, tables.plan, case_id=context.case_id, tier=context.tier, run_no=context.run_no
    )
    rows.add(
        desk.conn, tables.plan, id=new_id(), case_id=context.case_id, tier=context.tier,
        run_no=context.run_no, version=len(versions) + 1, content=dumps(dict(values)),
        made_by=desk.actor.user_id, made_at=desk.now_us,
    )  # fmt: skip


def latest(conn: Connection, case_id: int) -> RowMapping | None:
    """Return the plan of a case that was made last, or None."""
    return rows.first(conn, tables.plan, order="-made_at", case_id=case_id)
