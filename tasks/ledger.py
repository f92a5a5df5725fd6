"""The ledger of hardship persons: the row, the visit class with its grounds, the visits (01.D3b, 01.D4).

A row is kept by the person's P02. Visits go on until employment or exit and begin again with a lost job
(J.7.9); they are duties of the person, not of a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.codec import dumps, loads
from engine.live import Live
from engine.messages import deliver
from tasks import duties
from tasks.desk import Context, Desk
from tasks.registers import write
from tasks.store import casework, ledger, rows
from tasks.store.conn import RowMapping
from tasks.store.tables_ledger import ledger_row, person_exit
from tasks.windows import window_of

PROCESS = "P02_ledger_person"
CONFIRM = "P02_ConfirmRow"
RULE = "P02_Class_Rule"
VISIT = "P21_Visit"
INTERVAL = "DT-06"
#: Visit class -> the rule that says how often (01.D4b–D4e).
RULE_OF = {1: "DL-005", 2: "DL-006", 3: "DL-007", 4: "DL-008"}
#: What DT-06 says -> frequency of the duty; two a month are one in each half (AMB-14).
_FREQUENCY = {
    ("half_year", 1): "HALF_YEAR", ("quarter", 1): "QUARTER", ("month", 1): "MONTHLY",
    ("month", 2): "HALF_MONTH",
}  # fmt: skip
#: End codes that end the row too (J.2a, MSG-15).
LEAVES = frozenset({"END-AGE", "END-MOVED", "END-DIED", "END-MILITARY", "END-STUDENT", "END-NOLONGER"})


def key_of(person_id: int) -> str:
    """Return the correlation key of what is about a person outside any case."""
    return f"person:{person_id}"


def context_of(desk: Desk, person_id: int) -> Context:
    """Return the context of a person outside any case."""
    return Context(None, person_id, desk.person(person_id)["area"], "community")


def open_row(desk: Desk, person_id: int | None) -> RowMapping | None:
    """Return the row of a person whose P02 has not ended, or None."""
    row = rows.first(desk.conn, ledger_row, person_id=person_id) if person_id is not None else None
    return row if row is not None and row["ended_on"] is None else None


def list_person(desk: Desk, live: Live, person_id: int, source: str) -> None:
    """Put a person on the ledger with the P02 that has just started; one who left comes back."""
    values = {
        "instance_id": live.id, "area": desk.person(person_id)["area"], "source": source,
        "listed_on": desk.today.isoformat(), "confirmed_on": None, "paused": None, "ended_on": None,
        "end_code": None,
    }  # fmt: skip
    if rows.first(desk.conn, ledger_row, person_id=person_id) is None:
        rows.add(desk.conn, ledger_row, person_id=person_id, **values)
    else:
        _change(desk, person_id, **values)


def _change(desk: Desk, person_id: int, **values: Any) -> None:
    casework.update_where(desk.conn, ledger_row, {"person_id": person_id}, **values)


def confirm(desk: Desk, person_id: int, categories: list[str]) -> None:
    """Keep that the row was confirmed today, with the likely categories."""
    _change(desk, person_id, confirmed_on=desk.today.isoformat(), categories=dumps(categories))


def classify(desk: Desk, person_id: int, new: int, grounds: Mapping[str, Any], since: date) -> bool:
    """Keep the visit class with its grounds, and let the visits follow; tell whether it changed."""
    row = open_row(desk, person_id)
    if row is None:
        return False
    _change(desk, person_id, visit_class=new, grounds=dumps(dict(grounds)))
    changed = row["visit_class"] is not None and row["visit_class"] != new
    if changed:
        desk.emit(desk.person_trail(person_id), "ClassChanged", old=row["visit_class"], new=new)
    keep_visits(desk, person_id, since)
    return changed


def proposed_class(desk: Desk, person_id: int) -> int | None:
    """Return the class DT-05 gave when the row was last classified, whatever a worker made of it, or None."""
    row = open_row(desk, person_id)
    return None if row is None or row["grounds"] is None else int(loads(row["grounds"])["proposed"])


def frequency_of(desk: Desk, visit_class: int) -> str:
    """Return how often a class is visited (DT-06)."""
    found = desk.library.tables[INTERVAL].decide({"visit_class": visit_class}, on=desk.today).output
    assert isinstance(found, dict)
    return _FREQUENCY[str(found["period"]), int(found["count"])]


def keep_visits(desk: Desk, person_id: int, since: date) -> None:
    """Open, change or end the visits of a person so that they agree with the ledger from a day on."""
    row = open_row(desk, person_id)
    wanted = None if row is None or not _visited(desk, row) else frequency_of(desk, row["visit_class"])
    found = casework.open_duties(desk.conn, person_id=person_id, kind=VISIT)
    mine = [duty for duty in found if duty["case_id"] is None]
    if row is None or wanted is None:
        for duty in mine:
            duties.close_duty(desk, duty, _why_none(row))
    elif all(duty["frequency"] != wanted for duty in mine):
        context, rule = context_of(desk, person_id), RULE_OF[row["visit_class"]]
        duties.open_duty(desk, context, VISIT, wanted, rule, since, row["instance_id"])
        last = ledger.last_visit(desk.conn, person_id, VISIT)
        if last is not None and last >= window_of(wanted, since, desk.calendar).first.isoformat():
            duties.act_counts(desk, context, VISIT, date.fromisoformat(last))  # made in this window already


def _visited(desk: Desk, row: RowMapping) -> bool:
    """Tell whether a person on the ledger is visited now (AMB-16: a case ends nothing by itself)."""
    if row["visit_class"] is None or row["confirmed_on"] is None or row["paused"] is not None:
        return False
    return bool(desk.setting("visits_during_case")) or (
        casework.active_case(desk.conn, row["person_id"]) is None
    )


def _why_none(row: RowMapping | None) -> str:
    if row is None:
        return "left the ledger"
    return "employment" if row["paused"] is not None else "case open"


def pause(desk: Desk, person_id: int) -> None:
    """End the visits of somebody whose employment is being registered (J.7.9)."""
    if open_row(desk, person_id) is not None:
        _change(desk, person_id, paused="employment")
        keep_visits(desk, person_id, desk.today)


def resume(desk: Desk, person_id: int) -> None:
    """Begin the visits again after a lost job (MSG-25, J.7.9)."""
    if open_row(desk, person_id) is not None:
        _change(desk, person_id, paused=None)
        keep_visits(desk, person_id, desk.today)


def declined(desk: Desk, live: Live, visit_class: int) -> bool:
    """Tell whether the person declined to be brought within the present visit window (J.7.11)."""
    said = live.state.vars.get("declined_on")
    if not said:
        return False
    window = window_of(frequency_of(desk, visit_class), desk.today, desk.calendar)
    return str(said)[:10] >= window.first.isoformat()


def may_accompany(desk: Desk, live: Live, visit_class: int) -> dict[str, bool]:
    """Return what P02_Able_GW asks besides ability and wish (J.7.11)."""
    person_id = desk.context(live).person_id
    assert person_id is not None
    active = casework.active_case(desk.conn, person_id) is not None
    return {"case_active": active, "declined": declined(desk, live, visit_class)}


def would_accompany(desk: Desk, person_id: int) -> bool:
    """Tell whether P02, where it waits for news, would now bring the person to the street (J.7.10)."""
    row = open_row(desk, person_id)
    if row is None or row["visit_class"] is None:
        return False
    live = desk.unit.instance(row["instance_id"])
    if not any("P02_Reclassified_Msg" in token.armed for token in live.state.tokens.values()):
        return False
    facts = ledger.facts_of(desk.person(person_id))
    if not (facts.get("labour_ability") and facts.get("wish")):
        return False
    return not any(may_accompany(desk, live, row["visit_class"]).values())


def leave(desk: Desk, person_id: int, code: str, on: str) -> None:
    """Record that a person has left; his row of the ledger ends where the code says so (J.2a)."""
    if code not in LEAVES:
        return
    known = rows.first(desk.conn, person_exit, person_id=person_id)
    values = {"end_code": code, "effective_on": on, "recorded_at": desk.now_us}
    if known is None:
        rows.add(desk.conn, person_exit, person_id=person_id, **values)
    else:
        casework.update_where(desk.conn, person_exit, {"person_id": person_id}, **values)
    row = open_row(desk, person_id)
    if row is not None:
        trail = desk.person_trail(person_id)
        deliver(
            desk.unit, "MSG-15", key_of(person_id), {}, trail_id=trail, only=row["instance_id"], starts=False
        )


def returned(desk: Desk, person_id: int) -> None:
    """Forget that a person had left: he was found at home, within the scope of the survey."""
    ledger.forget_exit(desk.conn, person_id)


def over(desk: Desk, live: Live) -> None:
    """End the row of a P02 that is over, and the visits with it."""
    person_id = desk.context(live).person_id
    row = open_row(desk, person_id)
    if row is None or row["instance_id"] != live.id or person_id is None:
        return
    left = rows.first(desk.conn, person_exit, person_id=person_id)
    _change(desk, person_id, ended_on=desk.today.isoformat(), end_code=left["end_code"] if left else None)
    write.leave_stock(desk, live.id)
    keep_visits(desk, person_id, desk.today)
    for duty in casework.open_duties(desk.conn, person_id=person_id, kind="P21_Recheck"):
        if duty["case_id"] is None:
            duties.close_duty(desk, duty, _why_none(None))


def moved(desk: Desk, person_id: int, area: str) -> list[int]:
    """Let what a person has outside any case follow him to another community; return its instances."""
    _change(desk, person_id, area=area)
    instances = ledger.open_of_person(desk.conn, person_id)
    ledger.move(desk.conn, person_id, area)
    return instances
