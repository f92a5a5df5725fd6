"""What a BPMN file becomes."""

from __future__ import annotations

import pytest

from engine.compile import GateError, compile_diagram
from engine.graph import Graph, Kind, TimerKind, Trigger
from tests.engine.compile.diagrams import END, START, definitions, event, node, process, user

MESSAGE = '<bpmn:message id="Msg_05" name="MSG-05"/>'


def graph(data: bytes) -> Graph:
    diagram = compile_diagram(data)
    return next(iter(diagram.processes.values()))


def refused(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(GateError) as caught:
        compile_diagram(data)
    return [(finding.rule, finding.element) for finding in caught.value.findings]


def test_nodes_keep_name_lane_documentation_and_our_attributes() -> None:
    lanes = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="街道"><bpmn:flowNodeRef>t</bpmn:flowNodeRef>'
        '<bpmn:childLaneSet id="c"><bpmn:lane id="l2" name="窗口"><bpmn:flowNodeRef>t</bpmn:flowNodeRef>'
        "</bpmn:lane></bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>"
    )
    task = user(
        "t", "<bpmn:documentation>说明</bpmn:documentation>", name="办理", aid595_deadline="DL-1 DL-2"
    )
    found = graph(process(lanes + START + task + END, "s>t", "t>e")).nodes["t"]
    assert (found.kind, found.name, found.lane, found.documentation) == (Kind.USER, "办理", "窗口", "说明")
    assert found.attr_list("deadline") == ("DL-1", "DL-2")
    assert [flow.target for flow in found.outgoing] == ["e"]
    assert [flow.source for flow in found.incoming] == ["s"]


def test_a_flow_without_an_id_is_kept_under_a_generated_id() -> None:
    body = START + user("t") + END
    body += '<bpmn:sequenceFlow sourceRef="s" targetRef="t"/><bpmn:sequenceFlow sourceRef="t" targetRef="e"/>'
    assert list(graph(process(body)).flows) == ["F_s_t", "F_t_e"]


def test_two_flows_without_ids_between_the_same_nodes_stay_two() -> None:
    body = START + node("exclusiveGateway", "g") + END
    both = '<bpmn:sequenceFlow sourceRef="g" targetRef="e">{}</bpmn:sequenceFlow>'
    condition = "<bpmn:conditionExpression>a == 1</bpmn:conditionExpression>"
    found = graph(process(body + both.format(condition) + both.format(""), "s>g"))
    assert sorted(found.flows) == ["F_g_e", "F_g_e_2", "F_s_g"]


def test_the_only_unconditional_flow_of_an_exclusive_gateway_is_its_default() -> None:
    body = START + node("exclusiveGateway", "g") + user("a") + user("b") + END
    found = graph(process(body, "s>g", "g>a:x == 1", "g>b", "a>e", "b>e"))
    assert found.nodes["g"].default == "F_g_b"


def test_the_default_attribute_goes_before() -> None:
    body = START + node("exclusiveGateway", "g", default="F_g_a") + user("a") + user("b") + END
    found = graph(process(body, "s>g", "g>a", "g>b:x == 1", "a>e", "b>e"))
    assert found.nodes["g"].default == "F_g_a"


def test_messages_resolve_to_their_names() -> None:
    body = event("startEvent", "s", "message", "Msg_05") + node("receiveTask", "r", messageRef="Msg_05") + END
    found = graph(process(body, "s>r", "r>e", outside=MESSAGE))
    assert [event.name for event in found.nodes["r"].events] == ["MSG-05"]
    assert found.messages_started_by() == {"MSG-05": found.nodes["s"]}


def test_errors_resolve_to_their_code_and_a_catch_without_one_catches_all() -> None:
    outside = '<bpmn:error id="E1" name="n" errorCode="E-1"/>'
    inner = '<bpmn:startEvent id="i"/>' + event("endEvent", "j", "error", "E1")
    inner += '<bpmn:sequenceFlow id="f" sourceRef="i" targetRef="j"/>'
    body = (
        START + node("subProcess", "sub", inner) + event("boundaryEvent", "b", "error", attachedToRef="sub")
    )
    found = graph(process(body + END, "s>sub", "sub>e", "b>e", outside=outside))
    assert found.nodes["j"].events[0].name == "E-1"
    assert found.nodes["b"].events[0].name == ""
    assert [boundary.id for boundary in found.nodes["sub"].boundary] == ["b"]


