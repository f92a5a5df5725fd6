"""What forms accept, and how they refuse."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from engine.codec import dumps
from engine.errors import FormInvalid, NotFound
from tasks.forms.prefill import prefill, with_examples
from tasks.forms.spec import Field, FormFault, FormSpec, form, forms, load_forms
from tasks.forms.validate import Validated, from_html, validate, visible_fields
from tasks.forms.values import FormContext
from tasks.survey.example import example

NOW = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
CONTEXT = FormContext(date(2026, 3, 9), NOW, functions={"higher_rank_waits": lambda _post: False})
HIRED = {"outcome": "HIRED", "employment_kind": "UNIT", "employer": "顺义某企业", "employed_on": "2026-03-09"}


def answers(rule: str, field: Field) -> Any:
    """Stand for the program's own knowledge: what the rules of prefills and examples ask for."""
    known = {
        "dispatcher": "7", "helper:community_aide": "7", "free_post": "5", "member": "3", "month": "2026-02",
        "year": "2026", "notice_until": date(2026, 3, 16), "decision:DT-08": "COUNT", "hardship": True,
        "decision:DT-01": ["SY03_3545"], "registered_person": [{"person": "3"}],
        "open_referrals": [{"seq": 1, "outcome": "NOT_HIRED", "reason": "POST"}],
        "survey_example": example("王秀英", date(2026, 3, 9), {}), "referral.employer": "顺义某企业",
        "register_type": "UNEMPLOYED" if field.name == "subsystem" else "UNEMPLOYMENT",
    }  # fmt: skip
    if rule.startswith("next_number:"):
        return "0001"
    if rule == "employment":
        return HIRED.get(field.name)
    return known.get(rule)


def accept(task: str, context: FormContext = CONTEXT, **raw: Any) -> Validated:
    return validate(form(task), raw, context)


def filled(task: str, context: FormContext = CONTEXT, **given: Any) -> Validated:
    spec = form(task)
    return validate(spec, with_examples(spec, given, context, {"sex": "F"}, answers), context)


def problems(task: str, context: FormContext = CONTEXT, **raw: Any) -> dict[str, str]:
    with pytest.raises(FormInvalid) as refused:
        validate(form(task), raw, context)
    assert all(zh.endswith("。") and en for _field, zh, en in refused.value.problems)
    return {field: zh for field, zh, _en in refused.value.problems}


@pytest.mark.parametrize("task", sorted(forms()))
def test_the_examples_of_every_form_are_accepted_and_can_be_stored(task: str) -> None:
    assert isinstance(dumps(filled(task).values), str)


def test_all_missing_answers_are_named_at_once_in_the_order_of_the_form() -> None:
    assert list(problems("P04_Outcome", outcome="HIRED")) == ["employment_kind", "employed_on"]
    assert list(problems("P04_Outcome", outcome="NOT_HIRED")) == ["reason", "explanation"]
    assert problems("P04_Outcome") == {"outcome": "请选择“结果”。"}


def test_what_is_wrong_in_a_row_is_named_in_the_order_of_its_columns() -> None:
    row = {"note": "长" * 400, "referred_on": "2026-03-10", "employer": "长" * 400}
    told = problems("P05_TwoReferrals", referrals=[row])
    columns = ("employer", "post", "referred_on", "note")
    assert list(told) == [f"referrals__0__{column}" for column in columns]


def test_answers_to_hidden_questions_are_not_stored() -> None:
    accepted = accept("P04_Outcome", **HIRED, reason="OWN", explanation="不相干")
    assert accepted.values == {**HIRED, "employed_on": date(2026, 3, 9)}


def test_routing_names_every_routing_field_so_that_an_old_round_leaves_nothing() -> None:
    accepted = accept("P04_Outcome", **HIRED)
    assert accepted.routing == {"outcome": "HIRED", "reason": None, "employment_kind": "UNIT"}
    assert accepted.business == {"employer": "顺义某企业", "employed_on": date(2026, 3, 9)}


def test_a_question_hidden_behind_a_hidden_question_is_hidden() -> None:
    assert "employer" not in visible_fields(form("P04_Outcome"), {**HIRED, "outcome": "NOT_HIRED"}, CONTEXT)
    accept("P04_Outcome", outcome="CANCELLED", explanation="单位撤岗", employment_kind="UNIT")


