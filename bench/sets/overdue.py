"""After a month's downtime: all that is overdue is done once each, in due order, by the product's worker."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.figure import Figure
from bench.office import Office
from bench.plain import Plain, Recorder
from bench.run import Run
from tasks import commands
from tasks.due_work import run_due

GROUP = "overdue"
#: Tasks done in every case, after which the timer of DL-009 waits.
_TASKS = ("P03_Check", "P03_Form")


def _leave(office: Office, cases: int) -> None:
    """Open cases until the timer of each waits, then leave the office alone for a month."""
    for _case in range(cases):
        case = office.open_case()
        for element in _TASKS:
            task = next(t for t in office.open_tasks(case) if t.element == element)
            office.app.do(commands.CompleteTask(task.id, office.form(task.id, {})), office.worker(task))
        office.pass_time(seconds=1)
    office.pass_time(days=30)


def _floor(run: Run, kind: str) -> float:
    """Return the seconds in which the plain driver writes the same rows with the same commits."""
    heard = run.rooms.new(kind)
    floor = Plain(run.rooms.new(kind).url)
    recorder = Recorder(heard)
    office = Office(heard)
    _leave(office, run.size.overdue)
    floor.write(recorder.take())
    run_due(office.app)
    units = recorder.take_by_commit()
    began = time.perf_counter()
    for unit in units:
        floor.write(unit)
    took = time.perf_counter() - began
    floor.close()
    return took


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield how many timers fired twice, out of order or not at all, and the rate."""
    office = Office(run.rooms.new(kind))
    _leave(office, run.size.overdue)
    plain = Plain(office.db.url)
    waiting = plain.run("SELECT id FROM timer WHERE state = 'scheduled' ORDER BY due_at, id")
    before = len(plain.run("SELECT 1 FROM event WHERE kind = 'TimerFired'"))
    began, cpu = time.perf_counter(), time.process_time()
    done = run_due(office.app)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    fired = plain.run("SELECT data FROM event WHERE kind = 'TimerFired'")
    distinct = {row[0].split('"timer":"')[1].split('"')[0] for row in fired}
    wrong = abs(len(fired) - before - len(waiting)) + len(fired) - len(distinct)
    plain.close()
    yield Figure(GROUP, "timers fired twice or not at all after 30 days", kind, float(wrong), "", 0.0,
                 note=f"{len(waiting)} timers, {done} things done")  # fmt: skip
    rows = _floor(run, kind)
    yield Figure(GROUP, "things done a second", kind, done / took, "/s", floor=took / rows,
                 note=f"CPU {cpu * 1_000 / max(1, done):.2f} ms each; floor {done / rows:,.0f}/s;"
                 " naive knows no deadlines, duties or notices: its timer is in timers")  # fmt: skip
    yield Figure(GROUP, "second look: things left", kind, float(run_due(office.app)), "", 0.0)
