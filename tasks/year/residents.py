"""The people of the district: invented, believable, and the same for the same plan.

Identity numbers have a valid check character and the county code 119999, which no county has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tasks import idno
from tasks.year.data import data, names
from tasks.year.plan import Plan

_NOWHERE = "119999"
_ECONOMY = {"GOOD": 12, "NORMAL": 36, "HARD": 37, "VERY_HARD": 15}
#: Facts that hold for a few: share of the persons, and the side of the register it belongs to (None: both).
_RARE: dict[str, tuple[float, bool | None]] = {
    "receives_dibao": (0.10, None), "disabled": (0.08, None), "military_family": (0.02, True),
    "first_time_in_shunyi": (0.01, True), "pure_farming_family": (0.06, False), "eco_post": (0.02, False),
    "green_staff_post": (0.02, False), "green_transition_affected": (0.03, None), "land_loss": (0.05, None),
    "special_family_reason": (0.08, None), "nearby_only": (0.25, None), "low_income": (0.09, None),
}  # fmt: skip


#: What people come for, by share of all: help, to have work registered; whom a visit has to find; nothing,
#: for they work.
HELP, REGISTRATION, HIDDEN, NOTHING = "help", "registration", "hidden", "nothing"
_COMES = {HELP: 66, REGISTRATION: 10, HIDDEN: 8, NOTHING: 16}


@dataclass(frozen=True, slots=True)
class Resident:
    """A person as he comes to the counter."""

    number: int
    name: str
    id_no: str
    phone: str
    address: str
    community: int  #: which community, from 0
    family: int  #: which household, from 0
    comes_for: str
    facts: dict[str, Any] = field(default_factory=dict)


def _surnames() -> str:
    return str(data()["names"]["surnames"])


def staff_name(plan: Plan, number: int) -> str:
    """Return the name of somebody who works in an office."""
    chance = plan.chance("staff", number)
    return chance.choice(_surnames()) + chance.choice(names("female" if chance.random() < 0.6 else "male"))


def residents(plan: Plan, villages: list[str]) -> list[Resident]:
    """Return the people of a plan, household by household, over communities of these names."""
    found: list[Resident] = []
    for family, size in enumerate(_sizes(plan)):
        found += _family(plan, family, len(found), size, villages)
    return found[: plan.persons]


def _sizes(plan: Plan) -> Iterator[int]:
    chance, left = plan.chance("families"), plan.persons
    while left > 0:
        size = chance.choices((1, 2, 3, 4), (30, 40, 20, 10))[0]
        left -= size
        yield size


def _family(plan: Plan, family: int, first: int, size: int, villages: list[str]) -> Iterator[Resident]:
    chance = plan.chance("family", family)
    community = family % len(villages)
    shared = {
        "urban": chance.random() < (0.3 if villages[community].endswith("村") else 0.9),
        "family_economy": chance.choices(list(_ECONOMY), list(_ECONOMY.values()))[0],
    }
    without = all(_comes_for(plan, first + member) != NOTHING for member in range(size))
    hard = shared["family_economy"] == "VERY_HARD"
    shared["zero_employment_family"] = hard and without and chance.random() < 0.25
    address = f"{villages[community]}{chance.randint(1, 28)}号楼{chance.randint(1, 6)}单元{family + 101}号"
    surname = chance.choice(_surnames())
    for member in range(size):
        yield _person(plan, first + member, member, surname, address, (community, family), shared)


def _person(
    plan: Plan, number: int, member: int, surname: str, address: str, where: tuple[int, int],
    shared: dict[str, Any],
) -> Resident:  # fmt: skip
    chance = plan.chance("person", number)
    head_is_female = plan.chance("head", where[1]).random() < 0.52
    female = (head_is_female, not head_is_female)[member] if member < 2 else chance.random() < 0.5
    born = _birth(plan, number, member, female)
    own = surname if member != 1 else chance.choice(_surnames())
    comes_for = _comes_for(plan, number)
    facts = _works(plan, number, shared) if comes_for == NOTHING else _facts(plan, number, born, shared)
    return Resident(
        number, own + chance.choice(names("female" if female else "male")), _id_no(born, number, female),
        f"1380000{number % 10_000:04d}", address, *where, comes_for, {**shared, **facts},
    )  # fmt: skip


def _comes_for(plan: Plan, number: int) -> str:
    return plan.chance("comes for", number).choices(list(_COMES), list(_COMES.values()))[0]


def _birth(plan: Plan, number: int, member: int, female: bool) -> date:
    """Most who come are of the hard ages; the third of a family and on are its grown children."""
    chance = plan.chance("birth", number)
    low, high = (36, 48) if female else (44, 58)
    if member > 1:
        low, high = 19, 28
    elif chance.random() < 0.3:
        low, high = 23, 56 if not female else 46
    age = chance.randint(low, high)
    return date(plan.year - age, chance.randint(1, 12), chance.randint(1, 28))


def _id_no(born: date, number: int, female: bool) -> str:
    serial = number * 2 % 998 + (0 if female else 1)
    first = f"{_NOWHERE}{born:%Y%m%d}{serial:03d}"
    return first + idno.check_character(first)


def _works(plan: Plan, number: int, shared: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of somebody at work, whose family is not without."""
    education = data()["education"]
    return {
        "labour_ability": True, "wish": False, "unemployed": False,
        "education": plan.chance("facts", number).choices(list(education), list(education.values()))[0],
        "family_economy": "NORMAL" if shared["family_economy"] == "VERY_HARD" else shared["family_economy"],
    }  # fmt: skip


def _facts(plan: Plan, number: int, born: date, shared: dict[str, Any]) -> dict[str, Any]:
    chance, urban = plan.chance("facts", number), shared["urban"]
    since = plan.first - timedelta(days=chance.randint(60, 900))
    facts: dict[str, Any] = {
        "labour_ability": True, "wish": chance.random() < 0.97, "urgent": chance.random() < 0.2,
        "unemployed_since": since.isoformat(), "rural_transfer_wish": not urban,
        "education": chance.choices(list(data()["education"]), list(data()["education"].values()))[0],
    }  # fmt: skip
    if plan.year - born.year < 27:
        facts["graduation_date"] = date(plan.year - chance.randint(0, 2), 7, 1).isoformat()
        facts["employed_since_graduation"] = chance.random() < 0.4
        facts["education"] = chance.choice(("中专", "大专", "本科"))
        if facts["graduation_date"] > plan.first.isoformat():
            facts["graduation_date"] = date(plan.year - 1, 7, 1).isoformat()
    for name, (share, side) in _RARE.items():
        if (side is None or side == urban) and chance.random() < share:
            facts[name] = True
    return facts
