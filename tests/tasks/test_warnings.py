"""A warning that two workers raise at one time is one warning, and nobody's failure."""

from __future__ import annotations

import pytest

from engine.clock import VirtualClock
from engine.store.db import Database, is_conflict
from tasks.app import App
from tasks.crypto import new_keys
from tasks.store import rows, tables
from tests.databases import Postgres


@pytest.mark.postgres
def test_the_second_worker_that_raises_a_warning_looks_again(postgres: Postgres, clock: VirtualClock) -> None:
    url = postgres.create()
    database = Database(url)
    app = App(database, clock, new_keys())
    values = {"rule": "OVERDUE_CLUSTER", "subject": "unit:1", "area": "/1/", "said": "", "raised_at": 1}
    try:
        with app.write() as conn:
            rows.add(conn, tables.warning, id=1, **values)
        with pytest.raises(Exception) as met, app.write() as conn:  # noqa: PT011
            rows.add(conn, tables.warning, id=2, **values)
        assert is_conflict(met.value)
    finally:
        database.dispose()
        postgres.drop(url)
