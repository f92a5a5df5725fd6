"""The simulated outside systems, as the program of their own that they are."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import urllib3

TOKEN = "geheim"


@dataclass
class Systems:
    """The running simulator."""

    url: str

    def __post_init__(self) -> None:
        self._pool = urllib3.PoolManager(headers={"Authorization": f"Bearer {TOKEN}"})

    def behave(
        self, *moods: str, today: str = "2026-03-09", forget: bool = False, **lists: Any
    ) -> None:
        """Say how the next records are treated, and which lists there are; `forget` begins anew."""
        wanted = {"moods": moods, "today": today, "lists": lists, "forget": forget}
        assert self._pool.request("POST", f"{self.url}/moods", json=wanted).status == 200

    def book(self) -> dict[str, Any]:
        """Return what the systems were sent."""
        found: dict[str, Any] = self._pool.request("GET", f"{self.url}/book").json()
        return found


@pytest.fixture
def systems(simulator: Systems) -> Systems:
    """The simulator with an empty book, that accepts everything."""
    simulator.behave(forget=True)
    return simulator


@pytest.fixture(scope="session")
def simulator() -> Iterator[Systems]:
    """One simulator a test process."""
    command = [sys.executable, "-m", "tools.simulator", "--token", TOKEN]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield Systems(json.loads(process.stdout.readline())["url"])
    assert process.stdin is not None
    process.stdin.close()
    process.stdout.close()
    process.wait(10)
