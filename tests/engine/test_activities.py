"""Multi-instance, loops, sub-processes, terminate, inclusive joins: through the database."""

from __future__ import annotations

import pytest

from engine import messages
from engine.clock import VirtualClock
from engine.doctor import examine
from engine.errors import EngineFault
from engine.store.db import Database
from tests.engine.compile.diagrams import END, START, event, flow, node, process, user
from tests.engine.desk import STATE_KEY, TRAIL_KEY, Desk
from tests.engine.ways import wrong_ways

MSG = '<bpmn:message id="M" name="MSG"/>'
DATA = '<bpmn:dataObject id="d" name="n"/><bpmn:dataObject id="d2" name="people"/>'


@pytest.fixture
def desk(database: Database, clock: VirtualClock) -> Desk:
    return Desk(database, clock)


def many(sequential: bool = False, done: str = "") -> str:
    completion = f"<bpmn:completionCondition>{done}</bpmn:completionCondition>" if done else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"<bpmn:loopCardinality>n</bpmn:loopCardinality>{completion}</bpmn:multiInstanceLoopCharacteristics>"
    )


def test_a_task_for_many_waits_for_all_of_them(desk: Desk) -> None:
    desk.publish(process(START + user("A", many()) + user("Z") + END + DATA, "s>A", "A>Z", "Z>e"))
    desk.start(n=3)
    assert desk.elements() == ["A"] * 3
    for left in (["A", "A"], ["A"], ["Z"]):
        desk.complete("A")
        assert desk.elements() == left


def test_a_task_for_many_in_turn_opens_one_after_the_other(desk: Desk) -> None:
    desk.publish(process(START + user("A", many(True)) + user("Z") + END + DATA, "s>A", "A>Z", "Z>e"))
    desk.start(n=2)
    for left in (["A"], ["Z"]):
        desk.complete("A")
        assert desk.elements() == left


def test_a_task_for_nobody_is_passed(desk: Desk) -> None:
    desk.publish(process(START + user("A", many()) + user("Z") + END + DATA, "s>A", "A>Z", "Z>e"))
    desk.start(n=0)
    assert desk.elements() == ["Z"]


def test_enough_done_cancels_the_others(desk: Desk) -> None:
    inner = many(done="numberOfCompletedInstances &gt;= 2")
    desk.publish(process(START + user("A", inner) + user("Z") + END + DATA, "s>A", "A>Z", "Z>e"))
    desk.start(n=5)
    desk.complete("A")
    desk.complete("A")
    assert desk.elements() == ["Z"]
    assert desk.kinds().count("TaskCancelled") == 3


def test_an_event_beside_a_task_for_many_happens_without_touching_it(desk: Desk) -> None:
    border = event("boundaryEvent", "b", "message", "M", attachedToRef="A", cancelActivity="false")
    body = START + user("A", many()) + border + user("X") + user("Z") + END + DATA
    desk.publish(process(body, "s>A", "A>Z", "Z>e", "b>X", "X>e", outside=MSG))
    desk.start(n=2)
    for _ in range(2):
        with desk.unit() as unit:
            assert messages.deliver(unit, "MSG", "k", {}) == 1
    assert desk.elements() == ["A", "A", "X", "X"]
    desk.complete("A")
    desk.complete("A")
    assert desk.elements() == ["X", "X", "Z"]
    with desk.unit() as unit:
        assert messages.deliver(unit, "MSG", "k", {}) == 0


def test_a_loop_goes_round_while_its_condition_holds(desk: Desk) -> None:
    loop = (
        '<bpmn:standardLoopCharacteristics loopMaximum="3"><bpmn:loopCondition>n &gt; 0</bpmn:loopCondition>'
        "</bpmn:standardLoopCharacteristics>"
    )
    desk.publish(process(START + user("A", loop) + user("Z") + END + DATA, "s>A", "A>Z", "Z>e"))
    desk.start(n=1)
    desk.complete("A", n=1)
    desk.complete("A", n=1)
    assert desk.elements() == ["A"]
    desk.complete("A", n=1)
    assert desk.elements() == ["Z"]
    desk.complete("Z")
    desk.start(n=1)
    desk.complete("A", n=0)
    assert desk.elements() == ["Z"]


def test_terminate_ends_its_own_scope_only(desk: Desk) -> None:
    inner = '<bpmn:startEvent id="is"/><bpmn:parallelGateway id="g"/>' + user("I") + user("J")
    inner += event("endEvent", "stop", "terminate") + '<bpmn:endEvent id="ie"/>'
    inner += "".join(map(flow, ("is>g", "g>I", "g>J", "I>stop", "J>ie")))
    desk.publish(process(START + node("subProcess", "sub", inner) + user("Z") + END, "s>sub", "sub>Z", "Z>e"))
    instance = desk.start()
    desk.complete("I")
    assert desk.elements() == ["Z"]
    desk.complete("Z")
    assert desk.status(instance) == "completed"


