"""Holds what is due while the machine's clock cannot be trusted, and says so (SEC-T2, FLT-11, W18).

A timer that fired on a wrong clock cannot be called back, so the worker waits and an incident of the machine
is opened. It closes by itself where the clock is found right again; a person may take the new time for right.
"""

from __future__ import annotations

import logging
import platform
from datetime import timedelta

from engine import incidents
from engine.clock import ClockWatch, from_us, to_us
from engine.codec import dumps, loads
from engine.store import incidents as store
from tasks.app import App
from tasks.desk import Desk
from tasks.store.clockwork import database_time
from tasks.store.office import put_setting, setting_in

log = logging.getLogger(__name__)

KIND = "clock"
#: Beyond this nothing fires.
MOST = timedelta(seconds=5)
#: The latest time (microseconds) at which a worker of any machine was at work.
SEEN = "clock_seen_us"
SEEN_EVERY = timedelta(minutes=1)


class ClockGuard:
    """One worker's eye on its clock."""

    def __init__(self, app: App, watch: ClockWatch, host: str = "") -> None:
        self.app = app
        self.watch = watch
        self.host = host or platform.node() or "localhost"
        self._noted = False  #: it has seen the fault that the incident is about

    def holds(self) -> bool:
        """Tell whether nothing may fire now; open, keep or close the machine's incident accordingly."""
        fault = self._fault()
        with self.app.read() as conn:
            open_ones = store.open_at(conn, KIND, self.host)
        if fault is None:
            if open_ones and (self._noted or self.app.db.is_postgres):
                self._close(open_ones)
                open_ones = []
            if not open_ones:
                self._noted = False
                self._remember()
            return bool(open_ones)
        if not open_ones and self._noted and self._accept() is None:
            return False
        if not open_ones:
            self._open(fault)
        self._noted = True
        return True

    def _fault(self) -> str | None:
        """Return in Chinese what is wrong with the clock, None where nothing is known to be."""
        apart, moved, now = self._apart(), self.watch.moved(), self.watch.clock.now()
        if apart > MOST:
            what = f"{self.host} 的时钟与数据库相差{span(apart)}"
            return f"{what}，到期事项已暂停。请校准时钟，一致后自动继续。"
        with self.app.read() as conn:
            seen = setting_in(conn, SEEN)
        if abs(moved) > MOST:
            way = "拨快" if moved > timedelta(0) else "拨慢"
            what = f"被{way}了{span(abs(moved))}"
        elif seen is not None and from_us(loads(seen)) - now > MOST:
            what = f"比上次记录的时间早{span(from_us(loads(seen)) - now)}"
        else:
            return None
        return f"{self.host} 的时钟{what}，到期事项已暂停。请核对：改回后自动继续；现在的时间无误则点“重试”。"

    def _apart(self) -> timedelta:
        """Return how far the clock is from the database server's; SQLite has none of its own."""
        if not self.app.db.is_postgres:
            return timedelta(0)
        with self.app.read() as conn:
            return abs(self.watch.clock.now() - database_time(conn))

    def _open(self, fault: str) -> None:
        log.error(fault, extra={"action": "clock"})

        def note(desk: Desk) -> None:
            incidents.open_incident(desk.unit, KIND, fault, element=self.host)

        self.app.run(note)

    def _close(self, open_ones: list[int]) -> None:
        log.warning("%s 的时钟已恢复，到期事项继续。", self.host, extra={"action": "clock"})

        def close(desk: Desk) -> None:
            for one in open_ones:
                incidents.resolve(desk.unit, one)

        self.app.run(close)

    def _accept(self) -> str | None:
        """A person took the time for right: count from it. Return what is wrong still."""
        self._noted = False
        if self._apart() <= MOST:
            self.watch.accept()
            self._remember(anyway=True)
        return self._fault()

    def _remember(self, anyway: bool = False) -> None:
        now = to_us(self.watch.clock.now())
        with self.app.read() as conn:
            seen = setting_in(conn, SEEN)
        if anyway or seen is None or now - loads(seen) >= SEEN_EVERY // timedelta(microseconds=1):
            with self.app.write() as conn:
                put_setting(conn, SEEN, dumps(now), now)


def span(length: timedelta) -> str:
    """Return a span in Chinese, in its largest whole unit."""
    seconds = int(length.total_seconds())
    for size, unit in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}秒"
