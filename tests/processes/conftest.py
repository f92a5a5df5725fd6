"""Installations whose programs run as processes of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import Postgres
from tests.processes.programs import Programs
from tests.processes.shift import Shift, start_shift


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Callable[[str], Programs]]:
    """Make an installation on a database; its programs are stopped at the end."""
    made: list[Programs] = []

    def make(database: str) -> Programs:
        made.append(Programs(tmp_path, database))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def shift(postgres: Postgres, programs: Callable[[str], Programs]) -> Shift:
    """The demo district on PostgreSQL, served by two web and two worker processes."""
    office = programs(postgres.create(schema=False))
    loaded = office.call("demo", "--database", office.database)
    assert loaded.returncode == 0, loaded.stderr
    return start_shift(office)