def test_an_error_inside_its_own_event_sub_process_goes_outward(desk: Desk) -> None:
    error = '<bpmn:error id="E" name="E" errorCode="BAD"/>'
    start = event("startEvent", "es", "error", "E")
    sub = start + user("R") + event("endEvent", "again", "error", "E") + flow("es>R") + flow("R>again")
    inner = '<bpmn:startEvent id="is"/>' + user("I") + event("endEvent", "bad", "error", "E")
    inner += flow("is>I") + flow("I>bad") + node("subProcess", "ev", sub, triggeredByEvent="true")
    border = event("boundaryEvent", "b", "error", "E", attachedToRef="sub")
    body = START + node("subProcess", "sub", inner) + border + user("X") + END
    desk.publish(process(body, "s>sub", "sub>e", "b>X", "X>e", outside=error))
    desk.start()
    desk.complete("I")
    assert desk.elements() == ["R"]
    desk.complete("R")
    assert desk.elements() == ["X"]


def test_an_inclusive_join_waits_for_those_who_can_still_come(desk: Desk) -> None:
    body = START + DATA + '<bpmn:inclusiveGateway id="g" default="F_g_C"/><bpmn:inclusiveGateway id="j"/>'
    body += user("A") + user("B") + user("C") + user("Z") + END
    desk.publish(
        process(
            body, "s>g", "g>A:n > 0", "g>B:n > 1", "g>C", "A>j", "B>j", "C>j", "j>Z", "Z>e",
        )
    )  # fmt: skip
    desk.start(n=2)
    desk.complete("B")
    assert desk.elements() == ["A"]
    desk.complete("A")
    assert desk.elements() == ["Z"]
    desk.complete("Z")
    desk.start(n=0)
    desk.complete("C")
    assert desk.elements() == ["Z"]


def test_an_inclusive_join_waits_for_a_step_whose_border_led_another_token_there(desk: Desk) -> None:
    day = "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>"
    body = START + user("A") + user("B") + user("Z") + END + '<bpmn:inclusiveGateway id="j"/>'
    body += node("boundaryEvent", "b", day, attachedToRef="A", cancelActivity="false")
    desk.publish(process(body, "s>A", "A>j", "b>B", "B>j", "j>Z", "Z>e"))
    desk.start()
    desk.pass_time(days=2)
    desk.complete("B")
    assert desk.elements() == ["A"]
    desk.complete("A")
    assert desk.elements() == ["Z"]


def test_the_loop_counter_of_many_counts_from_one(desk: Desk) -> None:
    desk.publish(process(START + user("A", many(True, "loopCounter == 1")) + END + DATA, "s>A", "A>e"))
    running = desk.start(n=3)
    desk.complete("A")
    assert desk.status(running) == "completed"


def test_a_condition_that_is_neither_true_nor_false_stops_the_step(desk: Desk) -> None:
    body = START + DATA + user("T") + node("exclusiveGateway", "g", default="F_g_e") + user("A") + END
    desk.publish(process(body, "s>T", "T>g", "g>A:n", "g>e", "A>e"))
    desk.start(n="no")
    with pytest.raises(EngineFault, match="“n”"):
        desk.complete("T")
    assert desk.elements() == ["T"]


def handler(name: str, message: str, body: str, *flows: str) -> str:
    start = event("startEvent", f"{name}_s", "message", message)
    inner = start + body + f'<bpmn:endEvent id="{name}_e"/>' + "".join(map(flow, flows))
    return node("subProcess", name, inner, triggeredByEvent="true")


def test_an_event_sub_process_inside_another_waits_while_that_one_runs(desk: Desk) -> None:
    second = handler("K", "M2", user("C"), "K_s>C", "C>K_e")
    first = handler("H", "M", user("B") + second, "H_s>B", "B>H_e")
    outside = MSG + '<bpmn:message id="M2" name="MSG2"/>'
    desk.publish(process(START + user("A") + first + END, "s>A", "A>e", outside=outside))
    instance = desk.start()
    for message, left in (("MSG", ["B"]), ("MSG2", ["C"])):
        with desk.unit() as unit:
            messages.deliver(unit, message, "k", {})
        assert desk.elements() == left
    desk.complete("C")
    assert desk.status(instance) == "completed"
    require_way(desk)


def require_way(desk: Desk) -> None:
    """Hold that the events, walked again, lead to where the instances stand, and that tables agree."""
    with desk.db.read() as conn:
        assert wrong_ways(conn, desk.kernel.definitions) == []
        assert examine(conn, desk.kernel.definitions, TRAIL_KEY, STATE_KEY) == []


@pytest.mark.parametrize("before", range(8))
def test_an_event_on_the_border_of_a_loop_between_two_rounds_leaves_it_once(desk: Desk, before: int) -> None:
    rounds = '<bpmn:standardLoopCharacteristics loopMaximum="3"/>'
    inside = '<bpmn:startEvent id="i"/><bpmn:endEvent id="j"/>' + flow("i>j")
    passed = [f"x{number}" for number in range(before)]
    way = ["p", *passed, "t", "e"]
    body = START + node("parallelGateway", "p") + node("subProcess", "L", rounds + inside)
    body += event("boundaryEvent", "b", "signal", "S", attachedToRef="L") + user("U", many()) + END
    body += "".join(node("intermediateThrowEvent", name) for name in passed)
    body += event("intermediateThrowEvent", "t", "signal", "S")
    flows = ["s>p", "p>L", "L>e", "b>U", "U>e", *map(">".join, zip(way, way[1:], strict=False))]
    desk.publish(process(body + DATA, *flows, outside='<bpmn:signal id="S" name="S"/>'))
    desk.start(n=2)
    assert desk.elements() in ([], ["U", "U"])
    require_way(desk)
