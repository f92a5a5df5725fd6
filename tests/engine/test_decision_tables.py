"""The office's decision tables: the rows of RULES D and J.3, row by row, and a second engine's opinion."""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from math import prod
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.dmn.parser.DMNParser import DMNParser

from engine.calendar import full_years
from engine.decisions import DecisionTable, DecisionUnmatched, parse_dmn

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "bpmn" / "decisions").glob("*.dmn"))
TABLES = {table.id: table for table in (parse_dmn(path.read_bytes()) for path in FILES)}
RULE_IDS = {row["id"] for row in json.loads((ROOT / "bpmn/policy/rules.json").read_text("utf-8"))}
ECONOMY = ("GOOD", "NORMAL", "HARD", "VERY_HARD")
TRUTH = (True, False)


#: The notice of the city took effect (R000-16.1), and the day before.
IN_FORCE, EVE = date(2026, 1, 1), date(2025, 12, 31)


def decide(table: str, on: date = IN_FORCE, **values: Any) -> Any:
    output = TABLES[table].decide(values, on=on).output
    return next(iter(output.values())) if isinstance(output, dict) and len(output) == 1 else output


def test_every_table_of_the_first_processes_is_there() -> None:
    assert sorted(TABLES) == [f"DT-{n:02}" for n in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 18)]
    assert [path.name.split("_")[0] for path in FILES] == [*TABLES]


def test_every_row_names_a_clause_that_exists_or_says_it_is_ours() -> None:
    for table in TABLES.values():
        for rule in table.rules:
            named = [word for word in rule.annotation.replace("、", " ").split() if word.startswith("R00")]
            assert named or rule.annotation.startswith(("INFERRED", "C.", "D.")), (table.id, rule.number)
            assert all(word in RULE_IDS for word in named), (table.id, rule.annotation)


def shunyi(**facts: Any) -> list[str]:
    return list(decide("DT-01", **facts))


@pytest.mark.parametrize(
    ("sex", "birth", "on", "expected"),
    [
        ("F", date(1991, 3, 10), date(2026, 3, 9), False),
        ("F", date(1991, 3, 10), date(2026, 3, 10), True),
        ("F", date(1976, 3, 10), date(2026, 3, 9), True),
        ("F", date(1976, 3, 10), date(2026, 3, 10), False),
        ("M", date(1981, 3, 10), date(2026, 3, 9), False),
        ("M", date(1981, 3, 10), date(2026, 3, 10), True),
        ("M", date(1966, 3, 10), date(2026, 3, 9), True),
        ("M", date(1966, 3, 10), date(2026, 3, 10), False),
    ],
)  # fmt: skip
def test_the_3545_ages_hold_to_the_day(sex: str, birth: date, on: date, expected: bool) -> None:
    facts = {"sex": sex, "age": full_years(birth, on), "labour_ability": True, "wish": True}
    assert ("SY03_3545" in shunyi(**facts)) is expected


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"receives_dibao": True}, "SY01_DIBAO"),
        ({"disabled": True, "labour_ability": True}, "SY02_DISABLED"),
        ({"unemployed_year": True}, "SY04_UNEMP1Y"),
        ({"graduated_year": True}, "SY05_GRAD1Y"),
        ({"military_family": True, "first_time_in_shunyi": True}, "SY06_MILFAMILY"),
        ({"zero_employment_family": True}, "SY07_ZEROFAMILY"),
        ({"pure_farming_family": True}, "SY08_PUREFARM"),
        ({"eco_post": True}, "SY09_ECOPOST"),
        ({"green_staff_post": True}, "SY10_GREENSTAFF"),
        ({"green_transition_affected": True}, "SY11_GREENTRANS"),
        ({"land_loss": True}, "SY12_LANDLOSS"),
        ({"other_recognised": True}, "SY13_OTHER"),
    ],
)
def test_a_category_needs_all_its_facts(facts: dict[str, bool], code: str) -> None:
    assert shunyi(**facts) == [code]
    for name in facts:
        assert shunyi(**{**facts, name: False}) == []


def test_categories_add_up_and_a_job_after_graduation_ends_the_fifth() -> None:
    facts = {"sex": "F", "age": 40, "labour_ability": True, "wish": True, "receives_dibao": True}
    assert shunyi(**facts, graduated_year=True) == ["SY01_DIBAO", "SY03_3545", "SY05_GRAD1Y"]
    assert shunyi(graduated_year=True, employed_since_graduation=True) == []


