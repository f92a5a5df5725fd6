"""Every clause has a place that exists, a written reason, or is named as open; no place is without one."""

from __future__ import annotations

import importlib
import re
import shutil
from pathlib import Path

import pytest

from tasks.actor import ROLES
from tasks.library import Library
from tasks.traceability import Trace, trace
from tasks.traceability.report import as_data, lines
from tasks.traceability.trace import EXERCISED, MISSING, PLACED, PLANNED, REASON

ROOT = Path(__file__).parents[2]
BPMN = ROOT / "bpmn"


@pytest.fixture(scope="module")
def found() -> Trace:
    return trace(Library())


def test_no_clause_of_the_manual_is_without_a_place(found: Trace) -> None:
    manual = [one for one in found.clauses if one.seed == "004"]
    assert len([one for one in manual if one.priority == "core"]) == 303
    assert [one.id for one in manual if one.state == MISSING] == []


def test_no_core_clause_of_any_document_is_without_a_place(found: Trace) -> None:
    assert [one.id for one in found.clauses if one.priority == "core" and one.state == MISSING] == []


def test_every_context_clause_has_a_place_or_a_written_reason(found: Trace) -> None:
    assert [one.id for one in found.clauses if one.priority == "context" and not one.answered] == []


def test_only_what_needs_no_software_has_a_reason(found: Trace) -> None:
    core = [one.id for one in found.clauses if one.priority == "core" and one.state == REASON]
    assert core == []
    assert all(len(one.reason) >= 10 for one in found.clauses if one.state == REASON)


def test_a_reason_of_the_chongqing_text_names_clauses_that_are_done(found: Trace) -> None:
    placed = {one.id for one in found.clauses if one.state == PLACED}
    users = [one for one in found.clauses if one.seed == "001" and one.priority == "users" and one.reason]
    assert len(users) == 18
    for one in users:
        others = set(re.findall(r"R00[0234]-[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)?", one.reason))
        assert others, one.id
        assert others <= placed, (one.id, others - placed)
    assert len({one.reason for one in users}) == len(users)


def test_what_is_planned_names_its_elements_and_none_of_them_is_drawn(found: Trace) -> None:
    drawn = {place.name for one in found.clauses for place in one.places if place.kind == "element"}
    for one in found.clauses:
        if one.state == PLANNED:
            assert one.planned
            assert drawn.isdisjoint(one.planned), one.id


def test_no_place_is_without_a_clause_and_no_named_place_is_amiss(found: Trace) -> None:
    assert found.unfounded == ()
    assert found.faults == ()


def test_every_program_and_role_that_a_clause_names_exists(found: Trace) -> None:
    named = {place for one in (*found.clauses, *found.deadlines) for place in one.places}
    assert any(place.kind == "code" for place in named)
    importlib.import_module("web.create_app")  # the pages import one another in this order only
    for place in named:
        if place.kind == "code":
            module, _, name = place.name.partition(":")
            assert hasattr(importlib.import_module(module), name), place.name
        if place.kind == "role":
            assert place.name in ROLES


def test_nearly_every_row_of_the_table_is_exercised_by_its_own_id(found: Trace) -> None:
    by_id = {one.id: one for one in found.deadlines}
    assert len(by_id) == 72
    assert "L31_deadline_extended" in by_id["DL-018"].scenarios
    assert "PL10_no_visits_during_a_case" not in by_id["DL-005"].scenarios  # names the step, not the row
    done = [one for one in found.deadlines if one.state == EXERCISED]
    assert len(done) / len(by_id) >= 0.95
    assert [(one.id, one.state) for one in found.deadlines if one not in done] == [("DL-134", REASON)]
    assert f"全部72条中的{len(done)}条（98.6%）" in "\n".join(lines(found))


def test_the_report_and_the_data_say_the_same(found: Trace) -> None:
    text = "\n".join(lines(found, reasons=True))
    data = as_data(found)
    for row in data["clauses"]:
        if row["state"] in (MISSING, PLANNED, REASON):
            assert row["id"] in text
    assert data["whole"] is found.whole
    assert found.whole is (not any(one.state in (MISSING, PLANNED) for one in found.clauses))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the data, to be broken."""
    shutil.copytree(BPMN, tmp_path / "bpmn")
    (tmp_path / "web").symlink_to(ROOT / "web")
    return tmp_path / "bpmn"


def test_a_place_that_is_taken_away_is_missed(tree: Path, found: Trace) -> None:
    path = tree / "policy" / "places.toml"
    text = path.read_text("utf-8")
    broken = text.replace('[[place]]\nrules = ["R004-07.R1b"]\ntable = ["DT-16"]\n', "")
    assert broken != text
    path.write_text(broken, "utf-8")
    (tree / "decisions" / "DT-16_case_priority.dmn").unlink()
    clause = next(one for one in trace(Library(tree)).clauses if one.id == "R004-07.R1b")
    assert clause.state == MISSING
    assert next(one for one in found.clauses if one.id == "R004-07.R1b").state == PLACED


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('rules = ["R004-99.X1"]\ntable = ["DT-01"]', "没有条款R004-99.X1"),
        ('rules = ["R004-07.R1b"]\nelement = ["P99_Nowhere"]', "P99_Nowhere 不存在"),
        ('rules = ["R004-07.R1b"]\nfield = ["P04_Plan.nothing"]', "P04_Plan.nothing 不存在"),
        ('rules = ["R004-07.R1b"]\ndata = ["bpmn/none.toml"]', "bpmn/none.toml 不存在"),
        ('rules = ["R004-07.R1b"]', "应写落点或理由"),
        ('rules = ["R004-07.R1b"]\ntable = ["DT-16"]\nreason = "因为所以"', "应写落点或理由"),
    ],
)
def test_what_places_toml_names_and_the_tree_has_not_is_a_fault(tree: Path, entry: str, said: str) -> None:
    path = tree / "policy" / "places.toml"
    path.write_text(f"{path.read_text('utf-8')}\n[[place]]\n{entry}\n", "utf-8")
    assert any(said in fault for fault in trace(Library(tree)).faults)


def test_a_step_that_rests_on_nothing_is_named(tree: Path) -> None:
    path = tree / "community" / "P04_community_assistance.bpmn"
    text = path.read_text("utf-8")
    start = text.index('id="P04_Guidance"')
    at = text.index("aid595:clauses=", start)
    end = text.index('"', text.index('"', at) + 1) + 1
    path.write_text(text[:at] + text[end:], "utf-8")
    places = tree / "policy" / "places.toml"
    places.write_text(places.read_text("utf-8").replace('"P04_Guidance"', '"P04_Plan"'), "utf-8")
    assert [place.name for place in trace(Library(tree)).unfounded] == ["P04_Guidance"]
