"""A walk through a drawing: what waits, what is asked, what happened and why, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.compile import compile_diagram
from engine.decisions import DecisionTable, parse_dmn
from engine.errors import FormInvalid
from tasks.library import Library
from tasks.walk import MOST_MOVES, Walk, box, read_moves, written
from tests.engine.compile.diagrams import END, START, node, process, user
from tests.engine.tables import dmn
from tests.tasks.walking import Walker, ground, shipped

P04, P05, P08 = "P04_community_assistance", "P05_street_assistance", "P08_social_insurance_check"


@dataclass(frozen=True)
class Tables(Library):
    """The shipped library with other decision tables."""

    tables: Mapping[str, DecisionTable] = field(default_factory=dict)


def before_the_outcome() -> Walker:
    """Walk P04 up to the referral's outcome."""
    walker = Walker(P04, start="P04_Start")
    while "P04_Outcome" not in walker.waits():
        assert walker.on()
    return walker


def test_by_choices_the_community_case_ends_in_employment() -> None:
    walker = before_the_outcome().do("P04_Outcome", outcome="HIRED", employment_kind="UNIT")
    assert any("DT-08" in one and "下一步是“已就业”" in one for one in walker.told())
    while walker.on():
        pass
    assert walker.walk.over
    assert walker.told()[-1] == "到达“办理完毕”。"
    assert "“转就业登记”发出：已就业，办理登记。" in walker.told()


def test_a_table_asks_for_what_the_records_count_and_gives_what_its_rows_say() -> None:
    walker = before_the_outcome().do("P04_Outcome", outcome="NOT_HIRED", reason="POST")
    assert walker.asks() == ["failed_count"]
    assert walker.walk.waiting() == []
    assert "DT-08" in walker.walk.question.lead.zh
    third = Walker(P04)
    third.moves = [*walker.moves, ["say", {"failed_count": "3"}]]
    walker.say(failed_count="1")
    assert "P04_Submit" in third.waits()
    assert "P04_Wishes" in walker.waits()
    assert walker.told()[-2].startswith("“结果判定”查决策表DT-08")
    assert walker.told()[-3] == "设定：推荐未成次数是“1”。"


def test_what_was_set_by_hand_is_asked_again_in_the_next_round() -> None:
    walker = before_the_outcome().do("P04_Outcome", outcome="NOT_HIRED", reason="POST").say(failed_count="1")
    while "P04_Outcome" not in walker.waits():
        assert walker.on()
    walker.do("P04_Outcome", outcome="NOT_HIRED", reason="POST")
    assert walker.asks() == ["failed_count"]


def test_the_way_is_told_with_its_condition_and_the_values_it_held_with() -> None:
    walker = before_the_outcome().do("P04_Outcome", outcome="NOT_HIRED", reason="OWN")
    assert "P04_ConfirmOwn" in walker.waits()
    (told,) = [one for one in walker.told() if one.startswith("在“是否个人原因”")]
    assert told == "在“是否个人原因”走了“自身原因”，因为结果是“未就业”，未成功的原因是“自身原因”。"


def test_one_step_back_is_the_walk_without_its_last_move() -> None:
    walker = Walker(P04, start="P04_Start").do("P04_AssignAide")
    before = (walker.waits(), walker.walk.active(), walker.told())
    walker.do(walker.waits()[0])
    assert (walker.waits(), walker.told()) != (before[0], before[2])
    walker.moves.pop()
    assert (walker.waits(), walker.walk.active(), walker.told()) == before


def test_each_act_says_how_many_moves_lead_to_just_after_it() -> None:
    walker = before_the_outcome().do("P04_Outcome", outcome="NOT_HIRED", reason="POST").say(failed_count="1")
    steps = walker.walk.steps
    assert [one.moves for one in steps] == [*range(1, len(steps)), len(walker.moves)]
    for one in steps:
        assert len(Walk(ground(P04), walker.moves[: one.moves]).steps) == steps.index(one) + 1


def test_two_branches_wait_side_by_side_and_the_join_waits_for_both() -> None:
    data = process(
        START + node("parallelGateway", "split") + user("a") + user("b") + node("parallelGateway", "join")
        + user("c") + END,
        "s>split", "split>a", "split>b", "a>join", "b>join", "join>c", "c>e",
    )  # fmt: skip
    walker = Walker("P", compile_diagram(data).processes)
    assert walker.waits() == ["a", "b"]
    assert walker.do("b").waits() == ["a"]
    assert set(walker.walk.active()) == {"a", "join"}
    assert walker.do("a").waits() == ["c"]


