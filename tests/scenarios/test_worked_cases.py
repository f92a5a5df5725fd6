"""Every worked case of the office passes, on SQLite, and a sample of them on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tasks.scenarios import Result, Runner, scenario_files
from tests.databases import Postgres

FOLDER = Path(__file__).parents[2] / "bpmn" / "scenarios"
FILES = scenario_files([FOLDER])
ON_POSTGRES = ("GS04", "GS22", "GS46", "L04", "L07", "L12", "L13", "L20", "L28", "L35", "W08", "W13", "W14")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_case_passes(runner: Runner, path: Path) -> None:
    results = runner.file(path)
    assert results
    for result in results:
        assert result.passed, result.text()


@pytest.fixture(scope="module")
def postgres_runner(postgres: Postgres) -> Iterator[Runner]:
    """Runs scenarios on PostgreSQL, in a schema of their own."""
    url = postgres.create(schema=False)
    made = Runner(url)
    yield made
    made.close()
    postgres.drop(url)


@pytest.mark.postgres
@pytest.mark.parametrize("name", ON_POSTGRES)
def test_the_case_passes_on_postgresql(postgres_runner: Runner, name: str) -> None:
    for path in FILES:
        if path.name.startswith(name):
            for result in postgres_runner.file(path):
                assert result.passed, result.text()


@pytest.mark.parametrize(("event", "there"), [("TaskCreated", True), ("TimerFired", False)])
def test_what_has_no_last_day_never_runs_out(
    play: Callable[[str], Result], event: str, there: bool
) -> None:
    result = play(f"""
id: T1
title: 政策期满评估没有截止日，不标记逾期
settings: {{benefit_lead_days: 30}}
people:
  甲: {{benefits: [{{code: BEN-SI-FLEX, starts_on: 2025-08-01, ends_on: 2026-03-30}}]}}
steps:
  - {{at: 2026-02-28 00:00, expect: {{for: 甲, open: [P17_Evaluate]}}}}
  - {{at: 2026-03-20 09:00, expect: {{for: 甲, open: [P17_Evaluate], events: [{event}]}}}}
""")
    assert result.passed is there, result.text()
