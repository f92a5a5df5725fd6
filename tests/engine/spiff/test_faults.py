"""Each known fault of SpiffWorkflow is shown by a small diagram; our runtime does it right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.exceptions import WorkflowException

from engine.compile import compile_diagram
from engine.runtime.sandbox import Sandbox
from engine.spiff import second_opinion
from engine.spiff.driver import SpiffRun
from engine.spiff.faults import KNOWN_FAULTS, faults_in
from engine.spiff.normalise import normalise
from engine.spiff.parser import Evaluator, parse
from engine.xmlsafe import load
from tests.engine.compile.diagrams import END, START, event, flow, node, process, user

Steps = tuple[str, ...]
GATE, FORK, MANY = "exclusiveGateway", "parallelGateway", "inclusiveGateway"
SIGNAL = '<bpmn:signal id="S" name="S"/>'
MESSAGE = '<bpmn:message id="M" name="M"/>'


@dataclass(frozen=True)
class Shown:
    """A diagram, the way through it, what waits afterwards, and what SpiffWorkflow makes of it."""

    data: bytes
    steps: Steps
    right: dict[str, int]  #: what waits; nothing: finished
    wrong: dict[str, int] | None  #: None: it refuses the diagram or breaks off
    values: dict[str, object]


def shown(data: bytes, steps: str, right: str, wrong: str | None, **values: object) -> Shown:
    """Write a case; element ids are separated by spaces."""
    counted = None if wrong is None else Counter(wrong.split())
    return Shown(data, tuple(steps.split()), Counter(right.split()), counted, values)


def _inside(*nodes: str, flows: str = "i>j") -> str:
    return "".join(nodes) + "".join(map(flow, flows.split()))


JOIN_IN_LOOP = process(
    START + node(GATE, "m") + node(FORK, "f") + user("a") + user("b") + node(FORK, "j")
    + node(GATE, "g", default="F_g_m") + END,
    *["s>m", "m>f", "f>a", "f>b", "a>j", "b>j", "j>g", "g>m"], "g>e:stop",
)  # fmt: skip

INCLUSIVE = process(
    START + node(MANY, "f", default="F_f_b") + user("a") + user("b") + node("eventBasedGateway", "w")
    + event("intermediateCatchEvent", "c1", "message", "M")
    + event("intermediateCatchEvent", "c2", "timer", "<bpmn:timeDuration>P1D</bpmn:timeDuration>")
    + node(GATE, "x") + node(GATE, "y") + node(MANY, "j") + user("after") + END,
    *["s>f", "f>b", "a>j", "w>c1", "w>c2", "c1>x", "c2>x", "y>j", "j>after", "after>e", "b>y", "x>y"],
    "f>a:go", "f>w:go",
    outside=MESSAGE,
)  # fmt: skip

FORKS = 8
MANY_FORKS = process(
    START
    + "".join(node(FORK, f"f{n}") + user(f"a{n}") + user(f"b{n}") + node(FORK, f"j{n}") for n in range(FORKS))
    + END,
    "s>f0",
    *[text for n in range(FORKS) for text in (f"f{n}>a{n}", f"f{n}>b{n}", f"a{n}>j{n}", f"b{n}>j{n}")],
    *[f"j{n}>f{n + 1}" for n in range(FORKS - 1)],
    f"j{FORKS - 1}>e",
)

EVENT_SUB = process(
    START + user("t") + END
    + node(
        "subProcess", "h",
        _inside(
            event("startEvent", "i", "message", "M"), user("u"), '<bpmn:endEvent id="j"/>', flows="i>u u>j"
        ),
        triggeredByEvent="true",
    ),
    "s>t", "t>e",
    outside=MESSAGE,
)  # fmt: skip

SIGNAL_END = process(
    START + node(FORK, "f") + user("t") + event("intermediateCatchEvent", "c", "signal", "S") + user("after")
    + event("endEvent", "e1", "signal", "S") + END,
    *["s>f", "f>t", "f>c", "t>e1", "c>after", "after>e"],
    outside=SIGNAL,
)  # fmt: skip

ACTIVITY_FLOWS = process(
    START + user("t") + user("a") + user("b") + END, "s>t", "t>a:go", "t>b", "a>e", "b>e"
)

CYCLE = process(
    START + user("t") + user("r") + node("endEvent", "x") + END
    + event(
        "boundaryEvent", "b", "timer", "<bpmn:timeCycle>R3/PT10M</bpmn:timeCycle>",
        attachedToRef="t", cancelActivity="false",
    ),
    "s>t", "t>e", "b>r", "r>x",
)  # fmt: skip

NO_END = process(
    START
    + node("subProcess", "p", _inside('<bpmn:startEvent id="i"/>', user("u"), flows="i>u u>u"))
    + event("boundaryEvent", "b", "message", "M", attachedToRef="p")
    + END,
    *["s>p", "b>e"],
    outside=MESSAGE,
)

REPEATING = process(
    START + user("t") + user("r") + node("endEvent", "x") + END
    + event("boundaryEvent", "b", "message", "M", attachedToRef="t", cancelActivity="false"),
    *["s>t", "t>e", "b>r", "r>x"],
    outside=MESSAGE,
)  # fmt: skip

EVENT_FLOWS = process(
    START + event("intermediateCatchEvent", "c", "message", "M") + user("a") + user("b") + END,
    *["s>c", "c>a", "c>b", "a>e", "b>e"],
    outside=MESSAGE,
)
BACK_TO_HOST = process(
    START + user("t") + event("boundaryEvent", "b", "message", "M", attachedToRef="t") + END,
    *["s>t", "t>e", "b>t"],
    outside=MESSAGE,
)
TWICE = (
    '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>'
    "</bpmn:multiInstanceLoopCharacteristics>"
)
REPEATED_INSIDE = process(
    START + user("r")
    + node(
        "subProcess", "p",
        TWICE + _inside('<bpmn:startEvent id="i"/>', user("u"), '<bpmn:endEvent id="j"/>', flows="i>u u>j"),
    )
    + event("boundaryEvent", "b", "message", "M", attachedToRef="p") + END,
    *["s>p", "p>e", "b>r", "r>e"],
    outside=MESSAGE,
)  # fmt: skip
EITHER = '<bpmn:messageEventDefinition messageRef="M"/><bpmn:messageEventDefinition messageRef="N"/>'
SEVERAL_EVENTS = process(
    START + user("t") + user("r") + node("boundaryEvent", "b", EITHER, attachedToRef="t") + END,
    *["s>t", "t>e", "b>r", "r>e"],
    outside=MESSAGE + '<bpmn:message id="N" name="N"/>',
)
ALL_BESIDE_NAMED = process(
    START + user("r") + user("z")
    + node(
        "subProcess", "p",
        _inside(
            '<bpmn:startEvent id="i"/>', user("u"), event("endEvent", "j", "error", "E"), flows="i>u u>j"
        ),
    )
    + event("boundaryEvent", "b", "error", attachedToRef="p")
    + event("boundaryEvent", "c", "error", "E", attachedToRef="p") + END,
    *["s>p", "p>e", "b>r", "c>z", "r>e", "z>e"],
    outside='<bpmn:error id="E" name="E" errorCode="E"/>',
)  # fmt: skip

CASES: dict[str, Shown] = {
    "join_in_loop": shown(JOIN_IN_LOOP, "a b b", "a", "a a b", stop=False),
    "inclusive_over_choices": shown(INCLUSIVE, "a", "c1 c2", "c1 c2 after", go=True),
    "event_sub_process": shown(EVENT_SUB, "i", "u", "t u"),
    "signal_end": shown(SIGNAL_END, "t", "after", "c"),
    "activity_flows": shown(ACTIVITY_FLOWS, "t", "b", None, go=False),
    "cycle_timer": shown(CYCLE, "b", "b r t", "r t"),
    "no_end": shown(NO_END, "b", "", None),
    "event_flows": shown(EVENT_FLOWS, "c", "a b", None),
    "back_to_host": shown(BACK_TO_HOST, "b t", "", "b"),
    "repeated_inside": shown(REPEATED_INSIDE, "u b", "r", None),
    "several_events": shown(SEVERAL_EVENTS, "b", "r", "b t"),
    "all_beside_named": shown(ALL_BESIDE_NAMED, "u", "z", "r z"),
    "repeating_event": shown(REPEATING, "b b", "b r r t", "r t"),
}


def ours(case: Shown) -> Counter[str]:
    box = Sandbox({"P": compile_diagram(case.data).processes["P"]})
    box.start("P", None, case.values)
    for name in case.steps:
        task = next((item for item in box.open_tasks() if item[2] == name), None)
        if task is not None:
            box.complete(task[0], task[1])
        else:
            run, owner, *_ = next(item for item in box.waiting() if item[2] == name)
            box.fire(run, owner, name)
    found = Counter([item[2] for item in box.open_tasks()])
    found.update(item[2] for item in box.waiting())
    assert box.finished is (not found)
    return found


def spiff(case: Shown) -> Counter[str] | None:
    try:
        parsed = parse([normalise(load(case.data), {})], "P")
    except Exception:
        return None
    run = SpiffRun(parsed, Evaluator({}), case.values)
    for name in case.steps:
        try:
            run.happen(name, task=name in run.tasks())
        except LookupError:  # the start of an event sub-process waits nowhere before its message comes
            run.workflow.catch(BpmnEvent(MessageEventDefinition("M")))
            run.workflow.do_engine_steps()
        except WorkflowException:
            return None
    return run.tasks() + run.events()


@pytest.mark.parametrize("name", CASES)
def test_our_runtime_is_right_and_spiffworkflow_is_not(name: str) -> None:
    case = CASES[name]
    assert name in [fault.name for fault in faults_in(compile_diagram(case.data).processes["P"])]
    assert ours(case) == case.right
    assert spiff(case) == case.wrong
    assert case.right != case.wrong


def test_many_forks_make_exponentially_many_predicted_tasks() -> None:
    graph = compile_diagram(MANY_FORKS).processes["P"]
    assert [fault.name for fault in faults_in(graph)] == ["many_forks"]
    run = SpiffRun(parse([normalise(load(MANY_FORKS), {})], "P"), Evaluator({}))
    assert len(run.workflow.tasks) > 2**FORKS
    box = Sandbox({"P": graph})
    box.start("P")
    assert len(box.runs[1].state.tokens) == 2


def test_every_known_fault_is_shown() -> None:
    assert {fault.name for fault in KNOWN_FAULTS} == set(CASES) | {"many_forks"}


@pytest.mark.parametrize("name", CASES)
def test_the_comparison_is_skipped_knowingly(name: str) -> None:
    opinion = second_opinion(CASES[name].data)
    assert opinion.findings == []
    assert name in [fault.name for fault in opinion.skipped["P"]]
    assert opinion.paths > 0


@pytest.mark.parametrize("ask", [pytest.param(spiff, id="spiff"), pytest.param(ours, id="ours")])
def test_an_ordinary_diagram_is_no_fault(ask: Callable[[Shown], Counter[str] | None]) -> None:
    plain = shown(process(START + user("t") + user("u") + END, "s>t", "t>u", "u>e"), "t", "u", "u")
    assert faults_in(compile_diagram(plain.data).processes["P"]) == ()
    assert ask(plain) == plain.right
