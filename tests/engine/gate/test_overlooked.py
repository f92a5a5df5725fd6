"""What would be accepted and then run otherwise than drawn is refused, by element and line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.gate import check
from tests.engine.compile.diagrams import END, START, event, node, process, user
from tests.engine.gate.cases import AGREED, DAY, KNOWN, MESSAGES, catching

HOUR = "<bpmn:timeDuration>PT1H</bpmn:timeDuration>"
TIMER = f"<bpmn:timerEventDefinition>{DAY}</bpmn:timerEventDefinition>"
OTHER_TIMER = f"<bpmn:timerEventDefinition>{HOUR}</bpmn:timerEventDefinition>"
MESSAGE = '<bpmn:messageEventDefinition messageRef="M5"/>'
SIGNALS = '<bpmn:signal id="M5" name="SIG"/>'


def border(inner: str, **attrs: str) -> bytes:
    body = START + user("t") + node("boundaryEvent", "b", inner, attachedToRef="t", **attrs) + END
    return process(body, "s>t", "t>e", "b>e", outside=MESSAGES)


def called(start: str) -> bytes:
    other = f'<bpmn:process id="Q" isExecutable="true">{start}{user("q")}<bpmn:endEvent id="qe"/>'
    other += '<bpmn:sequenceFlow id="q1" sourceRef="qs" targetRef="q"/>'
    other += '<bpmn:sequenceFlow id="q2" sourceRef="q" targetRef="qe"/></bpmn:process>'
    call = node("callActivity", "c", calledElement="Q")
    return process(START + call + END, "s>c", "c>e", outside=MESSAGES + other)


def forked(third: str) -> bytes:
    body = AGREED + START + user("t", default="F_t_z") + user("x") + user("y") + user("z") + END
    return process(body, "s>t", third, "t>y:agreed", "t>z", "x>e", "y>e", "z>e")


def inside(first: str, second: str) -> bytes:
    """Write a data object of a sub-process, one of the same name in the process, and a condition outside."""
    sub = f'{first}<bpmn:startEvent id="is"/>{user("i")}<bpmn:endEvent id="ie"/>'
    sub += '<bpmn:sequenceFlow id="i1" sourceRef="is" targetRef="i"/>'
    sub += '<bpmn:sequenceFlow id="i2" sourceRef="i" targetRef="ie"/>'
    body = START + node("subProcess", "p", sub) + node("exclusiveGateway", "g", default="F_g_e") + user("t")
    return process(body + END + second, "s>p", "p>g", "g>t:agreed", "g>e", "t>e")


BAD = {
    "a switch of another kind of event": (border(TIMER, isInterrupting="false"), "b"),
    "a misspelt default": (
        process(AGREED + START + node("exclusiveGateway", "g", defualt="F_g_e") + END, "s>g", "g>e"), "g",
    ),
    "two timers in one event": (border(TIMER + OTHER_TIMER), "b"),
    "a timer beside a message that does not interrupt": (
        border(MESSAGE + TIMER, cancelActivity="false"), "b",
    ),
    "a call of a process that only a message starts": (
        called(event("startEvent", "qs", "message", "M5")), "c",
    ),
    "a default flow beside one that is always taken": (forked("t>x"), "t"),
    "two ways of an event gateway that wait for one signal": (
        catching(second="M5").replace(b"message", b"signal").replace(MESSAGES.encode(), SIGNALS.encode()),
        "c1",
    ),
    "a data object of a sub-process read outside": (inside(AGREED, ""), "F_g_t"),
    "one name for two kinds of data": (
        inside(AGREED.replace("D1", "D9"), AGREED.replace("bool", "text")), "D1",
    ),
}  # fmt: skip
GOOD = {
    "the right switch": border(TIMER, cancelActivity="false"),
    "a timer beside a message that interrupts": border(MESSAGE + TIMER),
    "a repeating event of two messages": border(
        MESSAGE + '<bpmn:messageEventDefinition messageRef="M6"/>', cancelActivity="false"
    ),
    "a call of a process with a plain start": called('<bpmn:startEvent id="qs"/>'),
    "a default flow beside conditions": forked("t>x:not agreed"),
    "a data object of the process read in it": inside("", AGREED),
}


def errors(data: bytes) -> list[tuple[str, int]]:
    known = replace(KNOWN, calls={})
    return [(one.element, one.line) for one in check(data, known) if one.severity == "error"]


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_at_its_element(name: str) -> None:
    data, element = BAD[name]
    assert element in [where for where, line in errors(data) if line]


@pytest.mark.parametrize("name", GOOD)
def test_its_right_form_is_accepted(name: str) -> None:
    assert errors(GOOD[name]) == []


def test_a_deployed_process_that_only_a_message_starts_cannot_be_called() -> None:
    data = process(START + node("callActivity", "c", calledElement="other") + END, "s>c", "c>e")
    known = replace(KNOWN, by_message=frozenset({"other"}))
    found = [one.element for one in check(data, known) if one.severity == "error"]
    assert found == ["c"]


def test_a_process_without_a_start_is_named_with_its_line() -> None:
    found = [one for one in check(process(user("t") + END, "t>e"), KNOWN) if one.rule == "starts"]
    assert [(one.element, one.line) for one in found] == [("P", 1)]
