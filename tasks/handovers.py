"""Hand-overs between tiers: submitted with a package, accepted by a claim above, or returned (J.7.6)."""

from __future__ import annotations

from typing import Any

from engine.codec import dumps
from engine.errors import IllegalState
from engine.ids import new_id
from engine.live import Live
from engine.messages import send
from tasks import cases, deadlines, referrals
from tasks.desk import Desk
from tasks.store import rows, tables
from tasks.store.conn import RowMapping

UP = {"community": "street", "street": "district"}


def submit(desk: Desk, live: Live, message: str, package: dict[str, Any]) -> int:
    """Record that a tier hands a case up; return the record's id."""
    context = desk.context(live)
    assert context.case_id is not None
    made = new_id()
    rows.add(
        desk.conn, tables.hand_over, id=made, case_id=context.case_id, message=message, from_instance=live.id,
        from_tier=context.tier, to_tier=UP[context.tier], package=dumps(package), state="submitted",
        submitted_at=desk.now_us, submitted_by=desk.actor.user_id,
    )  # fmt: skip
    desk.emit(context.case_id, "HandOverSubmitted", live=live, message=message, to=UP[context.tier])
    return made


def received(desk: Desk, hand_over_id: int, live: Live) -> None:
    """Note which instance above received a hand-over."""
    rows.change(desk.conn, tables.hand_over, hand_over_id, to_instance=live.id)


def open_of(desk: Desk, case_id: int) -> RowMapping | None:
    """Return the hand-over of a case that waits for an answer."""
    return rows.first(desk.conn, tables.hand_over, "-submitted_at", case_id=case_id, state="submitted")


def waiting(desk: Desk, case_id: int) -> RowMapping:
    """Return the hand-over of a case that waits for an answer; raise IllegalState when none does."""
    row = open_of(desk, case_id)
    if row is None:
        raise IllegalState(detail="没有等待接收的移交，或移交已被接收")
    return row


def accept_by_claim(desk: Desk, live: Live) -> None:
    """Accept the hand-over an instance came by, when its first task is claimed or completed."""
    row = rows.first(desk.conn, tables.hand_over, to_instance=live.id, state="submitted")
    if row is not None and desk.actor.user_id is not None:
        _answer(desk, row, "accepted")
        _tell(desk, row, "MSG-04", {})


def accept(desk: Desk, case_id: int) -> None:
    """Accept the open hand-over of a case; raise IllegalState when none waits."""
    row = waiting(desk, case_id)
    _answer(desk, row, "accepted")
    _tell(desk, row, "MSG-04", {})


def give_back(desk: Desk, case_id: int, reason: str, missing: str) -> None:
    """Return the open hand-over of a case with a reason: the upper instance ends, the lower goes on.

    Raises IllegalState when none waits (a return after acceptance).
    """
    row = waiting(desk, case_id)
    _answer(desk, row, "returned", reason=reason, missing=missing)
    if row["to_instance"] is not None:
        upper = desk.unit.instance(row["to_instance"])
        referrals.cancel_open(desk, case_id, upper)
        deadlines.close_of_process(desk, upper, "returned")
        desk.unit.cancel(upper.id, "returned")
    cases.give_back_tier(desk, case_id, row["from_tier"])
    _tell(desk, row, "MSG-19", {})


def closed_with(desk: Desk, live: Live) -> None:
    """A hand-over that nobody answered ends with either side: it can be neither accepted nor returned."""
    table = tables.hand_over
    for row in (
        *rows.rows(desk.conn, table, state="submitted", from_instance=live.id),
        *rows.rows(desk.conn, table, state="submitted", to_instance=live.id),
    ):
        rows.change(desk.conn, table, row["id"], state="closed", answered_at=desk.now_us)


def _answer(desk: Desk, row: RowMapping, state: str, **more: Any) -> None:
    rows.change(
        desk.conn, tables.hand_over, row["id"], state=state, answered_at=desk.now_us,
        answered_by=desk.actor.user_id, **more,
    )  # fmt: skip
    kind = "HandOverAccepted" if state == "accepted" else "HandOverReturned"
    desk.emit(row["case_id"], kind, message=row["message"], **more)


def _tell(desk: Desk, row: RowMapping, message: str, values: dict[str, Any]) -> None:
    key = f"case:{row['case_id']}"
    send(desk.unit, message, key, values, trail_id=row["case_id"], only=row["from_instance"], starts=False)
