"""Fixtures of the web: one office a module, on SQLite; what differs between databases is tested below."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.db import Database
from tests.web.office import Browser, Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A real office."""
    folder: Path = tmp_path_factory.mktemp("office")
    database = Database(f"sqlite:///{folder}/office.db")
    yield Office(database)
    database.dispose()


@pytest.fixture
def street(office: Office) -> Browser:
    """A browser of the street's staff."""
    return office.browser("staff.rh")
