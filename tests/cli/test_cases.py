"""`aid595 cases migrate`: a trial, the batch, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.office import Office
from tasks import commands, installation
from tasks.actor import SYSTEM
from tests.cli.conftest import Call
from tests.tasks.migration.versions import KEYS, redrawn

P04 = KEYS[0]


@pytest.fixture
def two_versions(office: Path) -> Path:
    """An installation with one case at the community and a newer version of its diagram."""
    app = installation.open_app(installation.place(None))
    made = Office.over(app)
    made.reach("P04_AssignAide")
    app.do(commands.Deploy(((P04, redrawn(app.library).files[P04]),), "新版", heard=True), SYSTEM)
    app.db.dispose()
    return office
