"""What would be accepted and then run otherwise than drawn is refused, by element and line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.gate import check
from tests.engine.compile.diagrams import END, START, event, node, process, user
from tests.engine.gate.cases import AGREED, COUNT, DAY, KNOWN, MESSAGES, catching

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


def handled(loop: str) -> bytes:
    """Write a process with an event sub-process that carries a loop."""
    inner = loop + event("startEvent", "hs", "message", "M5", isInterrupting="false") + user("h")
    inner += '<bpmn:endEvent id="he"/><bpmn:sequenceFlow id="h1" sourceRef="hs" targetRef="h"/>'
    inner += '<bpmn:sequenceFlow id="h2" sourceRef="h" targetRef="he"/>'
    body = START + user("t") + END + node("subProcess", "p", inner, triggeredByEvent="true")
    return process(body, "s>t", "t>e", outside=MESSAGES)


def waited(timer: str) -> bytes:
    inner = f"<bpmn:timerEventDefinition>{timer}</bpmn:timerEventDefinition>"
    body = AGREED + COUNT + START + node("intermediateCatchEvent", "c", inner) + END
    return process(body, "s>c", "c>e")


def many(inner: str) -> bytes:
    loop = f"<bpmn:multiInstanceLoopCharacteristics>{inner}</bpmn:multiInstanceLoopCharacteristics>"
    return process(AGREED + START + user("t", loop) + END, "s>t", "t>e")


def chosen(condition: str) -> bytes:
    body = AGREED + COUNT + START + node("exclusiveGateway", "g", default="F_g_e") + user("t") + END
    return process(body, "s>g", f"g>t:{condition}", "g>e", "t>e")


def marked(extra: str, inner: str = "", where: str = '<bpmn:userTask id="t"') -> bytes:
    """Write a task that carries something of a product nobody knows."""
    data = process(START + user("t", inner) + END, "s>t", "t>e").decode()
    return data.replace(where, f'{where} xmlns:x="urn:other" {extra}').encode()


def extended(inner: str) -> bytes:
    return marked("", f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>")


REPEATING = "<bpmn:timeCycle>R3/PT10M</bpmn:timeCycle>"
NUMBER = "<bpmn:loopCardinality>{}</bpmn:loopCardinality>"

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
    "a repetition that is only waited for": (waited(REPEATING), "c"),
    "an event sub-process that should run many times": (
        handled(f"<bpmn:multiInstanceLoopCharacteristics>{NUMBER.format(3)}"
                "</bpmn:multiInstanceLoopCharacteristics>"), "p",
    ),
    "an event sub-process that should go round": (
        handled('<bpmn:standardLoopCharacteristics loopMaximum="3"/>'), "p",
    ),
    "a text as a condition": (chosen('"no"'), "F_g_t"),
    "a number with a thousands separator": (chosen("count > 1, 500"), "F_g_t"),
    "a number as a condition": (chosen("count"), "F_g_t"),
    "a sum as a condition": (chosen("agreed + 1"), "F_g_t"),
    "a text as a part of a condition": (chosen('not (agreed and "x")'), "F_g_t"),
    "a condition that gives a number in one case": (chosen("1 if agreed else false"), "F_g_t"),
    "a bare number as a duration": (waited("<bpmn:timeDuration>10</bpmn:timeDuration>"), "c"),
    "a word as a duration": (waited("<bpmn:timeDuration>'soon'</bpmn:timeDuration>"), "c"),
    "a date as a duration": (waited("<bpmn:timeDuration>'2026-03-05'</bpmn:timeDuration>"), "c"),
    "a yes or no as a date": (waited("<bpmn:timeDate>agreed</bpmn:timeDate>"), "c"),
    "a number below zero of runs": (many(NUMBER.format(-1)), "t"),
    "a text as a number of runs": (many(NUMBER.format('"3"')), "t"),
    "a yes or no as a list": (many("<bpmn:loopDataInputRef>D1</bpmn:loopDataInputRef>"), "t"),
    "a condition in another language": (
        chosen("agreed").replace(b"<bpmn:conditionExpression", b'<bpmn:conditionExpression language="JUEL"'),
        "F_g_t",
    ),
    "a BPMN attribute with a prefix": (
        border(TIMER, bpmn_cancelActivity="false"), "b",
    ),
    "an attribute of an unknown product on a step": (marked('x:waitFor="someone"'), "t"),
    "an attribute of an unknown product on a flow": (
        marked('x:weight="3"', where='<bpmn:sequenceFlow id="F_s_t"'), "F_s_t",
    ),
    "an element of an unknown product in a step": (extended('<x:guard if="agreed"/>'), "t"),
    "an end that ends more than its scope elsewhere": (
        marked('x:terminateAll="true"', where='<bpmn:endEvent id="e"'), "e",
    ),
}  # fmt: skip
GOOD = {
    "a duration that is waited for": waited("<bpmn:timeDuration>'PT10M'</bpmn:timeDuration>"),
    "a date of a function": waited("<bpmn:timeDate>end_of_day(due('DL-001'))</bpmn:timeDate>"),
    "a comparison with a number": chosen("count > 1500"),
    "a choice between conditions": chosen("count > 1 if agreed else false"),
    "a number of runs": many(NUMBER.format(3)),
    "flows listed as they are": marked("", "<bpmn:incoming>F_s_t</bpmn:incoming>"),
    "a colour and a server's own affair": marked(
        'xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" bioc:fill="#fff" x:asyncBefore="true"'
    ),
    "notes of another product": extended("<x:properties><x:property name='a' value='b'/></x:properties>"),
    "an attribute of an unknown product on what never runs": marked('x:a="b"', where="<bpmn:definitions"),
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


def test_a_border_on_a_refused_activity_before_an_inclusive_join_is_refused_by_name() -> None:
    border = node("boundaryEvent", "b", TIMER, attachedToRef="x")
    body = START + node("transaction", "x") + border + user("t") + node("inclusiveGateway", "j") + END
    found = errors(process(body, "s>x", "x>t", "t>j", "b>j", "j>e"))
    assert {"x", "b"} <= {where for where, line in found if line}


def test_a_flow_that_two_places_tell_differently_is_told() -> None:
    data = marked("", "<bpmn:incoming>F_t_e</bpmn:incoming>")
    found = [(one.element, one.severity) for one in check(data, KNOWN) if one.rule == "flows"]
    assert found == [("t", "warning")]


@pytest.mark.parametrize("data", [chosen("agreed"), process(START + user("t") + END, "s>t", "t>e")])
def test_a_file_that_says_another_language_of_its_conditions_is_told_so(data: bytes) -> None:
    said = data.replace(b"<bpmn:definitions", b'<bpmn:definitions expressionLanguage="http://www.w3.org/1999/XPath"')
    found = [one for one in check(said, KNOWN) if "1999/XPath" in one.zh]
    assert [one.severity for one in found] == ["warning"] * (b"conditionExpression" in data)
