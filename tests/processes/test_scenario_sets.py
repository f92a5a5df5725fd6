"""The whole set of worked cases by the real program: the same results on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.xmlsafe import load
from tests.databases import Postgres
from tests.processes.programs import Programs

FOLDER = Path(__file__).parents[2] / "bpmn" / "scenarios"


@pytest.mark.nightly
@pytest.mark.postgres
def test_every_worked_case_ends_the_same_on_both_databases(postgres: Postgres, tmp_path: Path) -> None:
    found = []
    for n, url in enumerate((f"sqlite:///{tmp_path}/none.db", postgres.create(schema=False))):
        report = tmp_path / f"{n}.xml"
        arguments = ("scenario", "run", str(FOLDER), "--junit", str(report), "--database", url)
        done = Programs(tmp_path, url).call(*arguments)
        assert done.returncode == 0, done.stdout[-3000:]
        cases = load(report.read_bytes()).iter("testcase")
        found.append([(case.get("name"), case.find("failure") is None) for case in cases])
    assert len(found[0]) >= len(list(FOLDER.glob("*.yaml")))
    assert found[0] == found[1]
