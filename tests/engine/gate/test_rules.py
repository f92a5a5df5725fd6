"""Each rule accepts its good diagram and refuses its bad one, at the element, in both languages."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from engine.compile import compile_diagram
from engine.compile import findings as compile_findings
from engine.gate import WAYS, GateError, admit, check, rules
from tests.engine.compile.diagrams import END, START, event, node, process, user
from tests.engine.gate.cases import (
    AGREED,
    CASES,
    COUNT,
    DAY,
    KNOWN,
    LOOP,
    MESSAGES,
    SERVICE,
    STEP,
    boundary,
    choice,
    drawn,
    line,
    rounds,
)

ROOT = Path(__file__).parents[3]
#: Rules of the 595 (`tasks/gate`), shown by `tests/tasks/test_annex_gate.py` and `test_minima.py`.
OF_THE_OFFICE = {"annex", "attributes", "deadlines", "minima", "release"}
CHINESE = re.compile(r"[一-鿿]")


def found(data: bytes, rule: str) -> list[str]:
    return [finding.element for finding in check(data, KNOWN) if finding.rule == rule]


@pytest.mark.parametrize("rule", CASES)
def test_the_good_diagram_passes_every_rule(rule: str) -> None:
    assert check(drawn(CASES[rule].good), KNOWN) == []
    assert admit(CASES[rule].good, KNOWN).processes


@pytest.mark.parametrize("rule", CASES)
def test_the_bad_diagram_is_named_by_element_and_line(rule: str) -> None:
    case = CASES[rule]
    hits = [finding for finding in check(case.bad, KNOWN) if finding.rule == rule]
    assert case.element in [finding.element for finding in hits]
    for finding in hits:
        assert finding.severity == case.severity
        assert finding.line >= 1
        assert CHINESE.search(finding.zh)
        assert finding.en
    if case.severity == "error":
        with pytest.raises(GateError) as caught:
            admit(case.bad, KNOWN)
        assert caught.value.code == "gate_refused"
        assert CHINESE.search(caught.value.sentence())


def test_every_rule_has_a_page_and_two_diagrams() -> None:
    files = {path.stem for path in (ROOT / "engine/gate/rules").glob("*.py")} - {"__init__"}
    held_by_compiler = {
        value for name, value in vars(compile_findings).items() if name.isupper() and isinstance(value, str)
    }
    pages = {path.stem for path in (ROOT / "docs/gate").glob("*.md")} - {"README"}
    assert {rule.__module__.rpartition(".")[2] for rule in rules.RULES} == files
    assert set(CASES) == files | held_by_compiler | {"xml"}
    assert pages == set(CASES) | {"second_opinion"} | OF_THE_OFFICE


def test_every_finding_has_a_way_out_in_both_languages_and_on_its_page() -> None:
    pages = {path.stem: path.read_text("utf-8") for path in (ROOT / "docs/gate").glob("*.md")}
    assert set(WAYS) == set(pages) - {"README"}
    for rule, (zh, en) in WAYS.items():
        assert CHINESE.search(zh)
        assert f"**Way out.** {en}\n" in pages[rule], rule


@pytest.mark.parametrize(
    "element",
    ["task", "complexGateway", "adHocSubProcess", "transaction", "choreographyTask"],
)
def test_an_unsupported_element_is_refused_by_name(element: str) -> None:
    findings = [f for f in check(line(node(element, "x")), KNOWN) if f.rule == "elements"]
    assert [f.element for f in findings] == ["x"]
    assert element in findings[0].zh


@pytest.mark.parametrize("trigger", ["link", "conditional", "compensate", "cancel"])
def test_an_unsupported_event_is_refused_by_name(trigger: str) -> None:
    findings = check(line(event("intermediateCatchEvent", "x", trigger)), KNOWN)
    assert any(f.rule == "elements" and trigger in f.zh and f.element == "x" for f in findings)


@pytest.mark.parametrize(
    "attribute",
    ['startQuantity="2"', 'completionQuantity="2"', 'isForCompensation="true"', 'camunda:class="x.Y"'],
)
def test_an_attribute_that_would_not_run_is_refused(attribute: str) -> None:
    data = line(user("t")).replace(b'<bpmn:userTask id="t"', f'<bpmn:userTask {attribute} id="t"'.encode())
    assert found(data, "elements") == ["t"]


def test_a_foreign_extension_element_is_refused() -> None:
    inner = "<bpmn:extensionElements><camunda:executionListener/></bpmn:extensionElements>"
    assert found(line(user("t", inner)), "elements") == ["t"]


def test_potential_owner_is_refused() -> None:
    assert found(line(user("t", "<bpmn:potentialOwner/>")), "elements") == ["t"]


def test_a_timer_start_of_a_process_is_refused() -> None:
    body = event("startEvent", "s", "timer", DAY) + user("t") + END
    assert found(process(body, "s>t", "t>e"), "events")[0] == "s"


def test_an_instantiating_gateway_is_refused() -> None:
    body = node("eventBasedGateway", "g", instantiate="true") + event(
        "intermediateCatchEvent", "c", "message", "M5"
    )
    assert "g" in found(process(body + END, "g>c", "c>e", outside=MESSAGES), "elements")


def test_whole_numbers_are_covered_around_each_constant() -> None:
    assert found(choice("count >= 3", "count < 3", data=COUNT), "gateways") == []
    assert found(choice("count > 3", "count < 3", data=COUNT), "gateways") == ["g"]
    assert found(choice("count >= 3", "count <= 3", data=COUNT), "gateways") == ["F_g_t1"]


def test_values_of_a_decision_table_are_covered() -> None:
    rule = node("businessRuleTask", "r", aid595_decision="DT-08")
    every = ['next_step == "EMPLOYED"', 'next_step == "RETRY"', 'next_step == "ESCALATE"']
    assert found(choice(*every, data=STEP, rule=rule), "gateways") == []
    assert found(choice(*every[:2], data=STEP, rule=rule), "gateways") == ["g"]


def test_a_condition_with_a_mistyped_value_is_found_although_there_is_a_default() -> None:
    data = '<bpmn:dataObject id="D" name="outcome" aid595:type="enum" aid595:options="HIRED NOT_HIRED"/>'
    assert found(choice('outcome == "HIERD"', "", data=data), "gateways") == ["F_g_t0"]


def test_a_condition_that_cannot_be_proved_needs_a_default() -> None:
    assert found(choice("due(count) == 1", "due(count) != 1", data=COUNT), "gateways") == ["g"]
    assert found(choice("due(count) == 1", "", data=COUNT), "gateways") == []


def test_two_ways_without_a_condition_are_refused() -> None:
    assert found(choice("agreed", "", ""), "gateways") == ["F_g_t1", "F_g_t2", "g"]


def test_an_inclusive_gateway_may_overlap_but_must_always_go_on() -> None:
    many = "inclusiveGateway"
    assert found(choice("agreed", "agreed or not agreed", gateway=many), "gateways") == []
    assert found(choice("agreed", "agreed", gateway=many), "gateways") == ["g"]


def test_a_wait_in_one_branch_of_a_fork_holds_the_loop_up() -> None:
    body = START + node("exclusiveGateway", "m") + node("parallelGateway", "f") + user("a") + SERVICE
    body += node("parallelGateway", "j") + node("exclusiveGateway", "g") + AGREED + END
    flows = ["s>m", "m>f", "f>a", "f>t", "a>j", "t>j", "j>g", "g>m:agreed", "g>e"]
    assert found(process(body, *flows), "waits") == []


def test_a_task_that_may_run_zero_times_is_no_wait() -> None:
    loop = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>n</bpmn:loopCardinality>"
    many = user("t", loop + "</bpmn:multiInstanceLoopCharacteristics>")
    assert found(rounds(many), "waits") == ["m"]


def test_a_sub_process_waits_when_every_way_through_it_waits() -> None:
    flows = '<bpmn:sequenceFlow id="f1" sourceRef="i" targetRef="{0}"/>'
    flows += '<bpmn:sequenceFlow id="f2" sourceRef="{0}" targetRef="j"/>'
    ends = '<bpmn:startEvent id="i"/><bpmn:endEvent id="j"/>'
    waiting = node("subProcess", "t", ends + user("u") + flows.format("u"))
    running = node("subProcess", "t", ends + SERVICE.replace('"t"', '"u"') + flows.format("u"))
    assert found(rounds(waiting), "waits") == []
    assert found(rounds(running), "waits") == ["m"]


def test_a_message_loop_without_an_end_is_accepted_where_an_outer_event_can_leave_it() -> None:
    inner = (
        '<bpmn:startEvent id="i"/>' + user("u") + '<bpmn:sequenceFlow id="f1" sourceRef="i" targetRef="m"/>'
    )
    inner += node("exclusiveGateway", "m") + '<bpmn:sequenceFlow id="f2" sourceRef="m" targetRef="u"/>'
    inner += '<bpmn:sequenceFlow id="f3" sourceRef="u" targetRef="m"/>'
    host = node("subProcess", "t", inner)
    assert found(boundary(host, "message", "M5"), "reachable") == []
    assert "t" in found(line(host), "reachable")


def test_a_node_from_which_no_end_is_reached_is_named() -> None:
    body = AGREED + START + user("a") + user("b") + node("exclusiveGateway", "g") + END
    assert found(process(body, "s>g", "g>a:agreed", "a>b", "b>a", "g>e"), "reachable") == ["a", "b"]


def test_direct_recursion_is_refused() -> None:
    assert found(line(node("callActivity", "t", calledElement="P")), "calls") == ["t"]
    assert found(line(node("callActivity", "t", calledElement="unknown")), "calls") == ["t"]


def test_an_error_border_needs_something_that_can_fail() -> None:
    assert found(boundary(user("t"), "error"), "boundaries") == ["b"]
    assert found(boundary(SERVICE, "error"), "boundaries") == []


def test_a_finding_carries_the_line_of_its_element() -> None:
    data = line(user("t")).replace(b"<bpmn:userTask", b"\n\n<bpmn:userTask").replace(b'="form"', b'="none"')
    assert [(f.rule, f.element, f.line) for f in check(drawn(data), KNOWN)] == [("forms", "t", 3)]


def _hostile() -> dict[str, bytes]:
    many = [f'<bpmn:dataObject id="v{n}" name="v{n}" aid595:type="bool"/>' for n in range(10)]
    wide = " or ".join(f"v{n}" for n in range(10))
    gateways = "".join(node("exclusiveGateway", f"g{n}", default=f"d{n}") for n in range(290))
    flows = ["s>g0", *[f"c{n}=g{n}>g{n + 1}:{wide}" for n in range(289)], "g289>e"]
    flows += [f"d{n}=g{n}>e" for n in range(289)]
    nested = "".join(f'<bpmn:subProcess id="n{n}">' for n in range(200)) + "</bpmn:subProcess>" * 200
    joins = "".join(node("inclusiveGateway", f"j{n}") for n in range(298))
    dense = [f"f{n}=j{n % 298}>j{(n * 7 + 1) % 298}" for n in range(999)]
    return {
        "conditions": process("".join(many) + START + gateways + END, *flows),
        "nesting": process(START + nested + END, "s>e"),
        "joins": process(START + joins + END, *dense),
        "nodes": process("".join(user(f"t{n}") for n in range(6000))),
        "flows": process(START + END, *(["s>e"] * 9000)),
        "loop": process(LOOP, *(["m>g", "g>m"] * 4000)),
        "attributes": line(user("t", **{f"x{n}": "1" for n in range(9000)})),
    }


@pytest.mark.parametrize("name", _hostile())
def test_a_hostile_file_is_answered_within_two_seconds(name: str) -> None:
    data = _hostile()[name]
    before = time.process_time()
    findings = check(data, KNOWN)
    assert time.process_time() - before < 2
    assert findings or name in ("attributes",)


DESCRIBING = (
    '<bpmn:userTask modeler:colour="blue" camunda:asyncBefore="true" id="t"',
    '<bpmn:extensionElements><camunda:properties><camunda:property name="a"/></camunda:properties>'
    "</bpmn:extensionElements>",
)


def test_what_other_products_only_describe_is_told_and_runs_the_same() -> None:
    attribute, element = DESCRIBING
    plain = line(user("t"))
    more = line(user("t", element)).replace(b'<bpmn:userTask id="t"', attribute.encode())
    more = more.replace(b"<bpmn:definitions ", b'<bpmn:definitions xmlns:modeler="urn:modeler" ', 1)
    findings = [f for f in check(more, KNOWN) if f.rule == "elements"]
    assert [(f.element, f.severity) for f in findings] == [("t", "warning")] * 2
    assert "colour、asyncBefore" in findings[0].zh + findings[1].zh
    assert repr(compile_diagram(more).processes["P"]) == repr(compile_diagram(plain).processes["P"])


@pytest.mark.parametrize(
    "inner",
    [
        "<camunda:inputOutput/>",
        '<camunda:properties><camunda:in source="a"/></camunda:properties>',
        '<x:assignmentDefinition xmlns:x="urn:zeebe" assignee="a"/>',
        '<x:role xmlns:x="urn:aid595:bpmn:2"/>',
    ],
)
def test_what_other_products_mean_is_refused(inner: str) -> None:
    data = line(user("t", f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"))
    assert found(data, "elements") == ["t"]


def test_an_extension_outside_its_place_and_an_attribute_nearly_ours_are_refused() -> None:
    assert found(line(user("t", "<camunda:properties/>")), "elements") == ["t"]
    near = '<bpmn:userTask xmlns:o="urn:aid595:bpmn:2" o:role="x" id="t"'
    data = line(user("t")).replace(b'<bpmn:userTask id="t"', near.encode())
    assert found(data, "elements") == ["t"]


def test_what_only_declares_or_describes_is_accepted() -> None:
    outside = (
        '<bpmn:dataStore id="DS"/><bpmn:partnerEntity id="PE"/>'
        '<bpmn:interface id="I"><bpmn:operation id="O"><bpmn:inMessageRef>M5</bpmn:inMessageRef>'
        "</bpmn:operation></bpmn:interface>"
    ) + MESSAGES
    extra = '<bpmn:dataStoreReference id="d" dataStoreRef="DS"/><bpmn:auditing/><bpmn:monitoring/>'
    assert found(line(user("t"), outside=outside, extra=extra), "elements") == []
