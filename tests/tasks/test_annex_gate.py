"""What a version brings is refused by form, field or rule; everything that is shipped would pass."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from engine.codec import canonical
from engine.definitions import Deployed
from engine.gate import WAYS, GateError
from tasks import paper_text, release
from tasks.gate.rules import home, home_of
from tests.tasks.local_step import KEY, LIBRARY, SHIPPED, VISIT, annex, shipped_form, shipped_rule, with_visit
from web import formview

DEPLOYED = Deployed({path.stem: frozenset[str]() for path in LIBRARY.diagrams()})


def found(xml: bytes, text: str, key: str = KEY) -> list[release.Finding]:
    return release.findings(LIBRARY, xml, text, DEPLOYED, key)


def forms_of(process: str) -> dict[str, Any]:
    path = LIBRARY.folder / "forms" / f"{process}.json"
    made: dict[str, Any] = json.loads(path.read_text("utf-8"))["tasks"]
    return made


def rules_of(process: str) -> dict[str, Any]:
    rows = tomllib.loads((LIBRARY.folder / "policy.toml").read_text("utf-8"))["rule"]
    return {
        row["id"]: {name: value for name, value in row.items() if name != "id"}
        for row in rows
        if home(LIBRARY.policy[row["id"]]) == home_of(process)
    }


@pytest.mark.parametrize("path", LIBRARY.diagrams(), ids=lambda path: path.stem)
def test_everything_shipped_passes_also_as_an_annex(path: Any) -> None:
    text = canonical({"forms": forms_of(path.stem), "rules": rules_of(path.stem)})
    assert found(path.read_bytes(), "{}", path.stem) == []
    assert found(path.read_bytes(), text, path.stem) == []


def test_a_step_with_its_own_form_and_rules_passes() -> None:
    assert {one.rule for one in found(with_visit(), annex())} == {"drawing"}
    release.admit(LIBRARY, with_visit(), DEPLOYED, annex(), KEY)


def field(**changes: Any) -> str:
    """Return an annex whose visit has a wrong second field."""
    first, second = VISIT["fields"]
    return visit(fields=[first, {**second, **changes}])


def visit(**changes: Any) -> str:
    made = json.loads(annex())
    made["forms"]["LOCAL_Visit"] = {**VISIT, **changes}
    return canonical(made)


def contact(**changes: Any) -> str:
    """Return an annex whose first contact has one shipped field changed or, for None, removed."""
    made = json.loads(annex())
    fields = shipped_form("P04_FirstContact")["fields"]
    (name, change), *_ = changes.items()
    kept = [
        {**row, **(change if row["name"] == name else {})}
            for row in fields if row["name"] != name or change
    ]  # fmt: skip
    made["forms"]["P04_FirstContact"] = {**shipped_form("P04_FirstContact"), "fields": kept}
    return canonical(made)


def local(**changes: Any) -> str:
    made = json.loads(annex())
    made["rules"]["P04-L01"] = {**made["rules"]["P04-L01"], **changes}
    return canonical(made)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (field(type="nonsense"), "forms.LOCAL_Visit.finding"),
        (field(type=7), "forms.LOCAL_Visit.finding.type"),
        (field(name="Finding"), "forms.LOCAL_Visit.Finding.name"),
        (field(name="visited_on"), "forms.LOCAL_Visit.visited_on"),
        (field(zh=""), "forms.LOCAL_Visit.finding.zh"),
        (field(colour="red"), "forms.LOCAL_Visit.finding.colour"),
        (field(required="nobody > 1"), "forms.LOCAL_Visit.finding"),
        (field(required="1 +"), "forms.LOCAL_Visit"),
        (field(show_if="higher_rank(finding)"), "forms.LOCAL_Visit.finding"),
        (field(show_if="__import__('os')"), "forms.LOCAL_Visit"),
        (field(type="enum"), "forms.LOCAL_Visit.finding"),
        (field(type="enum", options="AB"), "forms.LOCAL_Visit.finding.options"),
        (field(type="enum", options=["A"], labels={"A": {"zh": "甲"}}), "forms.LOCAL_Visit.finding.labels"),
        (field(type="enum", options=["A"], labels={"B": {"zh": "乙", "en": "B"}}),
         "forms.LOCAL_Visit.finding"),
        (field(type="enum", set="CATEGORY", labels={"SY13_OTHER": {"zh": "乙", "en": "B"}}),
         "forms.LOCAL_Visit.finding"),
        (field(show_if="finding == \"A\""), "forms.LOCAL_Visit.finding"),
        (field(future=True), "forms.LOCAL_Visit.finding"),
        (contact(channel={"labels": {"PHONE": {"zh": "书信", "en": "Letter"}}}),
         "forms.P04_FirstContact.channel"),
        (field(type="enum", options=["A", "A"]), "forms.LOCAL_Visit.finding.options"),
        (field(type="enum", set="NOWHERE"), "forms.LOCAL_Visit.finding"),
        (field(type="user", of="king"), "forms.LOCAL_Visit.finding"),
        (field(type="ref", of="star"), "forms.LOCAL_Visit.finding"),
        (field(type="int", min=5, max=1), "forms.LOCAL_Visit.finding"),
        (field(prefill="crystal_ball"), "forms.LOCAL_Visit.finding"),
        (field(type="list"), "forms.LOCAL_Visit.finding"),
        (field(type="list", item=[{"name": "a", "zh": "甲", "en": "A", "type": "list"}]),
         "forms.LOCAL_Visit.finding.item"),
        (field(name="disabled"), "forms.LOCAL_Visit.disabled"),
        (visit(title_zh=" "), "forms.LOCAL_Visit.title_zh"),
        (visit(fields=[]), "rules.P04-L01.met_field"),
        (visit(groups=[{"zh": "甲", "en": "A", "fields": ["nothing"]}]), "forms.LOCAL_Visit"),
        (visit(checks=[{"refuse_if": "nothing", "field": "finding", "zh": "甲", "en": "A"}]),
         "forms.LOCAL_Visit"),
        (contact(contacted_at=None), "forms.P04_FirstContact.contacted_at"),
        (contact(contacted_at={"type": "text"}), "forms.P04_FirstContact.contacted_at"),
        (contact(channel={"options": ["PHONE", "PIGEON"]}), "forms.P04_FirstContact.channel"),
        (contact(opinion={"required": False}), "forms.P04_FirstContact.opinion"),
        (contact(opinion={"show_if": "explained"}), "forms.P04_FirstContact.opinion"),
        (local(value="3"), "rules.P04-L01.value"),
        (local(value=40_000), "rules.P04-L01.value"),
        (local(unit="moon"), "rules.P04-L01"),
        (local(unit="fixed_date"), "rules.P04-L01"),
        (local(unit="fixed_date", until="02-29"), "rules.P04-L01.until"),
        (local(kind="whim"), "rules.P04-L01"),
        (local(rule_ids=[]), "rules.P04-L01.rule_ids"),
        (local(rule_ids=["R999"]), "rules.P04-L01.rule_ids"),
        (local(met_by="P04_Nowhere"), "rules.P04-L01.met_by"),
        (local(met_by="P05_Plan"), "rules.P04-L01"),
        (local(met_field="finding"), "rules.P04-L01.met_field"),
        (local(opens=[{"element": "P04_Nowhere"}]), "rules.P04-L01.opens"),
        (local(opens=[{"element": "P04_FirstContact", "field": "opinion"}]), "rules.P04-L01.opens"),
        (local(opens=[{"element": "P04_FirstContact", "when": "moon == 1"}]), "rules.P04-L01.opens"),
        (local(opens=[{"element": "P04_FirstContact", "when": "due(\"DL-015\")"}]), "rules.P04-L01.opens"),
        (local(opens=[{"element": "P04_FirstContact", "branch": "A=B"}]), "rules.P04-L01.opens"),
        (local(lead_setting="no_such_setting"), "rules.P04-L01.lead_setting"),
        (local(recurrence={"window": "calendar", "period": "week"}), "rules.P04-L01.recurrence"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_form_field_or_rule(text: str, place: str) -> None:
    wrong = [one for one in found(with_visit(), text) if one.rule == "annex" and one.severity == "error"]
    assert place in [one.place for one in wrong]
    for one in wrong:
        assert one.zh
        assert one.en
        assert (one.way_zh, one.way_en) == WAYS["annex"]
        assert one.line >= 1
    with pytest.raises(GateError):
        release.admit(LIBRARY, with_visit(), DEPLOYED, text, KEY)


def test_a_choice_with_names_of_its_own_needs_none_in_the_catalogue() -> None:
    choice: dict[str, Any] = {"type": "enum", "options": ["CANAL"], "example": "CANAL"}
    bare, named = field(**choice), field(**choice, labels={"CANAL": {"zh": "河道", "en": "Canal"}})
    wrong = [one for one in found(with_visit(), bare) if one.rule == "annex"]
    assert [(one.place, one.severity) for one in wrong] == [("forms.LOCAL_Visit.finding", "warning")]
    assert [one for one in found(with_visit(), named) if one.rule == "annex"] == []
    spec = LIBRARY.with_forms(named).forms["LOCAL_Visit"]
    told = formview.answers(spec, {"finding": "CANAL"}, "en", str, formview.no_choices)
    assert told == [("Finding", "Canal")]
    assert paper_text.words(spec.fields["finding"], "CANAL", {}) == "河道"


def test_the_notes_of_another_tool_are_told_and_released() -> None:
    key = b'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:asyncBefore="true"'
    step = b'<bpmn:userTask id="P04_Guidance"'
    noted = SHIPPED.replace(step, step + b" " + key)
    assert noted != SHIPPED
    told = [(one.rule, one.element, one.severity) for one in found(noted, "{}")]
    assert told == [("elements", "P04_Guidance", "warning")]
    release.admit(LIBRARY, noted, DEPLOYED, "{}", KEY)


def test_a_finding_of_the_annex_is_shown_at_the_task_that_uses_it() -> None:
    (one,) = [one for one in found(with_visit(), field(prefill="crystal_ball")) if one.rule == "annex"]
    assert one.element == "P04_Visit"


def test_two_processes_cannot_bring_rules_of_one_name() -> None:
    made = json.loads(annex())
    made["rules"]["LOCAL-01"] = made["rules"].pop("P04-L01")
    xml = with_visit().replace(b"P04-L01", b"LOCAL-01")
    assert [one.place for one in found(xml, canonical(made)) if one.rule == "annex"] == ["rules.LOCAL-01"]


def test_a_rule_is_changed_in_its_own_process_only() -> None:
    text = canonical({"rules": {"DL-018": rules_of("P05_street_assistance")["DL-018"]}})
    assert [one.place for one in found(SHIPPED, text)] == ["rules.DL-018"]
    moved = canonical({"rules": {"DL-018": {**shipped_rule("DL-015")}}})
    assert [one.place for one in found(SHIPPED, moved)] == ["rules.DL-018"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('aid595:deadline="DL-015"', 'aid595:deadline="DL-999"', "deadlines"),
        ('due(&quot;DL-015&quot;)', 'due(&quot;DL-999&quot;)', "deadlines"),
        ('aid595:papers="E16"', 'aid595:papers="E99"', "attributes"),
        ('aid595:deadline="DL-015"', 'aid595:deadlines="DL-015"', "spelling"),
        ('id="P04_community_assistance"', 'id="P04_other"', "release"),
    ],
)  # fmt: skip
def test_what_a_drawing_names_is_there(old: str, new: str, rule: str) -> None:
    changed = SHIPPED.replace(old.encode(), new.encode())
    if changed == SHIPPED:
        changed = SHIPPED.replace(old.replace("&quot;", '"').encode(), new.replace("&quot;", '"').encode())
    assert changed != SHIPPED
    assert rule in [one.rule for one in found(changed, "{}")]


def test_a_step_that_meets_a_deadline_cannot_silently_go() -> None:
    changed = re.sub(rb'(?<!form=)(["> ])P04_FirstVacancy(["<])', rb"\1P04_Renamed\2", SHIPPED)
    (one,) = [one for one in found(changed, "{}") if one.rule == "deadlines"]
    assert "DL-017" in one.zh
    rule = {**shipped_rule("DL-017"), "met_by": "P04_Renamed"}
    assert found(changed, canonical({"rules": {"DL-017": rule}})) == []


def test_the_editor_and_the_gate_know_the_same_attributes() -> None:
    """Those of the overview, which is not run, the editor only writes back."""
    text = (Path(__file__).parents[2] / "web/frontend/src/studio/office-moddle.js").read_text("utf-8")
    listed = text.partition("ATTRIBUTES = {")[2].partition("};")[0]
    of_the_editor = set(re.findall(r"^  (\w+):", listed, re.M))
    assert release.ATTRIBUTES - {"overview", "processes", "bpmn"} == of_the_editor
