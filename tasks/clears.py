"""The four things that must be clear about everybody assisted (R000-02.3, R002-03.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What must be clear -> what has to be known for it: facts (RULES J.5), telephone and address.
FOUR: Mapping[str, tuple[str, ...]] = {
    "basics": ("phone", "address", "urban", "family_economy"),
    "wish": ("wish",),
    "skills": ("education", "labour_ability"),
    "needs": ("urgent", "nearby_only"),
}


def missing(known: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return for each of the four what is not known yet; an empty list is clear."""
    return {
        name: [one for one in wanted if known.get(one) in (None, "")] for name, wanted in FOUR.items()
    }
