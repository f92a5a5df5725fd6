"""The metronome: one tick job that does what is due, seals the trails hourly, and nothing more (R7, SEC-T5)."""

from __future__ import annotations

import logging
from datetime import timedelta

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler

from engine.clock import from_us
from tasks.app import App
from tasks.due_work import run_due

log = logging.getLogger(__name__)

TICK = timedelta(seconds=2)
SEAL_EVERY = timedelta(hours=1)


def tick(app: App) -> int:
    """Do everything that is due once; return how many things were done."""
    done = run_due(app)
    if done:
        log.info("Did %s due things.", done, extra={"action": "tick"})
    return done


def schedule(app: App, scheduler: BaseScheduler | None = None) -> BaseScheduler:
    """Return a scheduler that beats for an app. Any number of workers may run on one database."""
    beat = scheduler or BlockingScheduler()
    beat.add_job(
        tick, "interval", (app,), seconds=TICK.total_seconds(), id="tick", coalesce=True, max_instances=1,
        misfire_grace_time=None,
    )  # fmt: skip
    return beat


def describe(next_us: int | None) -> str:
    """Say when the next thing will be due."""
    return "nothing waits" if next_us is None else from_us(next_us).isoformat()