def test_a_wrong_answer_to_a_hidden_question_does_no_harm() -> None:
    accept("P04_Outcome", **HIRED, reason="NO SUCH", explanation="x" * 5000)


@pytest.mark.parametrize(
    "name", ["case_id", "typename", "__class__", "failed_count", "_csrf", "outcome__0__x"]
)
def test_an_unknown_field_is_refused(name: str) -> None:
    assert name in problems("P04_Outcome", **HIRED, **{name: "1"})


def test_who_left_has_lost_the_job() -> None:
    told = problems(
        "P21_FollowUp", revisited_on="2026-03-09", status="LEFT", stability="UNSTABLE", note="离职",
        signal="NONE",
    )  # fmt: skip
    assert told == {"signal": "就业状况为“已离职”时，异常情况请选“失去岗位”。"}


def test_a_confirmation_left_open_asks_for_no_reason() -> None:
    assert "absence_reason" not in problems("P04_Interview", interview_on="2026-03-09")
    assert "absence_reason" in problems("P04_Interview", interview_on="2026-03-09", accompanied=False)


def test_the_other_category_needs_its_grounds() -> None:
    given = {"decision": "RECOGNISED", "data_compared": True}
    accept("P03_Recognise", categories=["SY03_3545"], **given)
    told = problems("P03_Recognise", categories=["SY03_3545", "SY13_OTHER"], **given)
    assert list(told) == ["other_reason"]


def test_passing_over_a_waiting_person_needs_a_reason() -> None:
    waiting = replace(CONTEXT, functions={"higher_rank_waits": lambda post: post == "5"})
    accept("P13_Designate", waiting, post="6", grounds="就近")
    assert list(problems("P13_Designate", waiting, post="5", grounds="就近")) == ["rank_reason"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-03-09", date(2026, 3, 9)),
        ("2026/3/9", date(2026, 3, 9)),
        ("２０２６年３月９日", date(2026, 3, 9)),
        (date(2026, 3, 1), date(2026, 3, 1)),
    ],
)
def test_dates_are_read_as_people_write_them(typed: Any, read: date) -> None:
    assert accept("P06_Advice", advice="转岗", entered_on=typed).values["entered_on"] == read


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-03-10", "不能晚于今天（2026年3月9日）"),
        ("2026-02-30", "不是有效日期"),
        ("昨天", "不是有效日期"),
        (20260309, "不是有效日期"),
        ("1066-10-14", "年份"),
        ([], "格式"),
        (NOW, "只填写日期"),
        (True, "格式"),
    ],
)
def test_a_date_that_cannot_be_is_refused(typed: Any, said: str) -> None:
    assert said in problems("P06_Advice", advice="转岗", entered_on=typed)["entered_on"]


def test_limits_may_lie_ahead() -> None:
    accept("P07_LimitNotice", notice_no="1", limit_on="2026-03-24", delivered_to="PERSON")


def test_a_date_before_its_trigger_is_refused() -> None:
    context = replace(CONTEXT, earliest={"entered_on": date(2026, 3, 5)})
    accept("P06_Advice", context, advice="转岗", entered_on="2026-03-05")
    told = problems("P06_Advice", context, advice="转岗", entered_on="2026-03-04")
    assert "不能早于2026年3月5日" in told["entered_on"]


def contact(at: Any) -> dict[str, Any]:
    return {"contacted_at": at, "channel": "PHONE", "explained": True, "opinion": "同意"}


def test_a_time_without_zone_is_that_of_shanghai() -> None:
    expected = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
    for typed in ("2026-03-09T09:30", "2026-03-09 09:30:00", datetime(2026, 3, 9, 9, 30)):  # noqa: DTZ001
        assert accept("P04_FirstContact", **contact(typed)).values["contacted_at"] == expected
    assert "不能晚于现在" in problems("P04_FirstContact", **contact("2026-03-09T10:01"))["contacted_at"]
    assert "不是有效时间" in problems("P04_FirstContact", **contact("gleich"))["contacted_at"]


@pytest.mark.parametrize(
    ("typed", "read"), [("3500", "3500.00"), ("３，５００.5元", "3500.50"), (3500.5, "3500.50"), (0, "0.00")]
)
def test_money_has_two_decimals(typed: Any, read: str) -> None:
    assert filled("P09_First", income=typed).values["income"] == read


