"""A draft becomes a version by two people's hands, and every act stands on the trail of its process."""

from __future__ import annotations

import pytest

from engine.clock import VirtualClock
from engine.store.db import Database
from tasks import studio_commands as commands
from tests.tasks.studio import ANN, BEN, Studio, renamed


@pytest.fixture
def studio(database: Database, clock: VirtualClock) -> Studio:
    return Studio(database, clock)


def test_a_draft_becomes_the_version_at_work_by_two_hands(studio: Studio) -> None:
    made = studio.submitted(renamed("新名"))
    assert [(v.version, v.status) for v in studio.versions()] == [(2, "submitted"), (1, "active")]
    studio.do(commands.ApproveRelease(made, "同意"), BEN)
    assert [(v.version, v.status, v.author_id, v.approver_id) for v in studio.versions()] == [
        (2, "active", ANN.user_id, BEN.user_id), (1, "retired", None, None),
    ]  # fmt: skip
    assert studio.versions()[0].name == "新名"
    assert studio.drafts() == []
