"""What the tables have to say after several workers did what was due: each thing once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa

from engine.clock import to_us
from engine.codec import loads
from engine.store import tables as kernel
from tasks.app import App
from tasks.store.tables_clock import deadline, duty_window
from tests.processes.programs import Programs, wait_until


def require_sound(programs: Programs, app: App) -> None:
    """Hold that everything happened once and that the proofs hold."""
    wait_until("every due thing is done once", lambda: not done_more_than_once(app), 30)
    for command in (("audit", "seal"), ("audit", "verify"), ("doctor",)):
        done = programs.call(*command, *programs.options)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert "Traceback" not in programs.logs()


def done_more_than_once(app: App) -> list[str]:
    """Return what happened twice, or not although its time has come."""
    with app.read() as conn:
        return [*_timers(conn), *_deadlines(conn, to_us(app.clock.now())), *_windows(conn)]


def _events(conn: Any, kind: str) -> list[Any]:
    query = sa.select(kernel.event.c.trail_id, kernel.event.c.data).where(kernel.event.c.kind == kind)
    return [(row[0], loads(row[1])) for row in conn.execute(query)]


def _timers(conn: Any) -> list[str]:
    fired = Counter(int(data["timer"]) for _trail, data in _events(conn, "TimerFired"))
    rows = conn.execute(sa.select(kernel.timer.c.id, kernel.timer.c.state, kernel.timer.c.fired)).all()
    wrong = [f"timer {timer} has {times} events" for timer, times in fired.items() if times != 1]
    wrong += [f"timer {row.id} fired without an event" for row in rows
              if row.state == "fired" and row.id not in fired]  # fmt: skip
    return wrong


def _deadlines(conn: Any, now_us: int) -> list[str]:
    told = Counter((trail, data["rule"], data.get("nth")) for trail, data in _events(conn, "DeadlineMissed"))
    wrong = [f"{key} is marked {times} times" for key, times in told.items() if times > 1]
    query = sa.select(deadline.c.rule_id, deadline.c.missed_at, deadline.c.trail_id, deadline.c.nth).where(
        deadline.c.due_at <= now_us, deadline.c.completed_at.is_(None), deadline.c.closed_reason.is_(None)
    )
    rows = [row for row in conn.execute(query) if row.missed_at is None]
    return wrong + [f"{row.rule_id} of {row.trail_id} is not marked" for row in rows]


def _windows(conn: Any) -> list[str]:
    query = sa.select(duty_window.c.instance_id).where(duty_window.c.instance_id.is_not(None))
    used = Counter(conn.execute(query).scalars())
    started = {
        row[0] for row in conn.execute(
            sa.select(kernel.instance.c.id)
            .join(kernel.definition, kernel.definition.c.id == kernel.instance.c.definition_id)
            .where(kernel.definition.c.key == "P21_duty")
        )
    }  # fmt: skip
    wrong = [f"instance {one} serves {times} windows" for one, times in used.items() if times != 1]
    return wrong + [f"duty process {one} has no window" for one in started - set(used)]


def counted(app: App) -> dict[str, int]:
    """Return how much of each kind there is, to show that anything happened at all."""
    with app.read() as conn:
        kinds = sa.select(kernel.event.c.kind, sa.func.count()).group_by(kernel.event.c.kind)
        return {row[0]: row[1] for row in conn.execute(kinds)}
