"""What the clock brings about: timers, deadlines that end, duties that begin or are missed.

Each thing is done in a transaction of its own, in due order, re-checked under the lock of its case. One that
fails does not hold up the others: a timer is put off and after three tries becomes an incident.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine import incidents, timers
from engine.clock import NO_DUE, VirtualClock, from_us, to_us
from engine.errors import AidError, IllegalState, Unavailable
from engine.store.db import is_conflict
from tasks import deadlines, duties
from tasks.app import App
from tasks.desk import Desk
from tasks.store import clockwork
from tasks.store.conn import Connection

log = logging.getLogger(__name__)

#: Rows of each kind taken in one look.
BATCH = 200
#: Moments one move of a virtual clock may live through; a duty that comes back at once would go on for ever.
MOST_MOMENTS = 5_000


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One thing whose moment has come: when (microseconds UTC), what, and which row."""

    at: int
    kind: str
    id: int
    trail_id: int = 0
    instance_id: int = 0


def due_now(conn: Connection, now_us: int) -> list[Due]:
    """Return everything that is due, in due order (at most a batch of each kind)."""
    found = [
        Due(row["due_at"], "timer", row["id"], row["trail_id"], row["instance_id"])
        for row in clockwork.due_timers(conn, now_us, BATCH)
    ]
    found += [Due(r["due_at"], "overdue", r["id"]) for r in clockwork.overdue_deadlines(conn, now_us, BATCH)]
    found += [Due(r["due_at"], "missed", r["id"]) for r in clockwork.ended_windows(conn, now_us, BATCH)]
    found += [Due(r["next_at"], "window", r["id"]) for r in clockwork.due_duties(conn, now_us, BATCH)]
    return sorted(found)


def next_moment(conn: Connection) -> int | None:
    """Return the next instant (microseconds UTC) at which something becomes due; None: nothing waits."""
    found = clockwork.next_moments(conn)
    return min((at for at in found if at is not None and at < NO_DUE), default=None)


#: Hears of due work that failed, beside the log and the incident.
Hears = Callable[[Due, Exception], None]


def run_due(app: App, failed: Hears | None = None) -> int:
    """Do everything that is due now; return how many things were done."""
    done = 0
    while True:
        now_us = to_us(app.clock.now())
        with app.read() as conn:
            found = due_now(conn, now_us)
        progress = sum(1 for item in found if _do(app, item, failed))
        done += progress
        if not progress:
            return done


def run_until(app: App, clock: VirtualClock, until: datetime, do: Callable[[], int]) -> None:
    """Move a virtual clock to an instant, living through every due moment on the way.

    `do` does what is due now and returns how much that was. Raises IllegalState where due work never ends.
    """
    stuck: int | None = None  #: a moment at which nothing could be done
    for _moment in range(MOST_MOMENTS):
        with app.read() as conn:
            next_us = next_moment(conn)
        if next_us is None or next_us > to_us(until) or next_us == stuck:
            break
        clock.set(max(from_us(next_us), clock.now()))
        stuck = None if do() else next_us
    else:
        raise IllegalState(detail="到期事项没有尽头")
    clock.set(max(until, clock.now()))


def _do(app: App, item: Due, failed: Hears | None) -> bool:
    acts: dict[str, Callable[[Desk], bool]] = {
        "timer": lambda desk: timers.fire(
            desk.unit, timers.DueTimer(item.id, item.trail_id, item.instance_id)
        ),
        "overdue": lambda desk: _locked(desk, clockwork.trail_of_deadline, deadlines.mark_overdue, item.id),
        "missed": lambda desk: _locked(desk, clockwork.trail_of_window, duties.mark_missed, item.id),
        "window": lambda desk: _locked(desk, clockwork.trail_of_duty, duties.create_window, item.id),
    }
    try:
        return bool(app.run(acts[item.kind]))
    except Unavailable as error:  # no fault of the item: it stays due
        log.warning("Due work must wait: %s", error, extra={"action": item.kind})
    except AidError as error:
        log.warning("Due work failed: %s", error, extra={"action": item.kind})
        _failed(app, item, error, failed)
    except Exception as error:
        if is_conflict(error):
            log.info("Due work met a command, left for the next look.", extra={"action": item.kind})
            return False
        log.exception("Due work failed.", extra={"action": item.kind})
        _failed(app, item, error, failed)
    return False


def _locked(
    desk: Desk,
    trail_of: Callable[[Connection, int], int | None],
    act: Callable[[Desk, int], object],
    row_id: int,
) -> bool:
    """Do something about a row under the lock of its case, so that no other worker does it too."""
    trail = trail_of(desk.conn, row_id)
    if trail is not None:
        desk.unit.lock(trail)
    return bool(act(desk, row_id))


def _failed(app: App, item: Due, error: Exception, failed: Hears | None) -> None:
    if failed is not None:
        failed(item, error)
    if item.kind != "timer":
        return

    def note(desk: Desk) -> None:
        times = timers.failed(desk.conn, item.id, to_us(desk.now))
        if times >= len(timers.BACK_OFF):
            detail = error.sentence("zh") if isinstance(error, AidError) else type(error).__name__
            element = clockwork.element_of_timer(desk.conn, item.id)
            incidents.open_incident(
                desk.unit, "timer", detail, trail_id=item.trail_id, instance_id=item.instance_id,
                element=element,
            )  # fmt: skip

    app.run(note)
