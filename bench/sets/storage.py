"""What is stored: bytes of the database for each step and each finished task, state and history apart."""

from __future__ import annotations

from collections.abc import Iterator

from bench.figure import Figure
from bench.office import Office
from bench.plain import Plain
from bench.road import Road
from bench.run import Run
from bench.workload_w import STEPS, Workload
from engine.store.metadata import metadata

GROUP = "storage"
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
    _finish(work, max(1, run.size.instances // 4))
    before = sizes(plain, kind)
    _finish(work, run.size.instances)
    after = sizes(plain, kind)
    tasks = run.size.instances * len(STEPS)
    grown = {name: after.get(name, 0) - before.get(name, 0) for name in metadata.tables}
    whole = sum(grown.values()) / tasks
    yield Figure(GROUP, "W: stored for a finished task", kind, whole, "B", TASK_BYTES[kind],
                 note="tables and indexes, start of the instance included")  # fmt: skip
    yield Figure(GROUP, "W: history of it, with chain", kind, grown["event"] / tasks, "B")
    yield Figure(GROUP, "W: instance rows of it", kind, grown["instance"] / tasks, "B")
    yield Figure(GROUP, "W: inbox and timer rows of it", kind,
                 (grown["user_task"] + grown["timer"]) / tasks, "B")  # fmt: skip
    state = plain.run("SELECT max(length(state)) FROM instance")[0][0]
    yield Figure(GROUP, "W: state, at most", kind, float(state), "B")
    plain.close()
    if run.size.cases:
        yield from _case(run, kind)


def _case(run: Run, kind: str) -> Iterator[Figure]:
    """Yield bytes for a finished task of a real case: with its forms, papers, facts and deadlines."""
    office = Office(run.rooms.new(kind))
    plain = Plain(office.db.url)
    road = Road(office)
    road.play()  # the first case makes the database's first pages of every table
    before = sizes(plain, kind)
    tasks = sum(road.play() for _ in range(run.size.cases))
    grown = {name: size - before.get(name, 0) for name, size in sizes(plain, kind).items()}
    plain.close()
    whole = sum(grown.values()) / tasks
    largest = sorted(grown.items(), key=lambda pair: -pair[1])[:4]
    yield Figure(GROUP, "R: stored for a finished task", kind, whole, "B", TASK_BYTES[kind],
                 note=", ".join(f"{name} {size / tasks:.0f}" for name, size in largest))  # fmt: skip
    yield Figure(GROUP, "R: history of it, with chain", kind, grown["event"] / tasks, "B")


def _finish(work: Workload, count: int) -> None:
    for _instance in range(count):
        instance = work.start()
        for _element, routing in STEPS:
            work.complete(work.open_task(instance), routing)
