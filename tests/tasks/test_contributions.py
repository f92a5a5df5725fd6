"""Months of contributions: read as people write them, three in a row across a year's end."""

from __future__ import annotations

import pytest

from tasks.contributions import month_of, months_until


@pytest.mark.parametrize("typed", ["2026-06", "2026/6", "202606", "2026年6月", "2026.06", " 2026 年 06 月 "])
def test_a_month_is_read_as_people_write_it(typed: str) -> None:
    assert month_of(typed) == "2026-06"


@pytest.mark.parametrize("typed", ["", "6月", "2026", "2026-13", "2026-00", "26-06", "2026-06-01"])
def test_what_is_no_month_is_not_guessed(typed: str) -> None:
    assert month_of(typed) is None


def test_three_months_in_a_row_go_over_the_end_of_a_year() -> None:
    assert months_until("2026-01") == ["2025-11", "2025-12", "2026-01"]
    assert months_until("2026-12") == ["2026-10", "2026-11", "2026-12"]
