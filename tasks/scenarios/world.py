"""The small district a scenario plays in: offices, one user a role, the people and what is to be had."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any

from engine.clock import VirtualClock, to_us
from engine.errors import AidError, FormInvalid
from engine.ids import new_id
from tasks import accounts, commands, office_duties, org, people
from tasks.actor import ADMIN_ROLES, ROLES, SYSTEM, Actor, Grant
from tasks.app import App
from tasks.benefits import record
from tasks.desk import LEVEL_OF_ROLE, Desk
from tasks.labels import label
from tasks.phrases import Words, labelled, sentence
from tasks.scenarios.faults import Difference
from tasks.scenarios.model import Area, Household, Opening, Person, Scenario, Step
from tasks.store import accounts as account_store
from tasks.store import rows, tables
from tasks.store.conn import Connection

ORIGIN = "scenario"
#: Stands where a password's hash would: no password fits it, and nothing is hashed.
NOBODY = "-"


@dataclass
class World:
    """Who and what the handles of a scenario stand for."""

    app: App
    clock: VirtualClock
    scenario: Scenario
    people: dict[str, int] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)  #: person's handle -> path of the community
    staff: dict[str, Actor] = field(default_factory=dict)
    of_role: dict[tuple[str, str], Actor] = field(default_factory=dict)  #: (role, path of its office)
    by_id: dict[int, Actor] = field(default_factory=dict)
    objects: dict[str, int] = field(default_factory=dict)  #: vacancies and posts by name
    home: str = ""
    #: whose files are opened later, and when; the next one first
    later: list[tuple[datetime, Person]] = field(default_factory=list)

    def role_actor(self, role: str, area: str) -> Actor | None:
        """Return the user of a role for an area: the office's own, else that of its level above."""
        if (role, area) in self.of_role:
            return self.of_role[role, area]
        level = LEVEL_OF_ROLE.get(role, "district")
        return self.of_role.get((role, org.path_at(area, level)))

    def user_id(self, named: str, area: str) -> str | None:
        """Return the id of a handle, or of the user of a role."""
        found = self.staff.get(named) or (self.role_actor(named, area) if named in ROLES else None)
        return None if found is None else str(found.user_id)


def build(app: App, clock: VirtualClock, scenario: Scenario) -> World:
    """Set up everything a scenario names; raise Difference naming the line of what was refused."""
    world = World(app, clock, scenario)
    with app.write() as conn:
        world.home = _area(conn, world, scenario.area)
        for row in scenario.staff:
            _area(conn, world, row.area)
        for who in scenario.people:
            world.areas[who.handle] = _area(conn, world, who.area)
        for row in scenario.staff:
            _staff(conn, world, row.handle, row.roles, row.area)
        _openings(conn, world, scenario)
    later = ((who.on_file, who) for who in scenario.people if who.on_file is not None)
    world.later = sorted(later, key=itemgetter(0))
    for who in scenario.people:
        if who.on_file is None:
            open_file(world, who)
    _households(world, [one for one in scenario.households if set(one.members) <= world.people.keys()])
    if any(_about_an_office(step) for step in scenario.steps):
        app.run(office_duties.open_missing)
    return world


def _about_an_office(step: Step) -> bool:
    return step.area is not None or (step.expect is not None and "in_area" in step.expect)


def _area(conn: Connection, world: World, area: Area) -> str:
    unit = org.ensure_unit(conn, area.district, area.street, area.community)
    levels = [(role, LEVEL_OF_ROLE.get(role, "district")) for role in ROLES]
    for role, level in [*levels, ("supervisor", "district")]:
        path = org.path_at(unit.path, level)
        if (role, path) not in world.of_role:
            there = _there(conn, world, role, path)
            name = f"{label('role', role)}（{org.unit_of_path(conn, path).name}）"
            made = there or _user(conn, world, f"{role}@{path}", name, [(role, path)])
            world.of_role[role, path] = made
    return unit.path


def _there(conn: Connection, world: World, role: str, path: str) -> Actor | None:
    """Return the user an office already has for a role (the demo's accounts)."""
    found = next((row for row in accounts.staff(conn, role, path) if row["area"] == path), None)
    if found is None:
        return None
    actor = world.by_id[found["id"]] = accounts.load_actor(conn, found["id"], ORIGIN)
    return actor


