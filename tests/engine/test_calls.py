"""Called processes: values in and out, errors and escalations around the call, cancelling from both ends."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine import instances, messages
from engine.clock import VirtualClock
from engine.errors import IllegalState
from engine.store import tables
from engine.store.db import Database
from tests.engine.compile.diagrams import END, START, event, process, user
from tests.engine.desk import Desk, failing

OUTSIDE = (
    '<bpmn:error id="E" name="E" errorCode="BAD"/><bpmn:escalation id="C" name="C" escalationCode="UP"/>'
    '<bpmn:message id="M" name="MSG"/>'
)
CALL = '<bpmn:callActivity id="c" calledElement="Q"/>'
UP = event("intermediateThrowEvent", "up", "escalation", "C")
DATA = '<bpmn:dataObject id="d" name="n"/><bpmn:dataObject id="d2" name="back"/>'


@pytest.fixture
def desk(database: Database, clock: VirtualClock) -> Desk:
    return Desk(database, clock)


def publish(
    desk: Desk, border: str = "", inner: str = user("I"), flows: tuple[str, ...] = ("s>I", "I>e")
) -> None:
    """Publish a caller, whose border event leads to X, and the process it calls."""
    out = ("b>X",) if border else ()
    body = START + CALL + border + user("Z") + user("X") + END + DATA
    desk.publish(process(body, "s>c", "c>Z", "Z>e", "X>e", *out, outside=OUTSIDE))
    desk.publish(process(START + inner + END + DATA, *flows, process_id="Q", outside=OUTSIDE), "Q")


def child(desk: Desk) -> int:
    i = tables.instance.c
    return int(desk.rows(sa.select(i.id).where(i.process_id == "Q"))[0][0])


def test_values_go_in_and_come_back(desk: Desk) -> None:
    publish(desk)
    instance = desk.start(n=3)
    assert desk.variables(child(desk)) == {"n": 3}
    desk.complete("I", back=True)
    assert desk.elements() == ["Z"]
    assert desk.variables(instance) == {"n": 3, "back": True}
    assert desk.world.heard == ["begun P", "begun Q", "completed Q"]


def test_a_called_process_that_ends_at_once_answers_in_the_same_command(desk: Desk) -> None:
    publish(desk, inner="", flows=("s>e",))
    instance = desk.start()
    assert desk.elements() == ["Z"]
    assert desk.status(child(desk)) == "completed"
    assert desk.status(instance) == "running"


def test_an_error_of_the_called_process_is_caught_around_the_call(desk: Desk) -> None:
    publish(desk, event("boundaryEvent", "b", "error", "E", attachedToRef="c"),
            user("I") + event("endEvent", "bad", "error", "E"), ("s>I", "I>bad"))  # fmt: skip
    desk.start()
    desk.complete("I")
    assert desk.elements() == ["X"]
    assert desk.status(child(desk)) == "failed"


def test_an_error_nobody_catches_fails_the_caller_too(desk: Desk) -> None:
    publish(desk, inner=user("I") + event("endEvent", "bad", "error", "E"), flows=("s>I", "I>bad"))
    instance = desk.start()
    desk.complete("I")
    assert desk.status(instance) == "failed"
    assert desk.elements() == []
    assert desk.kinds(instance)[-1] == "ProcessEnded"


def test_an_escalation_beside_the_call_lets_both_go_on(desk: Desk) -> None:
    border = event("boundaryEvent", "b", "escalation", "C", attachedToRef="c", cancelActivity="false")
    publish(desk, border, user("I") + UP + user("J"),
            ("s>I", "I>up", "up>J", "J>e"))  # fmt: skip
    desk.start()
    desk.complete("I")
    assert desk.elements() == ["J", "X"]
    desk.complete("J")
    assert desk.elements() == ["X", "Z"]


def test_an_escalation_that_interrupts_cancels_the_called_process(desk: Desk) -> None:
    border = event("boundaryEvent", "b", "escalation", "C", attachedToRef="c")
    publish(desk, border, user("I") + UP + user("J"),
            ("s>I", "I>up", "up>J", "J>e"))  # fmt: skip
    desk.start()
    desk.complete("I")
    assert desk.elements() == ["X"]
    assert desk.status(child(desk)) == "cancelled"


@pytest.mark.parametrize("interrupting", ["true", "false"])
def test_nothing_after_an_escalation_that_interrupts_happens(desk: Desk, interrupting: str) -> None:
    border = event("boundaryEvent", "b", "escalation", "C", attachedToRef="c", cancelActivity=interrupting)
    done: list[str] = []
    desk.world.services["pay"] = lambda: done.append("paid")
    publish(desk, border, user("I") + UP + '<bpmn:serviceTask id="v" aid595:service="pay"/>',
            ("s>I", "I>up", "up>v", "v>e"))  # fmt: skip
    desk.start()
    desk.complete("I")
    stopped = interrupting == "true"
    assert desk.status(child(desk)) == ("cancelled" if stopped else "completed")
    assert desk.elements() == (["X"] if stopped else ["X", "Z"])
    assert done == ([] if stopped else ["paid"])


def test_an_escalation_goes_on_to_the_caller_of_the_caller(desk: Desk) -> None:
    border = event("boundaryEvent", "b", "escalation", "C", attachedToRef="c")
    inner = '<bpmn:callActivity id="r" calledElement="R"/>' + user("I")
    publish(desk, border, inner, ("s>r", "r>I", "I>e"))
    body = START + UP + user("J") + END
    desk.publish(process(body, "s>up", "up>J", "J>e", process_id="R", outside=OUTSIDE), "R")
    desk.start()
    assert desk.elements() == ["X"]
    i = tables.instance.c
    assert dict(desk.rows(sa.select(i.process_id, i.status))) == {
        "P": "running", "Q": "cancelled", "R": "cancelled",
    }  # fmt: skip


def test_a_border_event_of_the_call_cancels_what_was_called(desk: Desk) -> None:
    publish(desk, event("boundaryEvent", "b", "message", "M", attachedToRef="c"))
    desk.start()
    with desk.unit() as unit:
        messages.deliver(unit, "MSG", "k", {})
    assert desk.elements() == ["X"]
    assert desk.status(child(desk)) == "cancelled"
    assert "cancelled Q" in desk.world.heard


def test_a_call_cancelled_before_it_began_leaves_no_trace(desk: Desk) -> None:
    split = '<bpmn:parallelGateway id="g"/>' + CALL + event("endEvent", "bad", "terminate")
    desk.publish(process(START + split + END, "s>g", "g>c", "g>bad", "c>e"))
    desk.publish(process(START + user("I") + END, "s>I", "I>e", process_id="Q"), "Q")
    instance = desk.start()
    assert desk.status(instance) == "completed"
    assert len(desk.rows(sa.select(tables.instance.c.id))) == 1
    assert desk.world.heard == ["begun P", "completed P"]


def test_cancelling_the_caller_cancels_the_called_and_not_the_other_way_round(desk: Desk) -> None:
    publish(desk)
    instance = desk.start()
    with pytest.raises(IllegalState), desk.unit() as unit:
        unit.cancel(child(desk), "x")
    assert desk.elements() == ["I"]
    with desk.unit() as unit:
        unit.cancel(child(desk), "all of the case")
        unit.cancel(instance, "all of the case")
    assert desk.status(instance) == desk.status(child(desk)) == "cancelled"
    assert desk.elements() == []


def test_a_called_process_that_ends_while_its_caller_is_cancelled_answers_nobody(desk: Desk) -> None:
    publish(desk)
    instance = desk.start()
    inner = child(desk)
    with desk.unit() as unit:
        live = unit.instance(inner)
        token = next(iter(live.state.tokens))
        unit.step(live, lambda machine: machine.complete(token))
        unit.cancel(instance, "meanwhile")
    assert desk.status(inner) == "completed"
    assert desk.status(instance) == "cancelled"


def test_suspending_the_caller_suspends_the_called(desk: Desk) -> None:
    publish(desk)
    instance = desk.start()
    with desk.unit() as unit:
        instances.suspend(unit, unit.instance(instance), "停电")
    assert desk.status(child(desk)) == "suspended"
    with pytest.raises(Exception, match="suspended"):
        desk.complete("I")
    with desk.unit() as unit:
        instances.resume(unit, unit.instance(instance))
    desk.complete("I")
    assert desk.elements() == ["Z"]


def test_a_service_that_throws_is_caught_at_its_border_or_fails_the_instance(desk: Desk) -> None:
    desk.world.services["pay"] = failing("BAD")
    service = '<bpmn:serviceTask id="v" aid595:service="pay"/>'
    border = event("boundaryEvent", "b", "error", "E", attachedToRef="v")
    desk.publish(
        process(START + service + border + user("X") + END, "s>v", "v>e", "b>X", "X>e", outside=OUTSIDE)
    )
    desk.start()
    assert desk.elements() == ["X"]
    desk.publish(process(START + service + END, "s>v", "v>e", process_id="R"), "R")
    assert desk.status(desk.start("R")) == "failed"
