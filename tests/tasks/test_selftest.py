"""What is looked at before a process serves: durability, calendar, keys, host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from engine.clock import SHANGHAI, VirtualClock
from engine.store import condition, migrate
from engine.store.db import Database
from tasks import selftest
from tasks.app import App
from tasks.crypto import new_keys
from tasks.selftest import NotReady


@pytest.fixture
def app(new_database_url: object, clock: VirtualClock) -> Iterator[App]:
    """An installation with its tables and canary, on both databases."""
    assert callable(new_database_url)
    database = Database(new_database_url(schema=False))
    migrate.upgrade(database)
    made = App(database, clock, new_keys())
    selftest.keep_canary(made)
    yield made
    database.dispose()


def test_a_sound_installation_passes(app: App, tmp_path: Path) -> None:
    selftest.require_tables(app.db)
    selftest.require_keys(app.db, app.keys, tmp_path)
    selftest.require_kind(app.db, demo=False)
    risks = selftest.examine(app, tmp_path)
    # the test server gives up what a power cut would cost, and is told so
    assert [risk for risk in risks if "断电" not in risk] == []
    assert bool(risks) == app.db.is_postgres


def test_the_canary_is_stored_once_and_tells_nothing_of_the_keys(app: App, tmp_path: Path) -> None:
    stored = condition.stored_setting(app.db, selftest.CANARY)
    assert stored is not None
    selftest.keep_canary(replace(app, keys=new_keys()))
    assert condition.stored_setting(app.db, selftest.CANARY) == stored
    for key in (app.keys.trail, app.keys.state, app.keys.index, *app.keys.fields.values()):
        assert key.hex() not in stored


@pytest.mark.parametrize("name", ["trail", "state", "index"])
def test_each_key_has_to_fit(app: App, tmp_path: Path, name: str) -> None:
    with pytest.raises(NotReady, match=name):
        selftest.require_keys(app.db, replace(app.keys, **{name: b"x" * 32}), tmp_path)


def test_the_key_of_the_fields_has_to_fit_and_a_new_one_may_stand_beside_it(app: App, tmp_path: Path) -> None:
    turned = replace(app.keys, fields={**app.keys.fields, "k2": b"y" * 32}, field_id="k2")
    selftest.require_keys(app.db, turned, tmp_path)
    with pytest.raises(NotReady, match="field"):
        selftest.require_keys(app.db, replace(app.keys, fields={"k1": b"y" * 32}), tmp_path)


def test_commits_that_are_not_durable_forbid_the_start(app: App, tmp_path: Path) -> None:
    weak = Database(f"{app.db.url}&options=-csynchronous_commit%3Doff" if app.db.is_postgres else app.db.url)
    if not app.db.is_postgres:
        event.listen(weak.engine, "connect", lambda conn, _: conn.execute("PRAGMA synchronous=NORMAL"))
    said = "synchronous_commit" if app.db.is_postgres else "WAL"
    with pytest.raises(NotReady, match=said):
        selftest.examine(replace(app, db=weak), tmp_path)
    weak.dispose()


@pytest.mark.parametrize(
    ("day", "missing"),
    [("2026-06-01", []), ("2026-10-31", []), ("2026-11-01", [2027]), ("2031-02-03", [2031])],
)
def test_a_year_without_an_official_calendar_is_told(
    app: App, tmp_path: Path, day: str, missing: list[int]
) -> None:
    standing = VirtualClock(datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=SHANGHAI))
    told = [one for one in selftest.examine(replace(app, clock=standing), tmp_path) if "工作日历" in one]
    assert [int(one[:4]) for one in told] == missing


def test_a_full_disk_is_told(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "LEAST_FREE", 1 << 62)
    assert any("磁盘" in one for one in selftest.examine(app, tmp_path))


def test_an_old_parser_forbids_the_start(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest.etree, "LXML_VERSION", (5, 0, 0, 0))
    with pytest.raises(NotReady, match="lxml"):
        selftest.examine(app, tmp_path)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.9.9.9"])
def test_a_demo_may_answer_this_machine(host: str) -> None:
    selftest.require_loopback(True, host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "office.example", ""])  # noqa: S104
def test_a_demo_must_not_answer_others_and_an_office_may(host: str) -> None:
    with pytest.raises(NotReady):
        selftest.require_loopback(True, host)
    selftest.require_loopback(False, host)