def test_a_called_process_is_walked_with_its_own_forms_and_gives_back_what_the_product_would() -> None:
    walker = Walker(P05, start="P05_Start")
    while not any("启动了“技能培训”" in one for one in walker.told()):
        walker.on()
    inside = [one for one in walker.walk.waiting() if one.run == 2]
    assert [one.graph.process_id for one in inside] == ["P11_skills_training"]
    assert "P05_Training_Call" in walker.walk.active()
    while not walker.walk.box.runs[2].done:
        inside = [one.node.id for one in walker.walk.waiting() if one.run == 2]
        walker.do(inside[0], stopped="false", passed="true", startup="false", order_based="false")
        while walker.walk.question is not None:
            walker.say(direct_employment="true", policy_qualified="true")
    root = walker.walk.box.runs[1].state.vars
    assert root["direct_employment"] is True
    assert "passed" not in root
    assert any("“技能培训”办完" in one for one in walker.told())


def test_a_timer_at_the_edge_happens_beside_its_step() -> None:
    walker = Walker(P04, start="P04_Start").do("P04_AssignAide").do("P04_FirstContact_Timer")
    assert "P04_FirstContact" in walker.waits()
    assert "P04_FirstContact_Timer" not in walker.waits()
    assert any(one.endswith("到时。") for one in walker.told())
    assert any(one.startswith("自动办理") for one in walker.told())


def test_a_message_is_received_and_named() -> None:
    walker = Walker(P04, start="P04_Start")
    waiting = {one.node.id: one for one in walker.walk.waiting()}
    waiver = next(one for one in waiting.values() if "MSG-14" in one.names)
    walker.do(waiver.node.id)
    assert any("自愿放弃援助" in one for one in walker.told())
    assert walker.walk.over


CHOICE = (
    START + user("t") + node("exclusiveGateway", "g") + user("yes") + user("no") + END,
    "s>t", "t>g", 'g>yes:count >= 3 and level == "HIGH"', "g>no:count < 3", "yes>e", "no>e",
)  # fmt: skip
DATA = (
    '<bpmn:dataObject id="D1" name="count" aid595:type="int"/>'
    '<bpmn:dataObject id="D2" name="level" aid595:type="enum" aid595:options="HIGH LOW"/>'
)


def test_a_variable_nobody_set_is_asked_for_by_name_and_only_when_it_is_read() -> None:
    graphs = compile_diagram(process(DATA + CHOICE[0], *CHOICE[1:])).processes
    walker = Walker("P", graphs).do("t")
    assert walker.asks() == ["count"]
    assert "次数" in walker.walk.question.lead.zh
    low = Walker("P", graphs)
    low.moves = [*walker.moves, ["say", {"count": "2"}]]
    assert low.waits() == ["no"]
    assert walker.say(count="3").asks() == ["level"]
    assert walker.say(level="HIGH").waits() == ["yes"]


def test_a_value_left_empty_is_no_value_and_a_dead_end_is_a_sentence() -> None:
    graphs = compile_diagram(process(DATA + CHOICE[0], *CHOICE[1:])).processes
    walker = Walker("P", graphs).do("t")
    walker.moves.append(["say", {"count": "9"}])
    walker.moves.append(["say", {}])
    fault = walker.walk.fault
    assert fault is not None
    assert "没有符合条件的分支" in fault.zh
    assert walker.walk.waiting() == []
    walker.moves.pop()
    assert walker.asks() == ["level"]


def test_an_endless_loop_ends_with_a_sentence() -> None:
    data = process(
        START + node("exclusiveGateway", "a") + node("exclusiveGateway", "b") + END,
        "s>a", "a>b", "b>a:1 == 1", "b>e:1 == 2",
    )  # fmt: skip
    walk = Walker("P", compile_diagram(data).processes).walk
    assert walk.fault is not None
    assert "死循环" in walk.fault.zh


def test_a_walk_of_many_acts_has_a_budget_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box, "MOST_FLOWS", 20)
    data = process(START + user("t") + user("u") + END, "s>t", "t>u", "u>t")
    walker = Walker("P", compile_diagram(data).processes)
    for _act in range(19):
        assert walker.on()
    assert walker.walk.fault is None
    walker.on()
    assert walker.walk.fault is not None
    assert "自动环节走了20步" in walker.walk.fault.zh


