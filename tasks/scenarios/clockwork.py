"""Moving the virtual clock: every due moment on the way is lived through, in order."""

from __future__ import annotations

from datetime import datetime

from engine.errors import IllegalState
from tasks.due_work import Due, run_due, run_until
from tasks.scenarios.faults import Difference
from tasks.scenarios.telling import Names, differs, say
from tasks.scenarios.world import World, open_file
from tasks.store import stories


def advance(world: World, until: datetime, line: int) -> None:
    """Go to a moment, doing what becomes due on the way; raise Difference for work that failed."""
    while world.later and world.later[0][0] <= until:
        at, who = world.later.pop(0)
        _advance(world, max(at, world.clock.now()), line)
        open_file(world, who)
    _advance(world, until, line)


def _advance(world: World, until: datetime, line: int) -> None:
    try:
        run_until(world.app, world.clock, until, lambda: do_due(world, line))
    except IllegalState as endless:
        raise Difference(line, "到期事项没有尽头。", "Due work never ends.") from endless


def do_due(world: World, line: int) -> int:
    """Do what is due now; raise Difference for the first thing that failed."""
    failures: list[tuple[Due, Exception]] = []
    done = run_due(world.app, lambda item, error: failures.append((item, error)))
    if failures:
        item, error = failures[0]
        said = f"{item.kind}: {type(error).__name__}: {error}"
        raise Difference(line, f"到期事项失败（{said}）。", f"Due work failed ({said}).")
    return done


def incidents(world: World, line: int) -> None:
    """Raise Difference when the program recorded a failure of its own."""
    with world.app.read() as conn:
        found = stories.open_incidents(conn)
    if found:
        last = found[-1]
        where = [last["element"]] if last["element"] else []
        words = say("incident", step=Names(world).steps(where), detail=last["detail"])
        raise differs(line, words, where)
