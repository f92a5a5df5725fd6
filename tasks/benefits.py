"""Benefit periods of a person: what was enjoyed, from when to when (D.8)."""

from __future__ import annotations

from typing import Any

from engine.ids import new_id
from tasks.desk import Desk
from tasks.store import rows, tables


def record(desk: Desk, person_id: int, code: str, starts_on: Any, ends_on: Any) -> int:
    """Record a benefit period; return its id."""
    made = new_id()
    rows.add(
        desk.conn, tables.benefit, id=made, person_id=person_id, code=code, starts_on=str(starts_on),
        ends_on=None if ends_on is None else str(ends_on), recorded_at=desk.now_us,
        recorded_by=desk.actor.user_id,
    )  # fmt: skip
    return made
