"""Offices on fresh databases, and what every lab does with its report."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.databases import Postgres, SqliteFiles
from tests.reliability.site import Site, open_site

#: One seed moves every random test; a failing one prints it and leaves a file that says how to repeat it.
SEED = int(os.environ.get("AID595_SEED", "595"))


class Report(Protocol):
    """What every lab returns."""

    violations: list[str]

    def figures(self) -> dict[str, Any]:
        """Return the report as one flat line."""


Judge = Callable[[Report], None]


@pytest.fixture
def seed() -> int:
    """The seed of this run; `AID595_SEED` sets another."""
    return SEED


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """An office on SQLite and on PostgreSQL in turn."""
    made = open_site(database_url)
    yield made
    made.rest()


@pytest.fixture
def sqlite_site(sqlite_files: SqliteFiles) -> Iterator[Site]:
    """An office on SQLite."""
    url = sqlite_files.create()
    made = open_site(url)
    yield made
    made.rest()
    sqlite_files.drop(url)


@pytest.fixture
def postgres_site(postgres: Postgres) -> Iterator[Site]:
    """An office on PostgreSQL."""
    url = postgres.create()
    made = open_site(url)
    yield made
    made.rest()
    postgres.drop(url)


@pytest.fixture
def judge(request: pytest.FixtureRequest, tmp_path: Path, root: Path) -> Judge:
    """Print a report with its seed, keep its figures, and fail on any violation, leaving a repro file."""

    def hold(report: Report) -> None:
        line = json.dumps({"test": request.node.name, **report.figures()}, ensure_ascii=False)
        sys.stdout.write(line + "\n")
        folder = root / "var" / "reliability"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "figures.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        if report.violations:
            repro = folder / f"repro-{request.node.name.replace('/', '_')}-{SEED}.json"
            found = {
                "run": f"AID595_SEED={SEED} pytest --nightly '{request.node.nodeid}'",
                "figures": report.figures(),
                "violations": report.violations,
                "journals": str(tmp_path),
            }
            repro.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
            first = "\n".join(report.violations[:10])
            pytest.fail(f"{len(report.violations)} violations, see {repro}:\n{first}", pytrace=False)

    return hold