@pytest.mark.parametrize(
    "typed", ["-1", "NaN", "Infinity", "1e999", "3500.505", "many", float("nan"), True, "9" * 30]
)
def test_an_impossible_amount_is_refused(typed: Any) -> None:
    with pytest.raises(FormInvalid):
        filled("P09_First", income=typed)


@pytest.mark.parametrize("typed", ["1.5", "-1", "101", "９９９", 10**20, True, None])
def test_an_impossible_number_is_refused(typed: Any) -> None:
    told = problems("P05_Effect", interview_success_rate=typed, satisfaction=4, evaluation="有效")
    assert list(told) == ["interview_success_rate"]


def test_text_is_normalised_and_stripped_of_what_nobody_can_see() -> None:
    accepted = accept("P06_Widen", new_target=" 保洁\u202e\u200b\x00e\u0301\r\n第二行 ", agreed="on")
    assert accepted.values == {"new_target": "保洁é\n第二行", "agreed": True}


@pytest.mark.parametrize("typed", ["\ud800", "字" * 4001, {"a": 1}, ["x"], True])
def test_text_that_cannot_be_stored_is_refused(typed: Any) -> None:
    assert "new_target" in problems("P06_Widen", new_target=typed, agreed=True)


def test_blank_text_is_no_answer() -> None:
    assert problems("P06_Widen", new_target=" \u200b\n", agreed=True) == {
        "new_target": "请填写“新的择业目标”。"
    }


def test_choices_of_several_are_kept_once_in_the_order_of_the_form() -> None:
    accepted = accept("P04_Guidance", topics=["MARKET", "SITUATION", "MARKET"], note="已讲解")
    assert accepted.values["topics"] == ["SITUATION", "MARKET"]
    assert "topics" in problems("P04_Guidance", topics=["MARKET", "NO SUCH"], note="已讲解")
    assert "topics" in problems("P04_Guidance", topics=[], note="已讲解")


def test_the_office_may_narrow_a_set_of_codes() -> None:
    given = {"way": "END", "end_code": "END-MOVED", "grounds": "迁出"}
    accept("P13_Unplaced", **given)
    narrow = replace(CONTEXT, options={"EXIT_CODE": ["END-AGE"]})
    assert list(problems("P13_Unplaced", narrow, **given)) == ["end_code"]


def test_somebody_who_may_not_be_chosen_is_refused() -> None:
    known = replace(CONTEXT, resolve=lambda of, raw: "7" if (of, raw) == ("community_aide", "李四") else None)
    assert accept("P04_AssignAide", known, aide="李四").values["aide"] == "7"
    assert "aide" in problems("P04_AssignAide", known, aide="9")
    assert "aide" in problems("P04_AssignAide", aide="1 OR 1=1")


def test_rows_are_read_column_by_column_and_empty_rows_do_not_count() -> None:
    row = {"employer": "顺义某超市", "post": "理货员", "referred_on": "2026-03-09", "note": ""}
    accepted = accept("P05_TwoReferrals", referrals=[row, {"employer": "", "post": ""}])
    assert accepted.values["referrals"] == [
        {"employer": "顺义某超市", "post": "理货员", "referred_on": date(2026, 3, 9)}
    ]
    told = problems("P05_TwoReferrals", referrals=[row, {"employer": "乙", "referred_on": "2027-01-01"}])
    assert list(told) == ["referrals__1__post", "referrals__1__referred_on"]
    assert list(problems("P05_TwoReferrals", referrals=[{**row, "evil": 1}])) == ["referrals__0__evil"]


@pytest.mark.parametrize("rows", ["x", [1], {"0": {}}, [{"employer": "甲"}] * 51, []])
def test_a_list_that_is_none_is_refused(rows: Any) -> None:
    assert list(problems("P05_TwoReferrals", referrals=rows)) == ["referrals"]


def test_nobody_found_is_an_answer_where_the_seeds_say_so() -> None:
    assert accept("P08_Query", month="2026-02", hits=[]).values["hits"] == []


