"""PostgreSQL cut off or killed under load: everybody is answered in the end (FLT-4, FLT-5)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.chaos import FragileServer, cut_connections, run_chaos
from tests.reliability.conftest import Judge
from tests.reliability.site import Site, open_site

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def test_cut_connections_lose_nothing(
    postgres_site: Site, tmp_path: Path, seed: int, nightly: bool, judge: Judge
) -> None:
    seconds = 40.0 if nightly else 4.0
    strike = cut_connections(postgres_site.url)
    report = run_chaos(postgres_site, tmp_path, "terminate", strike, 0.3, seconds, seed)
    report.violations += [f"error: {text}" for text in report.errors]
    judge(report)
    assert report.faults >= 3
    assert sum(report.acked.values()) > 10


@pytest.fixture
def fragile() -> Iterator[FragileServer]:
    """A server of its own, which may be killed."""
    server = FragileServer()
    yield server
    server.stop()


@pytest.mark.nightly
def test_a_killed_server_loses_nothing(
    fragile: FragileServer, tmp_path: Path, seed: int, judge: Judge
) -> None:
    site: Site = open_site(fragile.create())
    report = run_chaos(site, tmp_path, "immediate", fragile.crash, 2.0, 30.0, seed)
    site.rest()
    report.violations += [f"error: {text}" for text in report.errors]
    judge(report)
    assert report.faults >= 3
    assert sum(report.acked.values()) > 10
