"""The month-end check of social insurance (P08): who has three months in a row, and what is verified."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from engine.errors import FormInvalid
from engine.live import Live
from tasks import cases, deadlines, employments, matters
from tasks import casework as casework_of_case
from tasks.desk import Context, Desk
from tasks.store import casework, rows, tables
from tasks.store import matters as store

PROCESS = "P08_social_insurance_check"
LEDGER = "P02_ledger_person"
SOURCE = "SI_CHECK"
#: How many months of contributions in a row make a hit (R004-16.D2b).
IN_A_ROW = 3
#: Rows a form takes; further hits of the imported lists are verified all the same.
SHOWN = 50
_MONTH = re.compile(r"([12][0-9]{3})[-/.年]?(0?[1-9]|1[0-2])月?", re.ASCII)


def month_of(typed: str) -> str | None:
    """Return a month as it is stored (`2026-06`) from `2026-06`, `2026/6`, `202606` or `2026年6月`."""
    found = _MONTH.fullmatch(typed.strip().replace(" ", ""))
    return None if found is None else f"{found[1]}-{int(found[2]):02d}"


def months_until(month: str, number: int = IN_A_ROW) -> list[str]:
    """Return so many months in a row that end with a month, the earliest first."""
    year, last = (int(part) for part in month.split("-"))
    at = year * 12 + last - 1
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(at - number + 1, at + 1)]


def in_register(desk: Desk, person_id: int) -> bool:
    """Tell whether a person stands in the ledger: a row of its own that is open, or an active case."""
    listed = store.open_of_person(desk.conn, person_id, LEDGER)
    return bool(listed) or casework.active_case(desk.conn, person_id) is not None


def to_verify(desk: Desk, person_id: int) -> bool:
    """Tell whether a hit is to be verified: of the register, no P07 open, present work not registered."""
    if not in_register(desk, person_id):
        return False
    if store.open_of_person(desk.conn, person_id, employments.REGISTRATION):
        return False
    present = rows.first(desk.conn, tables.employment, "-created_at", person_id=person_id, lost_on=None)
    return present is None or present["registered_on"] is None


def month_queried(desk: Desk, context: Context) -> str:
    """Return the month a check is about: the last one the lists reach, at most that of the window."""
    window = (context.matter or "").rpartition(":")[2][:7]
    month = window if _MONTH.fullmatch(window) else f"{desk.today:%Y-%m}"
    return store.latest_month(desk.conn, context.area, month) or month


def hits(desk: Desk, area: str, month: str) -> Iterator[int]:
    """Yield who has three months of contributions up to a month in an area and is to be verified."""
    for person_id in store.paid_in_all(desk.conn, area, months_until(month)):
        if to_verify(desk, person_id):
            yield person_id


def keep_hits(desk: Desk, live: Live, values: Mapping[str, Any]) -> None:
    """Keep who is to be verified after a query: those of the form, and the further ones of the lists.

    Raises FormInvalid for a month that is none.
    """
    context = desk.context(live)
    month = month_of(str(values["month"]))
    if month is None:
        zh = "查询月份请按2026-06的样子填写。"
        raise FormInvalid([("month", zh, "Write the month as 2026-06.")])
    given = {int(row["person"]): int(row["months"]) for row in values.get("hits") or []}
    found = {one: months for one, months in given.items() if months >= IN_A_ROW and to_verify(desk, one)}
    listed = list(hits(desk, context.area, month))
    found |= {one: IN_A_ROW for one in listed[SHOWN:] if one not in given}
    matters.set_items(
        desk, live.key, ({"person_id": one, "why": f"MONTHS {months}"} for one, months in found.items())
    )


def note(desk: Desk, live: Live, person_id: int, outcome: str) -> None:
    """Note what the verification of a person found."""
    store.set_outcome(desk.conn, live.key, person_id, outcome)


def holds_tier(desk: Desk, person_id: int) -> bool:
    """Tell whether an assistance process of the person's case holds the tier."""
    active = casework.active_case(desk.conn, person_id)
    return active is not None and cases.holder(desk, active["id"]) is not None


def verified(desk: Desk, context: Context) -> tuple[Context, date]:
    """Record the work a check verified, in the person's case, opened where there is none; and the day.

    The days to register run from the verification (DL-037).
    """
    assert context.person_id is not None
    active = casework.active_case(desk.conn, context.person_id)
    if active is None:
        case = cases.open_case(desk, context.person_id, "street")
    else:
        case = cases.context_of(desk, active["id"])
    day: date = desk.form["verified_on"]
    employments.record(desk, case, desk.form, SOURCE, day)
    return case, day


def found_work(desk: Desk, context: Context) -> None:
    """Let the verified work of somebody under assistance have the one effect of MSG-24."""
    case, day = verified(desk, context)
    assert case.case_id is not None
    casework_of_case.found_work_of(desk, case.case_id, SOURCE, day)


def to_registration(desk: Desk, context: Context) -> dict[str, Any]:
    """Return what MSG-18 brings to the case of somebody who works and is not under assistance."""
    case, day = verified(desk, context)
    deadlines.open_row(desk, case, desk.library.policy["DL-037"], day, "P08_Verify")
    return {
        "_key": desk.key(case), "source": SOURCE, "employment_kind": desk.form.get("employment_kind"),
    }  # fmt: skip
