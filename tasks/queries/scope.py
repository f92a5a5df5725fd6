"""Whose file a person may open (SECURITY 2.2): role, area, and how far up the case has gone.

The community reads its own people, the street its own and what came up to it, the district what was handed
over to it. What lies outside looks like what is not there (SEC-Z6).
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.errors import NotFound
from tasks.actor import Actor

TIERS = ("community", "street", "district")
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
    """Return the tiers an actor may read of a person or case in an area; raise NotFound for none."""
    tiers = reading_tiers(actor, area)
    if not tiers:
        raise NotFound
    return tiers


def may_see_notes(tiers: Iterable[str], tier: str) -> bool:
    """Tell whether the notes of a tier are open to somebody who reads some tiers."""
    return tier in set(tiers)
