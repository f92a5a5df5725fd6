"""The demo is the same whenever it is loaded: what happens follows from its file, not from ids or chance."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.store.db import Database
from engine.store.tables import event
from tasks.store.tables import trail_owner
from tasks.store.tables_org import user_account
from tasks.store.tables_people import person
from tests import demo_home as homes
from tests.demo_home import DemoHome

pytestmark = pytest.mark.nightly


@pytest.fixture
def another(tmp_path: Path) -> DemoHome:
    made = DemoHome(tmp_path / "another")
    homes.load(made)
    return made


def _told(home: DemoHome) -> list[tuple[Any, ...]]:
    """Return what happened, trail by trail as they began: whose, what, when, at which step, by whom."""
    database = Database(f"sqlite:///{home.path}")
    query = (
        sa.select(trail_owner.c.kind, person.c.name, event.c.kind, event.c.at, event.c.element,
                  user_account.c.username)
        .select_from(event)
        .outerjoin(trail_owner, trail_owner.c.trail_id == event.c.trail_id)
        .outerjoin(person, person.c.id == trail_owner.c.person_id)
        .outerjoin(user_account, user_account.c.id == event.c.actor_id)
        .order_by(event.c.trail_id, event.c.seq)
    )  # fmt: skip
    with database.read() as conn:
        found = [tuple(row) for row in conn.execute(query)]
    database.dispose()
    return [(*row[:4], re.sub(r"\d{12,}", "#", row[4] or ""), row[5]) for row in found]


def test_two_loads_of_the_demo_tell_the_same(demo_home: DemoHome, another: DemoHome) -> None:
    first, second = _told(demo_home), _told(another)
    assert len(first) > 3_000
    assert [(a, b) for a, b in zip(first, second, strict=False) if a != b][:3] == []
    assert len(first) == len(second)
