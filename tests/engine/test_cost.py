"""What no machine changes: statements and commits a step, at any age, and no table read from end to end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from bench.workload_w import STEPS, Workload
from engine import timers
from engine.clock import VirtualClock, to_us
from engine.store import queries, tables
from engine.store import timers as timer_queries
from engine.store.db import Database
from engine.store.statements import Statement

#: Statements a step may send (BEGIN and COMMIT are not counted).
MOST = 8


@contextmanager
def heard(database: Database) -> Iterator[list[str]]:
    """Collect the statements and commits of a database."""
    told: list[str] = []

    def hear(_conn: Any, _cursor: Any, text: str, *_: Any) -> None:
        told.append(text.split(None, 1)[0])

    def commit(_conn: Any) -> None:
        told.append("commit")

    sa.event.listen(database.engine, "before_cursor_execute", hear)
    sa.event.listen(database.engine, "commit", commit)
    yield told
    sa.event.remove(database.engine, "before_cursor_execute", hear)
    sa.event.remove(database.engine, "commit", commit)


@pytest.fixture
def work(database: Database, clock: VirtualClock) -> Workload:
    made = Workload(database, clock)
    instance = made.start()
    for _task, routing in STEPS:
        made.complete(made.open_task(instance), routing)
    return made


def test_a_step_of_w_sends_at_most_eight_statements_and_one_commit(work: Workload) -> None:
    with heard(work.db) as told:
        instance = work.start()
    assert told.count("commit") == 1
    assert len(told) - 1 <= MOST
    for _task, routing in STEPS:
        task = work.open_task(instance)
        with heard(work.db) as told:
            work.complete(task, routing)
        assert told.count("commit") == 1
        assert told[-1] == "commit"
        assert len(told) - 1 <= MOST


def test_a_timer_fires_in_at_most_nine_statements_and_one_commit(work: Workload, clock: VirtualClock) -> None:
    instance = work.start()
    work.complete(work.open_task(instance), {"amount": 7})
    with work.db.read() as conn:
        (candidate,) = timers.due(conn, to_us(clock.now()) + 4 * 86_400_000_000)
    from datetime import timedelta

    clock.advance(timedelta(days=4))
    with heard(work.db) as told, work.db.transaction() as conn:
        unit = work.unit(conn)
        assert timers.fire(unit, candidate)
        unit.flush()
    assert told.count("commit") == 1
    assert len(told) - 1 <= MOST + 1


def test_the_thousandth_round_costs_what_the_first_did(work: Workload) -> None:
    instance = work.start("L")
    costs, sizes = [], []
    rounds = 1_000 if not work.db.is_postgres else 300
    for round_ in range(rounds):
        task = work.open_task(instance)
        if round_ in (1, rounds - 1):
            with heard(work.db) as told:
                work.complete(task, {"again": True})
            costs.append(sorted(told))
            sizes.append(_state_size(work, instance))
        else:
            work.complete(task, {"again": True})
    assert costs[0] == costs[1]
    assert sizes[0] == sizes[1]


def _state_size(work: Workload, instance: int) -> int:
    i = tables.instance.c
    with work.db.read() as conn:
        return int(conn.execute(sa.select(sa.func.length(i.state)).where(i.id == instance)).scalar_one())


HOT = {
    name: statement
    for module in (queries, timer_queries)
    for name, statement in vars(module).items()
    if isinstance(statement, Statement) and not name.startswith("NEW_")
}


@pytest.mark.parametrize("name", sorted(HOT))
def test_no_hot_statement_reads_a_table_from_end_to_end(sqlite_database: Database, name: str) -> None:
    with sqlite_database.read() as conn:
        sql, order = HOT[name]._for(conn.dialect)
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", tuple(None for _ in order or ())).all()
    scans = [row[3] for row in plan if row[3].startswith("SCAN") and "CONSTANT" not in row[3]]
    assert scans == [], scans
