"""The worker closes months that are over: a few at a time, each office and month in its own transaction."""

from __future__ import annotations

import logging

from engine.clock import to_us
from engine.errors import AidError
from engine.store.db import is_conflict
from tasks.app import App
from tasks.registers import months

log = logging.getLogger(__name__)
#: Months closed in one beat, so that timers need not wait for them.
MOST = 20


def close_waiting(app: App) -> int:
    """Close months that are over; return how many were closed."""
    with app.read() as conn:
        waiting = months.waiting(conn, to_us(app.clock.now()))
    return sum(_close(app, office, month) for office, month in waiting[:MOST])


def _close(app: App, office: months.Office, month: str) -> bool:
    try:
        return bool(app.run(lambda desk: months.close(desk, office, month)))
    except AidError as error:
        log.warning("A month was not closed: %s", error, extra={"action": "close_month"})
    except Exception as error:
        if not is_conflict(error):
            raise
        log.info("Another worker is closing the month.", extra={"action": "close_month"})
    return False
