"""Workload R: a real case in the whole product, beside the raw floor, the bare kernel, the naive engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bench.figure import Figure
from bench.office import Office
from bench.plain import Plain, Recorder, Sent
from bench.replay import Happening, KernelCase, Naive, Trail, diagrams
from bench.road import MOST_STEPS, Road
from bench.run import Run
from bench.watch import Times

GROUP = "R"
AHEAD = 15.0
STATE_BYTES = 2_048.0
_LANES = ("product", "floor", "kernel", "naive")


class _Lanes:
    """One case played in two offices, one timed and one listened to, and done again by the others."""

    def __init__(self, run: Run, kind: str) -> None:
        self.timed = Road(Office(run.rooms.new(kind)))
        heard = run.rooms.new(kind)
        floor = run.rooms.new(kind)
        self.recorder = Recorder(heard)
        self.heard = Road(Office(heard))
        self.floor = Plain(floor.url)
        self.floor.write(self.recorder.take())
        texts = diagrams(self.heard.office)
        self.kernel = KernelCase(run.rooms.new(kind), texts)
        self.naive = Naive(run.rooms.url(kind), texts)
        self.times = {lane: Times() for lane in _LANES}
        self.statements: list[int] = []
        self.state = 0

    def case(self) -> int:
        """Play one case to its end; return how many tasks it took."""
        trail = Trail(self.heard.office)
        self.timed.begin()
        self.heard.begin()
        self._others(trail.news(self.heard.case_id), self.recorder.take(), {}, False)
        count = 0
        for _step in range(MOST_STEPS):
            step, twin = self.timed.next_step(), self.heard.next_step()
            self.recorder.take()
            if step is None or twin is None:
                if self.timed.arrived:
                    break
                self.timed.wait()
                self.heard.wait()
                self._others(trail.news(self.heard.case_id), self.recorder.take(), {}, False)
                continue
            with self.times["product"]:
                self.timed.office.app.do(step.command, step.actor)
            self.heard.office.app.do(twin.command, twin.actor)
            sent = self.recorder.take()
            self.statements.append(len(sent))
            self._others(trail.news(self.heard.case_id), sent, twin.command.values, True)
            self.timed.did(step)
            self.heard.did(twin)
            self.recorder.take()
            self.state = max(self.state, self._open_state())
            count += 1
        assert self.timed.arrived, "the case did not come to its end"
        self.timed.done.clear()
        self.heard.done.clear()
        return count

    def _others(self, news: Sequence[Happening], sent: Sequence[Sent], form: Any, timed: bool) -> None:
        for what in news:
            self.naive.prepare(what)
            self.kernel.prepare(what)
        self._timed("floor", timed, lambda: self.floor.write(sent))
        self._timed("kernel", timed, lambda: self.kernel.do_all(news))
        self._timed("naive", timed, lambda: self.naive.do_all(news, form))

    def _timed(self, lane: str, timed: bool, act: Callable[[], Any]) -> None:
        with self.times[lane] if timed else Times():
            act()

    def _open_state(self) -> int:
        with self.timed.office.app.read() as conn:
            return int(
                conn.exec_driver_sql(
                    "SELECT coalesce(sum(length(state)), 0) FROM instance WHERE status = 'running'"
                    f" AND trail_id = {self.timed.case_id}"
                ).scalar_one()
            )

    def forget(self) -> None:
        """Forget what was measured so far."""
        for times in self.times.values():
            times.clear()
        self.statements.clear()

    def close(self) -> None:
        """Close what the rooms do not know."""
        self.floor.close()
        self.naive.close()


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield CPU of a task in the product and in the kernel alone, and how far ahead of the naive engine."""
    lanes = _Lanes(run, kind)
    tasks = lanes.case()  # to get warm: the first case compiles diagrams, forms and statements
    if run.size.cases:
        lanes.forget()
        tasks = sum(lanes.case() for _ in range(run.size.cases))
    lanes.close()
    each = {lane: lanes.times[lane].cpu_total * 1_000 / tasks for lane in _LANES}
    note = f"mean of {tasks} tasks; floor {each['floor']:.2f} ms, naive {each['naive']:.2f} ms"
    yield Figure(GROUP, "task, whole product: CPU", kind, each["product"], "ms",
                 floor=each["product"] / each["floor"], note=note)  # fmt: skip
    beside = "ours with forms, papers, deadlines, rights; naive without"
    yield Figure(GROUP, "task, whole product: ahead of naive", kind, each["naive"] / each["product"], "×",
                 AHEAD, at_least=True, note=beside)  # fmt: skip
    yield Figure(
        GROUP, "task, kernel alone: CPU", kind, each["kernel"], "ms", naive=each["naive"] / each["kernel"]
    )
    yield Figure(GROUP, "task, kernel alone: ahead of naive", kind, each["naive"] / each["kernel"], "×",
                 AHEAD, at_least=True, note="like for like: the process only")  # fmt: skip
    yield Figure(
        GROUP, "task, whole product: wall", kind, lanes.times["product"].wall_ms, "ms", note="median"
    )
    mean = sum(lanes.statements) / len(lanes.statements)
    yield Figure(GROUP, "task, whole product: statements", kind, mean, "",
                 note=f"mean; at most {max(lanes.statements)}")  # fmt: skip
    yield Figure(GROUP, "open state of a three-tier case, at most", kind, lanes.state, "B", STATE_BYTES)
