"""Scenarios against a draft: what passes, what fails and where, what was touched; the child and its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.codec import canonical
from engine.store.db import Database
from tasks import trials
from tasks.difference import Source
from tasks.difference.annex import shipped
from tasks.library import Library
from tasks.trial_run import TrialRun

KEY = "P04_community_assistance"
P04 = next(path for path in Library().diagrams() if path.stem == KEY).read_text("utf-8")
THREE_FAILURES = trials.SCENARIOS / "GS09_three_failures_to_the_street.yaml"
SPRING_FESTIVAL = trials.SCENARIOS / "GS06_spring_festival_clocks.yaml"
THIRD_SUCCEEDS = trials.SCENARIOS / "GS10_third_referral_succeeds.yaml"
#: A diagram on which the first failure already goes up to the street.
HASTY = P04.replace(
    'id="F_P04_Decide_GW_RETRY" sourceRef="P04_Decide_GW" targetRef="P04_Wishes"',
    'id="F_P04_Decide_GW_RETRY" sourceRef="P04_Decide_GW" targetRef="P04_Submit"',
)


def tried(database: Database, source: Source, *files: Path) -> trials.Trial:
    """Run a trial in a child process and wait for it."""
    trial_id = trials.start(database, KEY, source, 7, None, files)
    trials.wait(trial_id)
    with database.read() as conn:
        found = trials.read(conn, trial_id)
    assert found is not None
    return found


def test_the_shipped_diagram_passes_and_shows_what_was_touched(database: Database) -> None:
    trial = tried(database, Source(P04), THREE_FAILURES, THIRD_SUCCEEDS)
    assert (trial.state, trial.total, trial.failed) == ("done", 2, [])
    assert [result["id"] for result in trial.results] == ["GS09", "GS10"]
    assert trial.coverage["flows"]["F_P04_Decide_GW_RETRY"] == 4
    assert "P04_Outcome" in trial.coverage["elements"]
    assert "P04_ConfirmOwn" in trial.coverage["missing"]


def test_a_failure_says_where_on_the_diagram(sqlite_database: Database) -> None:
    assert HASTY != P04
    trial = tried(sqlite_database, Source(HASTY), THREE_FAILURES)
    (failed,) = trial.failed
    assert failed["line"] > 0
    assert failed["zh"]
    assert failed["elements"]
    assert all(element.startswith("P04_") for element in failed["elements"])


def test_the_forms_and_rules_of_the_draft_are_tried_with_it(sqlite_database: Database) -> None:
    files = shipped(Library().folder)
    form = json.loads(json.dumps(files.forms["P04_Outcome"]))
    form["fields"].append(
        {
            "name": "transport",
            "zh": "交通",
            "en": "Transport",
            "type": "text",
            "required": True,
            "example": "公交",
        }
    )
    form["fields"][-1].pop("example")
    later = {**files.rules["DL-017"], "value": 30}
    passes = tried(sqlite_database, Source(P04, canonical({"forms": {"P04_Outcome": form}})), THREE_FAILURES)
    fails = tried(sqlite_database, Source(P04, canonical({"rules": {"DL-017": later}})), SPRING_FESTIVAL)
    assert passes.failed == []
    (failed,) = fails.failed
    assert "DL-017" in failed["zh"]
    assert failed["names"] == {"P04_FirstVacancy": "提供一条岗位信息"}


def test_a_way_that_stops_before_its_end_names_the_step_it_stops_at(sqlite_database: Database) -> None:
    form = json.loads(json.dumps(shipped(Library().folder).forms["P04_Plan"]))
    form["fields"].append(
        {"name": "helper_2", "zh": "帮手", "en": "Helper", "type": "user", "of": "auditor", "required": True}
    )
    trial = tried(sqlite_database, Source(P04, canonical({"forms": {"P04_Plan": form}})), THIRD_SUCCEEDS)
    (failed,) = trial.failed
    assert failed["elements"] == ["P04_Plan"]


def test_a_source_that_passes_no_gate_is_said_and_not_run(sqlite_database: Database) -> None:
    broken = P04.replace('targetRef="P04_Outcome"', 'targetRef="Nowhere"')
    trial = tried(sqlite_database, Source(broken), THREE_FAILURES)
    assert trial.state == "failed"
    assert "P04_Interview" in trial.problem
    assert trial.results == []


def test_a_child_that_dies_is_told(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials.sys, "executable", "/bin/false")
    trial = tried(sqlite_database, Source(P04), THREE_FAILURES)
    assert trial.state == "failed"
    assert "请再试一次" in trial.problem


def test_a_scenario_that_cannot_be_read_fails_and_the_others_run(
    sqlite_database: Database, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("id: X\nnothing: true\n", "utf-8")
    trial = tried(sqlite_database, Source(P04), bad, THIRD_SUCCEEDS)
    assert [result["passed"] for result in trial.results] == [False, True]


def test_the_same_source_is_not_tried_twice_at_once(sqlite_database: Database) -> None:
    first = trials.start(sqlite_database, KEY, Source(P04), 7, None, (THIRD_SUCCEEDS,))
    again = trials.start(sqlite_database, KEY, Source(P04), 7, None, (THIRD_SUCCEEDS,))
    trials.wait(first)
    with sqlite_database.read() as conn:
        latest = trials.of_draft(conn, 7)
    assert first == again
    assert latest is not None
    assert latest.is_of(Source(P04))
    assert not latest.is_of(Source(HASTY))


def test_progress_is_told_after_every_scenario(sqlite_database: Database) -> None:
    trial_id = trials.start(sqlite_database, KEY, Source(P04), None, None, (THIRD_SUCCEEDS, THREE_FAILURES))
    trials.wait(trial_id)
    run = TrialRun(sqlite_database, trial_id)
    run.close()
    assert run.results == []
    with sqlite_database.read() as conn:
        found = trials.read(conn, trial_id)
    assert found is not None
    assert len(found.results) == 2
