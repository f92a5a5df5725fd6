"""Memory of a web process: after start and its first pages, with few and with many open cases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from bench.run import Run
from bench.sets.inbox import Inbox

GROUP = "memory"
WEB_MIB = 120.0
#: What measuring itself may be off by, bytes for each open case.
CASE_BYTES = 16.0
_ROOT = Path(__file__).resolve().parent.parent.parent


def measure(run: Run, kind: str) -> Iterator[Figure]:
    """Yield the resident memory of a web process and what an open case adds to it."""
    box = Inbox(run, kind)
    few, many = run.size.open_tasks[0], run.size.page_at
    box.fill(few)
    first = _process(box.office.db.url)
    box.fill(many)
    second = _process(box.office.db.url)
    box.plain.close()
    yield Figure(GROUP, "web process, ready", kind, first["ready"] / 2**20, "MiB", WEB_MIB)
    yield Figure(
        GROUP,
        f"web process after 50 pages, {many:,} open cases",
        kind,
        second["used"] / 2**20,
        "MiB",
        WEB_MIB,
    )
    added = (second["used"] - first["used"]) / max(1, many - few)
    yield Figure(GROUP, "an open case adds", kind, max(0.0, added), "B", CASE_BYTES,
                 note="SQLite: its page cache fills, 16 MiB at most")  # fmt: skip


def _process(url: str) -> dict[str, int]:
    """Return what a web process of its own says it holds: bytes when ready and after some pages."""
    made = subprocess.run(
        [sys.executable, "-m", "bench.web_process", url],
        capture_output=True, text=True, check=True, cwd=_ROOT, env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )  # fmt: skip
    found: dict[str, int] = json.loads(made.stdout)
    return found
