"""What one step of workload W costs: CPU beside the plain driver, statements, and where the time goes.

`python -m bench.step [URL] [--rounds N] [--profile]`; without a URL a SQLite file of its own.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.plain import Plain, Recorder, Sent
from bench.watch import Times
from bench.workload_w import STEPS, Workload
from engine.store.db import Database


@contextmanager
def _database(url: str | None) -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="aid595-step-") as folder:
        database = Database(url or f"sqlite:///{Path(folder) / 'step.db'}")
        database.create_schema()
        yield database
        database.dispose()


def _round(workload: Workload, start: Times, complete: Times) -> None:
    with start:
        instance = workload.start()
    for _task, routing in STEPS:
        task = workload.open_task(instance)
        with complete:
            workload.complete(task, routing)


def _heard(rounds: int) -> Iterator[tuple[bool, list[Sent]]]:
    """Play rounds on a database of their own; yield what each transaction sent, and whether it completes."""
    with _database(None) as listening:
        recorder = Recorder(listening)
        workload = Workload(listening)
        yield False, recorder.take()
        for _ in range(rounds):
            instance = workload.start()
            yield False, recorder.take()
            for _task, routing in STEPS:
                task = workload.open_task(instance)
                recorder.take()
                workload.complete(task, routing)
                yield True, recorder.take()


def _floor(rounds: int) -> Times:
    """Time the plain driver as it sends the completions of some rounds to an empty SQLite file."""
    times = Times()
    with _database(None) as empty:
        plain = Plain(empty.url)
        for completes, sent in _heard(rounds):
            with times if completes else Times():
                plain.read(sent)
                plain.write(sent)
        plain.close()
    return times


def _statements() -> list[Sent]:
    """Return what the completion of B sends: it leaves a task and a timer and makes a task."""
    return [sent for completes, sent in _heard(1) if completes][1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    with _database(given.url) as database:
        workload = Workload(database)
        start, complete = Times(), Times()
        for _ in range(30):
            _round(workload, Times(), Times())
        if given.profile:
            profiler = cProfile.Profile()
            profiler.enable()
        for _ in range(given.rounds):
            _round(workload, start, complete)
        if given.profile:
            profiler.disable()
            pstats.Stats(profiler).sort_stats("tottime").print_stats(45)
    floor = _floor(min(given.rounds, 200))
    sent = _statements()
    print(f"start       {start.cpu_ms:.3f} ms CPU")
    print(f"completion  {complete.cpu_ms:.3f} ms CPU, {complete.wall_ms:.3f} ms, {len(sent)} statements")
    print(f"plain       {floor.cpu_ms:.3f} ms CPU, {floor.wall_ms:.3f} ms (SQLite)")
    for one in sent:
        print("   ", " ".join(one.text.split())[:140])


if __name__ == "__main__":
    main()
