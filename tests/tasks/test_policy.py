"""The policy file against the catalogue of deadlines and the tasks; settings, and what they refuse."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.calendar import WorkCalendar
from engine.deadlines import Unit, count
from tasks.labels import catalogue
from tasks.policy import Policy, PolicyInvalid, load_policy
from tasks.settings import Setting, SettingInvalid, SettingsInvalid, defaults, load_settings

BPMN = Path(__file__).parents[2] / "bpmn"
POLICY = load_policy(BPMN / "policy.toml")
SETTINGS = load_settings(BPMN / "settings.toml")
CATALOGUE = {
    row["id"]: row
    for row in csv.DictReader((BPMN / "policy" / "deadlines.csv").read_text("utf-8-sig").splitlines())
}
TASKS = {task["id"]: task for task in json.loads((BPMN / "policy/tasks.json").read_text("utf-8"))["tasks"]}
ELEMENTS = {
    element["id"]
    for process in json.loads((BPMN / "policy/processes.json").read_text("utf-8"))["processes"]
    for element in process["elements"]
}
#: what opens a row and is no element of a diagram: a command, and a benefit's end
OUTSIDE = {"found_work", "benefit"}


def test_every_row_of_the_catalogue_is_there_and_no_other() -> None:
    assert list(POLICY.rules) == list(CATALOGUE)


@pytest.mark.parametrize("rule_id", CATALOGUE)
def test_a_rule_carries_the_sentence_and_clauses_of_the_catalogue(rule_id: str) -> None:
    row, rule = CATALOGUE[rule_id], POLICY[rule_id]
    assert rule.quote_zh == row["quote_zh"]
    assert rule.seed == row["seed"]
    assert list(rule.rule_ids) == [name.strip() for name in row["rule_ids"].split(";")]
    assert rule.kind == row["kind"].split("+")[0]
    assert rule.title


def test_exactly_the_rows_of_the_opening_table_open() -> None:
    opening = {row["id"] for row in CATALOGUE.values() if row["opens_with"]}
    assert {rule.id for rule in POLICY.rules.values() if rule.opens} == opening
    for rule in POLICY.rules.values():
        assert rule.met_by == (CATALOGUE[rule.id]["met_by"] or None)


def test_a_named_opening_is_the_one_of_the_catalogue() -> None:
    for rule in POLICY.rules.values():
        for opening in rule.opens[:1]:
            assert CATALOGUE[rule.id]["opens_with"].count(opening.element), rule.id


def dates(task: str) -> set[str]:
    fields = TASKS[task]["fields"]
    named = {field["name"] for field in fields if field["type"] in ("date", "datetime")}
    columns = [(field["name"], part.split()) for field in fields for part in field.get("item", "").split(";")]
    return named | {f"{name}.{part[0]}" for name, part in columns if part[1:] == ["date"]}


def test_openings_and_meetings_name_elements_and_date_fields_that_exist() -> None:
    for rule in POLICY.rules.values():
        for opening in rule.opens:
            assert opening.element in ELEMENTS | OUTSIDE, opening
            if opening.field and opening.element not in OUTSIDE:
                assert opening.field in dates(opening.element), opening
        if rule.met_field:
            assert rule.met_by is not None
            assert rule.met_field in dates(rule.met_by), rule.id


def test_a_condition_reads_routing_fields_and_settings_only() -> None:
    routing = {f["name"] for task in TASKS.values() for f in task["fields"] if f["routing"]}
    computed = {"level", "next_step", "run_no"}
    for rule in POLICY.rules.values():
        for opening in rule.opens:
            if opening.condition:
                assert opening.condition.names <= routing | computed, opening
                assert opening.condition.calls <= {"setting"}


def openings_that_hold(
    rule_id: str, element: str, values: dict[str, Any], settings: dict[str, Any], pending: bool = False
) -> int:
    return sum(
        opening.pending is pending
        and (opening.condition is None or bool(opening.condition(values, {"setting": settings.__getitem__})))
        for rule, opening in POLICY.opened_by[element]
        if rule.id == rule_id
    )


@pytest.mark.parametrize("rule_id", ["DL-015", "DL-017"])
def test_the_first_clocks_start_at_recognition_or_at_the_card(rule_id: str) -> None:
    recognised = {"approval": "APPROVED", "decision": "RECOGNISED"}
    for start, at_approval, waiting in (("recognition", 1, 0), ("card", 0, 1)):
        settings = {"clock_start": start}
        assert openings_that_hold(rule_id, "P03_Approve", recognised, settings) == at_approval
        waits = openings_that_hold(rule_id, "P03_Approve", recognised, settings, pending=True)
        assert waits == waiting  # until the card is issued (J.7.4)
        for refused in ({"approval": "RETURNED"}, {"decision": "NOT_RECOGNISED"}):
            assert openings_that_hold(rule_id, "P03_Approve", recognised | refused, settings) == 0


def test_the_card_dates_only_what_waits_for_it() -> None:
    by_card = POLICY.opened_by["P03_Card"]
    assert {rule.id for rule, _opening in by_card} == {"DL-015", "DL-017"}
    assert all(opening.fills_pending and opening.condition is None for _rule, opening in by_card)


def test_a_second_run_opens_the_clocks_of_its_entry_tier_only() -> None:
    entry = {"COMMUNITY": {"DL-015", "DL-017"}, "STREET": {"DL-018", "DL-025"}, "DISTRICT": {"DL-026"}}
    for tier, rules in entry.items():
        values = {"open_run": True, "entry_tier": tier}
        opened = {
            rule.id
            for rule, opening in POLICY.opened_by["P09_SecondAssistance"]
            if opening.condition and opening.condition(values, {})
        }
        assert opened == rules
        assert not any(
            opening.condition and opening.condition({"open_run": False}, {})
            for _rule, opening in POLICY.opened_by["P09_SecondAssistance"]
        )


def test_only_the_unit_employed_get_the_revisit_after_a_month() -> None:
    for kind, expected in (("UNIT", 1), ("PUBLIC_WELFARE", 1), ("FLEXIBLE", 0), ("SELF", 0)):
        assert openings_that_hold("DL-039", "P07_Register", {"employment_kind": kind}, {}) == expected


def test_working_days_are_counted_where_the_words_say_so() -> None:
    for rule in POLICY.rules.values():
        if rule.rule and rule.rule.unit is Unit.WORKING_DAY:
            assert "工作日" in rule.quote_zh
        if rule.rule and rule.rule.unit is Unit.CALENDAR_DAY:
            assert "工作日" not in rule.quote_zh


def test_a_lead_that_the_office_has_not_set_gives_no_date() -> None:
    assert POLICY["DL-104"].rule_for(defaults(SETTINGS)) is None
    rule = POLICY["DL-104"].rule_for({"benefit_lead_days": 60})
    assert rule is not None
    due = count(rule, date(2026, 12, 31), WorkCalendar.load(BPMN / "calendars"))
    assert (due.literal, due.effective) == (date(2026, 11, 1), date(2026, 11, 2))


def test_an_office_may_switch_rolling_off() -> None:
    rule = POLICY["DL-018"].rule_for({"roll_one_off": False})
    assert rule is not None
    assert rule.roll is False
    assert POLICY["DL-018"].rule_for(defaults(SETTINGS)) is POLICY["DL-018"].rule


def test_a_duty_names_its_interval_or_the_setting_that_gives_it() -> None:
    duties = [rule.recurrence for rule in POLICY.rules.values() if rule.recurrence]
    assert len(duties) >= 15
    for duty in duties:
        assert (duty.period is None) == (duty.interval_setting is not None)
        assert duty.interval_setting is None or duty.interval_setting in SETTINGS


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('unit = "working_day"', 'unit = "hour"', "DL-015"),
        ('kind = "deadline"', 'kind = "guess"', "DL-002"),
        ('id = "DL-002"', 'id = "DL-001"', "编号重复"),
        ('met_field = "start_on"', 'met_felt = "start_on"', "DL-001"),
        ('until = "03-31"', 'until = "31 March"', "DL-001"),
        ("opens = [", "starts = [", "DL-001"),
        ("[[rule]]", "[[rule", "无法读取"),
    ],
)
def test_a_policy_file_with_a_slip_is_refused_and_named(
    old: str, new: str, problem: str, tmp_path: Path
) -> None:
    text = (BPMN / "policy.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "policy.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PolicyInvalid) as refused:
        load_policy(path)
    assert problem in refused.value.sentence()


def test_the_index_of_what_an_element_meets_is_complete() -> None:
    assert isinstance(POLICY, Policy)
    assert [rule.id for rule in POLICY.met_by["P04_FirstVacancy"]] == ["DL-017"]
    assert sum(map(len, POLICY.met_by.values())) == sum(bool(r.met_by) for r in POLICY.rules.values())


def test_what_the_policy_leaves_open_has_no_default() -> None:
    values, demo = defaults(SETTINGS), defaults(SETTINGS, demo=True)
    for name in ("public_notice_days", "benefit_lead_days", "max_welfare_placements"):
        assert values[name] is None
    assert demo["public_notice_days"] == 5
    assert values["district_outcome_lead_days"] == demo["district_outcome_lead_days"] == 5
    assert values["clock_start"] == "recognition"
    assert values["four_eyes"] == ["recognition", "own_reason", "placement"]
    assert values["exit_needs_supervisor"] is True


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.id)
def test_a_setting_says_why_in_chinese_and_takes_its_own_values(setting: Setting) -> None:
    assert setting.rules
    assert setting.reading.endswith("。")
    assert setting.check(setting.default) == setting.default
    if setting.demo is not None:
        assert setting.check(setting.demo) == setting.demo


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("public_notice_days", 0),
        ("public_notice_days", 31),
        ("public_notice_days", "5"),
        ("public_notice_days", True),
        ("public_notice_days", 5.0),
        ("district_outcome_lead_days", None),
        ("clock_start", "yesterday"),
        ("four_eyes", ["everything"]),
        ("four_eyes", "recognition"),
        ("exit_needs_supervisor", 1),
        ("office_targets", {"DL-015": 3}),
        ("office_targets", {"DL-023": 0}),
        ("office_targets", []),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_chinese(name: str, value: Any) -> None:
    with pytest.raises(SettingInvalid) as refused:
        SETTINGS[name].check(value)
    assert SETTINGS[name].title in refused.value.sentence()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('type = "int"', 'type = "float"'),
        ('basis = "CONFIG"', 'basis = "SAID"'),
        ("reading = ", "because = "),
        ('id = "clock_start"', 'id = "public_notice_days"'),
        ("[[setting]]", "[[setting"),
    ],
)
def test_a_settings_file_with_a_slip_is_refused(old: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text((BPMN / "settings.toml").read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(SettingsInvalid):
        load_settings(path)


def test_everything_a_deadline_is_counted_from_has_its_words_in_both_languages() -> None:
    opened = {opening.element for rule in POLICY.rules.values() for opening in rule.opens}
    for lang in ("zh", "en"):
        assert [one for one in sorted(opened) if catalogue().find("since", one, lang) is None] == []
