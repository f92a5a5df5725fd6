"""Walking the stored way again: where it stood, what was given up, and what does not fit the diagram."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from engine import user_tasks
from engine.clock import VirtualClock
from engine.codec import loads
from engine.compile import compile_diagram
from engine.retrace import Told, Trace, retrace
from engine.store import tables
from engine.store.db import Database
from tests.engine.compile.diagrams import END, START, process, user
from tests.engine.desk import Desk, line
from tests.engine.ways import wrong_ways

E = tables.event.c


@pytest.fixture
def desk(sqlite_database: Database, clock: VirtualClock) -> Desk:
    made = Desk(sqlite_database, clock)
    made.publish(line("A", "B", "C"))
    return made


def told(desk: Desk, instance: int) -> list[Told]:
    query = sa.select(E.seq, E.kind, E.element, E.data).where(E.instance_id == instance).order_by(E.seq)
    return [Told(row[0], row[1], row[2], loads(row[3])) for row in desk.rows(query)]


def trace(events: list[Told]) -> Trace:
    (graph,) = compile_diagram(line("A", "B", "C")).processes.values()
    return retrace(graph, events, lambda _version: graph)


def complete(desk: Desk, instance: int, element: str, **routing: Any) -> None:
    with desk.unit() as unit:
        user_tasks.complete(unit, user_tasks.read(unit, desk.tasks(instance)[element]), routing)


def test_every_moment_is_where_the_instance_stood(desk: Desk) -> None:
    instance = desk.start()
    complete(desk, instance, "A")
    complete(desk, instance, "B")
    events = told(desk, instance)
    stood = [
        next(iter(trace(events[: n + 1]).tokens), "") for n, event in enumerate(events)
        if event.kind in ("ProcessStarted", "TaskCompleted")
    ]  # fmt: skip
    assert stood == ["A", "B", "C"]


def test_what_was_sent_back_stands_at_the_step_before_and_is_no_flow(desk: Desk) -> None:
    instance = desk.start()
    complete(desk, instance, "A")
    with desk.unit() as unit:
        user_tasks.send_back(unit, user_tasks.read(unit, desk.tasks(instance)["B"]), "A", "缺材料")
    found = trace(told(desk, instance))
    assert (found.tokens, found.fault) == (Counter({"A": 1}), None)
    assert [(from_, to) for _seq, from_, to in found.returns] == [("B", "A")]
    assert [element for _seq, element in found.cancelled] == ["B"]


def test_what_was_withdrawn_stands_where_it_was_done(desk: Desk) -> None:
    instance = desk.start()
    task = desk.tasks(instance)["A"]
    complete(desk, instance, "A")
    with desk.unit() as unit:
        user_tasks.withdraw(unit, user_tasks.read(unit, task), "填错")
    found = trace(told(desk, instance))
    assert (found.tokens, found.fault) == (Counter({"A": 1}), None)
    assert found.done["A"] == 0


@pytest.mark.parametrize(
    "path",
    [[], ["no_such_flow"], ["F_A_B", "F_A_B"], 7, None, [{}]],
    ids=["none", "unknown", "twice", "7", "null", "odd"],
)
def test_a_way_that_does_not_fit_the_diagram_is_noticed_where_it_begins(desk: Desk, path: Any) -> None:
    instance = desk.start()
    complete(desk, instance, "A")
    complete(desk, instance, "B")
    events = told(desk, instance)
    first = next(event for event in events if event.kind == "TaskCompleted")
    spoilt = [
        Told(one.seq, one.kind, one.element, {**one.data, "path": path} if one is first else one.data)
        for one in events
    ]  # fmt: skip
    assert trace(spoilt).fault == first.seq


def test_an_event_of_a_step_that_was_never_open_is_noticed(desk: Desk) -> None:
    instance = desk.start()
    events = told(desk, instance)
    forged = Told(99, "TaskCompleted", "C", {"task": "1", "path": []})
    assert trace([*events, forged]).fault == 99


def several(in_turn: bool, done: str = "") -> str:
    completion = f"<bpmn:completionCondition>{done}</bpmn:completionCondition>" if done else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(in_turn).lower()}">'
        f"<bpmn:loopCardinality>n</bpmn:loopCardinality>{completion}</bpmn:multiInstanceLoopCharacteristics>"
    )


SUB = (
    '<bpmn:subProcess id="U"><bpmn:startEvent id="us"/><bpmn:endEvent id="ue"/>{task}'
    '<bpmn:sequenceFlow id="us_B" sourceRef="us" targetRef="B"/>'
    '<bpmn:sequenceFlow id="B_ue" sourceRef="B" targetRef="ue"/>{many}</bpmn:subProcess>'
)
DATA = '<bpmn:dataObject id="d" name="n"/>'
ENOUGH = "numberOfCompletedInstances &gt;= 2"
DRAWN: dict[str, bytes] = {
    "a task in turn": process(
        START + user("A", several(True)) + user("Z") + END + DATA, "s>A", "A>Z", "Z>e"
    ),
    "a task until enough": process(
        START + user("A", several(True, ENOUGH)) + user("Z") + END + DATA, "s>A", "A>Z", "Z>e"
    ),
    "the last task in turn": process(START + user("A", several(True)) + DATA, "s>A"),
    "a sub-process in turn": process(
        START + SUB.format(task=user("B"), many=several(True)) + user("Z") + END + DATA, "s>U", "U>Z", "Z>e"
    ),
    "a task for many at once": process(
        START + user("A", several(False)) + user("Z") + END + DATA, "s>A", "A>Z", "Z>e"
    ),
}  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("drawn", DRAWN)
def test_several_times_a_step_is_followed_at_every_moment(
    sqlite_database: Database, clock: VirtualClock, drawn: str, count: int
) -> None:
    desk = Desk(sqlite_database, clock)
    desk.publish(DRAWN[drawn])
    instance = desk.start(n=count)
    for _ in range(5):
        with desk.db.read() as conn:
            assert wrong_ways(conn, desk.kernel.definitions) == []
        if not (open_ := sorted(desk.elements())):
            break
        desk.complete(open_[0])
    assert desk.elements() == []
    (graph,) = compile_diagram(DRAWN[drawn]).processes.values()
    found = retrace(graph, told(desk, instance), lambda _version: graph)
    assert (found.status, found.fault) == ("completed", None)


@pytest.mark.parametrize("drawn", ["a task in turn", "a task for many at once"])
def test_a_way_that_leaves_several_too_late_is_noticed(
    sqlite_database: Database, clock: VirtualClock, drawn: str
) -> None:
    desk = Desk(sqlite_database, clock)
    desk.publish(DRAWN[drawn])
    instance = desk.start(n=2)
    for element in ("A", "A", "Z"):
        desk.complete(element)
    events = told(desk, instance)
    left = [one for one in events if "A_Z" in " ".join(map(str, one.data.get("path", ())))]
    assert left
    spoilt = [
        Told(one.seq, one.kind, one.element, {**one.data, "path": []} if one is left[0] else one.data)
        for one in events
    ]  # fmt: skip
    (graph,) = compile_diagram(DRAWN[drawn]).processes.values()
    assert retrace(graph, spoilt, lambda _version: graph).fault is not None
