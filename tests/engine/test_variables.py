"""Whose a variable is: the process shares its data, a run of a sub-process has its own, an item its item."""

from __future__ import annotations

from engine.compile import compile_diagram
from engine.runtime.sandbox import Sandbox
from tests.engine.compile.diagrams import END, START, event, flow, node, process, user

DATA = '<bpmn:dataObject id="d" name="done"/>'
TWICE = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)
ROUNDS = '<bpmn:standardLoopCharacteristics loopMaximum="2"/>'


def begin(data: bytes) -> Sandbox:
    box = Sandbox(compile_diagram(data).processes, round_trip=True)
    box.start("P")
    return box


def elements(box: Sandbox) -> list[str]:
    return sorted(task[2] for task in box.open_tasks())


def complete(box: Sandbox, element: str, **values: object) -> None:
    run, token, _ = next(task for task in box.open_tasks() if task[2] == element)
    box.complete(run, token, values)


def sub(*extra: str, condition: str = "done") -> str:
    """Write a sub-process of a task `I` and, after it, `J` where `done` is set, else `K`."""
    body = '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/><bpmn:exclusiveGateway id="g" default="F_g_K"/>'
    body += user("I") + user("J") + user("K") + "".join(extra)
    flows = ("is>g", f"g>J:{condition}", "g>K", "J>ie", "K>I", "I>ie")
    return node("subProcess", "sub", body + "".join(map(flow, flows)))


def test_what_one_of_many_sets_the_process_sees() -> None:
    body = DATA + START + user("A", TWICE) + node("exclusiveGateway", "g", default="F_g_Y")
    box = begin(process(body + user("X") + user("Y") + END, "s>A", "A>g", "g>X:done", "g>Y", "X>e", "Y>e"))
    complete(box, "A", done=True)
    complete(box, "A", done=True)
    assert elements(box) == ["X"]


def test_an_item_stays_with_its_own_iteration() -> None:
    many = TWICE.replace(">", ' aid595:item="done">', 1)
    box = begin(process(START + sub(many, condition="done == 1") + END, "s>sub", "sub>e"))
    assert elements(box) == ["J", "K"]  # the items are 0 and 1
    complete(box, "K", done=5)
    complete(box, "I")
    assert elements(box) == ["J"]
    assert box.runs[1].state.vars == {}


def test_every_round_of_a_sub_process_has_its_own_data() -> None:
    box = begin(process(START + sub(ROUNDS, DATA) + END, "s>sub", "sub>e"))
    complete(box, "K", done=True)
    complete(box, "I")
    assert elements(box) == ["K"]
    assert box.runs[1].state.vars == {}


def test_every_round_sees_the_data_of_the_process() -> None:
    box = begin(process(DATA + START + sub(ROUNDS) + END, "s>sub", "sub>e"))
    complete(box, "K", done=True)
    complete(box, "I")
    assert elements(box) == ["J"]


def test_an_error_goes_to_the_event_that_names_it_before_one_that_catches_all() -> None:
    error = '<bpmn:error id="E" name="E" errorCode="BAD"/>'
    inner = '<bpmn:startEvent id="is"/>' + user("I") + event("endEvent", "bad", "error", "E")
    inner += flow("is>I") + flow("I>bad")
    events = event("boundaryEvent", "b1", "error", "", attachedToRef="sub")
    events += event("boundaryEvent", "b2", "error", "E", attachedToRef="sub")
    body = START + node("subProcess", "sub", inner) + events + user("X") + user("Y") + END
    box = begin(process(body, "s>sub", "sub>e", "b1>X", "b2>Y", "X>e", "Y>e", outside=error))
    complete(box, "I")
    assert elements(box) == ["Y"]
