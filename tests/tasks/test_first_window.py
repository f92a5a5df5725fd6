"""The first window of a duty: counted from its day, but never one that was over when the duty arose."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from engine.clock import SHANGHAI, VirtualClock
from engine.store.db import Database
from tasks.app import App
from tasks.crypto import new_keys
from tasks.first_windows import first_window


@pytest.mark.parametrize(
    ("frequency", "counted_from", "arises", "first", "last"),
    [
        ("WEEKLY", (3, 10), (3, 10), (3, 9), (3, 15)),
        ("WEEKLY", (3, 10), (3, 14), (3, 9), (3, 15)),
        ("WEEKLY", (3, 10), (3, 17), (3, 16), (3, 22)),
        ("WEEKLY", (3, 10), (3, 21), (3, 23), (3, 29)),
        ("MONTHLY", (2, 14), (2, 28), (2, 1), (2, 28)),
        ("MONTHLY", (2, 16), (2, 28), (3, 1), (3, 31)),
        ("MONTHLY", (2, 14), (3, 5), (3, 1), (3, 31)),
        ("FIRST_QUARTER", (3, 10), (3, 10), (1, 1), (3, 31)),
        ("QUARTER", (3, 10), (3, 10), (4, 1), (6, 30)),
        ("TEN_DAYS", (9, 30), (10, 9), (10, 1), (10, 10)),
        ("TEN_DAYS", (9, 30), (10, 13), (10, 13), (10, 22)),
    ],
)
def test_a_window_that_was_over_when_the_duty_arose_is_not_its_first(
    sqlite_database: Database, frequency: str, counted_from: tuple[int, int], arises: tuple[int, int],
    first: tuple[int, int], last: tuple[int, int],
) -> None:  # fmt: skip
    app = App(sqlite_database, VirtualClock(datetime(2026, *arises, 9, tzinfo=SHANGHAI)), new_keys())
    window = app.run(lambda desk: first_window(desk, frequency, date(2026, *counted_from)))
    assert (window.first, window.last) == (date(2026, *first), date(2026, *last))
