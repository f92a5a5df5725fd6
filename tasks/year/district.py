"""The offices of the district: streets, communities, who works there, what work is to be had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from engine.ids import new_id
from tasks import accounts, office_duties, org
from tasks.app import App
from tasks.desk import Desk
from tasks.store import rows, tables
from tasks.year.data import data
from tasks.year.plan import Plan
from tasks.year.residents import staff_name

#: Who works in an office of each level: role and how many.
_STAFF = {
    "community": (("community_staff", 1), ("community_aide", 2)),
    "street": (("street_staff", 2), ("street_officer", 2), ("supervisor", 1)),
    "district": (
        ("district_staff", 2), ("district_centre", 1), ("district_expert", 3), ("district_welfare", 1),
        ("supervisor", 1), ("auditor", 1), ("system_admin", 1), ("security_admin", 1), ("audit_admin", 1),
    ),
}  # fmt: skip
_LOGIN = {
    "community_staff": "staff", "community_aide": "aide", "street_staff": "staff",
    "street_officer": "officer", "supervisor": "sup", "district_staff": "staff", "district_centre": "centre",
    "district_expert": "expert", "district_welfare": "welfare", "auditor": "auditor",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A unit with the short name of its logins."""

    unit: org.Unit
    short: str


def build(app: App, plan: Plan, passwords: accounts.Passwords, password: str) -> list[org.Unit]:
    """Make units, accounts (all with one password), vacancies and posts; return the communities."""

    def act(desk: Desk) -> list[org.Unit]:
        places = list(_places(desk, plan))
        secret = passwords.hash(password)
        for number, (place, role, which) in enumerate(_posts_of(places)):
            _account(desk, place, role, which, staff_name(plan, number), secret)
        _openings(desk, plan, [place.unit for place in places])
        office_duties.open_missing(desk)
        return [place.unit for place in places if place.unit.level == "community"]

    found: list[org.Unit] = app.run(act)
    return found


def most() -> tuple[int, int]:
    """Return how many streets there are names for, and communities of each."""
    streets = data()["street"]
    return len(streets), min(len(street["communities"]) for street in streets)


def _places(desk: Desk, plan: Plan) -> Iterator[Place]:
    district = data()["district"]
    yield Place(org.ensure_unit(desk.conn, district), "sy")
    for street in data()["street"][: plan.streets]:
        yield Place(org.ensure_unit(desk.conn, district, street["name"]), street["short"])
        for name, short in list(street["communities"].items())[: plan.communities]:
            yield Place(org.ensure_unit(desk.conn, district, street["name"], name), short)


def _posts_of(places: list[Place]) -> Iterator[tuple[Place, str, int]]:
    for place in places:
        for role, how_many in _STAFF[place.unit.level]:
            yield from ((place, role, which) for which in range(how_many))


def _account(desk: Desk, place: Place, role: str, which: int, name: str, secret: str) -> None:
    prefix = _LOGIN.get(role)
    login = role.replace("_", ".") if prefix is None else f"{prefix}.{place.short}"
    made = accounts.add_account(
        desk.conn, login if which == 0 else f"{login}{which + 1}", name, secret, desk.now, must_change=False
    )
    accounts.grant_role(desk.conn, made, role, place.unit.id, desk.now)


def _openings(desk: Desk, plan: Plan, units: list[org.Unit]) -> None:
    add = partial(rows.add, desk.conn)
    district = units[0].path
    for turn, (name, employer) in enumerate(data()["vacancies"].items()):
        number = 3 + turn * 5 % 9  # as one employer asks for at a time; what it says limits no referral
        add(tables.vacancy, id=new_id(), name=name, employer=employer, area=district, number=number)
    for unit in units:
        for name in data()["posts"].get(unit.level, ()):
            add(tables.post, id=new_id(), name=name, level=unit.level.upper(), area=unit.path,
                number=max(plan.persons // 10, 3))  # fmt: skip
