"""The way of an instance over its migrations, walked again from its events alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine import instances, user_tasks
from engine.clock import VirtualClock
from engine.codec import loads
from engine.graph import Graph
from engine.retrace import Told, Trace, retrace
from engine.store import tables
from engine.store.db import Database
from tests.engine.desk import line
from tests.engine.migration.moving import Move


@pytest.fixture
def move(sqlite_database: Database, clock: VirtualClock) -> Move:
    return Move(sqlite_database, clock, line("A", "B", "C"), line("A2", "B2", "C"))


RENAMED = {"A": "A2", "B": "B2"}


def told(move: Move, instance: int) -> list[Told]:
    e = tables.event.c
    query = sa.select(e.seq, e.kind, e.element, e.data).where(e.instance_id == instance).order_by(e.seq)
    return [Told(row[0], row[1], row[2], loads(row[3])) for row in move.rows(query)]


def trace(move: Move, instance: int, events: list[Told]) -> Trace:
    def graph(definition_id: int) -> Graph:
        with move.db.read() as conn:
            return move.kernel.definitions.get(conn, definition_id).graph

    i = tables.instance.c
    return retrace(graph(move.rows(sa.select(i.definition_id).where(i.id == instance))[0][0]), events, graph)


def test_the_way_begins_anew_where_the_instance_stood(move: Move) -> None:
    instance = move.start()
    move.complete("A")
    move.migrate(instance, RENAMED)
    found = trace(move, instance, told(move, instance))
    assert (found.passed, found.tokens, found.done, found.fault) == ([], Counter({"B2": 1}), Counter(), None)
    move.complete("B2")
    found = trace(move, instance, told(move, instance))
    assert ([one.flow for one in found.passed], found.tokens) == (["F_B2_C"], Counter({"C": 1}))


def test_what_is_sent_back_after_a_migration_to_a_step_done_before_is_followed(move: Move) -> None:
    instance = move.start()
    move.complete("A")
    move.migrate(instance, RENAMED)
    with move.unit() as unit:
        user_tasks.send_back(unit, user_tasks.read(unit, move.task("B2").id), "A2", "缺材料")
    found = trace(move, instance, told(move, instance))
    assert (found.tokens, found.fault) == (Counter({"A2": 1}), None)
    assert [(from_, to) for _seq, from_, to in found.returns] == [("B2", "A2")]
    assert move.wrong_ways() == []


def test_a_suspended_instance_stays_suspended_over_its_migration(move: Move) -> None:
    instance = move.start()
    with move.unit() as unit:
        instances.suspend(unit, unit.instance(instance), "核查")
    move.migrate(instance, RENAMED)
    assert trace(move, instance, told(move, instance)).status == "suspended"


def test_a_way_that_left_its_diagram_before_a_migration_is_sound_again_after_it(move: Move) -> None:
    instance = move.start()
    move.complete("A")
    move.migrate(instance, RENAMED)
    events = told(move, instance)
    spoilt = [
        replace(one, data={**one.data, "path": ["x"]}) if one.kind == "TaskCompleted" else one
        for one in events
    ]  # fmt: skip
    assert trace(move, instance, spoilt).fault is None
    assert retrace(move.old.graph, spoilt[:-1], lambda _id: move.old.graph).fault is not None


@pytest.mark.parametrize("state", [None, 7, "", "{}", '{"v":99}', '{"n":1,"s":[],"t":[[1]],"v":1,"x":{}}'])
def test_a_migration_that_does_not_say_where_it_stood_is_noticed(move: Move, state: object) -> None:
    instance = move.start()
    move.migrate(instance, RENAMED)
    *before, migrated = told(move, instance)
    spoilt = Told(migrated.seq, migrated.kind, None, {**migrated.data, "state": state})
    assert trace(move, instance, [*before, spoilt]).fault == migrated.seq


def test_what_work_put_into_variables_is_not_in_the_event(move: Move) -> None:
    instance = move.start(wish="private")
    move.migrate(instance, RENAMED)
    assert "private" in move.rows(sa.select(tables.instance.c.state))[0][0]
    assert "private" not in move.said()[0]