def test_what_the_street_recognises_otherwise_is_the_open_case_of_the_national_definition() -> None:
    assert decide("DT-02", unemployed=True, other_recognised=True) == ["N05_ETC"]
    assert decide("DT-02", unemployed=False, other_recognised=True) == []


def test_the_national_definition_asks_for_registered_unemployment() -> None:
    facts = {"disabled": True, "poor": True, "unemployed_year": True, "sex": "M", "age": 45}
    assert decide("DT-02", unemployed=True, **facts) == [
        "N01_OLDER", "N02_DISABLED", "N03_FAMILYHARD", "N04_UNEMP1Y",
    ]  # fmt: skip
    assert decide("DT-02", unemployed=False, **facts) == []


@pytest.mark.parametrize(
    ("members", "all_out", "urban", "shunyi_says", "nation_says"),
    [
        (2, True, True, True, True),
        (2, True, False, True, False),
        (2, False, True, False, False),
        (0, True, True, False, False),
    ],
)
def test_a_zero_employment_family_has_somebody_of_labour_age_and_nobody_in_work(
    members: int, all_out: bool, urban: bool, shunyi_says: bool, nation_says: bool
) -> None:
    output = decide("DT-03", members_of_age=members, members_all_unemployed=all_out, urban_family=urban)
    assert output == {"zero_employment_family": shunyi_says, "national_zero_family": nation_says}


def visit_class(economy: str, wish: bool, urgent: bool) -> int:
    if economy in ("GOOD", "NORMAL"):
        return (3 if urgent else 2) if wish else 1
    if not wish:
        return 2
    return 4 if economy == "VERY_HARD" and urgent else 3


def test_every_combination_has_one_visit_class() -> None:
    for economy, wish, urgent, special, nearby in product(
        ECONOMY, TRUTH, TRUTH, (*TRUTH, None), (*TRUTH, None)
    ):
        values = {"family_economy": economy, "wish": wish, "urgent": urgent}
        found = decide("DT-05", **values, special_family_reason=special, nearby_only=nearby)
        assert found == visit_class(economy, wish, urgent), values


def test_a_visit_class_has_its_interval() -> None:
    found = [tuple(decide("DT-06", visit_class=n).values()) for n in (1, 2, 3, 4)]
    assert found == [("half_year", 1), ("quarter", 1), ("month", 1), ("month", 2)]


def test_every_combination_has_one_follow_up_class() -> None:
    stabilities = ("STABLE", "UNSTABLE", "UNJUDGED", "", None)
    for economy, special, nearby, stability in product(
        (*ECONOMY, "", None), (*TRUTH, None), (*TRUTH, None), stabilities
    ):
        expected = "TEN_DAYS" if stability == "UNSTABLE" else "MONTHLY"
        if economy == "VERY_HARD" and (special or nearby):
            expected = "WEEKLY"
        home = {"family_economy": economy, "special_family_reason": special, "nearby_only": nearby}
        found = decide("DT-07", **home, stability=stability)
        assert found == expected


def test_an_office_that_reads_alternatives_revisits_weekly_for_any_of_the_three() -> None:
    for economy, special, nearby, stability in product(ECONOMY, TRUTH, TRUTH, ("STABLE", "UNSTABLE", "")):
        expected = "TEN_DAYS" if stability == "UNSTABLE" else "MONTHLY"
        if economy == "VERY_HARD" or special or nearby:
            expected = "WEEKLY"
        home = {"family_economy": economy, "special_family_reason": special, "nearby_only": nearby}
        assert decide("DT-07", **home, stability=stability, weekly_any=True) == expected


