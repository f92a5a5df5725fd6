"""Units, accounts and 三员分立, on both databases."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.clock import VirtualClock
from engine.errors import FormInvalid
from engine.store.db import Database
from tasks import accounts, org
from tasks.accounts import Passwords, RolesExclusive
from tasks.actor import ADMIN_ROLES
from tasks.store import accounts as store
from tasks.store.conn import Connection

PASSWORD = "一句好记的话 no 595"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords.make(time_cost=1, memory_kib=8)


def _account(conn: Connection, passwords: Passwords, now: datetime, name: str = "lisi", **more: str) -> int:
    return accounts.create_account(conn, passwords, name, "李四", PASSWORD, now, **more)


def test_units_are_made_once_and_their_path_leads_from_the_city(database: Database) -> None:
    with database.transaction() as conn:
        community = org.ensure_unit(conn, "顺义区", "仁和镇", "河南村")
        again = org.ensure_unit(conn, "顺义区", "仁和镇", "河南村")
        sibling = org.ensure_unit(conn, "顺义区", "仁和镇", "沙坨村")
        assert community == again
        assert org.full_name(conn, community.path) == "顺义区仁和镇河南村"
        assert [unit.level for unit in org.ancestors(conn, community.path)] == list(org.LEVELS)
        street = org.ancestor_at(conn, community.path, "street")
        assert [unit.name for unit in org.children(conn, street.id)] == ["河南村", "沙坨村"]
        assert org.below(conn, street.path, "community") == [community, sibling]
        assert community.path.startswith(street.path)


def test_two_streets_may_each_have_a_community_of_one_name(database: Database) -> None:
    with database.transaction() as conn:
        first = org.ensure_unit(conn, "顺义区", "仁和镇", "东村")
        second = org.ensure_unit(conn, "顺义区", "马坡镇", "东村")
        assert first.path != second.path
        assert org.find_units(conn, "东村") == [first, second]


@pytest.mark.parametrize("admin", sorted(ADMIN_ROLES))
@pytest.mark.parametrize("admin_first", [True, False])
def test_an_administrator_holds_no_other_role(
    database: Database, passwords: Passwords, clock: VirtualClock, admin: str, admin_first: bool
) -> None:
    others = ["street_staff", *sorted(ADMIN_ROLES - {admin})]
    with database.transaction() as conn:
        unit = org.ensure_unit(conn, "顺义区", "仁和镇")
        for number, other in enumerate(others):
            user = _account(conn, passwords, clock.now(), f"user{number}")
            roles = (admin, other) if admin_first else (other, admin)
            accounts.grant_role(conn, user, roles[0], unit.id, clock.now())
            with pytest.raises(RolesExclusive):
                accounts.grant_role(conn, user, roles[1], unit.id, clock.now())


def test_one_natural_person_may_not_hold_exclusive_roles_under_two_names(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        unit = org.ensure_unit(conn, "顺义区", "仁和镇")
        first = _account(conn, passwords, clock.now(), "one", person_key="same")
        second = _account(conn, passwords, clock.now(), "two", person_key="same")
        accounts.grant_role(conn, first, "street_staff", unit.id, clock.now())
        with pytest.raises(RolesExclusive):
            accounts.grant_role(conn, second, "audit_admin", unit.id, clock.now())
        accounts.grant_role(conn, second, "street_officer", unit.id, clock.now())


def test_the_database_itself_refuses_an_administrator_role_beside_another(
    database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with database.transaction() as conn:
        unit = org.ensure_unit(conn, "顺义区", "仁和镇")
        user = _account(conn, passwords, clock.now())
        accounts.grant_role(conn, user, "street_staff", unit.id, clock.now())
    for duty_class in ("audit_admin", "business"):
        with pytest.raises(Exception, match=r"(?i)constraint"), database.transaction() as conn:
            store.insert_grant(
                conn, id=1, user_id=user, duty_class=duty_class, role="audit_admin", unit_id=unit.id,
                area=unit.path, granted_at=0,
            )  # fmt: skip


@pytest.mark.parametrize("password", ["short", "x" * 257, "lisi lisi lisi lisi", "aaaaaaaaaaaaaaaa"])
def test_a_poor_password_is_refused(
    sqlite_database: Database, passwords: Passwords, clock: VirtualClock, password: str
) -> None:
    with pytest.raises(FormInvalid), sqlite_database.transaction() as conn:
        accounts.create_account(conn, passwords, "lisi", "李四", password, clock.now())


@pytest.mark.parametrize("name", ["", "   ", "two words", "tab\tbed", "x" * 65])
def test_a_login_name_that_cannot_be_typed_is_refused(
    sqlite_database: Database, passwords: Passwords, clock: VirtualClock, name: str
) -> None:
    with pytest.raises(FormInvalid), sqlite_database.transaction() as conn:
        accounts.create_account(conn, passwords, name, "李四", PASSWORD, clock.now())


def test_a_login_name_is_taken_once(
    sqlite_database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with sqlite_database.transaction() as conn:
        _account(conn, passwords, clock.now())
        with pytest.raises(FormInvalid):
            _account(conn, passwords, clock.now())


def test_staff_of_a_role_are_those_of_the_unit_and_of_the_units_above(
    sqlite_database: Database, passwords: Passwords, clock: VirtualClock
) -> None:
    with sqlite_database.transaction() as conn:
        here = org.ensure_unit(conn, "顺义区", "仁和镇", "河南村")
        there = org.ensure_unit(conn, "顺义区", "仁和镇", "沙坨村")
        street = org.ancestor_at(conn, here.path, "street")
        users = [_account(conn, passwords, clock.now(), name) for name in ("a1", "a2", "a3", "a4")]
        for user, unit in zip(users, (here, there, street, here), strict=True):
            accounts.grant_role(conn, user, "community_aide", unit.id, clock.now())
        accounts.disable_account(conn, users[3], clock.now())
        found = {row["id"] for row in accounts.staff(conn, "community_aide", here.path)}
    assert found == {users[0], users[2]}
