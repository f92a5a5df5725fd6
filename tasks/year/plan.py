"""How large the district is that lives, which days it lives through, and what its chances begin from."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from engine.calendar import add_months


@dataclass(frozen=True, slots=True)
class Plan:
    """Size and span; equal plans live equal years."""

    year: int = 2026
    months: int = 12
    streets: int = 3
    communities: int = 4  #: of each street
    persons: int = 600
    seed: int = 595

    @property
    def first(self) -> date:
        """Return the first day."""
        return date(self.year, 1, 1)

    @property
    def end(self) -> date:
        """Return the day after the last."""
        return add_months(self.first, self.months)

    def chance(self, *of: object) -> random.Random:
        """Return the chances of one thing: the same for the same plan, whatever else happened before."""
        return random.Random(":".join(map(str, (self.seed, *of))))
