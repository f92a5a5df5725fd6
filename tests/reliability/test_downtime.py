"""After a month away everything overdue happens once, in due order, whatever becomes of a worker (FLT-18)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.due_work import BATCH
from tests.reliability.conftest import Judge
from tests.reliability.downtime import run_downtime
from tests.reliability.site import Site


@pytest.mark.slow
def test_what_came_due_in_a_month_happens_once_and_in_order(
    site: Site, tmp_path: Path, seed: int, nightly: bool, judge: Judge
) -> None:
    timers, cases = (1_000, 25) if nightly else (60, 3)
    report = run_downtime(site, tmp_path, timers, cases, seed)
    judge(report)
    assert report.fired >= report.overdue["timer"]
    assert report.interrupted >= timers // 10
    assert report.displacement < BATCH, "further than what one look takes"
    assert report.kills > 1 or not nightly
