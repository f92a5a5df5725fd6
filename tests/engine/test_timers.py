"""Timers fire once, in due order; cycles keep step; a poison timer is held; nothing fires for the absent."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine import instances, timers
from engine.clock import NO_DUE, VirtualClock, from_us, to_us
from engine.errors import EngineFault
from engine.store import tables
from engine.store.db import Database
from tests.engine.compile.diagrams import END, START, event, flow, node, process, user
from tests.engine.desk import Desk

t = tables.timer


def boundary(text: str, kind: str = "timeDuration", **attrs: str) -> str:
    inner = f"<bpmn:{kind}>{text}</bpmn:{kind}>"
    return event("boundaryEvent", "b", "timer", inner, attachedToRef="A", **attrs)


def beside(text: str, kind: str = "timeDuration") -> bytes:
    """A task with a timer that opens another task beside it."""
    return process(
        START + user("A") + boundary(text, kind, cancelActivity="false") + user("R") + END,
        "s>A", "A>e", "b>R", "R>e",
    )  # fmt: skip


@pytest.fixture
def desk(database: Database, clock: VirtualClock) -> Desk:
    return Desk(database, clock)


def scheduled(desk: Desk) -> list[int]:
    return [row[0] for row in desk.rows(sa.select(t.c.due_at).where(t.c.state == "scheduled"))]


def test_an_interrupting_timer_takes_the_task_away(desk: Desk) -> None:
    desk.publish(process(START + user("A") + boundary("P3D") + user("R") + END, "s>A", "A>e", "b>R", "R>e"))
    desk.start()
    assert desk.pass_time(days=2, hours=23) == 0
    assert desk.pass_time(hours=1) == 1
    assert desk.elements() == ["R"]
    assert desk.kinds()[2:] == ["TimerFired", "TaskCancelled", "TaskCreated"]


def test_a_timer_of_a_task_that_was_done_never_fires(desk: Desk) -> None:
    desk.publish(process(START + user("A") + boundary("P3D") + user("B") + END, "s>A", "A>B", "b>e", "B>e"))
    desk.start()
    desk.complete("A")
    assert desk.pass_time(days=9) == 0
    assert desk.rows(sa.select(t.c.state))[0][0] == "cancelled"


def test_a_timer_beside_a_task_fires_once_and_leaves_it(desk: Desk) -> None:
    desk.publish(beside("P3D"))
    desk.start()
    assert desk.pass_time(days=30) == 1
    assert desk.pass_time(days=30) == 0
    assert desk.elements() == ["A", "R"]


def test_a_cycle_that_slept_through_its_rounds_makes_up_one_and_keeps_step(
    desk: Desk, clock: VirtualClock
) -> None:
    began = clock.now()
    desk.publish(beside("R9/P7D", "timeCycle"))
    desk.start()
    assert desk.pass_time(days=7) == 1
    assert desk.pass_time(days=24) == 1, "three rounds were missed, one is made up"
    assert desk.elements() == ["A", "R", "R"]
    assert scheduled(desk) == [to_us(began + timedelta(days=35))]


def test_a_cycle_ends_after_its_rounds(desk: Desk) -> None:
    desk.publish(beside("R3/P1D", "timeCycle"))
    desk.start()
    assert [desk.pass_time(days=1) for _ in range(5)] == [1, 1, 1, 0, 0]
    assert desk.elements() == ["A", "R", "R", "R"]
    assert scheduled(desk) == []


def test_a_failure_does_not_eat_a_round_of_a_cycle(desk: Desk, clock: VirtualClock) -> None:
    desk.publish(beside("R3/P1D", "timeCycle"))
    desk.start()
    clock.advance(timedelta(days=1))
    with desk.db.transaction() as conn:
        assert timers.failed(conn, desk.due()[0].id, to_us(clock.now())) == 1
    assert desk.fire_due() == 0
    assert desk.pass_time(minutes=1) == 1
    assert [desk.pass_time(days=1) for _ in range(3)] == [1, 1, 0]


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_timer_that_starts_an_event_sub_process_fires_as_often_as_it_says(
    desk: Desk, interrupting: bool
) -> None:
    text, kind = ("P1D", "timeDuration") if interrupting else ("R2/P1D", "timeCycle")
    start = event(
        "startEvent", "ts", "timer", f"<bpmn:{kind}>{text}</bpmn:{kind}>",
        isInterrupting=str(interrupting).lower(),
    )  # fmt: skip
    sub = start + user("R") + '<bpmn:endEvent id="te"/>' + flow("ts>R") + flow("R>te")
    desk.publish(
        process(
            START + user("A") + node("subProcess", "es", sub, triggeredByEvent="true") + END, "s>A", "A>e"
        )
    )
    instance = desk.start()
    fired = [desk.pass_time(days=1) for _ in range(4)]
    assert fired == ([1, 0, 0, 0] if interrupting else [1, 1, 0, 0])
    assert desk.elements() == (["R"] if interrupting else ["A", "R", "R"])
    for task in (desk.tasks() if interrupting else {}).values():
        desk.complete_id(task)
    assert desk.status(instance) == ("completed" if interrupting else "running")


def test_due_timers_come_in_due_order(desk: Desk, clock: VirtualClock) -> None:
    desk.publish(beside("P3D"))
    began = [desk.start()]
    for _ in range(4):
        clock.advance(timedelta(hours=1))
        began.append(desk.start())
    with desk.db.transaction() as conn:
        timers.move(conn, began[0], "b", to_us(clock.now() + timedelta(days=9)))
        timers.move(conn, began[1], "b", None)
    clock.advance(timedelta(days=20))
    assert [candidate.instance_id for candidate in desk.due()] == [*began[2:], began[0]]
    assert NO_DUE in scheduled(desk)


def test_a_poison_timer_is_put_off_twice_then_held_and_may_be_released(
    desk: Desk, clock: VirtualClock
) -> None:
    desk.publish(
        process(
            START + user("A") + boundary("P1D") + user("R") + END
            + '<bpmn:dataObject id="d" name="n"/><bpmn:exclusiveGateway id="g" default="F_g_e"/>',
            "s>A", "A>e", "b>g", "g>R:n > 3", "g>e", "R>e",
        )
    )  # fmt: skip
    instance = desk.start(n="many")
    other = desk.start(n=5)
    clock.advance(timedelta(days=1))
    poison, good = desk.due()
    waits = []
    for _ in range(3):
        with pytest.raises(EngineFault), desk.unit() as unit:
            timers.fire(unit, poison)
        with desk.db.transaction() as conn:
            timers.failed(conn, poison.id, to_us(clock.now()))
        row = desk.rows(sa.select(t.c.due_at, t.c.state).where(t.c.id == poison.id))[0]
        waits.append((from_us(row[0]) - clock.now(), row[1]))
        clock.set(from_us(row[0]))
    assert waits[:2] == [(timedelta(minutes=1), "scheduled"), (timedelta(minutes=5), "scheduled")]
    assert waits[2][1] == "held"
    assert desk.due() == [good], "the others are not held up"
    assert desk.fire_due() == 1
    assert desk.status(other) == "running"
    desk.step(instance, lambda machine: machine.state.vars.update(n=9))
    with desk.db.transaction() as conn:
        timers.release(conn, poison.id, to_us(clock.now()))
    assert desk.fire_due() == 1
    assert desk.elements() == ["R", "R"]


def test_a_suspended_instance_holds_its_timers_and_lets_them_go(desk: Desk, clock: VirtualClock) -> None:
    desk.publish(beside("P3D"))
    instance = desk.start()
    with desk.unit() as unit:
        instances.suspend(unit, unit.instance(instance), "停电")
    assert desk.pass_time(days=9) == 0
    assert desk.due() == []
    with desk.unit() as unit:
        instances.resume(unit, unit.instance(instance))
    assert desk.fire_due() == 1


def test_a_due_timer_of_an_instance_suspended_otherwise_does_not_stand_in_the_way(desk: Desk) -> None:
    desk.publish(beside("P3D"))
    instance = desk.start()
    with desk.unit() as unit:
        live = unit.instance(instance)
        live.status, live.dirty = "suspended", True
    assert desk.pass_time(days=4) == 0
    assert desk.due() == []


def test_workers_that_look_at_once_fire_each_timer_once(desk: Desk, clock: VirtualClock) -> None:
    desk.publish(beside("P3D"))
    for _ in range(6):
        desk.start()
    clock.advance(timedelta(days=3))
    found = desk.due()
    fired: list[int] = []

    def work() -> None:
        for candidate in found:
            with desk.unit() as unit:
                if timers.fire(unit, candidate):
                    fired.append(candidate.id)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fired += [candidate.id for candidate in desk.due() if desk.fire_due()]
    assert sorted(fired) == sorted(candidate.id for candidate in found)
    assert desk.elements().count("R") == 6


def test_a_worker_passes_over_a_case_that_is_being_worked_on(desk: Desk, clock: VirtualClock) -> None:
    if not desk.db.is_postgres:
        return  # SQLite has one writer
    desk.publish(beside("P3D"))
    desk.start()
    clock.advance(timedelta(days=3))
    (candidate,) = desk.due()
    with desk.unit() as holder:
        holder.lock(candidate.trail_id)
        with desk.unit() as unit:
            assert not timers.fire(unit, candidate)
    assert desk.fire_due() == 1
