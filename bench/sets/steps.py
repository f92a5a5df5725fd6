"""Workload W: starts and completions, each beside the raw floor and the naive engine, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.figure import Figure
from bench.naive import NaiveW
from bench.plain import Plain, Recorder, Sent
from bench.run import Run
from bench.watch import Times
from bench.workload_w import STEPS, Workload, diagram

GROUP = "W"
#: CPU of a step: 0.6 ms on SQLite, 1.2 ms on PostgreSQL.
CPU_MS = {"sqlite": 0.6, "postgresql": 1.2}
#: A step may take this many times the raw floor.
OVER_FLOOR = 4.0
MOST_STATEMENTS = 8


class _Lanes:
    """The same work on four databases: ours, one that is only listened to, the floor, the naive engine."""

    def __init__(self, run: Run, kind: str) -> None:
        self.ours = Workload(run.rooms.new(kind))
        heard = run.rooms.new(kind)
        self.recorder = Recorder(heard)
        self.heard = Workload(heard)
        floor = run.rooms.new(kind)
        self.floor = Plain(floor.url)
        self.floor.write(self.recorder.take())
        self.naive = NaiveW(run.rooms.url(kind), diagram('"P3D"'))
        self.times = {
            (lane, what): Times() for lane in ("ours", "floor", "naive") for what in ("start", "complete")
        }
        self.statements: dict[str, list[int]] = {"start": [], "complete": []}

    def instance(self, number: int) -> None:
        """Work one instance from start to end in every lane."""
        with self.times["ours", "start"]:
            mine = self.ours.start()
        other = self.heard.start()
        self._beside("start", self.recorder.take())
        with self.times["naive", "start"]:
            self.naive.start(number)
        for _element, routing in STEPS:
            task, twin = self.ours.open_task(mine), self.heard.open_task(other)
            self.recorder.take()
            with self.times["ours", "complete"]:
                self.ours.complete(task, routing)
            self.heard.complete(twin, routing)
            self._beside("complete", self.recorder.take())
            with self.times["naive", "complete"]:
                self.naive.complete(number, routing)

    def _beside(self, what: str, sent: Sequence[Sent]) -> None:
        self.statements[what].append(len(sent))
        with self.times["floor", what]:
            self.floor.write(sent)

    def close(self) -> None:
        """Close what the rooms do not know."""
        self.floor.close()
        self.naive.close()


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield CPU, rate, statements and ratios of starts and completions."""
    lanes = _Lanes(run, kind)
    for number in range(-max(1, run.size.instances // 20), run.size.instances):
        if number == 0:
            for times in lanes.times.values():
                times.clear()
        lanes.instance(number)
    lanes.close()
    for what in ("start", "complete"):
        ours, floor, naive = (lanes.times[lane, what] for lane in ("ours", "floor", "naive"))
        over = ours.wall_ms / floor.wall_ms
        ahead = naive.cpu_ms / ours.cpu_ms
        note = "; ".join(
            f"{name} {times.cpu_ms:.2f} ms, {times.each_second:,.0f}/s"
            for name, times in (("floor", floor), ("naive", naive))
        )
        yield Figure(GROUP, f"{what}: CPU", kind, ours.cpu_ms, "ms", CPU_MS[kind],
                     floor=ours.cpu_ms / floor.cpu_ms, naive=ahead, note=note)  # fmt: skip
        yield Figure(GROUP, f"{what}: a second", kind, ours.each_second, "/s", floor=over,
                     naive=naive.wall_ms / ours.wall_ms)  # fmt: skip
        yield Figure(GROUP, f"{what}: time over the raw floor", kind, over, "×", OVER_FLOOR)
        yield Figure(GROUP, f"{what}: statements, at most", kind, max(lanes.statements[what]), "",
                     MOST_STATEMENTS, note="between begin and commit, reads and locks included")  # fmt: skip
