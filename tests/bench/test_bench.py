"""Every set runs at its smallest size; asserted is only what no machine changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.figure import Figure
from bench.main import main
from bench.report import Record, table


def _figures(output: str) -> dict[str, dict[str, Any]]:
    return {f"{one['group']}: {one['name']}": one for one in json.loads(output)["figures"]}


def _run(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    arguments = ["--size", "tiny", "--only", name, "--database", "sqlite", "--json", "--out", str(tmp_path)]
    assert main(arguments) == 0
    figures = _figures(capsys.readouterr().out)
    assert all(one["value"] >= 0 for one in figures.values())
    recorded = {one.name for one in Record(tmp_path / "last.json", "tiny").figures}
    assert recorded == {one["name"] for one in figures.values()}
    return figures


def test_a_step_sends_at_most_eight_statements(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = _run("steps", tmp_path, capsys)
    for what in ("start", "complete"):
        assert 1 <= figures[f"W: {what}: statements, at most"]["value"] <= 8
        assert figures[f"W: {what}: CPU"]["floor"] > 0
        assert figures[f"W: {what}: CPU"]["naive"] > 0


def test_a_case_of_three_tiers_keeps_its_state_small(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = _run("case", tmp_path, capsys)
    assert 0 < figures["R: open state of a three-tier case, at most"]["value"] <= 2_048


def test_every_overdue_timer_fires_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = _run("overdue", tmp_path, capsys)
    assert figures["overdue: things done a second"]["floor"] > 0
    assert figures["overdue: timers fired twice or not at all after 30 days"]["value"] == 0
    assert figures["overdue: second look: things left"]["value"] == 0


def test_the_state_of_a_long_lived_instance_does_not_grow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = _run("age", tmp_path, capsys)
    assert 0 < figures["age: state at round 5"]["value"] <= 128


@pytest.mark.parametrize("name", ["inbox", "proof", "survey"])
def test_the_set_runs(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(name, tmp_path, capsys)


def test_a_completion_over_http_stands_beside_the_raw_floor_and_says_why_not_beside_naive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    posted = _run("http", tmp_path, capsys)["HTTP: completion: CPU"]
    assert posted["floor"] > 0
    assert posted["naive"] is None
    assert "naive has no session" in posted["note"]


def test_timers_fired_stand_beside_the_raw_floor_and_the_naive_engine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fired = _run("timers", tmp_path, capsys)["timers: fired a second, one transaction each"]
    assert fired["floor"] > 0
    assert fired["naive"] > 0


def test_what_is_stored_stands_beside_the_bytes_of_the_naive_engine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = _run("storage", tmp_path, capsys)
    assert figures["storage: W: state, at most"]["naive"] > 1
    assert "the last state alone" in figures["storage: W: stored for a finished task"]["note"]


def test_what_was_not_measured_again_stands_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "last.json"
    steps, age = Figure("W", "step", "sqlite", 1.0, "ms"), Figure("age", "step", "sqlite", 2.0, "×")
    Record(file, "full").write([age, steps], ["W", "age"])
    Record(file, "full").write([Figure("W", "step", "sqlite", 3.0, "ms")], ["W", "age"])
    assert [(one.group, one.value) for one in Record(file, "full").figures] == [("W", 3.0), ("age", 2.0)]


def test_a_missed_target_is_named_and_the_last_run_is_compared() -> None:
    figures = [
        Figure("W", "step", "sqlite", 0.9, "ms", 0.6, floor=2.5),
        Figure("W", "a second", "sqlite", 1_200, "/s", 1_000, at_least=True),
    ]
    shown = table(figures, {"W / step / sqlite": 0.45})
    assert [one.falls_short for one in figures] == [True, False]
    assert "≤ 0.60 ms" in shown
    assert "2.00" in shown.splitlines()[1]
