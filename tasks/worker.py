"""The metronome: does what is due, seals the trails, and nothing more (R7, SEC-T5).

Any number of workers may beat on one database: what is due is claimed under the lock of its case.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler

from engine import seals
from engine.clock import SystemClock, from_us
from engine.store import proof
from tasks.app import App
from tasks.due_work import run_due
from tasks.migration_runs import run_waiting
from tasks.store.clockwork import database_time

log = logging.getLogger(__name__)

TICK = timedelta(seconds=2)
SEAL_LOOK = timedelta(minutes=1)
SEAL_EVERY = timedelta(hours=1)
#: Beyond this difference between the machine's clock and the database's no timer fires (SEC-T2).
MOST_SKEW = timedelta(seconds=5)


def tick(app: App) -> int:
    """Do what is due once, and a part of the migrations at work; return how many things were done.

    A wrong clock holds everything.
    """
    apart = skew(app)
    if apart > MOST_SKEW:
        log.error("The clocks are %s apart; nothing fires.", apart, extra={"action": "clock"})
        return 0
    done = run_due(app) + run_waiting(app)
    if done:
        log.info("Did %s due things.", done, extra={"action": "tick"})
    return done


def skew(app: App) -> timedelta:
    """Return how far the machine's clock is from the database server's; SQLite has none of its own."""
    if not app.db.is_postgres:
        return timedelta(0)
    with app.read() as conn:
        there = database_time(conn)
    return abs(SystemClock().now() - there)


def seal_if_old(app: App, checkpoints: Path) -> bool:
    """Seal all trails when the last seal is an hour old; tell whether it was."""
    now = app.clock.now()
    with app.read() as conn:
        last = proof.last_seal(conn)
    if last is not None and now - from_us(last.at) < SEAL_EVERY:
        return False
    made = seals.seal(app.db, app.keys.trail, now, checkpoints)
    log.info("Sealed %s trails as number %s.", made.trails, made.n, extra={"action": "seal"})
    return True


def schedule(app: App, checkpoints: Path, scheduler: BaseScheduler | None = None) -> BaseScheduler:
    """Return a scheduler that beats for an app."""
    beat = scheduler or BlockingScheduler()
    steady = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    beat.add_job(tick, "interval", (app,), seconds=TICK.total_seconds(), id="tick", **steady)
    beat.add_job(
        seal_if_old, "interval", (app, checkpoints), seconds=SEAL_LOOK.total_seconds(), id="seal", **steady
    )
    return beat
