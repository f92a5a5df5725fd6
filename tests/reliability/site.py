"""A small office on a database of its own, made in the parent and inherited by every child it forks."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.clock import SHANGHAI, VirtualClock
from engine.definitions import publish
from engine.ids import new_id
from engine.store.db import Database
from tasks import accounts, commands, org
from tasks.actor import SYSTEM, Actor
from tasks.app import App
from tasks.crypto import new_keys
from tasks.idno import check_character
from tasks.library import Library
from tasks.store import rows, tables
from tests.databases import load_tables
from tests.reliability.diagrams import WORKLOAD, WORKLOAD_ID
from tests.reliability.journal import Journal

#: Where every lab begins: a Monday morning in the middle of a known year.
BEGINS = datetime(2026, 3, 9, 9, tzinfo=SHANGHAI)
DISTRICT, STREET, COMMUNITIES = "顺义区", "仁和镇", ("河南村", "石门苑社区")
ROLES = {
    "community": ("community_staff", "community_aide"),
    "street": ("street_staff", "street_officer", "supervisor"),
    "district": (
        "district_staff", "district_centre", "district_expert", "district_welfare", "supervisor",
    ),
}  # fmt: skip
#: One library for every lab of a test process: reading it costs more than a hundred commands.
LIBRARY = Library()


@dataclass
class Site:
    """An installation with its people. `app` has no open connection while children are forked."""

    app: App
    actors: dict[int, Actor] = field(default_factory=dict)
    communities: tuple[org.Unit, ...] = ()
    #: an account that was disabled before the lab began; nothing may ever be attributed to it
    disabled: int = 0
    #: of the child at work: where it writes, and what seeded bugs remember
    journal: Journal | None = None
    lab: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return the URL of the database."""
        return self.app.db.url

    def at(self, instant: datetime) -> None:
        """Let the clock of this process stand at an instant."""
        self.app.clock = VirtualClock(instant)

    def rest(self) -> None:
        """Close every connection, so that a child does not share one."""
        self.app.db.dispose()

    def who_may(self, role: str, area: str) -> list[Actor]:
        """Return the people who hold a role over an area."""
        return [actor for actor in self.actors.values() if actor.has(role, area)]


def open_site(url: str, people_per_role: int = 2) -> Site:
    """Set up an office on an empty database with the schema: units, accounts, posts, diagrams."""
    load_tables()
    app = App(Database(url), VirtualClock(BEGINS), new_keys(), library=LIBRARY, demo_settings=True)
    files = tuple((path.name, path.read_bytes()) for path in app.library.diagrams())
    app.do(commands.Deploy(files, "reliability", heard=True), SYSTEM)
    site = Site(app)
    cheap = accounts.Passwords.make(1, 8, 1)
    with app.write() as conn:
        publish(conn, WORKLOAD_ID, "W", WORKLOAD, app.clock.now())
        units = [org.ensure_unit(conn, DISTRICT, STREET, name) for name in COMMUNITIES]
        places = {
            "community": units,
            "street": [org.ensure_unit(conn, DISTRICT, STREET)],
            "district": [org.ensure_unit(conn, DISTRICT)],
        }
        wanted = [
            (f"{role}.{level}.{n}.{unit.id}", role, unit)
            for level, roles in ROLES.items()
            for role in roles
            for unit in places[level]
            for n in range(people_per_role)
        ]
        for name, role, unit in [*wanted, ("gone", "street_staff", places["street"][0])]:
            made = accounts.create_account(conn, cheap, name, name, "x" * 12, app.clock.now(), check=False)
            accounts.grant_role(conn, made, role, unit.id, app.clock.now())
            if name == "gone":
                accounts.disable_account(conn, made, app.clock.now())
                site.disabled = made
            else:
                site.actors[made] = accounts.load_actor(conn, made, "lab")
        for level, place in (("STREET", places["street"][0]), ("DISTRICT", places["district"][0])):
            name = f"{level}岗位"
            rows.add(conn, tables.post, id=new_id(), name=name, level=level, area=place.path, number=3)
    site.communities = tuple(units)
    return site


def person(rng: random.Random) -> Mapping[str, str]:
    """Return name and identity number of somebody of working age."""
    born = datetime(1972, 1, 1, tzinfo=SHANGHAI) + timedelta(days=rng.randrange(9_000))
    first = f"110113{born:%Y%m%d}{rng.randrange(1000):03d}"
    name = rng.choice("王李张刘陈杨赵黄周吴") + "".join(rng.choices("秀英建国敏静丽强磊军洋勇艳杰娟涛", k=2))
    return {"name": name, "id_no": first + check_character(first)}
