"""Employment: found by a referral, by own effort or by a check; registered; lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.errors import FormInvalid, IllegalState
from engine.ids import new_id
from engine.messages import deliver
from tasks import ledger, placements
from tasks.desk import Context, Desk
from tasks.store import casework, rows, tables
from tasks.store.conn import RowMapping

REGISTRATION = "P07_employment_registration"
FOLLOW_UP = "P09_follow_up"
#: Of a case: a job was lost, and nobody has decided yet about second assistance.
LOSS_OPEN = "loss_open"


def record(desk: Desk, context: Context, values: Mapping[str, Any], source: str, confirmed: date) -> int:
    """Record that a person has work (employment_kind, employer, employed_on); return the row's id."""
    made = new_id()
    employed = values.get("employed_on") or confirmed
    rows.add(
        desk.conn, tables.employment, id=made, person_id=context.person_id, case_id=context.case_id,
        run_no=context.run_no, kind=values.get("employment_kind") or "UNIT",
        employer=values.get("employer"), employed_on=str(employed), confirmed_on=confirmed.isoformat(),
        source=source, created_at=desk.now_us,
    )  # fmt: skip
    return made


def latest(desk: Desk, context: Context) -> RowMapping | None:
    """Return the latest employment of a person that was not lost."""
    return rows.first(
        desk.conn, tables.employment, "-created_at", person_id=context.person_id, lost_on=None
    )


def tell_loss(desk: Desk, case_id: int, instance: int, catch: str) -> None:
    """Give MSG-25 to one process whose catch has opened, where it still waits there.

    The message of the day was taken by another process of the case, before this one waited for it.
    """
    live = desk.unit.instance(instance)
    if live.status == "running" and any(catch in token.armed for token in live.state.tokens.values()):
        deliver(desk.unit, "MSG-25", f"case:{case_id}", {}, trail_id=case_id, only=instance, starts=False)


def to_register(desk: Desk, context: Context) -> RowMapping | None:
    """Return the employment a registration is about: the latest one, though it was lost meanwhile."""
    found = latest(desk, context)
    if found is None and context.case_id is not None:
        found = rows.first(desk.conn, tables.employment, "-created_at", case_id=context.case_id)
    return found


def lost_before(desk: Desk, context: Context) -> bool:
    """Tell whether a person lost a job before the one at hand."""
    at_hand = to_register(desk, context)
    number = None if at_hand is None else at_hand["id"]
    known = rows.rows(desk.conn, tables.employment, person_id=context.person_id)
    return any(row["lost_on"] is not None and row["id"] != number for row in known)


def present(desk: Desk, case_id: int) -> RowMapping | None:
    """Return the latest employment of a case that was not lost."""
    return rows.first(desk.conn, tables.employment, "-created_at", case_id=case_id, lost_on=None)


def require_end(desk: Desk, case_id: int, end_code: str | None) -> None:
    """Raise FormInvalid where a case cannot close so: END-STABLE and END-WELFARE are ends of present work."""
    work = present(desk, case_id)
    if end_code == "END-WELFARE" and (work is None or work["kind"] != "PUBLIC_WELFARE"):
        zh = "本人现在不在公益性岗位，不能以“公益性岗位托底安置”结案。"
        raise FormInvalid([("end_code", zh, "The person holds no public-welfare post now.")])
    if end_code == "END-STABLE" and work is None:
        zh = "本人已失去岗位，不能以“稳定就业”结案。"
        raise FormInvalid([("end_code", zh, "The person has lost the job.")])


def require_job(desk: Desk, case_id: int) -> None:
    """Raise IllegalState where there is no job to lose: the news would wait for a follow-up of another one.

    A loss may be told again while its run goes on; once help has begun anew it is known.
    """
    if rows.first(desk.conn, tables.employment, case_id=case_id) is None:
        raise IllegalState(detail="本案没有就业记录")
    running = {row["process_id"] for row in casework.open_instances(desk.conn, case_id)}
    if present(desk, case_id) is None and not running & {REGISTRATION, FOLLOW_UP}:
        raise IllegalState(detail="失去岗位已登记，再次援助以来没有新的就业记录")


def may_find(desk: Desk, case_id: int) -> None:
    """Raise IllegalState while the job already found is being registered: P07 runs once an employment."""
    open_now = casework.open_instances(desk.conn, case_id)
    if present(desk, case_id) is not None and any(row["process_id"] == REGISTRATION for row in open_now):
        raise IllegalState(detail="已确认就业，正在办理就业登记")


def take_back(desk: Desk, context: Context) -> None:
    """End an employment recorded by a step that is done again; a registered one stays."""
    row = latest(desk, context)
    if row is not None and row["registered_on"] is None and row["case_id"] == context.case_id:
        rows.change(desk.conn, tables.employment, row["id"], lost_on=row["employed_on"],
                    lost_reason="退回更正")  # fmt: skip


def register(desk: Desk, context: Context, values: Mapping[str, Any]) -> None:
    """Note the registration of the latest employment, with what the form says of it."""
    row = to_register(desk, context)
    if row is None:
        record(desk, context, values, "OTHER", desk.today)
        row = latest(desk, context)
    assert row is not None
    rows.change(
        desk.conn, tables.employment, row["id"], registered_on=str(values["registered_on"]),
        kind=values["employment_kind"], employer=values.get("employer") or row["employer"],
        employed_on=str(values["employed_on"]),
    )  # fmt: skip


def lose(desk: Desk, context: Context, lost_on: Any, reason: str | None) -> None:
    """Note that the latest employment was lost, and a public-welfare placement with it.

    Raises FormInvalid for a day before the employment began.
    """
    row = latest(desk, context)
    if row is not None:
        if str(lost_on) < row["employed_on"]:
            zh = f"失去岗位日期不能早于就业日期{row['employed_on']}。"
            raise FormInvalid([("lost_on", zh, "The job was not held yet on this day.")])
        rows.change(desk.conn, tables.employment, row["id"], lost_on=str(lost_on), lost_reason=reason)
    if context.person_id is not None:
        placements.end(desk, context.person_id, "job lost")
        ledger.resume(desk, context.person_id)
    desk.emit(desk.trail(context), "JobLost", on=str(lost_on))
    if context.case_id is not None:
        desk.change_case(context.case_id, {LOSS_OPEN: True})
    if context.person_id is not None:
        from tasks import zero_families

        zero_families.look(desk, context.person_id)
