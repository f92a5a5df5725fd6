"""Referrals and their outcomes: what the counters of RULES C.1 count, per tier and run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from engine.errors import FormInvalid, IllegalState
from engine.ids import new_id
from engine.live import Live
from tasks.desk import Desk
from tasks.store import casework, rows, tables
from tasks.store.conn import RowMapping


def of_tier(desk: Desk, live: Live) -> list[RowMapping]:
    """Return the referrals of an instance's tier and run, in order."""
    context = desk.context(live)
    return rows.rows(
        desk.conn, tables.referral, "seq", case_id=context.case_id, tier=context.tier, run_no=context.run_no
    )


def add(desk: Desk, live: Live, *, employer: str, post: str, referred_on: date, **more: Any) -> int:
    """Record a referral with an open outcome; return its number in the tier and run."""
    context = desk.context(live)
    seq = len(of_tier(desk, live)) + 1
    rows.add(
        desk.conn, tables.referral, id=new_id(), case_id=context.case_id, instance_id=live.id,
        tier=context.tier, run_no=context.run_no, seq=seq, employer=employer, post=post,
        referred_on=referred_on.isoformat(), created_at=desk.now_us, **more,
    )  # fmt: skip
    desk.emit(live.trail_id, "ReferralMade", live=live, tier=context.tier, seq=seq, employer=employer,
              post=post, on=referred_on.isoformat())  # fmt: skip
    return seq


def latest_open(desk: Desk, live: Live) -> RowMapping | None:
    """Return the last referral of the tier and run that has no outcome yet."""
    found = [row for row in of_tier(desk, live) if row["outcome"] is None]
    return found[-1] if found else None


def set_interview(desk: Desk, live: Live, on: date) -> None:
    """Note the interview of the open referral."""
    row = latest_open(desk, live)
    if row is not None:
        rows.change(desk.conn, tables.referral, row["id"], interview_on=on.isoformat())


def record_outcome(
    desk: Desk, live: Live, outcome: str, reason: str | None, explanation: str | None,
    seq: int | None = None,
) -> None:  # fmt: skip
    """Record the outcome of a referral (the last open one by default); raise IllegalState without one."""
    if seq is None:
        row = latest_open(desk, live)
    else:
        row = next((r for r in of_tier(desk, live) if r["seq"] == seq and r["outcome"] is None), None)
    if row is None:
        raise IllegalState(detail="没有等待结果的推荐")
    rows.change(
        desk.conn, tables.referral, row["id"], outcome=outcome, outcome_on=desk.today.isoformat(),
        reason=reason if outcome == "NOT_HIRED" else None, explanation=explanation,
    )  # fmt: skip
    desk.emit(live.trail_id, "OutcomeRecorded", live=live, tier=row["tier"], seq=row["seq"], outcome=outcome,
              reason=reason)  # fmt: skip


def record_others(desk: Desk, live: Live, others: Sequence[Mapping[str, Any]], but: int | None) -> None:
    """Record the outcomes of further open referrals by number; raise FormInvalid for an unknown one."""
    open_ones = {row["seq"] for row in of_tier(desk, live) if row["outcome"] is None} - {but}
    named: set[int] = set()
    for other in others:
        if other["seq"] in named:
            zh = f"第{other['seq']}次推荐填写了两次，请只保留一行。"
            raise FormInvalid([("other_outcomes", zh, f"Referral {other['seq']} is named twice.")])
        named.add(other["seq"])
        if other["seq"] not in open_ones:
            zh = f"第{other['seq']}次推荐不存在或已有结果，请核对。"
            raise FormInvalid([("other_outcomes", zh, f"Referral {other['seq']} is not open.")])
        record_outcome(desk, live, other["outcome"], other.get("reason") or "POST", None, other["seq"])


def reopen(desk: Desk, live: Live, seq: int) -> str | None:
    """Open the outcome of a referral again because its step is done again; return what it was."""
    row = next((r for r in of_tier(desk, live) if r["seq"] == seq), None)
    if row is None or row["outcome"] is None:
        return None
    rows.change(desk.conn, tables.referral, row["id"], outcome=None, outcome_on=None, reason=None,
                explanation=None)  # fmt: skip
    return str(row["outcome"])


def cancel(desk: Desk, live: Live, seq: int) -> None:
    """Cancel an open referral of the tier by its number; it counts for nothing."""
    row = next((r for r in of_tier(desk, live) if r["seq"] == seq and r["outcome"] is None), None)
    if row is not None:
        _cancel(desk, live.trail_id, row)


def _cancel(desk: Desk, trail_id: int, row: RowMapping) -> None:
    rows.change(
        desk.conn, tables.referral, row["id"], outcome="CANCELLED", outcome_on=desk.today.isoformat()
    )
    desk.emit(trail_id, "OutcomeRecorded", tier=row["tier"], seq=row["seq"], outcome="CANCELLED")


def change_reason(desk: Desk, live: Live, reason: str) -> None:
    """Change the reason of the last failed referral after the second look (AMB-03)."""
    failed = [row for row in of_tier(desk, live) if row["outcome"] == "NOT_HIRED"]
    if failed:
        rows.change(desk.conn, tables.referral, failed[-1]["id"], reason=reason)
        desk.emit(live.trail_id, "OutcomeRecorded", live=live, tier=failed[-1]["tier"],
                  seq=failed[-1]["seq"], outcome="NOT_HIRED", reason=reason)  # fmt: skip


def failed_count(desk: Desk, live: Live) -> int:
    """Return the failed referrals of an instance's tier and run."""
    context = desk.context(live)
    assert context.case_id is not None
    return casework.failed_referrals(desk.conn, context.case_id, context.tier, context.run_no)


def cancel_open(desk: Desk, case_id: int, live: Live | None = None) -> None:
    """Give every referral without an outcome (of one instance, or of the case) the outcome CANCELLED."""
    found = rows.rows(desk.conn, tables.referral, case_id=case_id, outcome=None)
    for row in found:
        if live is None or row["instance_id"] == live.id:
            _cancel(desk, case_id, row)