@pytest.mark.parametrize(
    ("kind", "text", "literal"),
    [
        ("timeDuration", "PT1H", True),
        ("timeDuration", "P3DT30M", True),
        ("timeDate", "2026-03-05", True),
        ("timeDate", "2026-03-05T09:00:00+08:00", True),
        ("timeDate", 'end_of_day(due("DL-015"))', False),
    ],
)
def test_literal_times_are_told_from_expressions(kind: str, text: str, literal: bool) -> None:
    timer = event("intermediateCatchEvent", "c", "timer", f"<bpmn:{kind}>{text}</bpmn:{kind}>")
    definition = graph(process(START + timer + END, "s>c", "c>e")).nodes["c"].events[0]
    assert definition.trigger is Trigger.TIMER
    assert definition.timer is not None
    assert definition.timer.kind is TimerKind(kind)
    assert (definition.timer.expr is None) is literal


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("timeDuration", "P"),
        ("timeDuration", "P0D"),
        ("timeDuration", "PT59S"),
        ("timeDuration", "P401D"),
        ("timeDuration", "P99999999D"),
        ("timeDuration", "P1M"),
        ("timeDuration", "2026-03-05"),
        ("timeDate", "P3D"),
        ("timeDate", "2026-02-30"),
        ("timeDate", "2026-03-05T09:00:00"),
        ("timeCycle", "R/PT1H"),
        ("timeCycle", "R0/PT1H"),
        ("timeDate", ""),
    ],
)
def test_an_unusable_time_is_refused_at_its_event(kind: str, text: str) -> None:
    timer = event("intermediateCatchEvent", "c", "timer", f"<bpmn:{kind}>{text}</bpmn:{kind}>")
    assert refused(process(START + timer + END, "s>c", "c>e"))[0] == ("timers", "c")


def test_interrupting_flags_are_honoured() -> None:
    timer = "<bpmn:timeCycle>R3/PT10M</bpmn:timeCycle>"
    boundary = event("boundaryEvent", "b", "timer", timer, attachedToRef="t", cancelActivity="false")
    inner = event("startEvent", "i", "message", "Msg_05", isInterrupting="false") + '<bpmn:endEvent id="j"/>'
    inner += '<bpmn:sequenceFlow id="f" sourceRef="i" targetRef="j"/>'
    handler = node("subProcess", "h", inner, triggeredByEvent="true")
    found = graph(process(START + user("t") + boundary + handler + END, "s>t", "t>e", "b>e", outside=MESSAGE))
    assert not found.nodes["b"].interrupting
    assert not found.nodes["i"].interrupting
    assert found.nodes["h"].kind is Kind.EVENT_SUB
    assert [sub.id for sub in found.root.event_subs] == ["h"]
    assert [start.id for start in found.scopes["h"].starts] == ["i"]
    assert [start.id for start in found.root.starts] == ["s"]


def test_multi_instance_reads_collection_item_and_completion() -> None:
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true" aid595:collection="persons"'
        ' aid595:item="person"><bpmn:completionCondition>done &gt; 2</bpmn:completionCondition>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    multi = graph(process(START + user("t", loop) + END, "s>t", "t>e")).nodes["t"].multi
    assert multi is not None
    assert multi.sequential
    assert multi.item == "person"
    assert multi.collection is not None
    assert multi.collection.names == {"persons"}
    assert multi.completion is not None


def test_multi_instance_over_a_data_object_uses_its_variable() -> None:
    data = '<bpmn:dataObject id="D1" name="persons" isCollection="true"/>'
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>D1</bpmn:loopDataInputRef>"
        '<bpmn:inputDataItem id="x" name="person"/></bpmn:multiInstanceLoopCharacteristics>'
    )
    multi = graph(process(data + START + user("t", loop) + END, "s>t", "t>e")).nodes["t"].multi
    assert multi is not None
    assert multi.collection is not None
    assert (multi.collection.names, multi.item, multi.sequential) == ({"persons"}, "person", False)


def test_data_objects_are_the_routing_variables() -> None:
    data = '<bpmn:dataObject id="D1" name="outcome" aid595:type="enum" aid595:options="HIRED NOT_HIRED"/>'
    variable = graph(process(data + START + user("t") + END, "s>t", "t>e")).variables["outcome"]
    assert (variable.type, variable.options) == ("enum", ("HIRED", "NOT_HIRED"))


def test_reach_of_an_inclusive_join_names_what_can_still_send_a_token() -> None:
    body = START + node("inclusiveGateway", "g", default="F_g_a") + user("a") + user("b") + user("c")
    body += node("inclusiveGateway", "j") + END
    timer = "<bpmn:timeDuration>PT1H</bpmn:timeDuration>"
    body += event("boundaryEvent", "x", "timer", timer, attachedToRef="a", cancelActivity="false")
    reach = graph(process(body, "s>g", "g>a", "g>b:n == 1", "a>j", "b>c", "c>j", "x>c", "j>e")).reach["j"]
    assert reach["F_a_j"] == {"a", "g", "s"}
    assert reach["F_c_j"] == {"c", "b", "x", "a", "g", "s"}


def test_reach_does_not_pass_the_join_itself() -> None:
    body = START + node("inclusiveGateway", "j") + user("a") + node("exclusiveGateway", "g") + END
    reach = graph(process(body, "s>j", "j>a", "a>g", "g>j:again == 1", "g>e")).reach["j"]
    assert reach["F_s_j"] == {"s"}
    assert reach["F_g_j"] == {"a", "g"}


