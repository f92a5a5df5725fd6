"""Whose file a person may open and whose working notes in it he may read (SECURITY 2.2).

The right itself is in `tasks.access`; here stands what of a case's three tiers a role reads: its own and
those below. What lies outside the area looks like what is not there (SEC-Z6).
"""

from __future__ import annotations

from tasks.access import TIERS, Subject, authorize
from tasks.actor import Actor

#: The tier at which a role reads; a supervisor reads at the tier of his area.
TIER_OF = {
    "community_staff": "community",
    "community_aide": "community",
    "street_staff": "street",
    "street_officer": "street",
    "district_staff": "district",
    "district_centre": "district",
    "district_expert": "district",
    "district_welfare": "district",
}


def reading_areas(actor: Actor) -> list[str]:
    """Return the areas whose people an actor may look up."""
    return sorted({area for role, area in actor.grants if role in TIER_OF or role == "supervisor"})


def reading_tiers(actor: Actor, area: str) -> frozenset[str]:
    """Return the tiers whose working notes an actor may read for an area; empty: nothing at all."""
    tiers: set[str] = set()
    for role, over in actor.grants:
        if not area.startswith(over):
            continue
        if role == "supervisor":
            tiers.update(TIERS)
        elif role in TIER_OF:
            tiers.update(TIERS[: TIERS.index(TIER_OF[role]) + 1])
    return frozenset(tiers)


def require_file(actor: Actor, area: str) -> frozenset[str]:
    """Return the tiers whose notes of a person an actor may read; raise NotFound for whom he may not see."""
    authorize(actor, "view_person", Subject(area))
    return reading_tiers(actor, area)
