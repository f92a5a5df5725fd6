"""Numbers and times that a form asks of somebody, as they are for this person: pay, months, days, hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from engine.calendar import add_months

#: Least and most income of a family a month (yuan), by what is known of it.
_FAMILY = {
    "VERY_HARD": (600, 1_600), "HARD": (1_200, 2_600), "NORMAL": (2_400, 4_200), "GOOD": (4_000, 7_000),
}  # fmt: skip
#: Least and most pay a month (yuan), and how much it changes from one revisit to the next.
_PAY, _CHANGE = (2_600, 5_200), 150
#: Months since when somebody is out of work where nobody told.
_UNKNOWN_MONTHS = (7, 30)
#: Minutes that a conversation lies before it is written down.
_BEFORE = (2, 28)


def pay(own: Random, chance: Random) -> str:
    """Return what somebody earns a month: his own figure, a little different each time it is asked."""
    return str(round(own.randint(*_PAY) + chance.randint(-_CHANGE, _CHANGE), -1))


def insurance(own: Random) -> list[str]:
    """Return which insurances an employer pays: most all five, some three."""
    five = ["PENSION", "MEDICAL", "UNEMPLOYMENT", "INJURY", "MATERNITY"]
    return five if own.random() < 0.75 else five[:3]


def family_income(facts: Mapping[str, Any], chance: Random) -> str:
    """Return what a family has a month, by its economy."""
    return str(round(chance.randint(*_FAMILY[str(facts.get("family_economy") or "HARD")]), -1))


def months_out_of_work(facts: Mapping[str, Any], today: date, chance: Random) -> int:
    """Return the full months since somebody is out of work."""
    since = facts.get("unemployed_since")
    if since is None:
        return chance.randint(*_UNKNOWN_MONTHS)
    begun = date.fromisoformat(str(since))
    months = (today.year - begun.year) * 12 + today.month - begun.month - (today.day < begun.day)
    return max(months, 1)


def contract_until(placed_on: date) -> date:
    """Return the last day of a contract of a year."""
    return add_months(placed_on, 12) - timedelta(days=1)


def spoken_at(now: datetime, chance: Random) -> datetime:
    """Return when somebody was spoken to: a little before it is written down, on the same day."""
    return now - timedelta(minutes=chance.randint(*_BEFORE))


def present(due: int, chance: Random) -> int:
    """Return of how many days or sessions due somebody was present."""
    missed = chance.choices((0, 1, 2, 3), (45, 25, 20, 10))[0]
    return max(due - missed, 0)
