"""One prepared release a test process; each story gets a fresh copy of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tasks.scenarios import Result, Runner


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """Runs scenarios on SQLite."""
    made = Runner()
    yield made
    made.close()


@pytest.fixture
def play(runner: Runner, tmp_path: Path) -> Callable[[str], Result]:
    """Plays the one scenario of a text."""

    def run(text: str) -> Result:
        path = tmp_path / "story.yaml"
        path.write_text(text, encoding="utf-8")
        results = runner.file(path)
        assert len(results) == 1
        return results[0]

    return run
