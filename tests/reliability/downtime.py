"""The office was closed for a month: workers meet a heap of overdue work, and one of them keeps dying."""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa

from engine.clock import to_us
from engine.errors import AidError
from engine.store.tables import event, timer, user_task
from engine.user_tasks import complete, read
from tasks import due_work
from tasks.app import App
from tasks.desk import Desk
from tests.reliability import office_work
from tests.reliability.journal import Journal
from tests.reliability.oracle import check, kinds
from tests.reliability.site import BEGINS, Site

CLOSED_FOR = timedelta(days=30)
#: A worker is killed whenever the journal has grown by so many bytes, however fast the machine is.
KILL_EVERY = 12_000


@dataclass
class DowntimeReport:
    """What the workers did after the doors opened."""

    backend: str
    seed: int
    overdue: dict[str, int] = field(default_factory=dict)
    interrupted: int = 0
    kills: int = 0
    done: Counter[str] = field(default_factory=Counter)
    fired: int = 0
    #: how many places a timer fired away from its place in due order, at most
    displacement: int = 0
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def figures(self) -> dict[str, Any]:
        """Return the report as one flat line."""
        return {
            "lab": "downtime", "backend": self.backend, "seed": self.seed, "overdue": self.overdue,
            "interrupted": self.interrupted, "worker_kills": self.kills, "acked": dict(self.done),
            "fired": self.fired, "largest_displacement": self.displacement, "errors": len(self.errors),
            "violations": kinds(self.violations), "seconds": round(self.seconds, 1),
        }  # fmt: skip


def run_downtime(
    site: Site, folder: Path, timers: int, cases: int, seed: int, workers: int = 3, kill: bool = True
) -> DowntimeReport:
    """Leave `timers` instances of W and `cases` applications alone for 30 days and let workers catch up."""
    report = DowntimeReport("postgres" if site.app.db.is_postgres else "sqlite", seed)
    journal = Journal(folder / f"downtime-{report.backend}-{seed}.jsonl")
    interrupted = _fill(site, random.Random(seed), timers, cases)
    report.interrupted = len(interrupted)
    opens = BEGINS + CLOSED_FOR + timedelta(days=3)
    site.at(opens)
    with site.app.read() as conn:
        due = due_work.due_now(conn, to_us(opens))
        waiting = sa.select(sa.func.count()).where(
            timer.c.state == "scheduled", timer.c.due_at <= to_us(opens)
        )
        report.overdue = {**Counter(item.kind for item in due), "timer": conn.execute(waiting).scalar_one()}
    started = time.monotonic()
    report.kills = _let_workers_run(site, journal, random.Random(seed), workers, kill)
    report.seconds = time.monotonic() - started
    report.displacement = displacement(journal.records("ack"))
    report.done = Counter(row["what"] for row in journal.records("ack"))
    report.errors = [row["text"] for row in journal.records("error")]
    report.violations = check(site, journal.records())
    _judge(site, report, interrupted, opens)
    return report


def _fill(site: Site, rng: random.Random, timers: int, cases: int) -> set[int]:
    """Start the work in groups of ten a minute apart; complete every tenth referral, which ends its timer."""
    site.at(BEGINS)
    for _ in range(cases * 2):
        intent = office_work.next_application(site, rng)
        if intent is not None:
            office_work.perform(site, intent)
    for _ in range(cases * 40):
        intent = office_work.choose(site, rng)
        if intent is not None and intent["do"] == "CompleteTask":
            with suppress(AidError):  # a rule of the office: another answer was needed
                office_work.perform(site, intent)
    for minute in range(0, timers, 10):
        site.at(BEGINS + timedelta(minutes=minute + 1))
        office_work.start_workload(site, 10)
        _complete_all(site, "W_Visit")
    _complete_all(site, "W_Refer", timers // 10)
    with site.app.read() as conn:
        gone = sa.select(timer.c.id).where(timer.c.state == "cancelled")
        return set(conn.execute(gone).scalars())


def _complete_all(site: Site, element: str, most: int = 1_000_000) -> None:
    t = user_task.c
    query = sa.select(t.id).where(t.element == element, t.state == "created").order_by(t.id).limit(most)
    with site.app.read() as conn:
        found = list(conn.execute(query).scalars())

    def act(desk: Desk) -> None:
        for task_id in found:
            complete(desk.unit, read(desk.unit, task_id), {"hired": True} if element == "W_Refer" else {})

    site.app.run(act)


def _let_workers_run(site: Site, journal: Journal, rng: random.Random, workers: int, kill: bool) -> int:
    kills = 0
    site.rest()
    alive = {_worker(site, journal) for _ in range(workers)}
    next_kill = _size(journal) + KILL_EVERY
    while alive:
        pid, _status = os.waitpid(-1, os.WNOHANG)
        if pid:
            alive.discard(pid)
            continue
        if kill and _size(journal) >= next_kill:
            victim = rng.choice(sorted(alive))
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            alive.discard(victim)
            alive.add(_worker(site, journal))
            kills += 1
            next_kill = _size(journal) + KILL_EVERY
        time.sleep(0.01)
    return kills


def _size(journal: Journal) -> int:
    return journal.path.stat().st_size


def _worker(site: Site, journal: Journal) -> int:
    pid = os.fork()
    if pid == 0:
        _work(site, journal)
    return pid


def _work(site: Site, journal: Journal) -> NoReturn:
    try:
        logging.getLogger("tasks.due_work").setLevel(logging.CRITICAL)
        do = due_work._do

        def told(app: App, item: due_work.Due, failed: due_work.Hears | None) -> bool:
            done = do(app, item, failed)
            if done:
                journal.write("ack", do="due", what=item.kind, id=item.id, at=item.at, key=None)
            return done

        due_work._do = told
        while due_work.run_due(
            site.app, lambda item, error: journal.write("error", text=f"{item}: {error!r}")
        ) or _left(site):
            pass
        os._exit(0)
    except BaseException:
        traceback.print_exc(file=sys.stderr)
        os._exit(3)


def _left(site: Site) -> bool:
    now_us = to_us(site.app.clock.now())
    with site.app.read() as conn:
        return any(item.kind == "timer" for item in due_work.due_now(conn, now_us))


def _judge(site: Site, report: DowntimeReport, interrupted: set[int], opens: datetime) -> None:
    site.rest()
    with site.app.read() as conn:
        order = conn.execute(sa.select(event.c.data).where(event.c.kind == "TimerFired")).all()
        rows = conn.execute(sa.select(timer.c.id, timer.c.due_at, timer.c.state)).all()
    fired = Counter(int(json.loads(row.data)["timer"]) for row in order)
    report.fired = len(fired)
    report.violations += [f"I2: timer {one} fired {n} times" for one, n in fired.items() if n > 1]
    report.violations += [f"I2: interrupted timer {one} fired" for one in interrupted & set(fired)]
    report.violations += [
        f"I6: timer {row.id} was due and is {row.state}"
        for row in rows
        if row.due_at <= to_us(opens) and row.state not in ("fired", "cancelled")
    ]
    report.violations += [f"error: {text}" for text in report.errors]


def displacement(acks: list[dict[str, Any]]) -> int:
    """Return how far the order of acknowledgements lies from due order, at most, in places."""
    due = [row["at"] for row in acks if row["what"] == "timer"]
    ranked = sorted(due)
    first = {at: ranked.index(at) for at in set(due)}
    last = {at: len(ranked) - 1 - ranked[::-1].index(at) for at in set(due)}
    return max((max(first[at] - n, n - last[at], 0) for n, at in enumerate(due)), default=0)
