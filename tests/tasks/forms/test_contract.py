"""The forms and `tasks.json` say the same, both ways (RULES J.5)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.expressions import Expr
from tasks.facts import FACTS
from tasks.forms.spec import Field, FormSpec, forms
from tasks.labels import catalogue

POLICY = Path(__file__).parents[3] / "bpmn" / "policy" / "tasks.json"
CONTRACT = json.loads(POLICY.read_text(encoding="utf-8"))
TASKS: dict[str, dict[str, Any]] = {task["id"]: task for task in CONTRACT["tasks"]}
#: Steps of our own, in processes the contract does not draw: duties that come as often as an office says.
OWN = {"P22_Report", "P23_Appraise"}
#: What the register of follow-ups (E42) asks of every revisit, not of the first alone.
ADDED = {"P21_FollowUp": {"insurance", "policies"}}
SETS = {"CATEGORY", "END_CODE", "EXIT_CODE", "BENEFIT_CODE"}
MAY_LIE_AHEAD = {
    "start_on", "notice_until", "limit_on", "starts_on", "ends_on", "contract_until", "materials_due",
    "new_due", "effective_on",
}  # fmt: skip
CONDITIONS = {
    "a person of higher rank waits for the post": "higher_rank_waits(post)",
    "categories contains SY13_OTHER": '"SY13_OTHER" in categories',
    "visit_class_override set": "visit_class_override != null",
}


def expected(condition: Any) -> Any:
    """Translate a condition of the contract into our expressions."""
    if isinstance(condition, bool) or condition in CONDITIONS:
        return CONDITIONS.get(condition, condition) if isinstance(condition, str) else condition
    if match := re.fullmatch(r"(\w+)=(\w+) or (\w+)", condition):
        return f'{match[1]} in ["{match[2]}", "{match[3]}"]'
    parts = [part.split("=") for part in condition.split(" and ")]
    return " and ".join(
        f"{name} == {value}" if value in ("true", "false") else f'{name} == "{value}"'
        for name, value in parts
    )


def pairs() -> Iterator[tuple[FormSpec, Field, dict[str, Any]]]:
    for task_id, task in TASKS.items():
        spec = forms()[task_id]
        for asked in task["fields"]:
            yield spec, spec.fields[asked["name"]], asked


def text(condition: bool | Expr | None) -> Any:
    return condition.text if isinstance(condition, Expr) else condition


def test_every_user_task_has_a_form_and_every_form_a_user_task() -> None:
    assert forms().keys() == TASKS.keys() | OWN
    for task_id, task in TASKS.items():
        spec = forms()[task_id]
        assert (spec.process, spec.title_zh, spec.title_en) == (
            task["process"], task["name_zh"], task["name_en"],
        )  # fmt: skip


def test_a_form_asks_what_its_task_names_and_a_note_and_little_else() -> None:
    """More fields may be added if they are optional or have an example (J.5)."""
    for task_id, task in TASKS.items():
        fields, more = forms()[task_id].fields, ADDED.get(task_id, set())
        assert fields.keys() == {row["name"] for row in task["fields"]} | {"note"} | more
        for name in more:
            assert fields[name].required is False or fields[name].example is not None


def test_fields_have_the_type_label_routing_and_condition_of_the_contract() -> None:
    for spec, field, asked in pairs():
        where = f"{spec.id}.{field.name}"
        assert field.type == asked["type"].removesuffix(".json"), where
        assert field.zh == asked["label_zh"], where
        assert field.routing is asked["routing"], where
        assert text(field.required) == expected(asked["required"]), where
        hidden = isinstance(field.required, Expr) and not field.required.calls
        assert text(field.show_if) == (text(field.required) if hidden else None), where
        assert field.of == asked.get("of", ""), where


def test_options_are_those_of_the_contract() -> None:
    for spec, field, asked in pairs():
        options = asked.get("options", [])
        if len(options) == 1 and options[0] in SETS:
            assert field.set == options[0], f"{spec.id}.{field.name}"
        else:
            assert list(field.options) == options, f"{spec.id}.{field.name}"


def test_list_columns_are_those_of_the_contract() -> None:
    for spec, field, asked in pairs():
        columns = []
        for column in field.item:
            inside = column.set or ",".join(column.options) or column.of
            columns.append(f"{column.name} {column.type}" + (f"[{inside}]" if inside else ""))
        assert "; ".join(columns) == asked.get("item", ""), f"{spec.id}.{field.name}"


def test_only_plans_and_limits_may_lie_ahead() -> None:
    for spec in forms().values():
        for field in spec:
            for one in (field, *field.item):
                assert one.future is (one.name in MAY_LIE_AHEAD), f"{spec.id}.{one.name}"


def test_a_field_named_like_a_fact_is_prefilled_with_it() -> None:
    for spec in forms().values():
        for field in spec:
            if field.name in FACTS and field.type == FACTS[field.name].type and spec.id != "P07_Register":
                assert field.prefill == "fact", f"{spec.id}.{field.name}"


def test_every_required_field_has_an_example() -> None:
    for spec, field, asked in pairs():
        if field.required is not False and asked["example"] != "":
            assert field.example is not None or field.example_from, f"{spec.id}.{field.name}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_option_has_a_label(lang: str) -> None:
    for spec in forms().values():
        for field in spec:
            for one in (field, *field.item):
                for code in one.options:
                    assert catalogue().find("code", code, lang, one.name), f"{spec.id}.{one.name}={code}"


def test_option_labels_are_those_of_the_contract() -> None:
    enums = CONTRACT["enums"]
    for code, zh in enums["labels_zh"].items():
        assert catalogue().label("code", code, "zh") == zh
    for name, labels in enums["labels_by_field"].items():
        for code, zh in labels.items():
            assert catalogue().label("code", code, "zh", name) == zh


def test_every_label_stands_in_both_languages() -> None:
    for spec in forms().values():
        for field in spec:
            for one in (field, *field.item):
                assert one.zh, f"{spec.id}.{one.name}"
                assert re.search("[a-zA-Z]", one.en), f"{spec.id}.{one.name}"
                assert bool(one.help_zh) is bool(one.help_en), f"{spec.id}.{one.name}"
        for check in spec.checks:
            assert check.zh.endswith("。")
            assert check.en
