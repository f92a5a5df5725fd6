"""A full disk is a clear refusal, and work goes on when there is room; backups under load (FLT-9, FLT-24)."""

from __future__ import annotations

import os
import random
import resource
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.errors import AidError, Unavailable
from engine.store.db import Database
from tasks.backups import backup
from tests.reliability import office_work
from tests.reliability.journal import Journal
from tests.reliability.oracle import check
from tests.reliability.site import Site

pytestmark = pytest.mark.slow


def work_until_refused(site: Site, journal: Journal, rng: random.Random, most: int = 400) -> int:
    """Work until the database is full; return how often it said so."""
    full = 0
    for _ in range(most):
        try:
            intent = office_work.choose(site, rng)
            if intent is None or intent["do"] == "due":
                continue
            done = office_work.perform(site, intent)
            journal.write("ack", **intent, done=done)
        except Unavailable as fault:
            if fault.data["kind"] != "full" or "磁盘已满" not in fault.sentence("zh"):
                raise
            full += 1
            if full >= 8:
                break
        except AidError:
            continue
    return full


def pages(site: Site, most: int | None = None) -> int:
    """Return how many pages the database has; with `most`, let it grow no further on this connection."""
    with site.app.db.engine.connect() as conn:
        if most is not None:
            conn.exec_driver_sql(f"PRAGMA max_page_count={most}")
        found: int = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        return found


def test_a_database_that_may_not_grow_refuses_and_goes_on_later(
    sqlite_site: Site, tmp_path: Path, seed: int
) -> None:
    site, journal, rng = sqlite_site, Journal(tmp_path / "full.jsonl"), random.Random(seed)
    limit = pages(site) + 12
    listener: Callable[..., None] = _limit(limit)
    site.rest()
    sa.event.listen(site.app.db.engine, "connect", listener)
    assert work_until_refused(site, journal, rng) >= 8
    assert check(site, journal.records()) == []
    assert office_work.open_tasks(site), "reading goes on"
    sa.event.remove(site.app.db.engine, "connect", listener)
    site.rest()
    before = len(journal.records("ack"))
    assert work_until_refused(site, journal, rng, 60) == 0
    assert len(journal.records("ack")) > before
    assert check(site, journal.records()) == []


def _limit(pages: int) -> Callable[..., None]:
    def limit(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    return limit


def test_a_file_that_may_not_grow_refuses_and_goes_on_later(
    sqlite_site: Site, tmp_path: Path, seed: int
) -> None:
    site, journal = sqlite_site, Journal(tmp_path / "limit.jsonl")
    site.rest()
    pid = os.fork()
    if pid == 0:
        code = 3
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            size = Path(site.app.db.engine.url.database or "").stat().st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 300_000, resource.RLIM_INFINITY))
            code = 0 if work_until_refused(site, journal, random.Random(seed)) >= 8 else 4
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert check(site, journal.records()) == []
    assert work_until_refused(site, journal, random.Random(seed + 1), 60) == 0
    assert check(site, journal.records()) == []


def test_a_backup_taken_under_load_holds_all_that_was_acknowledged_before(
    sqlite_site: Site, tmp_path: Path, seed: int
) -> None:
    site, journal = sqlite_site, Journal(tmp_path / "backup.jsonl")
    work_until_refused(site, journal, random.Random(seed), 60)
    site.rest()
    pid = os.fork()
    if pid == 0:
        try:
            work_until_refused(site, journal, random.Random(seed + 1), 100_000)
        finally:
            os._exit(0)
    try:
        for copy in range(4):
            before = journal.records()
            target = tmp_path / f"copy{copy}.db"
            backup(site.app, target)
            restored = replace(site, app=replace(site.app, db=Database(f"sqlite:///{target}")))
            assert check(restored, before) == []
            restored.rest()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert len(journal.records("ack")) > len([row for row in before if row["kind"] == "ack"])
    assert check(site, journal.records()) == []
