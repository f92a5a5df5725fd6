"""How far a survey round is: whom it visits, who was visited, whether its roster is still being made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine import jobs
from tasks import survey_round
from tasks.decision_inputs import Thresholds
from tasks.store import ledger
from tasks.store.conn import Connection


@dataclass(frozen=True, slots=True)
class Roster:
    """The numbers of a round; `wanted` only while its roster is being made: everybody to be on it."""

    listed: int
    visited: int
    out_of_scope: int
    left: int
    wanted: int | None = None


def of_round(
    conn: Connection, trail_id: int, round_id: int, area: str, thresholds: Thresholds, today: date
) -> Roster:
    """Return how far a round is."""
    found = ledger.roster_counts(conn, round_id)
    wanted = None
    if jobs.unfinished(conn, trail_id, survey_round.ROSTER):
        ages = survey_round.born(thresholds, today)
        wanted = ledger.count_residents(conn, area, ages, survey_round.OUTSIDE)
    return Roster(
        sum(found.values()), found.get(survey_round.VISITED, 0), found.get(survey_round.OUT_OF_SCOPE, 0),
        found.get("open", 0), wanted,
    )  # fmt: skip
