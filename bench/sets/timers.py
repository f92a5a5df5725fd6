"""Timers: fired one transaction each, exactly once by two workers, and the poll that finds nothing."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from datetime import timedelta

from bench.figure import Figure
from bench.filling import fill_timers
from bench.plain import Plain
from bench.run import Run
from bench.watch import Times
from bench.workload_w import Workload
from engine import timers
from engine.clock import to_us
from engine.store.db import Database

GROUP = "timers"
A_SECOND = {"sqlite": 1_000.0}
GROWTH = 1.2
#: After this W's 3-day timer is due.
LATER = timedelta(days=4)
BATCH = 100


def fire_all(work: Workload, lap: Times | None = None) -> list[int]:
    """Fire what is due, one transaction each; return the timers that fired, in order."""
    fired: list[int] = []
    while True:
        now = work.clock.now()
        with work.db.read() as conn:
            found = timers.due(conn, to_us(now), BATCH)
        done = 0
        for one in found:
            with lap or Times(), work.db.transaction() as conn:
                unit = work.unit(conn)
                if timers.fire(unit, one):
                    done += 1
                    fired.append(one.id)
                unit.flush()
        if not done:
            return fired


def _at_b(work: Workload, count: int) -> None:
    for _instance in range(count):
        instance = work.start()
        work.complete(work.open_task(instance), {"amount": 7})


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield the rate of firing, the count of double firings, and the cost of the idle poll."""
    work = Workload(run.rooms.new(kind))
    _at_b(work, run.size.timers)
    work.clock.advance(LATER)
    lap = Times()
    fired = fire_all(work, lap)
    assert len(fired) == len(set(fired)) == run.size.timers
    yield Figure(GROUP, "fired a second, one transaction each", kind, lap.each_second, "/s",
                 A_SECOND.get(kind), at_least=True, note=f"CPU {lap.cpu_ms:.2f} ms")  # fmt: skip
    if kind == "postgresql":
        yield from _two_workers(run, kind)
    yield from _idle(run, kind)


def _two_workers(run: Run, kind: str) -> Iterator[Figure]:
    work = Workload(run.rooms.new(kind))
    _at_b(work, run.size.timers)
    context = multiprocessing.get_context("spawn")
    began = time.perf_counter()
    workers = [context.Process(target=_worker, args=(work.db.url,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - began
    assert all(worker.exitcode == 0 for worker in workers)
    plain = Plain(work.db.url)
    events, distinct = plain.run(
        "SELECT count(*), count(DISTINCT (trail_id, element)) FROM event WHERE kind = 'TimerFired'"
    )[0]
    plain.close()
    yield Figure(GROUP, "two workers: fired twice or not at all", kind,
                 float(events - distinct + abs(run.size.timers - distinct)), "", 0.0)  # fmt: skip
    yield Figure(
        GROUP, "two workers: fired a second", kind, run.size.timers / took, "/s", note="starting included"
    )


def _worker(url: str) -> None:
    """Fire what is due as one of several workers (in a process of its own)."""
    work = Workload(Database(url))
    work.clock.advance(LATER)
    fire_all(work)
    work.db.dispose()


def _idle(run: Run, kind: str) -> Iterator[Figure]:
    work = Workload(run.rooms.new(kind))
    instance = work.start()
    plain = Plain(work.db.url)
    trail = plain.run(f"SELECT trail_id FROM instance WHERE id = {instance}")[0][0]
    costs: list[float] = []
    for count in run.size.idle:
        fill_timers(plain, count, instance, int(trail))
        times = Times()
        for sample in range(run.size.samples + 20):
            if sample == 20:
                times.clear()
            with times, work.db.read() as conn:
                assert timers.due(conn, to_us(work.clock.now()), BATCH) == []
        costs.append(times.wall_ms)
        yield Figure(
            GROUP,
            f"idle poll at {count:,} open",
            kind,
            times.wall_ms,
            "ms",
            note=f"CPU {times.cpu_ms:.3f} ms",
        )
    plain.close()
    yield Figure(GROUP, "idle poll: largest over smallest", kind, costs[-1] / costs[0], "×", GROWTH)
