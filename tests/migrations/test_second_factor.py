"""The step that brings the second factor asks nobody for one, and can be taken back (SEC-A4)."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import command

from engine.clock import VirtualClock
from engine.store import migrate
from engine.store.db import Database
from tasks import entrance
from tasks.accounts import Passwords
from tasks.app import App
from tasks.crypto import new_keys
from tasks.sessions import SessionToken

PASSWORD = "一句好记的话 no 595"
MADE = {"second_factor", "recovery_code", "login_step"}


def _go(database: Database, to: str, back: bool = False) -> None:
    with database.transaction() as conn:
        config = migrate._config()
        config.attributes["connection"] = conn
        (command.downgrade if back else command.upgrade)(config, to)


def test_an_upgrade_leaves_every_account_logging_in_as_before(
    new_database_url: Callable[..., str], clock: VirtualClock
) -> None:
    database = Database(new_database_url(schema=False))
    passwords = Passwords.make(1, 8, 1)
    _go(database, "0034")
    with database.transaction() as conn:
        conn.execute(
            sa.text(
                "INSERT INTO user_account (id, username, display_name, password_hash, duty_class,"
                " must_change, created_at) VALUES (7, 'sup', '督导', :hash, 'business', false, 0)"
            ),
            {"hash": passwords.hash(PASSWORD)},
        )
        conn.exec_driver_sql(
            "INSERT INTO unit (id, level, name, path, active) VALUES (1, 'district', '顺义区', '/1/', true)"
        )
        conn.exec_driver_sql(
            "INSERT INTO role_grant (id, user_id, duty_class, role, unit_id, area, granted_at)"
            " VALUES (1, 7, 'business', 'supervisor', 1, '/1/', 0)"
        )
    migrate.upgrade(database)
    app = App(database, clock, new_keys())
    opened = entrance.enter(app, passwords, "sup", PASSWORD, "10.0.0.1")
    assert isinstance(opened, SessionToken)
    with database.read() as conn:
        assert set(sa.inspect(conn).get_table_names()) >= MADE
    _go(database, "0034", back=True)
    with database.read() as conn:
        assert not MADE & set(sa.inspect(conn).get_table_names())
        assert conn.exec_driver_sql("SELECT username FROM user_account").scalars().all() == ["sup"]
    _go(database, "head")
    assert isinstance(entrance.enter(app, passwords, "sup", PASSWORD, "10.0.0.1"), SessionToken)
    database.dispose()
