"""How far a survey round is: whom it visits, who was visited, whether its roster is still being made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine import jobs
from tasks import survey_round
from tasks.decision_inputs import Thresholds
from tasks.matters import SPECIAL
from tasks.queries.matters import Matter
from tasks.store import ledger
from tasks.store.conn import Connection


@dataclass(frozen=True, slots=True)
class Roster:
    """The numbers of a round; `wanted` while its roster is `making`: everybody to be on it, where known."""

    listed: int
    visited: int
    out_of_scope: int
    left: int
    making: bool = False
    wanted: int | None = None


def of_round(conn: Connection, head: Matter, thresholds: Thresholds, today: date) -> Roster:
    """Return how far a round is.

    How many a special survey will visit is not told while its roster is being made: each person must be
    looked at to know, and the page does not wait for that.
    """
    found = ledger.roster_counts(conn, head.instance_id)
    making, wanted = bool(jobs.unfinished(conn, head.trail_id, survey_round.ROSTER)), None
    if making and head.matter.partition(":")[0] != SPECIAL:
        ages = survey_round.born(thresholds, today)
        wanted = ledger.count_residents(conn, head.area, ages, survey_round.OUTSIDE)
    return Roster(
        sum(found.values()), found.get(survey_round.VISITED, 0), found.get(survey_round.OUT_OF_SCOPE, 0),
        found.get("open", 0), making, wanted,
    )  # fmt: skip
