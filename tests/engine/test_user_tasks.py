"""Claim, give back, hand over, complete, send back, withdraw; and what the losers of a race are told."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from engine import user_tasks
from engine.clock import VirtualClock
from engine.codec import loads
from engine.errors import AidError, AlreadyClaimed, IllegalState, NotFound, StaleTask
from engine.store import queries, tables
from engine.store.db import Database, is_conflict
from tests.engine.compile.diagrams import END, START, node, process, user
from tests.engine.desk import Desk, line


@pytest.fixture
def desk(database: Database, clock: VirtualClock) -> Desk:
    made = Desk(database, clock)
    made.publish(line("A", "B", "C"))
    return made


def act(desk: Desk, what: Any, task_id: int, *given: Any, by: int = 1) -> None:
    with desk.unit(by) as unit:
        what(unit, user_tasks.read(unit, task_id), *given)


def test_a_claimed_task_is_refused_to_others_and_says_who_holds_it(desk: Desk, clock: VirtualClock) -> None:
    desk.start()
    task = desk.tasks()["A"]
    desk.claim(task, by=7)
    with pytest.raises(AlreadyClaimed) as refused:
        desk.claim(task, by=8)
    assert refused.value.data["who_id"] == 7
    desk.claim(task, by=7)
    assert desk.kinds().count("TaskClaimed") == 1


def test_a_task_given_back_may_be_claimed_by_another(desk: Desk) -> None:
    desk.start()
    task = desk.tasks()["A"]
    with pytest.raises(IllegalState):
        act(desk, user_tasks.unclaim, task)
    desk.claim(task, by=7)
    act(desk, user_tasks.unclaim, task, by=7)
    desk.claim(task, by=8)
    act(desk, user_tasks.reassign, task, 9, "休假")
    row = desk.rows(sa.select(tables.user_task.c.assignee_id, tables.user_task.c.state))[0]
    assert tuple(row) == (9, "claimed")


def test_a_completed_task_is_stale_and_an_unknown_one_not_found(desk: Desk) -> None:
    desk.start()
    task = desk.tasks()["A"]
    desk.complete("A")
    for again in (user_tasks.claim, user_tasks.unclaim):
        with pytest.raises(StaleTask):
            act(desk, again, task)
    with pytest.raises(StaleTask):
        desk.complete_id(task)
    with pytest.raises(NotFound):
        desk.complete_id(1)


def test_a_refused_command_leaves_nothing_behind(desk: Desk) -> None:
    desk.start()
    before = desk.kinds()

    def fail() -> None:
        raise IllegalState(detail="不行")

    with pytest.raises(IllegalState), desk.unit() as unit:
        user_tasks.complete(unit, user_tasks.read(unit, desk_task(desk)), {}, meanwhile=fail)
    assert desk.kinds() == before
    assert desk.elements() == ["A"]


def desk_task(desk: Desk) -> int:
    return int(desk.rows(sa.select(tables.user_task.c.id))[0][0])


def test_routing_may_be_added_meanwhile_and_stands_in_the_event(desk: Desk) -> None:
    instance = desk.start()
    task = desk.tasks()["A"]
    routing: dict[str, Any] = {"x": 1}
    with desk.unit() as unit:
        found = user_tasks.read(unit, task)
        user_tasks.complete(unit, found, routing, {"note": "ok"}, lambda: routing.update(y=2))
    e = tables.event.c
    data = loads(desk.rows(sa.select(e.data).where(e.kind == "TaskCompleted"))[0][0])
    assert data["set"] == {"x": 1, "y": 2}
    assert data["note"] == "ok"
    assert data["path"] == ["F_A_B"]
    assert desk.variables(instance) == {"x": 1, "y": 2}


def test_a_task_goes_back_only_to_where_its_instance_has_been(desk: Desk) -> None:
    desk.start()
    desk.complete("A")
    desk.complete("B")
    task = desk.tasks()["C"]
    with desk.unit() as unit:
        assert user_tasks.returnable(unit.conn, user_tasks.read(unit, task)) == ["B", "A"]
    with pytest.raises(IllegalState):
        act(desk, user_tasks.send_back, task, "C", "x")
    act(desk, user_tasks.send_back, task, "A", "缺材料")
    assert desk.elements() == ["A"]
    with pytest.raises(StaleTask):
        desk.complete_id(task)
    for element in ("A", "B", "C"):
        desk.complete(element)
    assert desk.elements() == []


def test_a_completion_is_withdrawn_while_nobody_touched_what_follows(desk: Desk) -> None:
    instance = desk.start()
    task = desk.tasks()["A"]
    desk.complete("A", by=5)
    act(desk, user_tasks.withdraw, task, "填错了", by=5)
    assert desk.elements() == ["A"]
    assert desk.status(instance) == "running"
    assert desk.kinds()[-3:] == ["TaskWithdrawn", "TaskCancelled", "TaskCreated"]


def test_a_completion_is_not_withdrawn_by_another_or_too_late(desk: Desk) -> None:
    desk.start()
    task = desk.tasks()["A"]
    desk.complete("A", by=5)
    with pytest.raises(IllegalState):
        act(desk, user_tasks.withdraw, task, "x", by=6)
    desk.claim(desk.tasks()["B"], by=6)
    with pytest.raises(IllegalState):
        act(desk, user_tasks.withdraw, task, "x", by=5)
    desk.complete("B", by=6)
    with pytest.raises(IllegalState):
        act(desk, user_tasks.withdraw, task, "x", by=5)


def test_the_completion_of_an_earlier_round_is_not_withdrawn_in_the_name_of_a_later_one(desk: Desk) -> None:
    desk.start()
    first = desk.tasks()["A"]
    desk.complete("A", by=5)
    act(desk, user_tasks.send_back, desk.tasks()["B"], "A", "再办", by=6)
    desk.complete("A", by=7)
    with pytest.raises(IllegalState):
        act(desk, user_tasks.withdraw, first, "x", by=5)


def test_a_token_moved_out_of_a_sub_process_takes_all_that_is_inside_with_it(
    database: Database, clock: VirtualClock
) -> None:
    desk = Desk(database, clock)
    inner = '<bpmn:startEvent id="is"/><bpmn:parallelGateway id="g"/><bpmn:endEvent id="ie"/>'
    inner += user("I") + user("J")
    from tests.engine.compile.diagrams import flow

    inner += "".join(map(flow, ("is>g", "g>I", "g>J", "I>ie", "J>ie")))
    desk.publish(
        process(
            START + user("A") + node("subProcess", "sub", inner) + user("Z") + END,
            "s>A",
            "A>sub",
            "sub>Z",
            "Z>e",
        )
    )
    instance = desk.start()
    desk.complete("A")
    assert desk.elements() == ["I", "J"]
    with desk.unit() as unit:
        live = unit.instance(instance)
        token = next(t for t in live.state.tokens.values() if t.node == "J")
        unit.step(live, lambda machine: machine.move(token.id, "Z"))
    assert desk.elements() == ["Z"]
    desk.complete("Z")
    assert desk.status(instance) == "completed"


def test_a_command_that_is_repeated_under_its_key_finds_its_answer(desk: Desk) -> None:
    desk.start()
    task = desk.tasks()["A"]
    with desk.unit(key="form-1") as unit:
        unit.answer = {"next": "B"}
        user_tasks.complete(unit, user_tasks.read(unit, task), {})
    with desk.db.read() as conn:
        row = queries.SEEN_KEY.run(conn, {"command_key": "form-1"}).first()
        assert queries.SEEN_KEY.run(conn, {"command_key": "form-2"}).first() is None
    assert row is not None
    assert loads(row[2])["answer"] == {"next": "B"}
    with pytest.raises(Exception) as met, desk.unit(key="form-1") as unit:  # noqa: PT011
        user_tasks.claim(unit, user_tasks.read(unit, desk.tasks()["B"]))
    assert is_conflict(met.value)
    assert "TaskClaimed" not in desk.kinds()


def race(desk: Desk, act_as: Any, count: int = 6) -> list[BaseException | None]:
    """Let some people do the same at the same time; return what each was told."""
    told: list[BaseException | None] = []
    together = threading.Barrier(count)

    def run(person: int) -> None:
        together.wait()
        try:
            act_as(person)
            told.append(None)
        except Exception as error:
            told.append(error)

    threads = [threading.Thread(target=run, args=(person,)) for person in range(1, count + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


@pytest.mark.parametrize("round_", range(3))
def test_of_those_who_claim_at_once_one_has_the_task(desk: Desk, round_: int) -> None:
    desk.start()
    task = desk.tasks()["A"]
    told = race(desk, lambda person: desk.claim(task, person))
    assert told.count(None) == 1
    assert all(isinstance(error, AlreadyClaimed) for error in told if error is not None)
    assert desk.kinds().count("TaskClaimed") == 1


@pytest.mark.parametrize("round_", range(3))
def test_of_those_who_complete_at_once_one_has_done_it(desk: Desk, round_: int) -> None:
    desk.start()
    task = desk.tasks()["A"]
    told = race(desk, lambda person: desk.complete_id(task, person))
    assert told.count(None) == 1
    assert all(isinstance(error, StaleTask) for error in told if error is not None)
    assert desk.elements() == ["B"]


def test_two_tasks_of_one_instance_completed_at_once_are_both_done(
    database: Database, clock: VirtualClock
) -> None:
    desk = Desk(database, clock)
    split = '<bpmn:parallelGateway id="g"/><bpmn:parallelGateway id="j"/>'
    desk.publish(
        process(
            START + split + user("A") + user("B") + user("Z") + END,
            "s>g", "g>A", "g>B", "A>j", "B>j", "j>Z", "Z>e",
        )
    )  # fmt: skip
    desk.start()
    tasks = list(desk.tasks().values())
    assert race(desk, lambda person: desk.complete_id(tasks[person - 1], person), 2) == [None, None]
    assert desk.elements() == ["Z"]


def test_an_expression_that_fails_rolls_back_and_names_the_element(
    database: Database, clock: VirtualClock
) -> None:
    desk = Desk(database, clock)
    desk.publish(
        process(
            START + user("A") + '<bpmn:dataObject id="d" name="n"/>'
            '<bpmn:exclusiveGateway id="g" name="分流" default="F_g_e"/>' + user("B") + END,
            "s>A", "A>g", "g>B:n > 3", "g>e", "B>e",
        )
    )  # fmt: skip
    desk.start()
    with pytest.raises(AidError) as refused:
        desk.complete("A", n="many")
    assert refused.value.code == "incident"
    assert "分流" in refused.value.sentence("zh")
    assert desk.elements() == ["A"]
    desk.complete("A", n=5)
    assert desk.elements() == ["B"]
