"""Messages and signals: to whoever waits, once; kept where nobody does; never lost."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from engine import instances, messages
from engine.clock import VirtualClock
from engine.store import tables
from engine.store.db import Database
from tests.engine.compile.diagrams import END, START, event, flow, node, process, user
from tests.engine.desk import Desk

MSG = '<bpmn:message id="M" name="MSG"/>'
SIG = '<bpmn:signal id="S" name="SIG"/>'
DATA = '<bpmn:dataObject id="d" name="n"/>'
CATCH = process(
    START + user("A") + event("intermediateCatchEvent", "m", "message", "M") + user("B") + END + DATA,
    "s>A", "A>m", "m>B", "B>e", outside=MSG,
)  # fmt: skip


@pytest.fixture
def desk(database: Database, clock: VirtualClock) -> Desk:
    made = Desk(database, clock)
    made.publish(CATCH)
    return made


def deliver(desk: Desk, key: str = "k", name: str = "MSG", **given: Any) -> int:
    values = given.pop("values", {})
    with desk.unit() as unit:
        return messages.deliver(unit, name, key, values, **given)


def kept(desk: Desk) -> list[str]:
    return [row[0] for row in desk.rows(sa.select(tables.message.c.state).order_by(tables.message.c.id))]


def test_a_message_reaches_those_of_its_key_and_brings_declared_values(desk: Desk) -> None:
    first, other = desk.start(correlation="k"), desk.start(correlation="other")
    for instance in (first, other):
        desk.complete_id(desk.tasks(instance)["A"])
    assert deliver(desk, values={"n": 3, "secret": 1}) == 1
    assert desk.tasks(first).keys() == {"B"}
    assert desk.tasks(other).keys() == set()
    assert desk.variables(first) == {"n": 3}


def test_a_message_goes_to_all_who_wait_or_to_the_one_that_is_meant(desk: Desk) -> None:
    both = [desk.start(), desk.start()]
    for instance in both:
        desk.complete_id(desk.tasks(instance)["A"])
    assert deliver(desk, only=both[1]) == 1
    assert desk.tasks(both[0]) == {}
    assert deliver(desk) == 1


def test_a_message_nobody_waits_for_is_kept_and_given_once(desk: Desk) -> None:
    first, second = desk.start(), desk.start()
    assert deliver(desk, values={"n": 1}) == 0
    assert deliver(desk, values={"n": 2}) == 0
    assert kept(desk) == ["kept", "kept"]
    desk.complete_id(desk.tasks(first)["A"])
    assert desk.variables(first) == {"n": 1}, "the oldest first"
    assert kept(desk) == ["delivered", "kept"]
    desk.complete_id(desk.tasks(second)["A"])
    assert desk.variables(second) == {"n": 2}
    assert kept(desk) == ["delivered", "delivered"]


def test_a_message_kept_for_another_run_is_not_given(desk: Desk) -> None:
    desk.start()
    deliver(desk, run=2)
    desk.complete("A")
    assert desk.elements() == []
    assert kept(desk) == ["kept"]


def test_who_waits_gets_a_message_of_whatever_run(desk: Desk) -> None:
    desk.start()
    desk.complete("A")
    assert deliver(desk, run=2) == 1
    assert kept(desk) == []


def test_a_message_id_is_taken_once(desk: Desk) -> None:
    desk.start()
    desk.complete("A")
    assert deliver(desk, message_id=77) == 1
    assert deliver(desk, message_id=77) == 0
    assert kept(desk) == ["delivered"]


def test_a_kept_message_is_told_on_its_trail(desk: Desk) -> None:
    instance = desk.start()
    i = tables.instance.c
    trail = desk.rows(sa.select(i.trail_id).where(i.id == instance))[0][0]
    deliver(desk, trail_id=trail)
    assert desk.kinds()[-1] == "MessageUndelivered"


def test_a_message_starts_a_process_when_nobody_waits(desk: Desk) -> None:
    body = event("startEvent", "ms", "message", "M") + user("X") + END + DATA
    desk.publish(process(body, "ms>X", "X>e", outside=MSG, process_id="Q"), "Q")
    assert deliver(desk, values={"n": 4}) == 1
    assert desk.elements() == ["X"]
    assert deliver(desk, starts=False) == 0


def test_a_suspended_instance_gets_its_message_when_it_is_resumed_and_nothing_starts_instead(
    desk: Desk,
) -> None:
    body = event("startEvent", "ms", "message", "M") + user("X") + END
    desk.publish(process(body, "ms>X", "X>e", outside=MSG, process_id="Q"), "Q")
    instance = desk.start()
    desk.complete("A")
    with desk.unit() as unit:
        instances.suspend(unit, unit.instance(instance), "停电")
    assert deliver(desk) == 0
    assert desk.elements() == []
    with desk.unit() as unit:
        instances.resume(unit, unit.instance(instance))
    assert desk.elements() == ["B"]
    assert kept(desk) == ["delivered"]


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_event_sub_process_hears_a_message_once_or_as_often_as_it_comes(
    desk: Desk, interrupting: bool
) -> None:
    start = event("startEvent", "ts", "message", "M", isInterrupting=str(interrupting).lower())
    sub = start + user("R") + '<bpmn:endEvent id="te"/>' + flow("ts>R") + flow("R>te")
    body = START + user("A") + node("subProcess", "es", sub, triggeredByEvent="true") + END
    desk.publish(process(body, "s>A", "A>e", outside=MSG))
    desk.start()
    assert deliver(desk) == 1
    assert deliver(desk) == (0 if interrupting else 1)
    assert desk.elements() == (["R"] if interrupting else ["A", "R", "R"])


def test_one_message_for_a_task_and_its_event_sub_process_happens_where_it_still_can(desk: Desk) -> None:
    start = event("startEvent", "ts", "message", "M", isInterrupting="true")
    sub = start + user("R") + '<bpmn:endEvent id="te"/>' + flow("ts>R") + flow("R>te")
    border = event("boundaryEvent", "b", "message", "M", attachedToRef="A")
    body = START + user("A") + border + node("subProcess", "es", sub, triggeredByEvent="true") + END
    desk.publish(process(body, "s>A", "A>e", "b>e", outside=MSG))
    instance = desk.start()
    assert deliver(desk) == 1
    assert desk.status(instance) == "running"
    assert desk.elements() == ["R"]


def test_of_the_events_behind_a_gateway_the_first_one_wins(desk: Desk) -> None:
    timer = "<bpmn:timeDuration>P1D</bpmn:timeDuration>"
    body = START + '<bpmn:eventBasedGateway id="g"/>' + event("intermediateCatchEvent", "m", "message", "M")
    body += event("intermediateCatchEvent", "t", "timer", timer) + user("X") + user("Y") + END
    desk.publish(process(body, "s>g", "g>m", "g>t", "m>X", "t>Y", "X>e", "Y>e", outside=MSG))
    first = desk.start(correlation="k")
    second = desk.start(correlation="other")
    assert deliver(desk) == 1
    assert desk.pass_time(days=1) == 1
    assert desk.tasks(first).keys() == {"X"}
    assert desk.tasks(second).keys() == {"Y"}
    assert deliver(desk, "other") == 0


def test_a_signal_happens_wherever_it_is_awaited(desk: Desk) -> None:
    body = START + user("A") + event("boundaryEvent", "b", "signal", "S", attachedToRef="A") + user("B") + END
    desk.publish(process(body, "s>A", "A>e", "b>B", "B>e", outside=SIG))
    for key in "xy":
        desk.start(correlation=key)
    thrower = START + event("intermediateThrowEvent", "th", "signal", "S") + END
    desk.publish(process(thrower, "s>th", "th>e", outside=SIG, process_id="Q"), "Q")
    desk.start("Q")
    assert desk.elements() == ["B", "B"]


def test_a_message_and_a_catch_that_opens_at_once_find_each_other(desk: Desk) -> None:
    i = tables.instance.c
    for number in range(6):
        key = f"race{number}"
        instance = desk.start(correlation=key)
        trail = desk.rows(sa.select(i.trail_id).where(i.id == instance))[0][0]
        task = desk.tasks(instance)["A"]
        both = [
            threading.Thread(target=desk.complete_id, args=(task,)),
            threading.Thread(target=deliver, args=(desk, key), kwargs={"trail_id": trail}),
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert desk.tasks(instance).keys() == {"B"}


def test_a_signal_is_heard_at_the_border_before_what_threw_it_goes_on(desk: Desk) -> None:
    inner = '<bpmn:startEvent id="is"/>' + event("intermediateThrowEvent", "th", "signal", "S")
    inner += node("serviceTask", "w", aid595_service="w") + '<bpmn:endEvent id="ie"/>'
    inner += flow("is>th") + flow("th>w") + flow("w>ie")
    border = event("boundaryEvent", "b", "signal", "S", attachedToRef="p")
    body = START + node("subProcess", "p", inner) + border + user("X") + user("Y") + END
    desk.publish(process(body, "s>p", "p>X", "b>Y", "X>e", "Y>e", outside=SIG))
    worked: list[str] = []
    desk.world.services["w"] = lambda: worked.append("w")
    desk.start()
    assert desk.elements() == ["Y"]
    assert worked == []


def test_a_signal_end_inside_is_heard_at_the_border(desk: Desk) -> None:
    inner = '<bpmn:startEvent id="is"/>' + event("endEvent", "ie", "signal", "S") + flow("is>ie")
    border = event("boundaryEvent", "b", "signal", "S", attachedToRef="p")
    body = START + node("subProcess", "p", inner) + border + user("X") + user("Y") + END
    desk.publish(process(body, "s>p", "p>X", "b>Y", "X>e", "Y>e", outside=SIG))
    desk.start()
    assert desk.elements() == ["Y"]


def test_a_border_that_stays_hears_one_signal_once(desk: Desk) -> None:
    inner = '<bpmn:startEvent id="is"/>' + event("intermediateThrowEvent", "th", "signal", "S") + user("I")
    inner += '<bpmn:endEvent id="ie"/>' + flow("is>th") + flow("th>I") + flow("I>ie")
    border = event("boundaryEvent", "b", "signal", "S", attachedToRef="p", cancelActivity="false")
    body = START + node("subProcess", "p", inner) + border + user("Y") + END
    desk.publish(process(body, "s>p", "p>e", "b>Y", "Y>e", outside=SIG))
    desk.start()
    assert desk.elements() == ["I", "Y"]


def test_a_signal_thrown_just_before_a_branch_waits_for_it_still_arrives(desk: Desk) -> None:
    body = START + '<bpmn:parallelGateway id="g"/>' + event("intermediateThrowEvent", "th", "signal", "S")
    body += event("intermediateCatchEvent", "c", "signal", "S") + user("Y") + END
    for number, flows in enumerate((("g>th", "g>c"), ("g>c", "g>th"))):
        key = f"R{number}"
        desk.publish(process(body, "s>g", *flows, "th>e", "c>Y", "Y>e", outside=SIG, process_id=key), key)
        desk.start(key)
        assert desk.elements() == ["Y"]
        desk.complete("Y")