def test_every_fault_is_named_at_once_with_element_and_line() -> None:
    body = START + node("scriptTask", "x") + user("t") + event("endEvent", "m", "message", "nowhere")
    data = process(body, "s>t", "t>m:1 +", "t>ghost").replace(b"<bpmn:scriptTask", b"\n<bpmn:scriptTask")
    with pytest.raises(GateError) as caught:
        compile_diagram(data)
    found = {(finding.rule, finding.element, finding.line) for finding in caught.value.findings}
    assert found == {
        ("elements", "x", 2),
        ("references", "m", 2),
        ("expressions", "F_t_m", 2),
        ("flows", "F_t_ghost", 2),
    }
    assert all(finding.zh and finding.en for finding in caught.value.findings)
    assert "4处" in caught.value.sentence()


@pytest.mark.parametrize(
    ("kind", "trigger"),
    [
        ("intermediateCatchEvent", "error"),
        ("intermediateThrowEvent", "error"),
        ("intermediateThrowEvent", "terminate"),
        ("endEvent", "timer"),
        ("startEvent", "timer"),
    ],
)
def test_a_trigger_in_the_wrong_place_is_refused(kind: str, trigger: str) -> None:
    body = START + event(kind, "x", trigger, "") + user("t") + END
    assert ("events", "x") in refused(process(body, "s>t", "t>e"))


def test_a_comment_inside_a_condition_does_not_hide_what_follows() -> None:
    condition = "a == 1 <!-- --> and b == 2"
    body = START + node("exclusiveGateway", "g") + END
    line = (
        '<bpmn:sequenceFlow id="f" sourceRef="g" targetRef="e"><bpmn:conditionExpression>'
        f"{condition}</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
    found = graph(process(body + line, "s>g", "g>e")).flows["f"].condition
    assert found is not None
    assert found.names == {"a", "b"}


def test_a_flow_across_a_sub_process_border_is_refused() -> None:
    body = START + node("subProcess", "sub", '<bpmn:startEvent id="i"/><bpmn:endEvent id="j"/>') + END
    assert ("flows", "F_s_i") in refused(process(body, "s>i", "sub>e"))


def test_more_than_300_nodes_are_refused_without_reading_them() -> None:
    body = START + "".join(user(f"t{n}") for n in range(299)) + END
    assert refused(process(body)) == [("size", "")]


def test_a_file_without_an_executable_process_is_refused() -> None:
    assert refused(definitions('<bpmn:process id="P" isExecutable="false"/>')) == [("references", "")]


def test_the_digest_ignores_how_the_file_is_written() -> None:
    one = process(START + user("t") + END, "s>t", "t>e")
    other = one.replace(b'<bpmn:startEvent id="s"/>', b'<bpmn:startEvent id="s"></bpmn:startEvent>')
    assert one != other
    assert compile_diagram(one).digest == compile_diagram(other).digest
    assert compile_diagram(one).digest != compile_diagram(process(START + END, "s>e")).digest


def test_a_compiled_diagram_cannot_be_changed() -> None:
    diagram = compile_diagram(process(START + user("t") + END, "s>t", "t>e"))
    with pytest.raises(TypeError):
        diagram.processes["P"].nodes["x"] = None  # type: ignore[index]
    with pytest.raises(AttributeError):
        diagram.digest = ""  # type: ignore[misc]


def test_a_flow_inside_a_lane_is_not_overlooked() -> None:
    lane = '<bpmn:laneSet id="ls"><bpmn:lane id="l"><bpmn:sequenceFlow id="f" sourceRef="t" targetRef="e"/>'
    body = START + user("t") + END + lane + "</bpmn:lane></bpmn:laneSet>"
    assert ("elements", "f") in refused(process(body, "s>t"))


def test_a_second_condition_or_loop_is_not_overlooked() -> None:
    condition = "<bpmn:conditionExpression>x == 1</bpmn:conditionExpression>"
    line = f'<bpmn:sequenceFlow id="f" sourceRef="t" targetRef="e">{condition}{condition}</bpmn:sequenceFlow>'
    assert refused(process(START + user("t") + END + line, "s>t")) == [("elements", "f")]
    one = '<bpmn:standardLoopCharacteristics loopMaximum="2"/>'
    many = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
    both = user("t", one + many + "</bpmn:multiInstanceLoopCharacteristics>")
    assert refused(process(START + both + END, "s>t", "t>e")) == [("elements", "t")]


def test_a_switch_that_is_neither_true_nor_false_is_refused() -> None:
    boundary = event(
        "boundaryEvent", "b", "timer", "<bpmn:timeDuration>P1D</bpmn:timeDuration>",
        attachedToRef="t", cancelActivity="no",
    )  # fmt: skip
    body = START + user("t") + boundary + END
    assert refused(process(body, "s>t", "t>e", "b>e")) == [("elements", "b")]


def test_a_condition_where_nobody_looks_at_it_is_refused() -> None:
    body = START + node("parallelGateway", "g") + user("t") + END
    assert refused(process(body, "s>g", "g>t:x == 1", "t>e")) == [("flows", "F_g_t")]


def test_a_task_may_decide_by_conditions_with_a_default() -> None:
    body = START + user("t", default="F_t_b") + user("a") + user("b") + END
    found = graph(process(body, "s>t", "t>a:x == 1", "t>b", "a>e", "b>e"))
    assert found.nodes["t"].default == "F_t_b"
