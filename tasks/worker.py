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
from engine.clock import ClockWatch, SystemClock, from_us
from engine.store import proof
from tasks import calendar_runs, sessions
from tasks.app import App
from tasks.clock_guard import ClockGuard
from tasks.due_work import run_due
from tasks.exchange_work import run_exchanges
from tasks.migration_runs import run_waiting
from tasks.registers.closing import close_waiting
from tasks.reminders import remind
from tasks.roster_work import run_rosters

log = logging.getLogger(__name__)

TICK = timedelta(seconds=2)
SEAL_LOOK = timedelta(minutes=1)
SEAL_EVERY = timedelta(hours=1)
SWEEP_EVERY = timedelta(minutes=15)


def guard_of(app: App) -> ClockGuard:
    """Return a guard over the machine's clock; the demo's shift is no fault of it."""
    return ClockGuard(app, ClockWatch(SystemClock()))


def tick(app: App, guard: ClockGuard | None = None) -> int:
    """Do what is due once, and a part of what runs in batches; return how many things were done.

    A wrong clock holds everything.
    """
    if (guard or guard_of(app)).holds():
        return 0
    done = calendar_runs.run_waiting(app) + run_due(app) + run_waiting(app)
    done += run_rosters(app) + remind(app) + close_waiting(app)
    if done:
        log.info("Did %s due things.", done, extra={"action": "tick"})
    return done


def exchange(app: App, guard: ClockGuard | None = None) -> int:
    """Speak to the outside systems once; return how many things were done. A slow one holds nothing else."""
    return 0 if (guard or guard_of(app)).holds() else run_exchanges(app)


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


def sweep(app: App, guard: ClockGuard | None = None) -> int:
    """Remove sessions, half-done logins and login failures that are over; return how many rows went."""
    if (guard or guard_of(app)).holds():
        return 0
    with app.write() as conn:
        return sessions.sweep(conn, app.clock.now())


def schedule(app: App, checkpoints: Path, scheduler: BaseScheduler | None = None) -> BaseScheduler:
    """Return a scheduler that beats for an app."""
    beat = scheduler or BlockingScheduler()
    steady = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    beat.add_job(tick, "interval", (app, guard_of(app)), seconds=TICK.total_seconds(), id="tick", **steady)
    if app.adapters:
        beat.add_job(
            exchange, "interval", (app, guard_of(app)), seconds=TICK.total_seconds(), id="exchange", **steady
        )
    beat.add_job(
        sweep, "interval", (app, guard_of(app)), seconds=SWEEP_EVERY.total_seconds(), id="sweep", **steady
    )
    beat.add_job(
        seal_if_old, "interval", (app, checkpoints), seconds=SEAL_LOOK.total_seconds(), id="seal", **steady
    )
    return beat