def test_a_posted_page_reads_like_its_json() -> None:
    posted: MultiDict[str, str] = MultiDict(
        [("_csrf", "x"), ("topics", "MARKET"), ("topics", "INTERVIEW"), ("topics", ""), ("note", "已讲解")]
    )
    raw = from_html(form("P04_Guidance"), posted)
    assert raw == {"topics": ["MARKET", "INTERVIEW"], "note": "已讲解"}
    rows: MultiDict[str, str] = MultiDict(
        {"referrals__10__post": "后厨", "referrals__2__post": "理货员", "referrals__2__employer": "甲"}
    )
    read = from_html(form("P05_TwoReferrals"), rows)["referrals"]
    assert read == [{"post": "理货员", "employer": "甲"}, {"post": "后厨"}]


def test_a_posted_name_of_no_field_reaches_the_refusal() -> None:
    posted: MultiDict[str, str] = MultiDict({"__class__": "x", "status__0__x": "y"})
    raw = from_html(form("P06_Widen"), posted)
    assert {"__class__", "status__0__x"} <= problems("P06_Widen", **raw).keys()


def test_a_page_without_rows_posts_an_empty_list() -> None:
    assert from_html(form("P08_Query"), MultiDict({"month": "2026-02"}))["hits"] == []


def test_a_fresh_form_knows_the_facts_today_and_what_the_program_proposes() -> None:
    known = prefill(form("P21_Visit"), CONTEXT, {"wish": True, "family_economy": "HARD"}, answers)
    today = date(2026, 3, 9)
    assert known == {"visited_on": today, "employed_on": today, "wish": True, "family_economy": "HARD"}
    assert prefill(form("P04_AssignAide"), CONTEXT, {}, answers) == {"aide": "7"}
    assert prefill(form("P04_Letter"), CONTEXT, {}, answers)["letter_no"] == "0001"


def test_a_known_fact_goes_before_the_example_and_what_is_given_before_both() -> None:
    spec = form("P03_Form")
    raw = with_examples(spec, {"wish": False}, CONTEXT, {"sex": "M", "wish": True, "disabled": True}, answers)
    assert (raw["wish"], raw["disabled"], raw["sex"], raw["receives_dibao"]) == (False, True, "M", False)
    assert "eco_post" not in raw


def test_one_answer_makes_others_required() -> None:
    spec = form("P04_Outcome")
    raw = with_examples(spec, {"outcome": "HIRED"}, CONTEXT, {}, answers)
    assert raw.keys() == {"outcome", "employment_kind", "employer", "employed_on"}


def test_an_optional_field_is_filled_only_when_asked_for() -> None:
    spec = form("P05_Revisit")
    assert "other_outcomes" not in with_examples(spec, {}, CONTEXT, {}, answers)
    assert "other_outcomes" in with_examples(spec, {}, CONTEXT, {}, answers, also={"other_outcomes"})


def test_there_is_no_form_for_an_unknown_task() -> None:
    with pytest.raises(NotFound):
        form("P99_Nothing")


def spec_of(folder: Path, task: dict[str, Any]) -> FormSpec:
    (folder / "sets.json").write_text("{}", encoding="utf-8")
    body = {"title_zh": "一", "title_en": "One", **task}
    text = json.dumps({"process": "P", "tasks": {"T": body}})
    (folder / "P.json").write_text(text, encoding="utf-8")
    return load_forms(folder)["T"]


TEXT = {"name": "a", "zh": "甲", "en": "A", "type": "text"}


@pytest.mark.parametrize(
    "task",
    [
        {"fields": [{**TEXT, "type": "blob"}]},
        {"fields": [{**TEXT, "colour": "red"}]},
        {"fields": [TEXT, TEXT]},
        {"fields": [{**TEXT, "required": "b == 1"}]},
        {"fields": [{**TEXT, "type": "enum"}]},
        {"fields": [{**TEXT, "type": "enum", "set": "NONE"}]},
        {"fields": [{**TEXT, "type": "list"}]},
        {"fields": [TEXT], "groups": [{"zh": "组", "en": "G", "fields": ["b"]}]},
        {"fields": [TEXT], "checks": [{"refuse_if": "b == 1", "field": "a", "zh": "不。", "en": "no"}]},
    ],
)
def test_a_wrong_form_file_is_refused_when_it_is_read(tmp_path: Path, task: dict[str, Any]) -> None:
    with pytest.raises(FormFault):
        spec_of(tmp_path, task)
    assert spec_of(tmp_path, {"fields": [TEXT]}).fields.keys() == {"a", "note"}
