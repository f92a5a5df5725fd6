"""What a home visit does to the ledger: another class at once, and how far apart two visits lie (J.7.10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.errors import GuardUnmet
from engine.live import Live
from tasks import decide, ledger
from tasks.desk import Desk
from tasks.store import ledger as store
from tasks.store import rows, tables
from tasks.text import written_day


def reclassify(desk: Desk, person_id: int, on: date) -> None:
    """Write the class that follows from what a visit found (J.7.10)."""
    made = decide.class_decision(desk, person_id)
    if made is None or not isinstance(made.output, dict):
        return
    new = int(made.output["visit_class"])
    grounds = {"table": decide.CLASS, "row": made.rules_hit[0], "proposed": new, "visit": on.isoformat()}
    ledger.classify(desk, person_id, new, grounds, on)


def require_gap(desk: Desk, live: Live, values: Mapping[str, Any]) -> None:
    """Raise GuardUnmet for two visits of one month that lie too close together (AMB-14)."""
    duty_id = desk.context(live).duty_id
    duty = rows.first(desk.conn, tables.duty, id=duty_id) if duty_id is not None else None
    if duty is None or duty["frequency"] != "HALF_MONTH" or values.get("signal") != "NONE":
        return
    gap, on = int(desk.setting("visit_minimum_gap_days")), values["visited_on"]
    for other in store.visits_in_month(desk.conn, duty["person_id"], ledger.VISIT, on):
        day = date.fromisoformat(other)
        if abs((on - day).days) < gap:
            raise GuardUnmet(missing=f"同月两次走访须间隔{gap}日以上，另一次走访为{written_day(day)}")
