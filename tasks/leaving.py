"""What a recorded exit means outside any case: for the ledger, the visits, the survey (J.2a, MSG-15)."""

from __future__ import annotations

from tasks import benefit_expiry, ledger, people, survey_round, zero_families
from tasks.desk import Desk
from tasks.store import rows
from tasks.store.tables_ledger import person_exit


def leave(desk: Desk, person_id: int | None, code: str, on: str) -> None:
    """End the person's row of the ledger where the code ends it, and his place on open rosters.

    Of somebody who is no longer there no benefit is evaluated either.
    """
    if person_id is None or code not in ledger.LEAVES:
        return
    ledger.leave(desk, person_id, code, on)
    if code in people.GONE:
        zero_families.look_at(desk, desk.person(person_id)["household_id"])
    if code in survey_round.OUTSIDE:
        survey_round.left(desk, person_id, code)
        benefit_expiry.left(desk, person_id, code)


def has_left(desk: Desk, person_id: int) -> bool:
    """Tell whether a person moved away, died, or is a soldier or a student."""
    known = rows.first(desk.conn, person_exit, person_id=person_id)
    return known is not None and known["end_code"] in survey_round.OUTSIDE
