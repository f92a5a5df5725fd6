"""The second opinion agrees with our runtime on sound diagrams and says where it does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.compile import GateError, compile_diagram
from engine.runtime import machine
from engine.spiff import Budget, second_opinion
from engine.spiff import opinion as opinion_module
from engine.spiff.driver import SpiffRun
from engine.spiff.normalise import normalise
from engine.spiff.parser import Evaluator, parse
from engine.xmlsafe import load
from tests.engine.compile.diagrams import END, START, event, node, process, user
from tests.engine.gate.cases import MESSAGES, choice

ROOT = Path(__file__).parents[3]
DIAGRAMS = sorted((ROOT / "bpmn").glob("*/P*.bpmn"))
QUICK = Budget(paths=12, steps=60, seconds=20.0)


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_both_engines_agree_on_every_diagram_of_the_office(path: Path) -> None:
    others = [other.read_bytes() for other in DIAGRAMS if other != path]
    called = {
        node.called
        for graph in compile_diagram(path.read_bytes()).processes.values()
        for node in graph.nodes.values()
        if node.called
    }
    needed = [text for text in others if called & set(compile_diagram(text).processes)]
    opinion = second_opinion(path.read_bytes(), QUICK, needed)
    assert opinion.findings == []
    assert opinion.skipped == {}
    assert opinion.paths >= QUICK.paths
    assert opinion.steps >= opinion.paths
    assert opinion.broken == 0


def test_the_office_has_diagrams() -> None:
    assert len(DIAGRAMS) >= 9


def _spoil(original: Callable[..., Any]) -> Callable[..., Any]:
    def enter(engine: Any, token: Any, gateway: Any) -> None:
        engine.take(token, gateway.outgoing[-1])

    return enter


def test_a_disagreement_is_a_finding_with_the_way_that_led_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    data = choice("agreed", "not agreed")
    assert second_opinion(data, QUICK).findings == []
    kind = machine.Kind.EXCLUSIVE
    monkeypatch.setitem(machine.ENTER, kind, _spoil(machine.ENTER[kind]))  # type: ignore[arg-type]
    findings = second_opinion(data, QUICK).findings
    assert [(finding.rule, finding.element, finding.severity) for finding in findings] == [
        ("second_opinion", "P", "error")
    ]
    assert "t0" in findings[0].zh
    assert "t1" in findings[0].zh


def test_every_start_event_is_tried() -> None:
    body = event("startEvent", "s1", "message", "M5") + event("startEvent", "s2", "message", "M6")
    data = process(body + user("t") + user("u") + END, "s1>t", "s2>u", "t>e", "u>e", outside=MESSAGES)
    opinion = second_opinion(data, Budget(paths=3))
    assert (opinion.findings, opinion.paths) == ([], 6)
    assert {"F_s1_t", "F_s2_u", "F_t_e", "F_u_e"} <= opinion.taken


def test_the_budget_is_kept() -> None:
    loop = START + node("exclusiveGateway", "m") + user("t") + node("exclusiveGateway", "g") + END
    data = process(loop, "s>m", "m>t", "t>g", "g>m:go", "g>e")
    data = data.replace(b"<bpmn:startEvent", b'<bpmn:dataObject id="d" name="go"/><bpmn:startEvent', 1)
    opinion = second_opinion(data, Budget(paths=10_000, steps=5, seconds=0.2))
    assert opinion.seconds < 2
    assert opinion.steps <= 5 * opinion.paths


def test_a_missing_called_process_is_skipped_by_name() -> None:
    data = process(START + node("callActivity", "t", calledElement="other") + END, "s>t", "t>e")
    assert [fault.name for fault in second_opinion(data, QUICK).skipped["P"]] == ["called_process"]


def test_a_called_process_is_walked_through() -> None:
    data = process(START + node("callActivity", "t", calledElement="Q") + END, "s>t", "t>e")
    called = process(START + user("inner") + END, "s>inner", "inner>e", process_id="Q")
    opinion = second_opinion(data, QUICK, [called])
    assert (opinion.findings, opinion.skipped) == ([], {})
    assert "F_inner_e" in opinion.taken


def test_a_diagram_that_does_not_compile_is_refused() -> None:
    with pytest.raises(GateError):
        second_opinion(process(START + node("scriptTask", "t") + END, "s>t", "t>e"))


def test_a_multi_instance_over_a_collection_is_compared() -> None:
    loop = '<bpmn:multiInstanceLoopCharacteristics aid595:collection="persons" aid595:item="person"/>'
    data = '<bpmn:dataObject id="d" name="persons"/>'
    opinion = second_opinion(process(data + START + user("t", loop) + END, "s>t", "t>e"), QUICK)
    assert opinion.findings == []
    assert opinion.broken == 0
    assert opinion.steps > 5


def test_nothing_of_a_diagram_is_evaluated_by_spiffworkflow() -> None:
    hostile = "().__class__.__base__.__subclasses__()"
    body = START + node("exclusiveGateway", "g", default="F_g_e") + user("t") + END
    data = normalise(load(process(body, "s>g", f"g>t:{hostile}", "g>e", "t>e")), {})
    from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

    from engine.expressions import ExpressionError

    spec, subs = parse([data], "P")
    with pytest.raises(ExpressionError):
        BpmnWorkflow(spec, subs, script_engine=Evaluator({})).do_engine_steps()


def test_a_crash_of_the_other_engine_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(self: object, element: str, task: bool) -> None:
        raise AttributeError("'NoneType' object has no attribute 'data'")

    monkeypatch.setattr(SpiffRun, "happen", crash)
    findings = second_opinion(process(START + user("t") + END, "s>t", "t>e"), QUICK).findings
    assert [(finding.rule, finding.element) for finding in findings] == [("second_opinion", "P")]
    assert "NoneType" in findings[0].zh


def test_a_diagram_the_other_engine_cannot_read_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(roots: object, process_id: str) -> None:
        raise ValueError("Time Specification Error")

    monkeypatch.setattr(opinion_module, "parse", unreadable)
    findings = second_opinion(process(START + user("t") + END, "s>t", "t>e"), QUICK).findings
    assert "Time Specification Error" in findings[0].zh


def test_a_join_that_waits_for_a_branch_never_taken_is_found() -> None:
    data = (
        '<bpmn:dataObject id="D1" name="agreed" aid595:type="bool"/>' + START + node("exclusiveGateway", "g")
    )
    body = data + user("a") + user("b") + node("parallelGateway", "j") + END
    findings = second_opinion(process(body, "s>g", "g>a:agreed", "g>b", "a>j", "b>j", "j>e"), QUICK).findings
    assert [finding.rule for finding in findings] == ["second_opinion"]
    assert "停住" in findings[0].zh


def test_a_stuck_process_is_found_even_where_the_other_engine_is_not_heard() -> None:
    data = '<bpmn:dataObject id="D1" name="agreed" aid595:type="bool"/>' + START
    body = data + user("t", default="F_t_b") + user("a") + user("b") + node("parallelGateway", "j") + END
    opinion = second_opinion(process(body, "s>t", "t>a:agreed", "t>b", "a>j", "b>j", "j>e"), QUICK)
    assert [fault.name for fault in opinion.skipped["P"]] == ["activity_flows"]
    assert ["停住" in finding.zh for finding in opinion.findings] == [True]


def test_an_event_that_takes_one_of_two_messages_is_one_wait_for_both() -> None:
    more = '<bpmn:messageEventDefinition id="c2_k" messageRef="K"/></bpmn:intermediateCatchEvent>'
    either = event("intermediateCatchEvent", "c2", "message", "N")
    either = either.replace("</bpmn:intermediateCatchEvent>", more)
    data = process(
        START + node("eventBasedGateway", "w") + event("intermediateCatchEvent", "c1", "message", "M")
        + either + user("a") + user("b") + END,
        *["s>w", "w>c1", "w>c2", "c1>a", "c2>b", "a>e", "b>e"],
        outside="".join(f'<bpmn:message id="{name}" name="{name}"/>' for name in "MNK"),
    )  # fmt: skip
    opinion = second_opinion(data, QUICK)
    assert opinion.findings == []
    assert opinion.skipped == {}


def test_a_called_process_that_ends_after_its_caller_was_interrupted_answers_nobody() -> None:
    outside = '<bpmn:escalation id="C" name="C" escalationCode="UP"/>'
    called = process(
        START + event("endEvent", "up", "escalation", "C"), "s>up", process_id="Q", outside=outside
    )
    border = event("boundaryEvent", "b", "escalation", "C", attachedToRef="c")
    body = START + node("callActivity", "c", calledElement="Q") + border + user("X") + END
    calling = process(body, "s>c", "c>e", "b>X", "X>e", outside=outside)
    opinion = second_opinion(calling, QUICK, [called])
    assert opinion.findings == []
    assert "F_b_X" in opinion.taken
    assert "F_c_e" not in opinion.taken


def test_a_collection_drawn_under_another_id_and_a_comment_in_a_condition_are_no_disagreement() -> None:
    many = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>D9</bpmn:loopDataInputRef>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    body = START + '<bpmn:dataObject id="D9" name="people"/><bpmn:dataObject id="D8" name="agreed"/>'
    body += user("t", many) + node("exclusiveGateway", "g", default="F_g_e") + user("u") + END
    data = process(body, "s>t", "t>g", "g>u:agreed and later", "g>e", "u>e")
    data = data.replace(b"agreed and later", b"agreed<!-- and more --> == true")
    opinion = second_opinion(data)
    assert opinion.findings == []
    assert opinion.skipped == {}
    assert opinion.paths > 0
