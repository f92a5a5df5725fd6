"""What the decision tables about a person read (DT-01 … DT-07, DT-12, DT-16), worked out on a day.

Every input is named, always present and of one type, so that a table needs no case for "missing":
a truth not known is False, a choice not known is "". Ages are full years (周岁).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.codec import loads
from tasks.facts import FACTS, typed
from tasks.store.conn import Record


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Dated parameters: labour age by sex, and the low-income line by kind of registration."""

    labour_age: tuple[tuple[date, str, int, int], ...]
    low_income: tuple[tuple[date, Decimal, Decimal], ...]

    def labour_bounds(self, sex: str, on: date) -> tuple[int, int]:
        """Return the first and last age in full years of a sex on a day."""
        rows = [row for row in self.labour_age if row[1] == sex and row[0] <= on]
        _since, _sex, low, high = max(rows)
        return low, high

    @property
    def labour_age_changes(self) -> frozenset[date]:
        """Return the days from which a labour age holds."""
        return frozenset(row[0] for row in self.labour_age)

    def income_line(self, urban: bool, on: date) -> Decimal:
        """Return the yearly income per head (yuan) below which a family is low-income (DT-04)."""
        _since, of_urban, of_rural = max(row for row in self.low_income if row[0] <= on)
        return of_urban if urban else of_rural


def load_thresholds(folder: Path) -> Thresholds:
    """Read `labour_age.toml` and `low_income.toml` of the bpmn folder."""
    age = tomllib.loads((folder / "labour_age.toml").read_text(encoding="utf-8"))
    income = tomllib.loads((folder / "low_income.toml").read_text(encoding="utf-8"))
    return Thresholds(
        tuple(
            (date.fromisoformat(row["valid_from"]), row["sex"], row["from_age"], row["to_age"])
            for row in age["row"]
        ),
        tuple(
            (date.fromisoformat(row["valid_from"]), Decimal(row["urban"]), Decimal(row["rural"]))
            for row in income["row"]
        ),
    )


def full_years(since: date, on: date) -> int:
    """Return completed years; somebody born on 29 February turns a year older on 1 March."""
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))


def of_labour_age(sex: str, born: date, on: date, thresholds: Thresholds) -> bool:
    """Tell whether a person is within labour age on a day (gate G1)."""
    low, high = thresholds.labour_bounds(sex, on)
    return low <= full_years(born, on) <= high


def current_facts(row: Record) -> dict[str, Any]:
    """Return the facts of a person row, typed; sex and date of birth come from the identity number."""
    raw = loads(row["facts"]) if isinstance(row["facts"], str) else row["facts"]
    known = {name: typed(name, raw.get(name)) for name in FACTS}
    known["sex"] = row["sex"]
    known["birth_date"] = date.fromisoformat(row["birth_date"])
    if known["unemployed"] is None:
        known["unemployed"] = known["unemployed_since"] is not None
    return known


@dataclass(frozen=True, slots=True)
class Family:
    """The household of a person: who lives there, what work is on record of whom, and its kind."""

    members: Sequence[Record] = ()
    #: person -> first day of each job and the day it was lost, of the person without a household too
    jobs: Mapping[int, Sequence[tuple[date, date | None]]] = field(default_factory=dict)
    #: of urban residents; None: not said
    urban: bool | None = None

    @property
    def at_work(self) -> frozenset[int]:
        """Return who has work that was not lost."""
        return frozenset(one for one, jobs in self.jobs.items() if any(lost is None for _on, lost in jobs))


def zero_employment(family: Family, on: date, thresholds: Thresholds) -> bool | None:
    """Tell whether everybody of labour age in a household is without work (DT-03); None: nobody is known."""
    of_age = [
        facts["unemployed"] and member["id"] not in family.at_work
        for member, facts in ((member, current_facts(member)) for member in family.members)
        if of_labour_age(facts["sex"], facts["birth_date"], on, thresholds)
    ]
    return all(of_age) if of_age else None


def _by_record(
    inputs: dict[str, Any], facts: Mapping[str, Any], jobs: Sequence[tuple[date, date | None]]
) -> tuple[date | None, date | None]:
    """Let work on record go before the file: it ends a time of unemployment, and a graduate's first search.

    Return since when the person is out of work, and when he graduated.
    """
    since, graduated = facts["unemployed_since"], facts["graduation_date"]
    if any(lost is None for _on, lost in jobs):
        inputs["unemployed"] = False
    lost_on = max((lost for _on, lost in jobs if lost is not None), default=None)
    if since is not None and lost_on is not None:
        since = max(since, lost_on)
    if graduated is not None and any(on >= graduated for on, _lost in jobs):
        inputs["employed_since_graduation"] = True
    return since, graduated


def decision_inputs(
    person: Record,
    family: Family,
    on: date,
    thresholds: Thresholds,
) -> dict[str, Any]:
    """Return every input of the tables about a person on a civil day.

    `person` is a person row, `family` the household with all its members, the person included, or an
    empty one where no household is linked: of a family nobody described nothing follows.
    What was recorded goes before what follows from the household or the income (AMB-29, D.2.1).
    """
    facts = current_facts(person)
    low, high = thresholds.labour_bounds(facts["sex"], on)
    age = full_years(facts["birth_date"], on)
    urban = bool(facts["urban"])
    urban_family = urban if family.urban is None else family.urban
    inputs: dict[str, Any] = {name: bool(facts[name]) for name, fact in FACTS.items() if fact.type == "bool"}
    inputs |= {name: facts[name] or "" for name, fact in FACTS.items() if fact.type == "enum"}
    since, graduated = _by_record(inputs, facts, family.jobs.get(person.get("id", 0), ()))
    if facts["zero_employment_family"] is None:
        inputs["zero_employment_family"] = bool(zero_employment(family, on, thresholds))
    if facts["low_income"] is None and facts["family_income"] is not None:
        inputs["low_income"] = facts["family_income"] < thresholds.income_line(urban_family, on)
    inputs |= {
        "age": age,
        "labour_age": low <= age <= high,
        "other_recognised": bool(facts["other_recognised"]),
        "unemployed_year": inputs["unemployed"] and since is not None and full_years(since, on) >= 1,
        "graduated_year": graduated is not None and full_years(graduated, on) >= 1,
        "registrable": inputs["unemployed"] or (not urban and inputs["rural_transfer_wish"]),
        "family_income": facts["family_income"],
        "placement_count": facts["placement_count"] or 0,
        "members_of_age": sum(
            of_labour_age(m["sex"], date.fromisoformat(m["birth_date"]), on, thresholds)
            for m in family.members
        ),
        "urban_family": urban_family,
        "members_all_unemployed": bool(zero_employment(family, on, thresholds)),
    }
    inputs["poor"] = (
        inputs["family_economy"] in ("HARD", "VERY_HARD") or inputs["receives_dibao"] or inputs["low_income"]
    )
    return inputs