def test_calls_without_end_stop_with_a_sentence() -> None:
    caller = process(
        START + node("exclusiveGateway", "a") + node("callActivity", "call", calledElement="Q") + END,
        "s>a", "a>call", "call>a",
    )  # fmt: skip
    called = process(START + END, "s>e", process_id="Q")
    graphs = {**compile_diagram(caller).processes, **compile_diagram(called).processes}
    fault = Walker("P", graphs).walk.fault
    assert fault is not None
    assert "启动的流程超过200个" in fault.zh


@pytest.mark.parametrize(
    ("given", "told"), [("HIGH", "下一步是“HIGH”"), ("", "下一步是“其他”")], ids=["high", "nothing"]
)
def test_a_table_asks_where_its_row_reads_what_nobody_filled_in(
    given: str, told: str
) -> None:
    table = parse_dmn(dmn([("level", "string")], [['"HIGH"', '"HIGH"'], ['not("HIGH")', '"OTHER"']],
                          outputs=("next_step",)))  # fmt: skip
    rule = node("businessRuleTask", "r", aid595_decision="DT-90")
    step = '<bpmn:dataObject id="D3" name="next_step" aid595:type="text"/>'
    graphs = compile_diagram(process(DATA + step + START + rule + END, "s>r", "r>e")).processes
    walker = Walker("P", graphs)
    walker.ground.library = Tables(tables={**walker.ground.library.tables, "DT-90": table})
    assert walker.asks() == ["level"]
    walker.moves.append(["say", {"level": given} if given else {}])
    assert walker.walk.over
    assert any(told in one for one in walker.told())


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_list_is_as_long_as_is_said(count: int) -> None:
    walker = Walker(P08)
    while walker.asks() != ["count"]:
        assert walker.on()
    walker.say(count=str(count))
    assert walker.waits().count("P08_Verify") == count
    assert any(f"名单有{count}项" in one for one in walker.told())


@pytest.mark.parametrize("key", sorted(shipped()))
def test_every_shipped_drawing_is_walked_to_an_end_by_the_first_choice(key: str) -> None:
    walker = Walker(key)
    while len(walker.moves) < MOST_MOVES and walker.on():
        pass
    assert walker.walk.over
    assert walker.walk.fault is None


@pytest.mark.parametrize(
    "text",
    ["{", "{}", "null", "7", "[7]", '[["fly"]]', '[["do",1]]', '[["do",1,2,{}]]', '[["do","1",2,"x",{}]]',
     '[["say",{"a":1}]]',
     '[["say",{"a":{"b":"c"}}]]', '[["start",1]]', "[" * 100_000, '["' + "x" * 100_001 + '"]',
     "[" + ",".join(['["start","x"]'] * (MOST_MOVES + 1)) + "]"],
)  # fmt: skip
def test_what_is_no_list_of_moves_is_refused(text: str) -> None:
    with pytest.raises(FormInvalid) as refused:
        read_moves(text)
    assert "从头再来" in refused.value.problems[0][1]


@pytest.mark.parametrize(
    "moves",
    [[["start", "P04_Nowhere"]], [["say", {}]], [["start", "P04_Start"], ["start", "P04_Start"]],
     [["start", "P04_Start"], ["do", 1, 999, "P04_AssignAide", {}]],
     [["start", "P04_Start"], ["do", 9, 1, "P04_AssignAide", {}]],
     [["start", "P04_Start"], ["hit", 1, 1, "P04_Nowhere"]], [["start", "P04_Start"], ["say", {}]]],
)  # fmt: skip
def test_moves_that_do_not_fit_are_left_out_and_named(moves: list[Any]) -> None:
    walk = Walk(ground(P04), read_moves(written(moves)))
    assert walk.misfit is not None
    assert len(walk.moves) == len(moves) - 1


def test_an_answer_a_form_would_not_take_is_refused_at_its_field() -> None:
    walker = before_the_outcome().do("P04_Outcome", outcome="HIRED", employment_kind="UNIT")
    walker.moves[-1][4]["outcome"] = "PERHAPS"
    misfit = Walk(walker.ground, walker.moves).misfit
    assert misfit is not None
    assert misfit.problems[0][0] == "outcome"
