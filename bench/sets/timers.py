"""Timers: fired one transaction each, exactly once by two workers, and the poll that finds nothing."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from datetime import timedelta

from bench.figure import Figure
from bench.filling import fill_timers
from bench.naive import NaiveW
from bench.plain import Plain, Recorder
from bench.run import Run
from bench.watch import Times
from bench.workload_w import Workload, diagram
from engine import timers
from engine.clock import to_us
from engine.store.db import Database

GROUP = "timers"
A_SECOND = {"sqlite": 1_000.0}
GROWTH = 1.2
#: After this W's 3-day timer is due.
LATER = timedelta(days=4)
BATCH = 100


#: How soon the naive engine's timer is due: it goes by the machine's clock.
NAIVE_SPAN, NAIVE_SECONDS = '"PT1S"', 1.1


def fire_each(work: Workload, lap: Times) -> Iterator[int]:
    """Fire what is due, one transaction each; yield the timers that fired, in order."""
    while True:
        now = work.clock.now()
        with work.db.read() as conn:
            found = timers.due(conn, to_us(now), BATCH)
        done = 0
        for one in found:
            with lap, work.db.transaction() as conn:
                unit = work.unit(conn)
                fired = timers.fire(unit, one)
                unit.flush()
            if fired:
                done += 1
                yield one.id
        if not done:
            return


def _at_b(work: Workload, count: int) -> None:
    for _instance in range(count):
        instance = work.start()
        work.complete(work.open_task(instance), {"amount": 7})


class _Lanes:
    """Timers on four databases: ours, one that is only listened to, the floor, the naive engine."""

    def __init__(self, run: Run, kind: str) -> None:
        self.count = run.size.timers
        self.naive = NaiveW(run.rooms.url(kind), diagram(NAIVE_SPAN))
        for number in range(self.count):
            self.naive.start(number)
            self.naive.complete(number, {"amount": 7})
        ready = time.perf_counter() + NAIVE_SECONDS
        self.ours = Workload(run.rooms.new(kind))
        heard = run.rooms.new(kind)
        self.floor = Plain(run.rooms.new(kind).url)
        self.recorder = Recorder(heard)
        self.heard = Workload(heard)
        for work in (self.ours, self.heard):
            _at_b(work, self.count)
            work.clock.advance(LATER)
        self.floor.write(self.recorder.take())
        time.sleep(max(0.0, ready - time.perf_counter()))

    def fire(self) -> tuple[Times, Times, Times]:
        """Fire every timer in every lane; return the times of ours, the floor and the naive engine."""
        ours, floor, naive = Times(), Times(), Times()
        fired: list[int] = []
        twins = fire_each(self.heard, Times())
        for number, timer in enumerate(fire_each(self.ours, ours)):
            fired.append(timer)
            next(twins)
            sent = self.recorder.take()
            with floor:
                self.floor.write(sent)
            with naive:
                self.naive.fire(number)
        assert len(fired) == len(set(fired)) == self.count
        assert self.naive.waits_at(self.count - 1) == ["C"]
        self.floor.close()
        self.naive.close()
        return ours, floor, naive


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield the rate of firing, the count of double firings, and the cost of the idle poll."""
    ours, floor, naive = _Lanes(run, kind).fire()
    note = "; ".join(
        f"{name} {times.cpu_ms:.2f} ms, {times.each_second:,.0f}/s"
        for name, times in (("floor", floor), ("naive", naive))
    )
    yield Figure(GROUP, "fired a second, one transaction each", kind, ours.each_second, "/s",
                 A_SECOND.get(kind), at_least=True, floor=ours.wall_ms / floor.wall_ms,
                 naive=naive.wall_ms / ours.wall_ms,
                 note=f"CPU {ours.cpu_ms:.2f} ms; {note}; naive is told which is due")  # fmt: skip
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
    for _fired in fire_each(work, Times()):
        pass
    work.db.dispose()


def _idle(run: Run, kind: str) -> Iterator[Figure]:
    work = Workload(run.rooms.new(kind))
    instance = work.start()
    plain = Plain(work.db.url)
    trail = plain.run(f"SELECT trail_id FROM instance WHERE id = {instance}")[0][0]
    costs: list[float] = []
    for count in run.size.idle:
        fill_timers(plain, count, instance, int(trail))
        times, floor = Times(), Times()
        recorder = Recorder(work.db)
        _poll(work, Times())
        sent = recorder.stop()
        for sample in range(run.size.samples + 20):
            if sample == 20:
                times.clear()
                floor.clear()
            _poll(work, times)
            with floor:
                plain.read(sent)
        costs.append(times.wall_ms)
        yield Figure(GROUP, f"idle poll at {count:,} open", kind, times.wall_ms, "ms",
                     floor=times.wall_ms / floor.wall_ms, note=f"CPU {times.cpu_ms:.3f} ms")  # fmt: skip
    plain.close()
    yield Figure(GROUP, "idle poll: largest over smallest", kind, costs[-1] / costs[0], "×", GROWTH)


def _poll(work: Workload, times: Times) -> None:
    with times, work.db.read() as conn:
        assert timers.due(conn, to_us(work.clock.now()), BATCH) == []
