"""What is stored: bytes of the database for each step and each finished task, state and history apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench.figure import Figure
from bench.naive import NaiveW
from bench.office import Office
from bench.plain import Plain
from bench.replay import Naive, Trail, diagrams
from bench.road import Road
from bench.run import Run
from bench.workload_w import STEPS, Workload, diagram
from engine.store.metadata import metadata

GROUP = "storage"
#: What the naive engine's bytes hold, so that nobody takes them for the same thing.
_LAST_STATE = "naive {:,.0f} B: the last state alone, no history, inbox, forms or papers"
TASK_BYTES = {"sqlite": 2_048.0, "postgresql": 4_096.0}


def sizes(plain: Plain, kind: str) -> dict[str, int]:
    """Return the bytes of every table with its indexes."""
    if kind == "postgresql":
        plain.vacuum()
        rows = plain.run(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
        )
        return {str(name): int(size) for name, size in rows}
    plain.run("PRAGMA wal_checkpoint(TRUNCATE)")
    rows = plain.run(
        "SELECT m.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema m ON m.name = d.name"
        " WHERE d.aggregate = 1 GROUP BY m.tbl_name"
    )
    return {str(name): int(size) for name, size in rows}


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield bytes for W: whole database, history, state."""
    work = Workload(run.rooms.new(kind))
    plain = Plain(work.db.url)
    first = max(1, run.size.instances // 4)
    _finish(work, first)
    before = sizes(plain, kind)
    _finish(work, run.size.instances)
    after = sizes(plain, kind)
    naive, largest = _naive(run, kind, first)
    tasks = run.size.instances * len(STEPS)
    grown = {name: after.get(name, 0) - before.get(name, 0) for name in metadata.tables}
    whole = sum(grown.values()) / tasks
    yield Figure(GROUP, "W: stored for a finished task", kind, whole, "B", TASK_BYTES[kind],
                 naive=naive / whole, note="tables and indexes, start of the instance included; "
                 f"{_LAST_STATE.format(naive)}")  # fmt: skip
    yield Figure(GROUP, "W: history of it, with chain", kind, grown["event"] / tasks, "B")
    yield Figure(GROUP, "W: instance rows of it", kind, grown["instance"] / tasks, "B")
    yield Figure(GROUP, "W: inbox and timer rows of it", kind,
                 (grown["user_task"] + grown["timer"]) / tasks, "B")  # fmt: skip
    state = plain.run("SELECT max(length(state)) FROM instance")[0][0]
    yield Figure(GROUP, "W: state, at most", kind, float(state), "B", naive=largest / state,
                 note=f"naive {largest:,} B, the specification in it")  # fmt: skip
    plain.close()
    if run.size.cases:
        yield from _case(run, kind)


def _naive(run: Run, kind: str, first: int) -> tuple[float, int]:
    """Return the bytes the naive engine stores for a finished task of W, and its largest state."""
    url = run.rooms.url(kind)
    engine = NaiveW(url, diagram('"P3D"'))
    plain = Plain(url)
    sizes_then = 0
    for number in range(first + run.size.instances):
        if number == first:
            sizes_then = sizes(plain, kind)["naive"]
        engine.start(number)
        for _element, routing in STEPS:
            engine.complete(number, routing)
    grown = sizes(plain, kind)["naive"] - sizes_then
    engine.close()
    plain.close()
    return grown / (run.size.instances * len(STEPS)), engine.largest


class _Beside:
    """The cases of a road on the naive engine too."""

    def __init__(self, road: Road, url: str) -> None:
        self._road = road
        self._engine = Naive(url, diagrams(road.office))
        self.plain = Plain(url)

    def play(self) -> int:
        """Play a case on both; return how many tasks it took."""
        trail = Trail(self._road.office)

        def after(form: Mapping[str, Any]) -> None:
            news = trail.news(self._road.case_id)
            for what in news:
                self._engine.prepare(what)
            self._engine.do_all(news, form)

        return self._road.play(after)

    def close(self) -> None:
        """Close the connections."""
        self._engine.close()
        self.plain.close()


def _case(run: Run, kind: str) -> Iterator[Figure]:
    """Yield bytes for a finished task of a real case: with its forms, papers, facts and deadlines."""
    office = Office(run.rooms.new(kind))
    plain = Plain(office.db.url)
    both = _Beside(Road(office), run.rooms.url(kind))
    both.play()  # the first case makes the database's first pages of every table
    before, naive_before = sizes(plain, kind), sizes(both.plain, kind)["naive"]
    tasks = sum(both.play() for _ in range(run.size.cases))
    grown = {name: size - before.get(name, 0) for name, size in sizes(plain, kind).items()}
    naive = (sizes(both.plain, kind)["naive"] - naive_before) / tasks
    both.close()
    plain.close()
    whole = sum(grown.values()) / tasks
    largest = sorted(grown.items(), key=lambda pair: -pair[1])[:4]
    rows = ", ".join(f"{name} {size / tasks:.0f}" for name, size in largest)
    yield Figure(GROUP, "R: stored for a finished task", kind, whole, "B", TASK_BYTES[kind],
                 naive=naive / whole, note=f"{rows}; {_LAST_STATE.format(naive)}")  # fmt: skip
    yield Figure(GROUP, "R: history of it, with chain", kind, grown["event"] / tasks, "B")


def _finish(work: Workload, count: int) -> None:
    for _instance in range(count):
        instance = work.start()
        for _element, routing in STEPS:
            work.complete(work.open_task(instance), routing)
