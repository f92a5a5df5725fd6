"""The oracle finds what is wrong: a database that was tampered with in one place at a time."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import AidError
from engine.store import append_only
from engine.store.db import Database
from tests.databases import SqliteFiles
from tests.reliability import office_work
from tests.reliability.oracle import check, kinds
from tests.reliability.site import Site, open_site

HARMS = {
    "I1": "DELETE FROM case_file WHERE id = (SELECT min(id) FROM case_file)",
    "I3": "DELETE FROM event WHERE seq = 2 AND trail_id = (SELECT min(id) FROM case_file)",
    "I4": "UPDATE event SET data = '{}' WHERE seq = 1 AND trail_id = (SELECT min(id) FROM case_file)",
    "I5": "UPDATE user_task SET state = 'cancelled' WHERE state = 'created'",
    "I6": "DELETE FROM subscription",
    "I8": "UPDATE case_file SET status = 'END-WAIVED'",
    "I12": "UPDATE paper SET hash = 'x'",
    "I13": "UPDATE user_account SET disabled_at = 0",
}


Worked = tuple[Site, list[dict[str, object]]]


@pytest.fixture(scope="module")
def day_of_work(sqlite_files: SqliteFiles) -> Iterator[Worked]:
    """An office after ninety draws of work, and what was acknowledged there."""
    site = open_site(sqlite_files.create())
    rng, records = random.Random(4), []
    for _ in range(90):
        intent = office_work.choose(site, rng)
        if intent is None or intent["do"] in ("due", "Exit", "Waive"):
            continue
        with suppress(AidError):
            done = office_work.perform(site, intent)
            records.append({"kind": "ack", **intent, "done": done})
    site.rest()
    yield site, records
    sqlite_files.drop(site.url)


@pytest.fixture
def worked(day_of_work: Worked, tmp_path: Path) -> Iterator[Worked]:
    """A copy of that office."""
    site, records = day_of_work
    copy = tmp_path / "copy.db"
    site.app.db.copy_to(str(copy))
    site.rest()
    made = replace(site, app=replace(site.app, db=Database(f"sqlite:///{copy}")))
    yield made, records
    made.rest()


@pytest.mark.parametrize("harm", HARMS)
def test_each_kind_of_harm_is_seen(worked: Worked, harm: str) -> None:
    site, records = worked
    assert check(site, records) == []
    with sqlite3.connect(site.url.removeprefix("sqlite:///")) as conn:
        for guard in append_only.sqlite_guards():
            conn.execute(f"DROP TRIGGER {guard}")
        conn.execute(HARMS[harm])
    assert harm in kinds(check(site, records))


def test_a_lost_acknowledgement_is_seen(worked: Worked) -> None:
    site, records = worked
    invented = {**records[0], "key": "never-written"}
    assert kinds(check(site, [*records, invented])) == {"I1": 1}
