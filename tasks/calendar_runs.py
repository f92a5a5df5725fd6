"""Carrying a changed calendar through the open work: one transaction a trail, from where it was left.

The cursor moves in the transaction that moves the days of a trail, so a run that is killed goes on with the
next one. Until then a deadline not reached yet is judged by the calendar in force (tasks.deadlines).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from engine import incidents
from engine.errors import AidError, NotFound, Unavailable
from engine.store.db import is_conflict
from tasks import accounts, calendar_moves, office, office_trail
from tasks.actor import SYSTEM, Actor
from tasks.app import App
from tasks.commands import Command, Done
from tasks.desk import Desk
from tasks.store import calendar as store
from tasks.store import rows
from tasks.store.conn import Connection, RowMapping
from tasks.store.tables_clock import calendar_run

log = logging.getLogger(__name__)

#: Trails done at once for who confirms a year, and by a worker in one look.
AT_ONCE, A_LOOK = 200, 100


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    state: str
    done: int
    moved: int
    waiting: int


def load(app: App, command: Command, actor: Actor, key: str | None = None, most: int | None = None) -> Done:
    """Load a year and carry it through, or through so many trails; the worker does the rest."""
    done = app.do(command, actor, key)
    reached = run(app, int(done.extra["run"]), most)
    return Done(extra={**done.extra, "moved": reached.moved, "waiting": reached.waiting})


def run(app: App, run_id: int, most: int | None = None) -> Progress:
    """Work a run off, or so many trails of it; return how far it is then.

    Trails on which nothing moves are passed over without a transaction of their own.
    """
    done = 0
    while most is None or done < most:
        some = AT_ONCE if most is None else min(AT_ONCE, most - done)
        with app.read() as conn:
            row = rows.first(conn, calendar_run, id=run_id)
            assert row is not None
            actor = _actor(conn, row)
            _unit, desk = app.desk(conn, actor)
            found = store.trails(conn, elements_with_target(desk), row["cursor"], some)
            touched = {trail for trail in found if calendar_moves.of_trail(desk, trail)}
        if row["state"] != "running" or not _do(app, run_id, row["cursor"], found, touched, actor):
            break
        done += len(found)
    return progress(app, run_id)


def _do(app: App, run_id: int, cursor: int, found: list[int], touched: set[int], actor: Actor) -> bool:
    """Do some trails in order; tell whether there may be more to do."""
    if not found:
        app.run(lambda desk: _finish(desk, run_id), actor)
        return False
    passed = 0
    for trail_id in found:
        passed += 1
        if trail_id in touched or trail_id == found[-1]:
            if not _one(app, _Step(run_id, cursor, trail_id, passed), actor):
                return True  # another worker was quicker: look again
            cursor, passed = trail_id, 0
    return True


def _one(app: App, step: _Step, actor: Actor) -> bool:
    """Do one step; a trail that fails does not hold up the others, it becomes an incident.

    Raises Unavailable, where nothing can be written at all.
    """
    try:
        return bool(app.run(step.do, actor))
    except Unavailable:
        raise
    except Exception as error:
        if is_conflict(error):
            return False
        log.exception("A calendar could not be carried through a trail.", extra={"action": "calendar"})
        said = error.sentence("zh") if isinstance(error, AidError) else type(error).__name__
        return bool(app.run(lambda desk: step.skip(desk, said)))


@dataclass(frozen=True, slots=True)
class _Step:
    """One trail of a run, with those before it on which nothing moves."""

    run_id: int
    cursor: int
    trail_id: int
    trails: int

    def do(self, desk: Desk) -> bool:
        """Move what is on the trail, and the cursor with it; tell whether nobody else was quicker."""
        desk.unit.lock(self.trail_id)
        moved = calendar_moves.apply(desk, self.trail_id)
        return store.advance(desk.conn, self.run_id, self.cursor, self.trail_id, self.trails, moved)

    def skip(self, desk: Desk, said: str) -> bool:
        """Leave the trail as it is and say so in an incident; tell whether nobody else was quicker."""
        incidents.open_incident(desk.unit, "calendar", said, trail_id=self.trail_id)
        return store.advance(desk.conn, self.run_id, self.cursor, self.trail_id, self.trails, 0)


def progress(app: App, run_id: int) -> Progress:
    """Return how far a run is."""
    with app.read() as conn:
        row = rows.first(conn, calendar_run, id=run_id)
        assert row is not None
        waiting = 0
        if row["state"] == "running":
            _unit, desk = app.desk(conn, SYSTEM)
            waiting = len(store.trails(conn, elements_with_target(desk), row["cursor"]))
    return Progress(row["state"], row["trails"], row["moved"], waiting)


def run_waiting(app: App, most: int = A_LOOK) -> int:
    """Work on every run under way for a while; return how many trails were done.

    A calendar that came with a release is carried through like one that was loaded.
    """
    with app.read() as conn:
        found = store.running(conn)
        new = not found and not store.known_version(conn, app.work_calendar(conn).version)
    if new:
        found = [app.run(lambda desk: office.begin_run(desk, None))]
    done = 0
    for run_id in found:
        before = progress(app, run_id).done
        done += run(app, run_id, most).done - before
    return done


def under_way(app: App) -> Progress | None:
    """Return how far the run under way is; None where there is none."""
    with app.read() as conn:
        found = store.running(conn)
    return progress(app, found[0]) if found else None


def elements_with_target(desk: Desk) -> list[str]:
    """Return the steps of the versions at work for which the office has set itself a target."""
    targets = desk.setting("office_targets")
    if not targets:
        return []
    return sorted(
        {
            node.id
            for made in desk.unit.kernel.definitions.all_active(desk.conn)
            for node in made.graph.nodes.values()
            if not targets.keys().isdisjoint(node.attr_list("deadline"))
        }
    )


def _finish(desk: Desk, run_id: int) -> None:
    """End a run in which no trail is left, and say on the office's trail what it moved.

    A calendar that came with a release and moved nothing is not worth a word.
    """
    row = rows.first(desk.conn, calendar_run, id=run_id)
    if row is None or not store.finish(desk.conn, run_id, desk.now_us):
        return
    if row["year"] or row["moved"]:
        about = f"calendar:{row['year']}" if row["year"] else ""
        office_trail.emit(desk, "CalendarApplied", about, moved=row["moved"], trails=row["trails"],
                          calendar=row["version"])  # fmt: skip


def _actor(conn: Connection, row: RowMapping) -> Actor:
    """Return who put a calendar in force; the program itself for a release, or where the account is gone."""
    if row["made_by"] is None:
        return SYSTEM
    try:
        return accounts.load_actor(conn, row["made_by"], "calendar")
    except NotFound:
        return SYSTEM