def hints(on: date = IN_FORCE, **values: Any) -> list[str]:
    given = {"placement": "", "hardship": True, "receives_dibao": False,
             "flexible_running": False, "flexible_before": 0, "flexible_since": 0, "flexible_left": False,
             "post_subsidy_running": False, "market_exhausted": False}  # fmt: skip
    return list(dict.fromkeys(decide("DT-15", on, **{**given, **values})))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"placement": "UNIT"}, ["BEN-SI-EMP", "BEN-TAX", "BEN-LOAN"]),
        ({"placement": "UNIT", "hardship": False}, []),
        ({"placement": "UNIT", "on": EVE}, ["BEN-SI-EMP", "BEN-POST", "BEN-TAX", "BEN-LOAN"]),
        ({"placement": "UNIT", "post_subsidy_running": True},
         ["BEN-SI-EMP", "BEN-POST", "BEN-TAX", "BEN-LOAN"]),
        ({"placement": "SELF"}, ["BEN-LOAN", "BEN-TAX"]),
        ({"placement": "PUBLIC_WELFARE"}, ["BEN-POST", "BEN-WELFARE"]),
        ({"market_exhausted": True}, ["BEN-WELFARE"]),
        ({"placement": "FLEXIBLE"}, ["BEN-SI-FLEX"]),
        ({"placement": "FLEXIBLE", "flexible_before": 1, "flexible_running": True}, ["BEN-SI-FLEX"]),
        ({"placement": "FLEXIBLE", "flexible_before": 1}, ["BEN-SI-FLEX-AGAIN"]),
        ({"placement": "FLEXIBLE", "flexible_before": 1, "on": EVE}, []),
        ({"placement": "FLEXIBLE", "flexible_before": 1, "flexible_since": 1}, []),
        ({"placement": "FLEXIBLE", "flexible_since": 1}, []),
        ({"placement": "FLEXIBLE", "flexible_since": 1, "flexible_left": True}, ["BEN-SI-FLEX"]),
        ({"placement": "UNIT", "flexible_before": 1}, ["BEN-SI-EMP", "BEN-TAX", "BEN-LOAN"]),
    ],
)
def test_benefits_are_hinted_by_placement_history_and_date(
    values: dict[str, Any], expected: list[str]
) -> None:
    assert [hint for hint in hints(**values) if hint != "BEN-TRAIN"] == expected


def test_a_family_on_the_minimum_allowance_is_told_what_follows_work() -> None:
    rewards = {"BEN-DIBAO-REWARD", "BEN-DIBAO-DEDUCT", "BEN-DIBAO-EXIT"}
    assert not rewards & set(hints(receives_dibao=True))
    assert rewards <= set(hints(receives_dibao=True, placement="UNIT"))
    before = hints(receives_dibao=True, placement="UNIT", on=EVE)
    assert rewards & set(before) == {"BEN-DIBAO-DEDUCT", "BEN-DIBAO-EXIT"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"outcome": "HIRED"}, "EMPLOYED"),
        ({"outcome": "CANCELLED", "reason": "OWN", "failed_count": 9}, "RETRY"),
        ({"outcome": "NOT_HIRED", "reason": "OWN", "failed_count": 1}, "ESCALATE"),
        ({"outcome": "NOT_HIRED", "reason": "POST", "failed_count": 2}, "RETRY"),
        ({"outcome": "NOT_HIRED", "reason": "POST", "failed_count": 3}, "ESCALATE"),
        ({"outcome": "NOT_HIRED", "reason": "POST", "failed_count": 4}, "ESCALATE"),
    ],
)
def test_the_community_escalates_on_own_reasons_or_the_third_failure(
    values: dict[str, Any], expected: str
) -> None:
    assert decide("DT-08", **values) == expected


def test_the_street_follows_the_decision_of_a_person() -> None:
    assert decide("DT-09", outcome="HIRED") == "EMPLOYED"
    assert decide("DT-09", outcome="CANCELLED") == "RETRY"
    for decision in ("RETRY", "STREET_POST", "ESCALATE"):
        assert decide("DT-09", outcome="NOT_HIRED", decision=decision) == decision


@pytest.mark.parametrize(
    ("outcome", "count", "hard", "expected"),
    [
        ("HIRED", 3, True, "EMPLOYED"),
        ("CANCELLED", 3, True, "RETRY"),
        ("NOT_HIRED", 3, True, "THREE_FAILED"),
        ("NOT_HIRED", 3, False, "THREE_FAILED"),
        ("NOT_HIRED", 2, True, "REALLY_HARD"),
        ("NOT_HIRED", 2, False, "RETRY"),
    ],
)
def test_the_district_transfers_on_the_third_failure_or_real_hardship(
    outcome: str, count: int, hard: bool, expected: str
) -> None:
    assert decide("DT-10", outcome=outcome, failed_count=count, really_hard=hard) == expected


