"""Age boundaries: on the day one passes, the office checks whether the conditions still hold (J.7.15).

The boundaries are read off the tables themselves: the birthdays on which the 3545 category or the labour age
of a person begins or ends, and the days on which other rows or another labour age come into force. A
recognised case keeps the next one as a duty that comes on that day; so does the ledger of somebody without
a case.
"""

from __future__ import annotations

from datetime import date, timedelta

from engine.clock import NO_DUE, start_of_day, to_us
from engine.codec import dumps
from engine.ids import new_id
from engine.live import Live
from tasks import decide, duties
from tasks.decision_inputs import Family, decision_inputs
from tasks.desk import Context, Desk
from tasks.store import rows, tables
from tasks.store.conn import Record, RowMapping
from tasks.windows import Window

AGE = duties.AGE
RULE = "R004-00.P4"
CATEGORY = "SY03_3545"
#: Nobody is watched beyond this age (full years).
OLDEST = 70
#: What else the category asks for; only age is looked at here.
_ABLE = {"labour_ability": True, "wish": True, "unemployed": True, "urban": True}


def birthday(born: date, years: int) -> date:
    """Return the day on which somebody turns so many years old; 29 February becomes 1 March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def boundary_after(desk: Desk, person_id: int, day: date) -> date | None:
    """Return the first day after a day on which the category or the labour age of a person changes.

    That is a birthday, or a day from which another row of the table or another labour age holds.
    """
    person = {**desk.person(person_id), "facts": dumps(_ABLE)}
    born = date.fromisoformat(person["birth_date"])
    library, last = desk.library, birthday(born, OLDEST)
    days = {birthday(born, years) for years in range(OLDEST + 1)}
    days |= {*library.tables["DT-01"].changes, *library.thresholds.labour_age_changes}
    for on in sorted(one for one in days if day < one <= last):
        if _standing(desk, person, on - timedelta(days=1)) != _standing(desk, person, on):
            return on
    return None


def _standing(desk: Desk, person: Record, on: date) -> tuple[bool, bool]:
    inputs = decision_inputs(person, Family(), on, desk.library.thresholds)
    found = decide.ask(desk, "DT-01", inputs, on)
    return CATEGORY in found.output, bool(inputs["labour_age"])


def watch(desk: Desk, context: Context) -> None:
    """Keep the next boundary of a person in mind; one that is kept stays, the case's before the ledger's."""
    assert context.person_id is not None
    known = rows.rows(desk.conn, tables.duty, person_id=context.person_id, frequency=AGE, state="open")
    for row in [one for one in known if one["case_id"] is None and context.case_id is not None]:
        duties.close_duty(desk, row, "replaced")
        known.remove(row)
    on = boundary_after(desk, context.person_id, desk.today)
    if known or on is None:
        return
    rows.add(
        desk.conn, tables.duty, id=new_id(), kind="P21_Recheck", rule_id=RULE, case_id=context.case_id,
        person_id=context.person_id, area=context.area, tier=context.tier, run_no=context.run_no,
        frequency=AGE, opened_on=desk.today.isoformat(), opened_by_instance=None,
        next_at=to_us(start_of_day(on)), state="open",
    )  # fmt: skip


def recheck(desk: Desk, row: RowMapping) -> Live:
    """Open the check of a boundary that has passed, without a due day, and look out for the next one."""
    following = boundary_after(desk, row["person_id"], desk.today)
    next_at = NO_DUE if following is None else to_us(start_of_day(following))
    rows.change(desk.conn, tables.duty, row["id"], next_at=next_at)
    day = duties.desk_day(row["next_at"])
    return duties.begin(desk, row, Window(day, day), NO_DUE)
