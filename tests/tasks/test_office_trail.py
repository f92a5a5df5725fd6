"""The office's own trails: chained as a case's, one order of acts, refusals on record."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.errors import NotCandidate
from engine.store import append_only
from engine.store.db import Database
from engine.store.tables import event
from engine.verify import verify
from tasks import accounts, commands, org
from tasks import admin_commands as admin
from tasks.accounts import Passwords
from tasks.actor import SYSTEM, Actor, Grant
from tasks.app import App
from tasks.crypto import Keys, new_keys
from tasks.office_trail import ACCESS, ADMINISTRATION
from tasks.queries import office_trail
from tasks.queries.office_trail import Search
from tasks.staff import LastAdministrator

CHEAP = Passwords.make(1, 8, 1)
MAKER = Actor(11, "制账号", (Grant("system_admin", "/"),), "test")
GIVER = Actor(12, "授岗位", (Grant("security_admin", "/"),), "test")
CLERK = Actor(13, "办事员", (Grant("street_staff", "/"),), "test")


@dataclass
class Place:
    """An App over one database with a district in it."""

    db: Database
    clock: VirtualClock
    keys: Keys = field(default_factory=new_keys)

    def __post_init__(self) -> None:
        self.app = App(self.db, self.clock, self.keys)
        with self.app.write() as conn:
            self.district = org.ensure_unit(conn, "顺义区").id

    def account(self, name: str, role: str = "") -> int:
        """Make an account, with a role where one is given."""
        with self.app.write() as conn:
            made = accounts.create_account(conn, CHEAP, name, name, "一句好记的话 no 595", self.clock.now())
            if role:
                accounts.grant_role(conn, made, role, self.district, self.clock.now())
        return made

    def kinds(self, trail: int) -> list[str]:
        """Return what happened on a trail, in order."""
        with self.app.read() as conn:
            query = sa.select(event.c.kind).where(event.c.trail_id == trail).order_by(event.c.seq)
            return list(conn.execute(query).scalars())


@pytest.fixture
def place(database: Database, clock: VirtualClock) -> Place:
    return Place(database, clock)


def test_an_act_altered_afterwards_is_found(place: Place) -> None:
    place.app.do(admin.AddUnit(place.district, "仁和镇"), MAKER)
    place.app.do(commands.ChangeSetting("public_notice_days", 7, "办公会"), MAKER)
    with place.app.read() as conn:
        assert verify(conn, place.keys.trail, place.keys.state).faults == []
    with place.app.write() as conn:
        append_only.remove(conn)
        change = event.update().where(event.c.trail_id == ADMINISTRATION, event.c.seq == 2)
        conn.execute(change.values(data='{"new":"9"}'))
    with place.app.read() as conn:
        faults = verify(conn, place.keys.trail, place.keys.state).faults
    assert {fault.trail_id for fault in faults} == {ADMINISTRATION}


def test_a_refused_command_is_on_the_trail_once_with_who_and_what(place: Place) -> None:
    user = place.account("li.si")
    grant = admin.GrantRole(user, "auditor", place.district, "想要")
    for act in (grant, admin.AddUnit(place.district, "某镇")):
        with pytest.raises(NotCandidate):
            place.app.do(act, CLERK)
    assert place.kinds(ACCESS) == ["AccessDenied"] * 2
    assert place.kinds(ADMINISTRATION) == []
    with place.app.read() as conn:
        seen = office_trail.page(conn, ACCESS, Search())
    assert [(row.element, row.actor_id) for row in seen] == [("AddUnit", 13), ("GrantRole", 13)]


def test_a_command_sent_twice_is_one_act(place: Place) -> None:
    for _ in range(2):
        place.app.do(admin.AddUnit(place.district, "仁和镇"), MAKER, "the same form")
    assert place.kinds(ADMINISTRATION) == ["UnitAdded"]


def test_of_two_last_administrators_disabled_at_once_one_stays(place: Place) -> None:
    users = [place.account(name, "audit_admin") for name in ("one", "two")]
    refused: list[Exception] = []
    together = threading.Barrier(2)

    def disable(user: int) -> None:
        together.wait(10)
        try:
            place.app.do(admin.DisableAccount(user, "同时"), GIVER)
        except LastAdministrator as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=disable, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(refused) == 1
    assert place.kinds(ADMINISTRATION) == ["AccountDisabled"]


def test_who_made_an_account_does_not_empower_it(place: Place) -> None:
    both = Actor(14, "身兼两职", (*MAKER.grants, *GIVER.grants), "test")
    command = admin.CreateAccount("li.si", "李四", place.district, CHEAP.hash("x"))
    made = int(place.app.do(command, both).extra["user_id"])
    with pytest.raises(Exception, match="second person"):
        place.app.do(admin.GrantRole(made, "auditor", place.district, "试"), both)


def test_the_program_itself_needs_no_reason_and_is_named(place: Place) -> None:
    place.app.do(commands.ChangeSetting("public_notice_days", 7), SYSTEM)
    with place.app.read() as conn:
        row = office_trail.about(conn, ADMINISTRATION, "setting:public_notice_days")[0]
    assert (row.kind, row.actor_id, row.data["new"]) == ("SettingChanged", None, "7")


def test_the_search_by_person_uses_its_indexes(sqlite_database: Database, clock: VirtualClock) -> None:
    place = Place(sqlite_database, clock)
    user = place.account("li.si")
    seen: list[str] = []
    with place.app.read() as conn:

        def watch(_c: object, _cur: object, statement: str, parameters: object, *_more: object) -> None:
            if "FROM event" in statement:
                seen.extend(str(row) for row in raw.execute("EXPLAIN QUERY PLAN " + statement, parameters))

        raw = conn.connection.dbapi_connection
        assert raw is not None
        sa.event.listen(conn, "before_cursor_execute", watch)
        office_trail.page(conn, ACCESS, Search("li.si"))
        sa.event.remove(conn, "before_cursor_execute", watch)
    assert user
    for name in ("ix_event_office_actor", "ix_event_office_element"):
        assert any(name in line for line in seen), seen
