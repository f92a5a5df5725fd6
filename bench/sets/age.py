"""Age: what a step of a long-lived instance costs beside the first step of a fresh one."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figure import Figure
from bench.run import Run
from bench.watch import Times
from bench.workload_w import Workload

GROUP = "age"
OLDER = 1.2
_AGAIN = {"again": True}


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield the step at round 1,000 (and at the last round) over round 1, and the size of the state."""
    work = Workload(run.rooms.new(kind))
    old = work.start("L")
    done = 0
    # the long end is the runtime's affair, not the database's
    rounds = {min(1_000, run.size.rounds)} | ({run.size.rounds} if kind == "sqlite" else set())
    for at in sorted(rounds):
        while done < at:
            work.complete(work.open_task(old), _AGAIN)
            done += 1
        young, aged = Times(), Times()
        for _sample in range(max(3, run.size.samples // 2)):
            for times, instance in ((young, work.start("L")), (aged, old)):
                task = work.open_task(instance)
                with times:
                    work.complete(task, _AGAIN)
            done += 1
        over = aged.cpu_ms / young.cpu_ms
        yield Figure(GROUP, f"step at round {at:,} over round 1", kind, over, "×", OLDER,
                     note=f"{aged.cpu_ms:.2f} over {young.cpu_ms:.2f} ms CPU")  # fmt: skip
        with work.db.read() as conn:
            size = conn.exec_driver_sql(f"SELECT length(state) FROM instance WHERE id = {old}").scalar_one()
        yield Figure(GROUP, f"state at round {at:,}", kind, float(size), "B")
