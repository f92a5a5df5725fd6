"""Benefits: periods a person enjoyed, and what the office should think of now (RULES D.8, DT-15).

A hint is a reminder, never a decision: amounts, terms and counts are not in the policy texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from engine.decisions import Decision
from engine.errors import FormInvalid
from engine.ids import new_id
from tasks import benefit_expiry, decide
from tasks.desk import Context, Desk
from tasks.store import rows, tables
from tasks.store.conn import RowMapping
from tasks.text import written_day

TABLE = "DT-15"
#: 京人社就发〔2025〕14号 in force (R000-16.1): before and after it the once more of R000-08.3 is counted.
IN_FORCE = date(2026, 1, 1)
AGAIN = "BEN-SI-FLEX-AGAIN"
_FLEXIBLE = frozenset({"BEN-SI-FLEX", AGAIN})
#: Since the notice for public-welfare posts alone; periods granted earlier run to their end (AMB-32).
POST = "BEN-POST"


def grant(
    desk: Desk, context: Context, given: Sequence[Mapping[str, Any]], field: str, element: str | None = None
) -> None:
    """Record benefit periods, and in the trail which rows of DT-15 spoke on this day.

    Raises FormInvalid, at a field of the form, for a post subsidy from 2026 on for other work (R000-09.1),
    and for the once more of R000-08.3 where it is on record already (DL-107: counted by person).
    """
    if not given:
        return
    assert context.person_id is not None
    inputs, said = _hinted(desk, context.person_id, context.case_id)
    placed = inputs["placement"] == "PUBLIC_WELFARE" or desk.today < IN_FORCE
    for row in given:
        if row["code"] == POST and str(row["starts_on"]) >= IN_FORCE.isoformat() and not placed:
            zh = "自2026年1月1日起，岗位补贴只给公益性岗位安置的就业困难人员；请改选其他政策，或先登记安置。"
            en = "From 1 January 2026 the post subsidy is for people placed in public-welfare posts alone."
            raise FormInvalid([(field, zh, en)])
    _only_once(desk, context.person_id, given, field)
    for row in given:
        record(desk, context.person_id, row["code"], row["starts_on"], row.get("ends_on"))
    read = {name: inputs.get(name) for name in sorted(desk.library.tables[TABLE].names)}
    told = decide.proof(TABLE, said)
    desk.emit(desk.trail(context), "DecisionMade", element=element, inputs=read, **told)


def _only_once(desk: Desk, person_id: int, given: Sequence[Mapping[str, Any]], field: str) -> None:
    asked = [str(row["starts_on"]) for row in given if row["code"] == AGAIN]
    if not asked:
        return
    had = [row["starts_on"] for row in rows.rows(desk.conn, tables.benefit, person_id=person_id, code=AGAIN)]
    first, *more = sorted(had) + sorted(asked)
    if more:
        since = written_day(date.fromisoformat(first))
        zh = f"“再享受一次灵活就业社会保险补贴”每人只有一次（R000-08.3），已有自{since}起的一次，不能再登记。"
        en = f"The subsidy once more is given once a person (R000-08.3); one from {first} is on record."
        raise FormInvalid([(field, zh, en)])


def record(desk: Desk, person_id: int, code: str, starts_on: Any, ends_on: Any) -> int:
    """Record a benefit period; return its id."""
    made = new_id()
    rows.add(
        desk.conn, tables.benefit, id=made, person_id=person_id, code=code, starts_on=str(starts_on),
        ends_on=None if ends_on is None else str(ends_on), recorded_at=desk.now_us,
        recorded_by=desk.actor.user_id,
    )  # fmt: skip
    row = rows.first(desk.conn, tables.benefit, id=made)
    if row is not None:
        benefit_expiry.arrange(desk, row)
    return made


def hints(desk: Desk, person_id: int, case_id: int | None = None) -> list[str]:
    """Return the benefits a person may ask for today by placement, history and date, each code once."""
    _inputs, found = _hinted(desk, person_id, case_id)
    return list(dict.fromkeys(str(code) for code in found.output))


def _hinted(desk: Desk, person_id: int, case_id: int | None) -> tuple[dict[str, Any], Decision]:
    inputs = hint_inputs(desk, person_id, case_id)
    return inputs, decide.ask(desk, TABLE, inputs)


def hint_inputs(desk: Desk, person_id: int, case_id: int | None) -> dict[str, Any]:
    """Return the inputs of DT-15 today: the person's facts, present work, and the periods enjoyed so far."""
    inputs = decide.person_inputs(desk, person_id)
    case = desk.case(case_id)["data"] if case_id is not None else {}
    work = rows.rows(desk.conn, tables.employment, "-created_at", person_id=person_id, lost_on=None)
    present = next((row["kind"] for row in work if case_id in (None, row["case_id"])), "")
    waits = rows.first(desk.conn, tables.placement, person_id=person_id, case_id=case_id, ended_at=None)
    return {
        **inputs,
        "placement": present,
        "hardship": bool(case.get("recognised_at") or decide.categories(desk, person_id)),
        "market_exhausted": waits is not None and bool(case.get("market_exhausted")),
        **_enjoyed(desk, rows.rows(desk.conn, tables.benefit, person_id=person_id)),
    }


def _enjoyed(desk: Desk, periods: Sequence[RowMapping]) -> Mapping[str, Any]:
    """Count the periods enjoyed before and since the notice, and tell what still runs (AMB-31, AMB-32)."""
    flexible = [row for row in periods if row["code"] in _FLEXIBLE]
    before = sum(row["starts_on"] < IN_FORCE.isoformat() for row in flexible)
    times = desk.setting("flexible_subsidy_times")
    return {
        "flexible_before": before,
        "flexible_since": len(flexible) - before,
        "flexible_left": times is not None and len(flexible) < times,
        "flexible_running": any(_runs(row, desk.today) for row in flexible),
        "post_subsidy_running": any(
            row["code"] == POST and row["starts_on"] < IN_FORCE.isoformat() and _runs(row, desk.today)
            for row in periods
        ),
    }


def _runs(row: RowMapping, on: date) -> bool:
    ends = row["ends_on"]
    return bool(row["starts_on"] <= on.isoformat() and (ends is None or ends >= on.isoformat()))
