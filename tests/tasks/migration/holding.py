"""What open cases hold before a migration, what became of it, and batches that are killed on the way."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from bench.office import Office
from engine.doctor import examine
from engine.store import tables as kernel
from tasks import commands
from tasks.actor import SYSTEM
from tasks.migration_commands import StartMigration
from tasks.migration_runs import Progress, run
from tasks.store.tables import form_data
from tests.tasks.migration.versions import Change


class Task(NamedTuple):
    """An open task."""

    id: int
    instance_id: int
    element: str
    state: str
    role: str
    pool: str
    assignee_id: int | None
    due_at: int
    created_at: int


class Timer(NamedTuple):
    """A waiting timer."""

    id: int
    instance_id: int
    element: str
    due_at: int
    state: str


@dataclass(frozen=True)
class Held:
    """Open tasks, waiting timers, drafts and awaited messages of an office."""

    tasks: dict[int, Task]
    timers: dict[int, Timer]
    drafts: dict[int, str]
    waits: Counter[tuple[int, str]]


def held(office: Office) -> Held:
    """Read what the office holds."""
    t, m, f, s = kernel.user_task.c, kernel.timer.c, form_data.c, kernel.subscription.c
    tasks = sa.select(*(t[name] for name in Task._fields)).where(t.state.in_(("created", "claimed")))
    timers = sa.select(*(m[name] for name in Timer._fields)).where(m.state.in_(("scheduled", "held")))
    drafts = sa.select(f.task_id, f["values"]).where(f.draft.is_(sa.true()))
    with office.app.read() as conn:
        return Held(
            {row[0]: Task(*row) for row in conn.execute(tasks)},
            {row[0]: Timer(*row) for row in conn.execute(timers)},
            {row[0]: row[1] for row in conn.execute(drafts)},
            Counter((row[0], row[1]) for row in conn.execute(sa.select(s.instance_id, s.name))),
        )


def lost(before: Held, after: Held, change: Change, moved: Iterable[int]) -> list[str]:
    """Return every task, timer, draft and wait that is gone or not what it was.

    Those of the moved instances are to be found under the new names.
    """
    gone = set(moved)
    names = {old: new for mapping in change.mappings.values() for old, new in mapping.items()}
    found = []
    for number, task in before.tasks.items():
        kept = task._replace(
            element=names.get(task.element, task.element) if task.instance_id in gone else task.element
        )
        if after.tasks.get(number) != kept:
            found.append(f"task {task} is {after.tasks.get(number)}")
    for number, row in before.timers.items():
        wanted = row._replace(
            element=names.get(row.element, row.element) if row.instance_id in gone else row.element
        )
        dropped = row.element in change.dropped and row.instance_id in gone
        if not dropped and after.timers.get(number) != wanted:
            found.append(f"timer {row} is {after.timers.get(number)}")
    found += [f"draft of {task}" for task, text in before.drafts.items() if after.drafts.get(task) != text]
    found += [f"wait {wait}" for wait in before.waits - after.waits]
    return found


def faults(office: Office) -> list[str]:
    """Return what the doctor finds."""
    keys = office.app.keys
    with office.app.read() as conn:
        return [str(one) for one in examine(conn, office.app.definitions, keys.trail, keys.state)]


def migrated(office: Office) -> Counter[int]:
    """Return how often each instance was migrated as its trail tells."""
    e = kernel.event.c
    with office.app.read() as conn:
        return Counter(
            conn.execute(sa.select(e.instance_id).where(e.kind == "ProcessMigrated")).scalars().all()
        )


def publish(office: Office, change: Change) -> dict[str, int]:
    """Publish the versions of a change; return process -> version."""
    files = tuple(change.files.items())
    command = commands.Deploy(files, change.name, heard=True, annexes=tuple(change.annexes.items()))
    made: dict[str, int] = office.app.do(command, SYSTEM).extra["versions"]
    return made


def begin(office: Office, change: Change, versions: dict[str, int], **options: bool) -> list[int]:
    """Begin the batches of a change from the first versions; return their ids."""
    made = []
    for key, mapping in change.mappings.items():
        command = StartMigration(key, 1, versions[key], mapping, reason=change.name, **options)
        made.append(int(office.app.do(command, office.actor("sup.sy")).extra["migration"]))
    return made


def run_and_die(office: Office, batches: list[int], at: int) -> bool:
    """Work batches off in a child that is killed before its n-th statement; tell whether it was."""
    office.db.dispose()
    pid = os.fork()
    if pid == 0:
        try:
            _die_at(office, at)
            for batch in batches:
                run(office.app, batch)
            os._exit(0)
        except BaseException:  # the child must not return into the parent's test
            traceback.print_exc(file=sys.stderr)
            os._exit(3)
    _pid, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.waitstatus_to_exitcode(status) == 0
    return killed


def _die_at(office: Office, at: int) -> None:
    passed = 0

    def count(*_: Any) -> None:
        nonlocal passed
        passed += 1
        if passed >= at:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(office.db.engine, "before_cursor_execute", count)


def finish(office: Office, batches: list[int]) -> list[Progress]:
    """Work batches off to their end."""
    return [run(office.app, batch) for batch in batches]
