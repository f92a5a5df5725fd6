"""Two versions of a process: each change is a sentence and a mark, and the drawing is told apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from engine.codec import canonical
from engine.compile import compile_diagram
from tasks.difference import Difference, Source, compare
from tasks.difference.annex import shipped, value_words
from tasks.labels import catalogue
from tasks.library import Library

LIBRARY = Library()
FILES = {path.stem: path.read_text("utf-8") for path in LIBRARY.diagrams()}
LIBRARY_GRAPHS = {name: compile_diagram(text.encode()).processes[name] for name, text in FILES.items()}
P04 = FILES["P04_community_assistance"]
AID = "{urn:aid595:bpmn:1}"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
Change = Callable[[dict[str, etree._Element]], None]


def changed(change: Change, text: str = P04) -> str:
    """Return a diagram after a change to its elements by id."""
    root = etree.fromstring(text.encode())
    change({element.get("id", ""): element for element in root.iter() if isinstance(element.tag, str)})
    return etree.tostring(root, encoding="unicode")


def differs(new: str = P04, annex: Any = None) -> Difference:
    return compare(Source(P04), Source(new, json.dumps(annex or {})), LIBRARY)


def said(found: Difference) -> str:
    return "\n".join(sentence.zh for sentence in found.sentences)


@pytest.mark.parametrize("name", FILES)
def test_a_diagram_does_not_differ_from_itself(name: str) -> None:
    source = Source(FILES[name])
    found = compare(source, source, LIBRARY)
    assert found == Difference(())


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("P04")])
def test_where_all_is_new_every_element_is_added_or_removed(name: str) -> None:
    old, new = (LIBRARY_GRAPHS[one] for one in ("P04_community_assistance", name))
    found = compare(Source(P04), Source(FILES[name]), LIBRARY)
    assert found.added == {*new.nodes, *new.flows} - {*old.nodes, *old.flows}
    assert found.removed == {*old.nodes, *old.flows} - {*new.nodes, *new.flows}
    told = {sentence.element for sentence in found.sentences}
    assert {node for node in new.nodes if node not in old.nodes} <= told


def own(element: str, name: str, value: str) -> Change:
    """Return a change of one of our own attributes."""
    return lambda at: at[element].set(f"{AID}{name}", value)


#: What is changed -> how, the mark it leaves, words of its sentence.
STEPS: dict[str, tuple[Change, str, str]] = {
    "role": (
        own("P04_Plan", "role", "community_staff"), "P04_Plan",
        "办理角色由“就业援助员”改为“社区（村）工作人员”",
    ),
    "name": (lambda at: at["P04_Plan"].set("name", "订方案"), "P04_Plan", "改名为“订方案”"),
    "deadline": (
        own("P04_FirstVacancy", "deadline", "DL-018"), "P04_FirstVacancy", "期限由“DL-017”改为“DL-018”",
    ),
    "form": (own("P04_Plan", "form", "P05_Plan"), "P04_Plan", "表单由“P04_Plan”改为“P05_Plan”"),
    "clause": (own("P04_Plan", "clauses", "LOCAL"), "P04_Plan", "政策依据"),
    "decision": (
        own("P04_Decide_Rule", "decision", "DT-09"), "P04_Decide_Rule", "决策表由“DT-08”改为“DT-09”",
    ),
    "service": (own("P04_HandOver_Msg", "service", "x"), "P04_HandOver_Msg", "自动服务"),
    "interrupting": (
        lambda at: at["P04_FirstContact_Timer"].set("cancelActivity", "true"), "P04_FirstContact_Timer",
        "是否中断由“否”改为“是”",
    ),
    "unknown attribute": (own("P04_Plan", "colourOfPen", "blue"), "P04_Plan", "colourOfPen由“无”改为“blue”"),
}  # fmt: skip


@pytest.mark.parametrize("what", STEPS)
def test_a_changed_step_is_told_with_old_and_new(what: str) -> None:
    change, element, words = STEPS[what]
    found = differs(changed(change))
    assert words in said(found)
    assert element in found.changed
    assert not found.added
    assert not found.removed
    assert not found.runs_alike


def test_a_timer_of_another_length_is_told() -> None:
    def longer(at: dict[str, etree._Element]) -> None:
        for text in at["P04_FirstVacancy_Timer"].iter(f"{BPMN}timeDate"):
            text.text = "cd(today(), 9)"

    found = differs(changed(longer))
    assert "cd(today(), 9)" in said(found)
    assert found.changed == {"P04_FirstVacancy_Timer"}


def test_a_removed_step_and_its_ways_are_marked_on_the_old_diagram() -> None:
    def without(at: dict[str, etree._Element]) -> None:
        at["P04_Interview"].getparent().remove(at["P04_Interview"])  # type: ignore[union-attr]
        for element in at.values():
            if element.tag == f"{BPMN}sequenceFlow" and element.get("sourceRef") == "P04_Interview":
                element.getparent().remove(element)  # type: ignore[union-attr]
            elif element.tag == f"{BPMN}sequenceFlow" and element.get("targetRef") == "P04_Interview":
                element.set("targetRef", "P04_Outcome")

    found = differs(changed(without))
    assert "P04_Interview" in found.removed
    assert "删除环节“" in said(found)
    assert "改为从" in said(found)


def test_a_condition_a_branch_and_a_default_are_told() -> None:
    def otherwise(at: dict[str, etree._Element]) -> None:
        flow = at["F_P04_Decide_GW_ESCALATE"]
        for text in flow.iter(f"{BPMN}conditionExpression"):
            text.text = "failed_count >= 1"
        at["P04_Decide_GW"].set("default", flow.get("id", ""))

    found = differs(changed(otherwise))
    assert "的条件由" in said(found)
    assert "failed_count >= 1" in said(found)
    assert "默认走向" in said(found)
    assert {"F_P04_Decide_GW_ESCALATE", "P04_Decide_GW"} <= found.changed


def test_a_shape_pushed_aside_only_moves() -> None:
    def push(at: dict[str, etree._Element]) -> None:
        for shape in at.values():
            if shape.get("bpmnElement") == "P04_Plan":
                for bounds in shape:
                    if bounds.get("x"):
                        bounds.set("x", str(float(bounds.get("x", "0")) + 40))

    found = differs(changed(push))
    assert found.runs_alike
    assert found.moved == {"P04_Plan"}
    assert len(found.sentences) == 1


def test_coordinates_written_by_another_tool_are_the_same_places() -> None:
    def rewrite(at: dict[str, etree._Element]) -> None:
        for shape in at.values():
            for bounds in shape:
                if bounds.get("x") and bounds.get("width"):
                    bounds.set("x", f"{float(bounds.get('x', '0')):.2f}")

    assert differs(changed(rewrite)) == Difference(())


def test_a_rule_of_five_days_instead_of_three_is_told_with_both() -> None:
    rule = {**shipped(LIBRARY.folder).rules["DL-017"], "value": 5}
    found = differs(annex={"rules": {"DL-017": rule}})
    assert said(found) == "期限规则“DL-017 3个工作日内提供一条岗位信息”的数值由“3”改为“5”。"
    assert found.changed == {"P04_FirstVacancy"}


def test_a_form_with_a_new_field_another_label_and_one_less_is_told() -> None:
    form = json.loads(json.dumps(shipped(LIBRARY.folder).forms["P04_Plan"]))
    form["fields"][0]["zh"] = "困难原因"
    form["fields"] = [
        *form["fields"][:-1],
        {"name": "transport", "zh": "交通", "en": "Transport", "type": "text"},
    ]
    found = differs(annex={"forms": {"P04_Plan": form}})
    assert "“困难原因”的中文名称由“情况和困难原因”改为“困难原因”" in said(found)
    assert "新增项目“交通”（文字）" in said(found)
    assert "删除项目“方案已告知本人”" in said(found)
    assert found.changed == {"P04_Plan"}


def test_columns_and_names_of_options_are_told_by_what_they_are_called() -> None:
    form = json.loads(json.dumps(shipped(LIBRARY.folder).forms["P04_Plan"]))
    talks = {"name": "talks", "zh": "谈话", "en": "Talks", "type": "list"}
    day = {"name": "on", "zh": "日期", "en": "Day", "type": "date"}
    old = {"P04_Plan": {**form, "fields": [*form["fields"], {**talks, "item": [day]}]}}
    more = {"name": "what", "zh": "内容", "en": "What", "type": "text"}
    new = {"P04_Plan": {**form, "fields": [*form["fields"], {**talks, "item": [day, more]}]}}
    before, after = (Source(P04, canonical({"forms": one})) for one in (old, new))
    (told,) = compare(before, after, LIBRARY).sentences
    assert "的列由“日期（日期）”改为“日期（日期）、内容（文字）”" in told.zh
    named = {"A": {"zh": "甲", "en": "First"}}
    assert value_words(named).en == "A First"


def test_a_form_no_step_asks_for_is_not_told() -> None:
    form = {**shipped(LIBRARY.folder).forms["P05_Plan"], "title_zh": "别的"}
    assert differs(annex={"forms": {"P05_Plan": form}}) == Difference(())


def test_a_draft_that_is_still_wrong_is_compared_as_far_as_it_can_be_read() -> None:
    def hang(at: dict[str, etree._Element]) -> None:
        at["F_P04_Decide_GW_RETRY"].set("targetRef", "Nowhere")

    assert differs(changed(hang)).sentences


def test_every_aspect_of_a_form_or_rule_has_a_name() -> None:
    known = set(catalogue().codes("aspect"))
    named = {key for form in shipped(LIBRARY.folder).forms.values() for key in form if key != "fields"}
    named |= {key for form in shipped(LIBRARY.folder).forms.values() for row in form["fields"] for key in row}
    named |= {key for rule in shipped(LIBRARY.folder).rules.values() for key in rule}
    assert named - {"id", "name"} <= known


def test_the_comparison_is_json_data() -> None:
    found = differs(changed(STEPS["role"][0]))
    assert json.loads(json.dumps(found.as_data()))["changed"] == ["P04_Plan"]
