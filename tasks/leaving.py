"""What a recorded exit means outside any case: for the ledger, the visits, the survey (J.2a, MSG-15)."""

from __future__ import annotations

from tasks import ledger, people, survey_round, zero_families
from tasks.desk import Desk


def leave(desk: Desk, person_id: int | None, code: str, on: str) -> None:
    """End the person's row of the ledger where the code ends it, and his place on open rosters."""
    if person_id is None or code not in ledger.LEAVES:
        return
    ledger.leave(desk, person_id, code, on)
    if code in people.GONE:
        zero_families.look_at(desk, desk.person(person_id)["household_id"])
    if code in survey_round.OUTSIDE:
        survey_round.left(desk, person_id, code)
