"""The demo's clock: the machine's time moved by a shift kept in the demo's database (a banner says so).

Web and worker processes read the same row, so they agree; nothing but the demo ever has one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.clock import SystemClock, stopwatch, to_us
from engine.codec import dumps, loads
from engine.errors import IllegalState
from engine.store.db import Database
from tasks.store.accounts import move_sessions
from tasks.store.office import put_setting, settings_in

NAME = "demo_clock_shift_us"
#: Seconds for which a process believes the shift it read.
FRESH = 1.0


class DemoClock:
    """Tells the shifted time; anybody in the demo may move it forward."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._machine = SystemClock()
        self._shift = timedelta(0)
        self._read_at = -FRESH

    def now(self) -> datetime:
        """Return the machine's time plus the demo's shift, aware, UTC."""
        if stopwatch() - self._read_at >= FRESH:
            self.refresh()
        return self._machine.now() + self._shift

    def refresh(self) -> None:
        """Read the shift again."""
        with self.db.read() as conn:
            found = dict(settings_in(conn)).get(NAME)
        self._shift = timedelta(microseconds=loads(found)) if found else timedelta(0)
        self._read_at = stopwatch()

    @property
    def shift(self) -> timedelta:
        """Return by how much the demo's time differs from the machine's."""
        return self._shift

    def shift_to(self, instant: datetime, backwards: bool = False) -> None:
        """Move the demo to an instant, and with it those at work; raise IllegalState for one in its past."""
        if not backwards and instant < self.now():
            raise IllegalState(detail="演示时钟只能向前调")
        self.refresh()
        shift = instant - self._machine.now()
        with self.db.transaction() as conn:
            put_setting(conn, NAME, dumps(shift // timedelta(microseconds=1)), to_us(instant))
            move_sessions(conn, (shift - self._shift) // timedelta(microseconds=1))
        self.refresh()


