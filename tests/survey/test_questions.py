"""The form in the program is that of `survey.json`; it asks what its arrows say, refuses what F.4 forbids."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from engine.errors import FormInvalid
from tasks.decision_inputs import load_thresholds
from tasks.forms.spec import form as task_form
from tasks.forms.validate import from_html, validate, visible_fields
from tasks.forms.values import FormContext
from tasks.survey import form
from tasks.survey.check import ON_FILE, accept, check
from tasks.survey.example import example
from tasks.survey.schema import questionnaire
from tests.survey.papers import TODAY, employed, filled, number

BPMN = Path(__file__).parents[2] / "bpmn"
DATA = json.loads((BPMN / "policy" / "survey.json").read_text(encoding="utf-8"))
THRESHOLDS = load_thresholds(BPMN)
FIELDS = [(section["id"], field) for section in DATA["sections"] for field in section["fields"]]
CONTEXT = FormContext(TODAY, datetime(2026, 3, 9, 2, tzinfo=UTC))


def wrong(row: dict[str, Any], literal: bool = True) -> dict[str, str]:
    found = check(row, TODAY, THRESHOLDS, literal=literal)
    assert all(zh.endswith("。") and en for _name, zh, en in found.problems)
    return {name: zh for name, zh, _en in found.problems}


@pytest.mark.parametrize(("section", "field"), FIELDS, ids=[field["id"] for _section, field in FIELDS])
def test_every_field_of_the_paper_is_asked_as_it_stands_there(section: str, field: dict[str, Any]) -> None:
    questions = questionnaire().questions
    if field["type"] == "address":
        parts = [part for part in field["parts"] if "fixed" not in part]
        assert [questions[f"{field['id']}_{part['id']}"].section for part in parts] == [section] * len(parts)
        return
    one = questions[field["id"]]
    assert (one.zh, one.en, one.type, one.section, one.no) == (
        field["label_zh"], field["label_en"], field["type"], section, field.get("no"),
    )  # fmt: skip
    options = field.get("options", [])
    assert [(o.code, o.zh) for o in one.options] == [(o["code"], o["zh"]) for o in options]
    assert one.none_ok is bool(field.get("fill_none"))
    assert (one.asked is not None) is ("ask_if" in field)
    for option in options:
        for sub in option.get("subfields", []):
            detail = questions[f"{field['id']}_{sub['id']}"]
            assert (detail.type, detail.none_ok) == (sub["type"], bool(sub.get("fill_none")))
            assert detail.asked is not None
    spec = form.spec()
    assert spec.fields[field["id"]].options == one.codes
    assert (spec.fields[field["id"]].show_if is not None) is ("ask_if" in field)


def test_the_form_asks_nothing_that_is_not_on_the_paper() -> None:
    known = {field["id"] for _section, field in FIELDS}
    extra = {
        one.id for one in questionnaire() if one.id not in known
        and not any(one.id.startswith(f"{name}_") for name in known)
    }  # fmt: skip
    assert extra == set()


@pytest.mark.parametrize("route", DATA["route_tests"], ids=lambda route: str(route["given"]))
def test_the_route_of_the_answers_is_that_of_the_arrows(route: dict[str, Any]) -> None:
    details = {f"{field['id']}_{sub['id']}" for _s, field in FIELDS for option in field.get("options", ())
               for sub in option.get("subfields", ())}  # fmt: skip
    asked = [name for name in questionnaire().asked(route["given"]) if name.startswith("q")]
    assert [name for name in asked if name not in details] == route["asked"]
    shown = visible_fields(form.spec(), route["given"], CONTEXT)
    assert {name for name in shown if name.startswith("q")} - details == set(route["asked"])


def test_a_complete_questionnaire_is_accepted_in_words_and_kept_in_codes() -> None:
    found = check(filled(), TODAY, THRESHOLDS, literal=True)
    assert (found.problems, found.warnings) == ([], [])
    assert found.answers["q12"] == ["A", "E"]
    assert found.answers["education"] == "2"
    assert wrong(employed()) == {}


def test_what_was_answered_reads_as_one_says_it() -> None:
    said = dict(form.told(check(employed(), TODAY, THRESHOLDS, literal=True).answers, "zh"))
    assert said["6. 请问您的月收入是多少？"] == "3500元"
    assert said["固定期限劳动合同：年月起"] == "2024年1月"
    assert said["调查日期"] == "2026年1月20日"
    none = dict(form.told(check(employed(q06="无"), TODAY, THRESHOLDS, literal=True).answers, "zh"))
    assert none["6. 请问您的月收入是多少？"] == "无"


def test_gs33_what_the_worked_scenario_says_of_validation_holds() -> None:
    assert wrong(filled(top_skill="无", home_phone="无")) == {}
    assert "请选择3项，现在选了2项" in wrong(filled(q14="A、B"))["q14"]
    assert "不能再选其他项" in wrong(employed(q07="AH"))["q07"]
    assert "没有填写" in wrong(filled(ethnicity=None))["ethnicity"]
    without = {"q05": "未签订劳动/劳务合同", "q05_from": None, "q05_to": None}
    informal = employed(q03="非正规就业（无合同或无保险）", q07="H", q08="有合同无社保", **without)
    assert wrong(informal) == {}
    assert "q09" in wrong(informal | {"q08": "无合同无社保"})
    flexible = employed(q03="C", q04=None, q05=None, q05_from=None, q05_to=None)
    assert wrong(flexible) == {}


@pytest.mark.parametrize(
    ("row", "name", "words"),
    [
        (filled(name="无"), "name", "不能填“无”"),
        (filled(id_no=number()[:-1] + "5" if number()[-1] != "5" else number()[:-1] + "6"), "id_no", "校验"),
        (filled(id_no="11011320200101001X"), "id_no", ""),
        (filled(id_no=number(2, date(1950, 1, 1))), "id_no", "劳动年龄"),
        (filled(mobile="问本人"), "mobile", "只含数字"),
        (filled(hukou="农业"), "person_type", "不一致"),
        (filled(health="残疾"), "health_labour_ability", "没有填写"),
        (filled(top_skill="焊工"), "skill_level", "没有填写"),
        (employed(q05_from="2027-02"), "q05_to", "晚于"),
        (employed(q06="三千"), "q06", "应填数字"),
        (filled(q10="是"), "q10_year", "没有填写"),
        (filled(survey_date="2026-03-10"), "survey_date", "不能晚于今天"),
        (filled(survey_date="2026-02-30"), "survey_date", "不是有效日期"),
        (filled(interviewer=None), "interviewer", "没有填写"),
        (filled(q11="否"), "q12", "按跳转规则不需要回答"),
        (filled(q13="其他"), "q13_text", "没有填写"),
    ],
)
def test_what_the_paper_forbids_is_refused_with_the_way_out(
    row: dict[str, Any], name: str, words: str
) -> None:
    assert words in wrong(row)[name]


def test_nothing_is_said_of_a_question_whose_condition_is_itself_wrong() -> None:
    assert set(wrong(filled(q01="也许"))) == {"q01"}


def test_who_wants_no_work_ends_after_question_11_and_still_signs() -> None:
    ended = dict.fromkeys(("q12", "q13", "q14", "q15", "q15_other", "q16_difficulty", "q16_suggestion"))
    assert wrong(filled(q11="否", **ended)) == {}


def test_on_a_page_an_answer_that_is_not_asked_is_dropped() -> None:
    found = accept(filled(q11="否"), TODAY, THRESHOLDS)
    assert "q12" not in found.answers


def test_what_is_only_unlikely_is_a_warning() -> None:
    found = check(filled(person_type="在业人员"), TODAY, THRESHOLDS)
    assert found.problems == []
    assert ["人员类别为" in zh for _name, zh, _en in found.warnings] == [True]


def test_the_task_of_the_interview_takes_the_questionnaire_as_its_page_posts_it() -> None:
    spec = task_form("P01a_Form")
    answers = example("王秀英", TODAY, {})
    posted: MultiDict[str, str] = MultiDict({"in_scope": "true"})
    for name, answer in answers.items():
        for one in answer if isinstance(answer, list) else [answer]:
            posted.add(f"survey__{name}", one)
    kept = validate(spec, from_html(spec, posted), CONTEXT).values["survey"]
    assert kept == answers
    posted.setlist("survey__q14", ["A"])
    with pytest.raises(FormInvalid) as refused:
        validate(spec, from_html(spec, posted), CONTEXT)
    assert [name for name, _zh, _en in refused.value.problems] == ["survey__q14"]


@pytest.mark.parametrize(
    "facts",
    [
        {}, {"wish": False}, {"disabled": True, "labour_ability": False},
        {"urban": False, "receives_dibao": True}, {"special_family_reason": True, "family_economy": "GOOD"},
    ],
)  # fmt: skip
def test_the_example_is_a_whole_questionnaire_that_says_what_the_facts_say(facts: dict[str, Any]) -> None:
    assert accept(example("王秀英", TODAY, facts, phone="13800001234"), TODAY, without=ON_FILE).warnings == []