def _user(conn: Connection, world: World, login: str, name: str, grants: list[tuple[str, str]]) -> Actor:
    """Make an account that nobody can log in with, and its grants."""
    now = to_us(world.clock.now())
    user_id = new_id()
    admin = next((role for role, _path in grants if role in ADMIN_ROLES), None)
    duty_class = admin or "business"
    account_store.insert_account(
        conn, id=user_id, username=login, display_name=name, password_hash=NOBODY, phone=None,
        person_key=None, duty_class=duty_class, must_change=False, created_at=now,
    )  # fmt: skip
    for role, path in grants:
        unit = org.unit_of_path(conn, path)
        account_store.insert_grant(
            conn, id=new_id(), user_id=user_id, duty_class=duty_class, role=role, unit_id=unit.id,
            area=unit.path, granted_by=None, granted_at=now,
        )  # fmt: skip
    actor = Actor(user_id, name, tuple(Grant(role, path) for role, path in grants), ORIGIN)
    world.by_id[user_id] = actor
    return actor


def _staff(conn: Connection, world: World, handle: str, roles: tuple[str, ...], area: Area) -> None:
    path = org.ensure_unit(conn, area.district, area.street, area.community).path
    grants = [(role, org.path_at(path, LEVEL_OF_ROLE.get(role, "district"))) for role in roles]
    world.staff[handle] = _user(conn, world, handle, handle, grants)


def _openings(conn: Connection, world: World, scenario: Scenario) -> None:
    vacancies = scenario.vacancies or (Opening("保洁员", 1, "顺义某物业公司"),)
    posts = scenario.posts
    for level, name in (("STREET", "街镇公益性岗位"), ("DISTRICT", "区级公益性岗位")):
        if not scenario.posts:
            posts = (*posts, Opening(name, 1, level=level))
    for row in vacancies:
        made = world.objects[row.name] = new_id()
        rows.add(conn, tables.vacancy, id=made, name=row.name, employer=row.employer,
                 area=org.path_at(world.home, "district"), number=row.number, tags=row.tags,
                 promised_on=row.promised_on)  # fmt: skip
    for row in posts:
        made = world.objects[row.name] = new_id()
        level = "street" if row.level == "STREET" else "district"
        rows.add(conn, tables.post, id=made, name=row.name, level=row.level,
                 area=org.path_at(world.home, level), number=row.number)  # fmt: skip


def open_file(world: World, who: Person) -> None:
    """Open the file of a person now; raise Difference for what was refused."""
    facts = {name: value for name, value in who.facts.items() if name != "benefits"}
    try:
        with world.app.read() as conn:
            unit = org.unit_of_path(conn, world.areas[who.handle])
        done = world.app.do(
            commands.RegisterPerson(
                who.name, who.id_no, unit.id, who.phone, who.address, facts, distinct_reason=ORIGIN
            ), SYSTEM,
        )
    except AidError as fault:
        said = refusal(fault)
        raise Difference(who.line, said.zh, said.en) from fault
    person_id = world.people[who.handle] = int(done.person_id or 0)
    for row in who.benefits:
        values: dict[str, Any] = dict(row)
        world.app.run(partial(_benefit, person_id=person_id, values=values))
    if who.on_file is not None:
        mine = [one for one in world.scenario.households if who.handle in one.members]
        _households(world, [one for one in mine if set(one.members) <= world.people.keys()])


def _households(world: World, families: list[Household]) -> None:
    with world.app.write() as conn:
        for family in families:
            members = [world.people[handle] for handle in family.members]
            people.make_household(conn, members, world.clock.now(), urban=family.urban)


def _benefit(desk: Desk, person_id: int, values: dict[str, Any]) -> None:
    record(desk, person_id, values["code"], values["starts_on"], values.get("ends_on"))


def refusal(fault: AidError) -> Words:
    """Return what a refusal says, every problem of a form with it."""
    said = [fault.sentence("zh")], [fault.sentence("en")]
    if isinstance(fault, FormInvalid):
        for _name, zh, en in fault.problems:
            said[0].append(zh)
            said[1].append(en)
    words = Words("".join(said[0]), " ".join(said[1]))
    return sentence("scenario", "refused", refusal=labelled("error", fault.code), said=words)


def actor_of(world: World, user_id: int) -> Actor:
    """Return a user of the district as an actor."""
    found = world.by_id.get(user_id)
    if found is None:
        with world.app.read() as conn:
            found = world.by_id[user_id] = accounts.load_actor(conn, user_id, ORIGIN)
    return found