def test_other_causes_go_to_the_district_counsellor() -> None:
    assert decide("DT-11", cause="OTHER")["actor"] == "district_expert"
    assert {decide("DT-11", cause=c)["actor"] for c in ("SKILL", "NO_EXPERIENCE", "INTERVIEW")} == {
        "street_officer"
    }


def test_every_applicant_has_one_registration_type() -> None:
    for urban, unemployed, wish in product(TRUTH, TRUTH, (*TRUTH, None)):
        kind = "UNEMPLOYED" if unemployed else "NOT_MET"
        kind = "RURAL_TRANSFER" if not urban and wish else kind
        found = decide("DT-12", urban=urban, unemployed=unemployed, rural_transfer_wish=wish)
        assert found["registration_type"] == kind
        papers = {"RURAL_TRANSFER": "TRANSFER", "UNEMPLOYED": "UNEMPLOYMENT", "NOT_MET": None}
        assert found["certificate"] == papers[kind]


def test_a_zero_family_comes_before_the_poor_and_the_urgent() -> None:
    for zero, poor, urgent in product(TRUTH, TRUTH, TRUTH):
        expected = "URGENT" if zero else "HIGH" if poor or urgent else "NORMAL"
        assert decide("DT-16", zero_employment_family=zero, poor=poor, urgent=urgent) == expected


def test_extreme_difficulty_ranks_first_for_a_post() -> None:
    ranks = [
        decide("DT-18", extreme_difficulty=extreme, market_exhausted=exhausted)
        for extreme, exhausted in product(TRUTH, TRUTH)
    ]
    assert ranks == [1, 1, 2, 3]


# What stands for the variables: numbers around the bounds, every text a table names, and one more.
DOMAIN: dict[str, tuple[Any, ...]] = {
    "age": (34, 35, 49, 50, 45, 59, 60),
    "failed_count": (1, 2, 3, 4),
    "flexible_before": (0, 1, 2),
    "flexible_since": (0, 1),
    "members_of_age": (0, 1, 2),
    "visit_class": (1, 2, 3, 4, 5),
}
SAMPLE = 400


def combinations_of(table: DecisionTable) -> list[dict[str, Any]]:
    columns: dict[str, tuple[Any, ...]] = {}
    for index, column in enumerate(table.inputs):
        name = column.expression.text
        if column.type == "boolean":
            columns[name] = TRUTH
        elif column.type == "string":
            named = {v for rule in table.rules for v in rule.cells[index].values if v is not None}
            columns[name] = tuple(sorted({*columns.get(name, ()), *named, "OTHER"}))
        else:
            columns[name] = DOMAIN[name]
    if prod(map(len, columns.values())) <= SAMPLE:
        return [dict(zip(columns, row, strict=True)) for row in product(*columns.values())]
    draw = Random(595)
    return [{name: draw.choice(values) for name, values in columns.items()} for _ in range(SAMPLE)]


def of_the_day(data: bytes, on: date) -> etree._Element:
    """Return the file with the rows of a day alone: the second engine knows no days."""
    root, table = etree.fromstring(data), parse_dmn(data)
    for element, rule in zip(root.findall(".//{*}rule"), table.rules, strict=True):
        if not rule.validity.holds(on):
            element.getparent().remove(element)
    return root


@pytest.mark.parametrize("on", [EVE, IN_FORCE], ids=str)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_spiffworkflow_reads_the_same_file_and_decides_the_same(path: Path, on: date) -> None:
    data = path.read_bytes()
    table = parse_dmn(data)
    nsmap = {"dmn": "https://www.omg.org/spec/DMN/20191111/MODEL/"}
    parser = DMNParser(None, of_the_day(data, on), nsmap, filename=path.name)
    parser.parse()
    second = DMNEngine(parser.decision.decisionTables[0])
    environment = TaskDataEnvironment({"true": True, "false": False, "null": None})
    workflow = SimpleNamespace(script_engine=PythonScriptEngine(environment))
    for values in combinations_of(table):
        theirs = second.result(SimpleNamespace(data=dict(values), workflow=workflow))
        try:
            ours: Any = table.decide(values, on=on).output
        except DecisionUnmatched:
            ours = {}
        if isinstance(ours, list):
            ours = {table.outputs[0].name: ours} if ours else {}
        assert ours == theirs, values
